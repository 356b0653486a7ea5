"""Installing a demo's labels: the true boxes as annotations, and what the imitated detector says of them as a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.models import Dataset
from webapp.demo.contents import DatasetEntry, ImageEntry, LabelEntry
from webapp.demo.imitated_detector import detections
from webapp.labels import actions, queries
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.labels.models import Model, ModelRun
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import NotFound

BATCH = 5_000
DETECTOR = "demo-imitated-detector"
NOTE = "No model looked at these pictures: the boxes were made from the true ones by a seeded dice."


def install_labels(viewer: Viewer, dataset: Dataset, entry: DatasetEntry) -> None:
    """Bring the labels of a dataset in; a second time changes nothing but what has changed. None: no model is made."""
    pictures = [*entry.images, *(frame for scene in entry.scenes for frame in scene.frames)]
    if not any(picture.labels for picture in pictures):
        return
    policy = origin_policy(viewer)
    truth = [draft for one in pictures for draft in drafts(one, one.labels, policy)]
    said = [draft for one in pictures for draft in drafts(one, detections(one), policy)]
    for batch in batches(truth):
        actions.annotate(viewer, dataset, batch, update=True)
    run = run_of(viewer, dataset)
    for batch in batches(said):
        actions.predict(viewer, run, dataset, batch, update=True)


def drafts(picture: ImageEntry, labels: Sequence[LabelEntry], policy: OriginPolicy) -> Iterator[LabelDraft]:
    for number, one in enumerate(labels):
        yield label_draft(
            type="box",
            label=one.label,
            geometry={"x": one.x, "y": one.y, "width": one.width, "height": one.height},
            reference_id=picture.reference_id,
            annotation_id=one.track or f"{picture.reference_id}/{number}",
            metadata=one.metadata,
            track_reference_id=one.track or None,
            confidence=one.confidence,
            policy=policy,
        )


def batches(drafts: Sequence[LabelDraft]) -> Iterator[Sequence[LabelDraft]]:
    for start in range(0, len(drafts), BATCH):
        yield drafts[start : start + BATCH]


def run_of(viewer: Viewer, dataset: Dataset) -> ModelRun:
    """The detector's run over this dataset; made, with the detector, where there is none yet."""
    known = [run for run in queries.runs_of_dataset(viewer, dataset) if run.model.reference_id == DETECTOR]
    return known[0] if known else actions.create_run(viewer, detector(viewer), dataset, name="first pass")


def detector(viewer: Viewer) -> Model:
    try:
        return queries.model_by_reference(viewer, DETECTOR)
    except NotFound:
        return actions.create_model(
            viewer, name="Imitated detector", reference_id=DETECTOR, metadata={"note": NOTE}, tags=["demo"]
        )
