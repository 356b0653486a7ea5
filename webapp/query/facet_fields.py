"""The fields of a dataset that can be charted, and how a query names each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset, Slice
from webapp.query.writing import step

ITEM, SCENE, ANNOTATION, PREDICTION = "item", "scene", "annotation", "prediction"
# What a query calls the labels of a level.
LABEL_ROOTS = {ANNOTATION: "annotations", PREDICTION: "predictions"}
ROOTS = {SCENE: "scene.metadata", ITEM: "metadata", ANNOTATION: "annotations.metadata"}


@dataclass(frozen=True, slots=True)
class FacetField:
    """A metadata key at a level of the dataset; with key None the classes of its labels, with a column that."""

    path: str
    """As a query names it."""
    level: str
    key: str | None
    type: str
    is_of_frames: bool = False
    """Whether its rows are frames, while queries of the dataset choose scenes."""
    column: str | None = None
    """The column it is read from; None for metadata and classes."""

    @property
    def inner(self) -> str:
        """As a condition names it between what stands around it."""
        if self.level not in LABEL_ROOTS:
            return self.path
        return self.column or f"metadata.{step(self.key or '')}"

    @property
    def around(self) -> tuple[str, str]:
        """What makes one object meet a condition on it as a whole."""
        return (f"{LABEL_ROOTS[self.level]}[", "]") if self.level in LABEL_ROOTS else ("", "")

    def condition(self, write: Callable[[str], str]) -> str:
        """What `write` says of the field, as a condition that one object meets as a whole."""
        before, after = self.around
        return f"{before}{write(self.inner)}{after}"


CLASSES = FacetField("annotations", ANNOTATION, None, "class")
PREDICTED = FacetField("predictions", PREDICTION, None, "class")
CONFIDENCE = FacetField("predictions.confidence", PREDICTION, "confidence", "number", column="confidence")


def finds_scenes(dataset: Dataset, within: Slice | None = None) -> bool:
    """Whether a query of the dataset, or of the slice of it, chooses scenes."""
    return dataset.is_scene and (within is None or within.kind == Slice.Kind.SCENES)


def facet_fields(dataset: Dataset, *, has_run: bool = False, within: Slice | None = None) -> dict[str, FacetField]:
    """The fields there are to chart, by their paths: classes, then metadata of scenes, items and labels.

    With a run chosen also the classes, the confidence and the metadata of what it predicts. `within` is the slice that
    they are charted of, None for the whole dataset.
    """
    schemas = {ITEM: dataset.item_metadata_schema, ANNOTATION: dataset.annotation_metadata_schema}
    found = {one.path: one for one in ((CLASSES, PREDICTED, CONFIDENCE) if has_run else (CLASSES,))}
    roots = ROOTS | ({PREDICTION: "predictions.metadata"} if has_run else {})
    for level, root in roots.items():
        known = FieldTypes(dataset.field_types.get(level, {}), schemas.get(level)).known
        for key, kind in sorted(known.items()):
            path = f"{root}.{step(key)}"
            found[path] = FacetField(path, level, key, kind, level == ITEM and finds_scenes(dataset, within))
    return found
