"""Making slices and changing what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import changed_tags, checked_name, tags_in_words
from webapp.datasets.actions.edit_log import keep_life_edit, keep_members_edit, keep_words_edit
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.privacy.refusals import Invalid, NotFound

# The wire API's documented limit of one call.
MAX_REFERENCES = 10_000
MAX_DESCRIPTION = 4_000


@transaction.atomic
def create_slice(
    viewer: Viewer,
    dataset: Dataset,
    *,
    name: str,
    reference_ids: Sequence[str] = (),
    item_pks: Iterable[int] = (),
    scene_pks: Iterable[int] = (),
) -> Slice:
    """A slice of the named items; in a dataset of scenes, reference ids name scenes.

    Raises NotFound naming the first id that is not in the dataset, and makes no slice then.
    """
    dataset = locked_dataset(viewer, dataset)
    items, scenes = BitMap64(item_pks), BitMap64(scene_pks)
    if items and (scenes or (reference_ids and dataset.is_scene)):
        raise Invalid("A slice holds items or scenes, not both.")
    kind = Slice.Kind.SCENES if scenes or (dataset.is_scene and not items) else Slice.Kind.ITEMS
    keys = existing_keys(viewer, dataset, kind, scenes or items) | keys_of(viewer, dataset, kind, reference_ids)
    return keep_slice(viewer, dataset, name=name, kind=kind, keys=keys)


def keep_slice(
    viewer: Viewer,
    dataset: Dataset,
    *,
    name: str,
    kind: Slice.Kind,
    keys: BitMap64,
    recipe: dict[str, Any] | None = None,
    **details: Any,
) -> Slice:
    """A slice of keys that are known to be in this locked dataset; `recipe` is kept, `details` are for the audit."""
    made = Slice(dataset=dataset, created_by_id=viewer.user_id, name=checked_name(name), kind=kind, recipe=recipe or {})
    made.hold(keys)
    made.save()
    if recipe:
        details["recipe"] = recipe
    record(viewer, "slice.create", subject=made.public_id, dataset=dataset.public_id, size=made.size, **details)
    keep_life_edit(viewer, made, is_there=True, summary=f"Made the slice {made.name} of {counted(made)}")
    return made


def counted(found: Slice, count: int | None = None) -> str:
    """`3 items`: that many of what the slice holds, all of them unless said."""
    count = found.size if count is None else count
    return f"{count} {'item' if found.kind == Slice.Kind.ITEMS else 'scene'}{'' if count == 1 else 's'}"


@transaction.atomic
def append_to_slice(
    viewer: Viewer, slice_: Slice, *, reference_ids: Sequence[str] = (), pks: Iterable[int] = ()
) -> list[str]:
    """Add members by reference id or key; the reference ids that were not in the slice before, in their order."""
    locked = locked_slice(viewer, slice_)
    before = locked.keys()
    named = keys_by_reference(viewer, locked.dataset, Slice.Kind(locked.kind), reference_ids)
    added = existing_keys(viewer, locked.dataset, Slice.Kind(locked.kind), BitMap64(pks))
    after = before | BitMap64(named.values()) | added
    keep_change(viewer, locked, after, "slice.append", len(after) - len(before))
    return [reference for reference in dict.fromkeys(reference_ids) if named[reference] not in before]


def keep_change(viewer: Viewer, locked: Slice, keys: BitMap64, action: str, count: int) -> None:
    """Store the new members of a locked slice, and who changed them when; nothing where nothing changed."""
    if not count:
        return
    before = locked.keys()
    locked.hold(keys)
    locked.changed_at, locked.changed_by_id = timezone.now(), viewer.user_id
    locked.save(update_fields=["members", "size", "changed_at", "changed_by"])
    record(viewer, action, subject=locked.public_id, count=count, size=locked.size)
    words = (
        f"Added {counted(locked, count)} to" if action == "slice.append" else f"Removed {counted(locked, count)} from"
    )
    keep_members_edit(viewer, locked, keys - before, before - keys, summary=f"{words} the slice {locked.name}")


@transaction.atomic
def remove_from_slice(viewer: Viewer, slice_: Slice, *, pks: Iterable[int]) -> list[int]:
    """Take members out, which stay in the dataset; the keys that were in the slice, for whoever takes this back."""
    locked = locked_slice(viewer, slice_)
    keys, asked = locked.keys(), BitMap64(pks)
    leaving = keys & asked
    keep_change(viewer, locked, keys - leaving, "slice.remove", len(leaving))
    return list(leaving)


@transaction.atomic
def delete_slice(viewer: Viewer, slice_: Slice) -> None:
    """Hide the slice, and forget it once that can no longer be undone; its items stay."""
    locked = locked_slice(viewer, slice_)
    record(viewer, "slice.delete", subject=locked.public_id)
    locked.deleted_at = timezone.now()
    locked.save(update_fields=["deleted_at"])
    keep_life_edit(viewer, locked, is_there=False, summary=f"Deleted the slice {locked.name} of {counted(locked)}")


@transaction.atomic
def rename_slice(viewer: Viewer, slice_: Slice, *, name: str, description: str) -> None:
    locked = locked_slice(viewer, slice_)
    before = {"name": locked.name, "description": locked.description}
    locked.name, locked.description = checked_name(name), description.strip()[:MAX_DESCRIPTION]
    after = {"name": locked.name, "description": locked.description}
    locked.save(update_fields=["name", "description"])
    summary = f"Described the slice {locked.name}"
    if before["name"] != locked.name:
        summary = f"Renamed the slice {before['name']} to {locked.name}"
    keep_words_edit(viewer, locked, "words", before, after, summary=summary)


@transaction.atomic
def tag_slice(viewer: Viewer, slice_: Slice, tags: Sequence[str], *, remove: Sequence[str] = ()) -> list[str]:
    """The slice's tags after adding and removing; both ignore what is so already."""
    locked = locked_slice(viewer, slice_)
    before, changed = locked.tags, changed_tags(locked.tags, add=tags, remove=remove)
    locked.tags = changed
    locked.save(update_fields=["tags"])
    summary = f"{tags_in_words(before, changed)} the slice {locked.name}"
    keep_words_edit(viewer, locked, "tags", {"tags": before}, {"tags": changed}, summary=summary)
    return changed


def note_export(viewer: Viewer, found: Slice, *, form: str, with_addresses: bool) -> None:
    """Write down that somebody takes the slice away as a file."""
    record(viewer, "slice.export", subject=found.public_id, form=form, size=found.size, addresses=with_addresses)


def locked_slice(viewer: Viewer, slice_: Slice) -> Slice:
    viewer.require(Permission.CURATE)
    found = Slice.objects.visible_to(viewer).select_for_update(of=("self",)).filter(pk=slice_.pk).first()
    if found is None:
        raise NotFound("This slice is gone.")
    return found


def members_of(viewer: Viewer, dataset: Dataset, kind: Slice.Kind) -> Any:
    """The rows a slice of this kind may hold."""
    table: Any = Item if kind == Slice.Kind.ITEMS else Scene
    return table.objects.visible_to(viewer).filter(dataset_id=dataset.pk)


def keys_of(viewer: Viewer, dataset: Dataset, kind: Slice.Kind, references: Sequence[str]) -> BitMap64:
    return BitMap64(keys_by_reference(viewer, dataset, kind, references).values())


def keys_by_reference(viewer: Viewer, dataset: Dataset, kind: Slice.Kind, references: Sequence[str]) -> dict[str, int]:
    if len(references) > MAX_REFERENCES:
        raise Invalid(
            f"{len(references)} reference ids in one call; at most {MAX_REFERENCES} are accepted. Append the rest."
        )
    found = dict(
        members_of(viewer, dataset, kind).filter(reference_id__in=references).values_list("reference_id", "pk")
    )
    for reference in references:
        if reference not in found:
            noun = "scene" if kind == Slice.Kind.SCENES else "item"
            raise NotFound(f"There is no {noun} with the reference_id {reference[:200]!r} in this dataset.")
    return found


def existing_keys(viewer: Viewer, dataset: Dataset, kind: Slice.Kind, keys: BitMap64) -> BitMap64:
    """`keys`, all of which must be in the dataset; raises NotFound otherwise."""
    found = BitMap64()
    listed = list(keys)
    for start in range(0, len(listed), MAX_REFERENCES):
        chunk = listed[start : start + MAX_REFERENCES]
        found |= BitMap64(members_of(viewer, dataset, kind).filter(pk__in=chunk).values_list("pk", flat=True))
    if len(found) != len(keys):
        raise NotFound(f"{len(keys) - len(found)} of these ids are not in this dataset.")
    return found
