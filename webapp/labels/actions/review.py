"""Reviewing: accepting and rejecting items and labels, one at a time or a thousand, with what is needed to undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.edit_log import keep_metadata_edit
from webapp.datasets.actions.locking import field_types, locked_dataset, save_change
from webapp.datasets.bearers import BEARERS, Bearer, register_bearer
from webapp.datasets.deltas import Cell, CellWriter, Held, held, is_same, with_held
from webapp.datasets.models import Dataset
from webapp.labels.models import Annotation, Prediction
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

STATUSES = ("accepted", "rejected")
KEY = "review_status"
MAX_REVIEWED = 1_000
# By the prefix of a public id: the level at which its metadata's types are learned.
REVIEWED = {"di": "item", "ann": "annotation", "pred": "prediction"}


def save_to(table: Any) -> Callable[[int, Mapping[int, dict[str, Any]]], None]:
    """What writes the metadata of this table's rows."""

    def save(_dataset_pk: int, metadata: Mapping[int, dict[str, Any]]) -> None:
        rows = [table(pk=pk, metadata=values) for pk, values in metadata.items()]
        table.objects.unscoped().bulk_update(rows, ["metadata"], batch_size=200)

    return save


def register() -> None:
    """Let the metadata of labels be edited and edits of it be undone."""
    register_bearer("annotation", Bearer("ann", "annotation", Annotation, None, save_to(Annotation)))
    register_bearer("prediction", Bearer("pred", "prediction", Prediction, None, save_to(Prediction)))


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
    types, cells = [], CellWriter()
    for prefix, rows in wanted.items():
        level = REVIEWED[prefix]
        learned = field_types(dataset, level)
        if any(status is not None for _, status in rows.values()):
            learned.take({KEY: "accepted"})
        types.append((level, learned))
        before.update(written(viewer, dataset, level, rows, cells))
    if wanted:
        save_change(dataset, types=types)
        record(viewer, "review", subject=dataset.public_id, **tally(statuses))
    if len(cells):
        only = next(iter(statuses)) if len(statuses) == 1 else ""
        keep_metadata_edit(viewer, dataset, KEY, cells, subject=only, summary=in_words(statuses))
    return before


def written(
    viewer: Viewer, dataset: Dataset, level: str, wanted: dict[int, tuple[str, str | None]], cells: CellWriter
) -> dict[str, str | None]:
    """Write the statuses of one level's rows, noting them in `cells`; those before, by public id."""
    bearer = BEARERS[level]
    rows = bearer.table.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk__in=list(wanted))
    found: dict[int, dict[str, Any]] = dict(rows.values_list("pk", "metadata"))
    if len(found) != len(wanted):
        gone = next(text for pk, (text, _) in wanted.items() if pk not in found)
        raise NotFound(f"There is nothing to review with the id {gone[:60]!r} in this dataset.")
    before: dict[str, str | None] = {}
    changed = {}
    for pk, metadata in found.items():
        text, status = wanted[pk]
        before[text] = metadata.get(KEY)
        now, then = held(metadata, KEY), Held(status) if status is not None else None
        if not is_same(now, then):
            changed[pk] = with_held(metadata, KEY, then)
            cells.add(Cell(level, pk, now, then))
    bearer.save(dataset.pk, changed)
    return before


def in_words(statuses: Mapping[str, str | None]) -> str:
    """`Accepted 2 items, 1 annotation`: what was decided, by kind."""
    nouns = [BEARERS[REVIEWED[text.partition("_")[0]]].noun for text in statuses]
    kinds = {noun: nouns.count(noun) for noun in dict.fromkeys(nouns)}
    what = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in kinds.items())
    verdicts = set(statuses.values())
    verb = {"accepted": "Accepted", "rejected": "Rejected", None: "Took back the review of"}
    return f"{verb[verdicts.pop()] if len(verdicts) == 1 else 'Reviewed'} {what}"


def tally(statuses: Mapping[str, str | None]) -> dict[str, int]:
    values = list(statuses.values())
    return {
        "accepted": values.count("accepted"),
        "rejected": values.count("rejected"),
        "cleared": values.count(None),
    }
