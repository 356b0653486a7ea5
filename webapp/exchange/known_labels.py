"""What is said of items already, for files that bring it along to be corrected."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.exchange.handing_out import TaskOut
from webapp.labels.models import LabellingProject
from webapp.labels.queries import LabelRow, labels_of_items

AT_ONCE = 100


class KnownLabels:
    """The annotations of tasks' items that are of the project's classes and shapes."""

    def __init__(self, viewer: Viewer, project: LabellingProject) -> None:
        self.viewer = viewer
        self.wanted = {(one["name"], one["shape"]) for one in project.ontology.get("classes", ())}
        self.datasets: dict[int, Dataset] = {one.pk: one for one in queries.datasets(viewer)}

    def of(self, tasks: Sequence[TaskOut]) -> dict[int, list[LabelRow]]:
        """By the key of the item."""
        by_dataset: dict[int, list[int]] = {}
        for one in tasks:
            by_dataset.setdefault(one.dataset_pk, []).append(one.item_pk)
        found: dict[int, list[LabelRow]] = {}
        for dataset_pk, items in by_dataset.items():
            for start in range(0, len(items), AT_ONCE):
                for row in labels_of_items(self.viewer, self.datasets[dataset_pk], items[start : start + AT_ONCE]):
                    if row.item_pk is not None and self.is_wanted(row):
                        found.setdefault(row.item_pk, []).append(row)
        return found

    def is_wanted(self, row: LabelRow) -> bool:
        """A class of masks is drawn as polygons outside."""
        as_mask = row.kind == "polygon" and (row.label, "mask") in self.wanted
        return (row.label, row.kind) in self.wanted or as_mask
