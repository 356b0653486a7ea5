"""Editing metadata by hand: one value of one row, or one value of many, written down so that it can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets import metadata as metadata_rules
from webapp.datasets.actions.change_metadata import save_merged
from webapp.datasets.actions.edit_log import keep_metadata_edit
from webapp.datasets.actions.locking import field_types, locked_dataset, save_change
from webapp.datasets.bearers import BEARERS, Bearer, register_bearer
from webapp.datasets.deltas import Cell, CellWriter, Held, held, is_same, with_held
from webapp.datasets.models import Dataset, Edit, Item, Scene
from webapp.privacy import public_id
from webapp.privacy.redaction import redact
from webapp.privacy.refusals import Conflict, Invalid, NotFound

# What one request changes in some seconds; more is asked for in parts.
MAX_EDITED = 100_000
ROWS_AT_ONCE = 500
MAX_FIELD = 200
SHOWN = 40


def save_items(dataset_pk: int, metadata: Mapping[int, dict[str, Any]]) -> None:
    save_merged(dataset_pk, "item", dict(metadata))


def save_scenes(dataset_pk: int, metadata: Mapping[int, dict[str, Any]]) -> None:
    save_merged(dataset_pk, "scene", dict(metadata))


register_bearer("item", Bearer("di", "item", Item, "reference_id", save_items))
register_bearer("scene", Bearer("scn", "scene", Scene, "reference_id", save_scenes))


@transaction.atomic
def edit_metadata(
    viewer: Viewer, dataset: Dataset, level: str, pk: int, field: str, *, seen: Held | None, wanted: Held | None
) -> Edit | None:
    """Put `wanted` into one key of a row's metadata, or take the key away (None); None where that changes nothing.

    `seen` is what it held when the person looked; raises Conflict where it holds something else by now. The value is
    checked as an append's is. `level` is a key of BEARERS.
    """
    dataset, bearer = locked_dataset(viewer, dataset), BEARERS[level]
    check_field(field)
    row = bearer.table.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk=pk).first()
    if row is None:
        raise NotFound(f"This {bearer.noun} is gone.")
    now = held(row.metadata, field)
    if not is_same(now, seen):
        raise Conflict(
            f"{field[:SHOWN]} was changed meanwhile: it is {in_words(now)} now. Look at it, then edit again."
        )
    if is_same(now, wanted):
        return None
    cells = CellWriter()
    types = taught(dataset, level, field, wanted)
    bearer.save(dataset.pk, {pk: checked_change(row.metadata, cells, Cell(level, pk, now, wanted), field)})
    name = getattr(row, bearer.name) if bearer.name else f"{bearer.noun}"
    summary = f"{field[:SHOWN]} of {name[:80]}: {in_words(now)} → {in_words(wanted)}"
    subject = public_id.encode(bearer.prefix, pk)
    save_change(dataset, types=types)
    record(viewer, "metadata.edit", subject=subject, dataset=dataset.public_id, field=redact(field))
    return keep_metadata_edit(viewer, dataset, field, cells, subject=subject, summary=summary)


@transaction.atomic
def edit_metadata_of_many(
    viewer: Viewer, dataset: Dataset, level: str, keys: BitMap64, field: str, *, wanted: Held | None
) -> tuple[int, Edit | None]:
    """Put `wanted` into one key of all these rows, or take it away: how many changed, and the edit if any did.

    Works in steps within one transaction, so that memory stays flat; raises Invalid for more than MAX_EDITED rows.
    """
    dataset, bearer = locked_dataset(viewer, dataset), BEARERS[level]
    check_field(field)
    if len(keys) > MAX_EDITED:
        raise Invalid(f"{len(keys)} {bearer.noun}s at once; at most {MAX_EDITED} are edited together. Choose a part.")
    types = taught(dataset, level, field, wanted)
    cells, waiting = CellWriter(), iter(keys)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        rows = bearer.table.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk__in=some)
        found = sorted(rows.values_list("pk", "metadata"))
        if len(found) < len(some):
            raise NotFound(f"{len(some) - len(found)} of these {bearer.noun}s are not in this dataset any more.")
        changed = {}
        for pk, metadata in found:
            now = held(metadata, field)
            if not is_same(now, wanted):
                changed[pk] = checked_change(metadata, cells, Cell(level, pk, now, wanted), field)
        bearer.save(dataset.pk, changed)
    if not len(cells):
        return 0, None
    save_change(dataset, types=types)
    noun = f"{len(cells)} {bearer.noun}{'' if len(cells) == 1 else 's'}"
    summary = f"{field[:SHOWN]} of {noun}: {'removed' if wanted is None else in_words(wanted)}"
    details = {"dataset": dataset.public_id, "field": redact(field), "count": len(cells)}
    record(viewer, "metadata.edit", subject=dataset.public_id, **details)
    return len(cells), keep_metadata_edit(viewer, dataset, field, cells, subject="", summary=summary)


def checked_change(metadata: dict[str, Any], cells: CellWriter, cell: Cell, field: str) -> dict[str, Any]:
    """The metadata with the cell's new value, noted in `cells`; raises Invalid where it gets too long."""
    changed = with_held(metadata, field, cell.after)
    metadata_rules.encode(changed)
    cells.add(cell)
    return changed


def taught(
    dataset: Dataset, level: str, field: str, wanted: Held | None
) -> Sequence[tuple[str, metadata_rules.FieldTypes]]:
    """The types of this level once they know the value; raises Invalid for one of another type than the key has."""
    types = field_types(dataset, level)
    if wanted is not None:
        types.take({field: wanted.value})
    return [(level, types)]


def check_field(field: str) -> None:
    if not 1 <= len(field) <= MAX_FIELD or not field.strip():
        raise Invalid(f"The name of a field has 1 to {MAX_FIELD} characters; this has {len(field)}.")
    if any(ord(one) < 32 for one in field):
        raise Invalid("The name of a field holds a control character; plain text is accepted.")


def in_words(value: Held | None) -> str:
    """A value for a sentence: short, as JSON."""
    if value is None:
        return "no value"
    text = metadata_rules.encoder.encode(value.value).decode()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
