"""What is stored about labels."""

from webapp.labels.models.label import Annotation, Kind, Label, Prediction
from webapp.labels.models.label_count import CONFIDENCE_BUCKETS, NO_CONFIDENCE, LabelCount
from webapp.labels.models.model import Model, ModelRun, RunDataset
from webapp.labels.models.project import LabellingProject, LabellingTask, ProjectLabeler
from webapp.labels.models.taxonomy import Taxonomy
from webapp.labels.models.track import Track

__all__ = [
    "CONFIDENCE_BUCKETS",
    "NO_CONFIDENCE",
    "Annotation",
    "Kind",
    "Label",
    "LabelCount",
    "LabellingProject",
    "LabellingTask",
    "Model",
    "ModelRun",
    "Prediction",
    "ProjectLabeler",
    "RunDataset",
    "Taxonomy",
    "Track",
]
