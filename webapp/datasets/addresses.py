"""What holds media addresses: items and scenes here; rooms to the right register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Substr

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Scene


@dataclass(frozen=True, slots=True)
class Holder:
    """Rows with a `dataset_id` and a column of addresses.

    `noun` is one of their media in words; `name` is the column that a person knows a row by, None for rows without a
    name. `has_any` says of a dataset's key, quickly, whether looking is worth it; None where it always is.
    """

    noun: str
    table: Any
    column: str
    name: str | None
    has_any: Callable[[int], bool] | None = None

    def rows(self, viewer: Viewer, dataset: Dataset) -> QuerySet[Any]:
        """The dataset's rows; none where `has_any` knows that it is not worth looking."""
        rows: QuerySet[Any] = self.table.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
        return rows if self.has_any is None or self.has_any(dataset.pk) else rows.none()

    def rows_at(self, viewer: Viewer, dataset: Dataset, prefix: str) -> QuerySet[Any]:
        """The dataset's rows whose address begins with the prefix, to the byte."""
        begin = Substr(Cast(self.column, TextField()), 1, len(prefix))
        found: QuerySet[Any] = self.rows(viewer, dataset).alias(begin=begin).filter(begin=prefix)
        return found


HOLDERS: dict[str, Holder] = {
    "item": Holder("picture", Item, "url", "reference_id"),
    "scene": Holder("video", Scene, "video_url", "reference_id"),
}


def register_holder(name: str, holder: Holder) -> None:
    """Let these addresses be moved from now on; rooms call it in AppConfig.ready."""
    HOLDERS[name] = holder
