"""What a grid shows, as one value: which rows of a dataset, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.query.scope import Subject

PREFIXES = {Subject.ITEMS: "di", Subject.SCENES: "scn", Subject.ANNOTATIONS: "ann", Subject.PREDICTIONS: "pred"}


class Mode(StrEnum):
    """MEMBERS are items, or scenes in a dataset or slice of scenes; OBJECTS what is said to be in them."""

    MEMBERS = ""
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Ask:
    """`text` is a query, empty for all. `run` is what `predictions` means, None where no run says anything.

    With `said_by`, only pictures of which that run says something are shown, and objects are its predictions, else
    annotations. `sort` is a name as the address has it (ordering.py), empty for the order of insertion.
    """

    dataset: Dataset
    within: Slice | None = None
    text: str = ""
    run: ModelRun | None = None
    said_by: ModelRun | None = None
    mode: Mode = Mode.MEMBERS
    sort: str = ""

    @property
    def subject(self) -> Subject:
        """The rows shown."""
        if self.mode is Mode.OBJECTS:
            return Subject.ANNOTATIONS if self.said_by is None else Subject.PREDICTIONS
        return self.members

    @property
    def members(self) -> Subject:
        """What the rows shown are, or are in: for objects always items, for their pictures are what one can show."""
        is_of_scenes = self.dataset.is_scene if self.within is None else self.within.kind == Slice.Kind.SCENES
        return Subject.SCENES if is_of_scenes and self.mode is Mode.MEMBERS else Subject.ITEMS

    @property
    def prefix(self) -> str:
        """How the public ids of the rows begin."""
        return PREFIXES[self.subject]
