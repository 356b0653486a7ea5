"""Taking an edit back. What was changed again since is never overwritten; what is taken back is an edit itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.edit_log import as_it_is, keep_edit, keep_life_edit
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.actions.measures import SIZE, Writing, keep_measures_edit, put_sizes_back
from webapp.datasets.bearers import BEARERS
from webapp.datasets.deltas import (
    Cell,
    CellWriter,
    held,
    is_same,
    packed,
    packed_keys,
    pieces_of,
    unpacked,
    unpacked_keys,
    with_held,
)
from webapp.datasets.models import Dataset, Edit, Item, Scene, Slice
from webapp.privacy import public_id
from webapp.privacy.refusals import Conflict, NotFound

KEYS_AT_ONCE = 10_000


@transaction.atomic
def undo(viewer: Viewer, dataset: Dataset, edit_id: str) -> Edit:
    """Take the edit with this public id back, whoever made it; the edit that did so, whose own undo does it again.

    Raises Conflict, naming who and when, where what it changed was changed again since, and where it was undone or is
    too old; NotFound where there is no such edit in the dataset.
    """
    dataset = locked_dataset(viewer, dataset)
    pk = public_id.decode("edt", edit_id)
    rows = Edit.objects.visible_to(viewer).select_related("undone_by").filter(dataset_id=dataset.pk)
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound("There is no such edit in this dataset.")
    return take_back(viewer, dataset, found)


@transaction.atomic
def undo_last(viewer: Viewer, dataset: Dataset, *, again: bool = False) -> Edit:
    """Take back the newest edit of the viewer's own that stands; with `again`, do again what they undid last."""
    dataset = locked_dataset(viewer, dataset)
    own = Edit.objects.visible_to(viewer).filter(dataset_id=dataset.pk, made_by_id=viewer.user_id, undone_at=None)
    found = own.filter(is_undo=again).order_by("-pk").first()
    # What was edited since then is not to be led astray.
    if found is not None and again and own.filter(undoes=None, pk__gt=found.pk).exists():
        found = None
    if found is None:
        raise NotFound("There is nothing of yours to do again." if again else "There is nothing of yours to undo.")
    return take_back(viewer, dataset, found)


def take_back(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Take back an edit of a locked dataset."""
    if found.undone_at is not None:
        by = found.undone_by.email if found.undone_by is not None else "somebody"
        raise Conflict(f"This was undone by {by}, {moment_of(found.undone_at)}.")
    if not found.is_kept:
        raise Conflict("This edit is too old: what would take it back is kept for 30 days.")
    refuse_changed_since(viewer, dataset, found)
    made = TAKING_BACK[Edit.Kind(found.kind)](viewer, dataset, found)
    found.undone_at, found.undone_by_id = timezone.now(), viewer.user_id
    found.save(update_fields=["undone_at", "undone_by"])
    record(viewer, "edit.undo", subject=found.public_id, dataset=dataset.public_id, by=made.public_id)
    return made


def refuse_changed_since(viewer: Viewer, dataset: Dataset, found: Edit) -> None:
    """Raise Conflict, naming the newest, where a later edit changed the same and what it changed still stands.

    An edit, its undo, the undo of that and so on are one chain, each changing back what the one before did: as many
    of them as come later, an even number leaves no trace.
    """
    later = Edit.objects.unscoped().filter(dataset_id=dataset.pk, pk__gt=found.pk)
    if found.kind == Edit.Kind.LIFE:
        # Whether a slice is there bears all that it is.
        later = later.filter(place__startswith=found.place.removesuffix("life"))
    else:
        later = later.filter(place=found.place)
    touched = unpacked_keys(found.touched)
    standing: dict[int, Edit] = {}
    for one in later.select_related("made_by").defer("delta").order_by("pk").iterator(chunk_size=200):
        chain = one.root or one.pk
        if chain in standing:
            del standing[chain]
        elif not touched or overlap(touched, unpacked_keys(one.touched)):
            standing[chain] = one
    if standing:
        newest = standing[max(standing, key=lambda chain: standing[chain].pk)]
        is_own = newest.made_by_id == viewer.user_id
        raise Conflict(
            f"{'You' if is_own else newest.made_by.email} changed this again, {moment_of(newest.made_at)}"
            f" ({newest.summary}), so it is not undone. {'Undo that first.' if is_own else 'Nothing was overwritten.'}"
        )


def overlap(here: dict[str, BitMap64], there: dict[str, BitMap64]) -> bool:
    return any(not here[level].isdisjoint(there[level]) for level in here.keys() & there.keys())


def changed_by_a_program(what: str) -> Conflict:
    return Conflict(f"{what} was changed since by a program or an import, so this is not undone.")


def take_back_cells(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Put back what metadata held, some rows at a time; rows that are gone by now are left out."""
    field, delta = unpacked(found.delta)
    back = CellWriter()
    for piece in pieces_of(delta):
        for level in dict.fromkeys(cell.level for cell in piece):
            put_back(dataset, level, field, [cell for cell in piece if cell.level == level], back)
    if not len(back):
        raise Conflict("What this edited has been deleted since.")
    save_change(dataset)
    delta, touched = packed([field, back.finish()]), packed_keys(back.touched)
    return keep_reverse(viewer, dataset, found, delta, touched)


def put_back(dataset: Dataset, level: str, field: str, cells: list[Cell], back: CellWriter) -> None:
    bearer = BEARERS[level]
    wanted = {cell.pk: cell for cell in cells}
    columns = ["pk", "metadata", *([bearer.name] if bearer.name else [])]
    rows = bearer.table.objects.unscoped().filter(dataset_id=dataset.pk, pk__in=list(wanted)).order_by("pk")
    changed = {}
    for pk, metadata, *name in rows.values_list(*columns):
        now = held(metadata, field)
        if not is_same(now, wanted[pk].after):
            raise changed_by_a_program(f"{field[:80]} of {name[0][:80] if name else f'one {bearer.noun}'}")
        changed[pk] = with_held(metadata, field, wanted[pk].before)
        back.add(Cell(level, pk, now, wanted[pk].before))
    bearer.save(dataset.pk, changed)


def keep_reverse(viewer: Viewer, dataset: Dataset, found: Edit, delta: bytes, touched: bytes = b"") -> Edit:
    """The edit that took `found` back."""
    kind = Edit.Kind(found.kind)
    summary, subject = reverse_summary(found), found.subject
    return keep_edit(
        viewer, dataset, kind, found.place, subject=subject, summary=summary, delta=delta, touched=touched, undoes=found
    )


def reverse_summary(found: Edit) -> str:
    """`Undid: …` and `Did again: …`, however often it goes to and fro."""
    plain = found.summary.removeprefix("Undid: ").removeprefix("Did again: ")
    return f"{'Did again' if found.is_undo else 'Undid'}: {plain}"


def take_back_words(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Put back columns of the dataset itself, or of one of its slices."""
    before, after = unpacked(found.delta)
    row: Any = dataset if found.kind == Edit.Kind.DATASET else slice_of(dataset, found)
    for name, value in after.items():
        if getattr(row, name) != value:
            raise changed_by_a_program(f"Its {name}")
        setattr(row, name, before[name])
    row.save(update_fields=list(before))
    return keep_reverse(viewer, dataset, found, packed([after, before]))


def take_back_members(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Take out what was added and put in what was removed, as far as the dataset still has it."""
    row = slice_of(dataset, found)
    added, removed = (BitMap64.deserialize(keys) for keys in unpacked(found.delta))
    keys = row.keys()
    if existing(row, added - keys) or keys & removed:
        raise changed_by_a_program(f"What {row.name} holds")
    leaving, coming = keys & added, existing(row, removed)
    row.hold((keys - leaving) | coming)
    row.changed_at, row.changed_by_id = timezone.now(), viewer.user_id
    row.save(update_fields=["members", "size", "changed_at", "changed_by"])
    delta = packed([bytes(coming.serialize()), bytes(leaving.serialize())])
    return keep_reverse(viewer, dataset, found, delta, packed_keys({"member": coming | leaving}))


def take_back_measures(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Put back what was known before: the field written last comes first, so that each key comes back at its place."""
    writing = Writing()
    for field, delta in reversed(unpacked(found.delta)):
        if field == SIZE:
            put_sizes_back(dataset, delta, writing)
            continue
        for piece in pieces_of(delta):
            put_back(dataset, "scene", field, piece, writing.cells(field))
    if not any(map(len, writing.fields.values())):
        raise Conflict("What this wrote to has been deleted since.")
    save_change(dataset)
    return keep_measures_edit(
        viewer, dataset, writing, subject=found.subject, summary=reverse_summary(found), undoes=found
    )


def existing(found: Slice, keys: BitMap64) -> BitMap64:
    """Those of the keys that are still in the dataset."""
    table: Any = Item if found.kind == Slice.Kind.ITEMS else Scene
    rows, listed, kept = table.objects.unscoped().filter(dataset_id=found.dataset_id), list(keys), BitMap64()
    for start in range(0, len(listed), KEYS_AT_ONCE):
        kept.update(rows.filter(pk__in=listed[start : start + KEYS_AT_ONCE]).values_list("pk", flat=True))
    return kept


def take_back_life(viewer: Viewer, dataset: Dataset, found: Edit) -> Edit:
    """Hide a slice that was made, or show one that was deleted."""
    was_made, as_it_was = unpacked(found.delta)
    row = slice_of(dataset, found, deleted=not was_made)
    if was_made and as_it_is(row) != as_it_was:
        raise changed_by_a_program(f"The slice {row.name}")
    row.deleted_at = timezone.now() if was_made else None
    row.save(update_fields=["deleted_at"])
    return keep_life_edit(viewer, row, is_there=not was_made, summary=reverse_summary(found), undoes=found)


def slice_of(dataset: Dataset, found: Edit, *, deleted: bool = False) -> Slice:
    """The slice that an edit is about, locked; raises Conflict where it was deleted, or is gone for good."""
    rows = Slice.objects.unscoped().select_related("dataset").select_for_update(of=("self",))
    row: Slice | None = rows.filter(pk=public_id.decode("slc", found.subject) or 0, dataset_id=dataset.pk).first()
    if row is None:
        raise Conflict("This slice was deleted more than 30 days ago, and is gone for good.")
    if (row.deleted_at is not None) != deleted:
        raise Conflict(
            f"The slice {row.name} is there already."
            if deleted
            else f"The slice {row.name} was deleted; undo that first."
        )
    return row


def moment_of(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


TAKING_BACK: dict[Edit.Kind, Callable[[Viewer, Dataset, Edit], Edit]] = {
    Edit.Kind.METADATA: take_back_cells,
    Edit.Kind.DATASET: take_back_words,
    Edit.Kind.SLICE: take_back_words,
    Edit.Kind.MEMBERS: take_back_members,
    Edit.Kind.LIFE: take_back_life,
    Edit.Kind.MEASURES: take_back_measures,
}
