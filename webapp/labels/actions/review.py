"""Reviewing: accepting and rejecting items and labels, one at a time or a thousand, with what is needed to undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import field_types, locked_dataset, save_change
from webapp.datasets.models import Dataset, Item
from webapp.labels.models import Annotation, Prediction
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

STATUSES = ("accepted", "rejected")
KEY = "review_status"
MAX_REVIEWED = 1_000
# By the prefix of a public id: the table, and the level at which its metadata's types are learned.
REVIEWED: dict[str, tuple[Any, str]] = {
    "di": (Item, "item"),
    "ann": (Annotation, "annotation"),
    "pred": (Prediction, "prediction"),
}


@transaction.atomic
def review(viewer: Viewer, dataset: Dataset, statuses: Mapping[str, str | None]) -> dict[str, str | None]:
    """Write `metadata.review_status` of items and labels by public id, or remove it (None); the statuses before.

    Raises NotFound, changing nothing, for an id that is not in the dataset.
    """
    dataset = locked_dataset(viewer, dataset)
    if len(statuses) > MAX_REVIEWED:
        raise Invalid(f"{len(statuses)} ids in one call; at most {MAX_REVIEWED} are accepted.")
    wanted: dict[str, dict[int, tuple[str, str | None]]] = {}
    for text, status in statuses.items():
        if status is not None and status not in STATUSES:
            raise Invalid(f"the status is {str(status)[:80]!r}; {' and '.join(STATUSES)} and null are accepted.")
        prefix = text.partition("_")[0]
        pk = public_id.decode(prefix, text) if prefix in REVIEWED else None
        if pk is None:
            raise NotFound(f"There is nothing to review with the id {text[:60]!r} in this dataset.")
        wanted.setdefault(prefix, {})[pk] = text, status
    before: dict[str, str | None] = {}
    types = []
    for prefix, rows in wanted.items():
        table, level = REVIEWED[prefix]
        learned = field_types(dataset, level)
        if any(status is not None for _, status in rows.values()):
            learned.take({KEY: "accepted"})
        types.append((level, learned))
        before.update(written(viewer, dataset, table, rows))
    if wanted:
        save_change(dataset, types=types)
        record(viewer, "review", subject=dataset.public_id, **tally(statuses))
    return before


def written(
    viewer: Viewer, dataset: Dataset, table: Any, wanted: dict[int, tuple[str, str | None]]
) -> dict[str, str | None]:
    """Write the statuses of one table's rows; those before, by public id."""
    rows = table.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk__in=list(wanted)).only("pk", "metadata")
    found = list(rows)
    if len(found) != len(wanted):
        gone = next(text for pk, (text, _) in wanted.items() if pk not in {row.pk for row in found})
        raise NotFound(f"There is nothing to review with the id {gone[:60]!r} in this dataset.")
    before: dict[str, str | None] = {}
    for row in found:
        text, status = wanted[row.pk]
        before[text] = row.metadata.get(KEY)
        row.metadata = {key: value for key, value in row.metadata.items() if key != KEY}
        if status is not None:
            row.metadata[KEY] = status
    table.objects.unscoped().bulk_update(found, ["metadata"], batch_size=200)
    return before


def tally(statuses: Mapping[str, str | None]) -> dict[str, int]:
    values = list(statuses.values())
    return {
        "accepted": values.count("accepted"),
        "rejected": values.count("rejected"),
        "cleared": values.count(None),
    }
