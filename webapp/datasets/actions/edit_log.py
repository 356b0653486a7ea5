"""Writing down an edit, in the transaction that makes it, with what takes it back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.deltas import CellWriter, packed, packed_keys
from webapp.datasets.models import Dataset, Edit, Slice
from webapp.datasets.models.edit import KEPT, MAX_SUMMARY

MAX_PLACE = 120
# Old edits are looked for now and then, by one of so many.
SWEPT_EVERY = 64


def keep_edit(
    viewer: Viewer,
    dataset: Dataset,
    kind: Edit.Kind,
    place: str,
    *,
    subject: str,
    summary: str,
    delta: bytes,
    touched: bytes = b"",
    undoes: Edit | None = None,
) -> Edit:
    """One row of the list of edits; with `undoes` it is what took that one back."""
    made: Edit = Edit.objects.unscoped().create(
        dataset_id=dataset.pk,
        kind=kind,
        place=place[:MAX_PLACE],
        subject=subject,
        summary=summary if len(summary) <= MAX_SUMMARY else f"{summary[: MAX_SUMMARY - 1]}…",
        made_by_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        delta=delta,
        touched=touched,
        undoes=undoes.pk if undoes is not None else None,
        root=(undoes.root or undoes.pk) if undoes is not None else None,
        is_undo=undoes is not None and not undoes.is_undo,
    )
    if made.pk % SWEPT_EVERY == 0:
        forget_old_edits(dataset)
    return made


def metadata_place(field: str) -> str:
    return f"metadata.{field}"[:MAX_PLACE]


def keep_metadata_edit(
    viewer: Viewer, dataset: Dataset, field: str, cells: CellWriter, *, subject: str, summary: str
) -> Edit:
    """An edit of one key of some rows' metadata."""
    return keep_edit(
        viewer,
        dataset,
        Edit.Kind.METADATA,
        metadata_place(field),
        subject=subject,
        summary=summary,
        delta=packed([field, cells.finish()]),
        touched=packed_keys(cells.touched),
    )


def keep_words_edit(
    viewer: Viewer,
    subject: Dataset | Slice,
    what: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    summary: str,
) -> Edit | None:
    """An edit of columns of the dataset or slice itself, `what` naming them together; None where nothing changed."""
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return None
    kind, dataset = (Edit.Kind.DATASET, subject) if isinstance(subject, Dataset) else (Edit.Kind.SLICE, subject.dataset)
    delta = packed([{name: before[name] for name in changed}, {name: after[name] for name in changed}])
    place = f"{place_of(subject)}.{what}"
    return keep_edit(viewer, dataset, kind, place, subject=subject.public_id, summary=summary, delta=delta)


def place_of(subject: Dataset | Slice) -> str:
    return "dataset" if isinstance(subject, Dataset) else f"slice.{subject.pk}"


def keep_members_edit(viewer: Viewer, found: Slice, added: Any, removed: Any, *, summary: str) -> Edit:
    """An edit of what a slice holds; `added` and `removed` are bitmaps of keys."""
    return keep_edit(
        viewer,
        found.dataset,
        Edit.Kind.MEMBERS,
        f"{place_of(found)}.members",
        subject=found.public_id,
        summary=summary,
        delta=packed([bytes(added.serialize()), bytes(removed.serialize())]),
        touched=packed_keys({"member": added | removed}),
    )


def keep_life_edit(viewer: Viewer, found: Slice, *, is_there: bool, summary: str, undoes: Edit | None = None) -> Edit:
    """That a slice was made, or deleted."""
    return keep_edit(
        viewer,
        found.dataset,
        Edit.Kind.LIFE,
        f"{place_of(found)}.life",
        subject=found.public_id,
        summary=summary,
        delta=packed([is_there, as_it_is(found)]),
        undoes=undoes,
    )


def as_it_is(found: Slice) -> list[Any]:
    """What tells that a slice was not changed since; members that left with their items do not count."""
    return [found.name, found.description, found.tags, found.size + found.removed_count]


def forget_old_edits(dataset: Dataset) -> None:
    """Drop what takes back edits older than KEPT, and slices deleted before."""
    limit = timezone.now() - KEPT
    old = Edit.objects.unscoped().filter(dataset_id=dataset.pk, made_at__lt=limit).exclude(delta=b"")
    old.update(delta=b"", touched=b"")
    Slice.objects.unscoped().filter(dataset_id=dataset.pk, deleted_at__lt=limit).delete()
