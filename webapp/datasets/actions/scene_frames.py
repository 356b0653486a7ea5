"""The frames of a scene: stored with it, or laid over those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from webapp.accounts.audit import Note, record, record_notes
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.deletion import leave_slices
from webapp.datasets.departures import before_items_go
from webapp.datasets.drafts import ItemDraft
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.datasets.rows import ItemChange, ItemRow, insert_items, place_frames, stored_items, update_items
from webapp.datasets.sharing import before_items_are_deleted, before_items_lead_to
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Invalid

# Where frames wait that change places: beyond every index a scene may have, so that none meets another on its way.
PARKED = 1_000_000


class StoredFrame(NamedTuple):
    """What laying frames over this one needs to know of it."""

    pk: int
    frame_index: int
    url: MediaUrl | None


def refuse_taken_names(dataset: Dataset, drafts: Sequence[ItemDraft]) -> None:
    """Raise Invalid for a frame whose reference id something in the dataset has."""
    names = [draft.reference_id for draft in drafts]
    taken = stored_items(dataset.pk, names)
    if taken:
        first = next(name for name in names if name in taken)
        raise Invalid(
            f"the frame reference_id {first!r} is taken in this dataset; all its frames share one namespace, so each"
            " needs its own."
        )


def insert_frames(scene: Scene, placed: Sequence[tuple[int, ItemDraft]], *, is_private: bool) -> None:
    """Store new frames, each with its index in the scene."""
    rows = [
        ItemRow(
            scene.dataset_id,
            scene.pk,
            index,
            frame.reference_id,
            frame.url,
            None,
            is_private,
            frame.metadata_json,
            frame.width,
            frame.height,
        )
        for index, frame in placed
    ]
    insert_items(rows, created_at=timezone.now())


def lay_over(viewer: Viewer, dataset: Dataset, scene: Scene, drafts: Sequence[ItemDraft], *, is_private: bool) -> int:
    """Make `drafts` the first frames of a stored scene, in their order, and say how many frames it has then.

    A stored frame that is named keeps its item, wherever it stood, and takes the draft's metadata and URL. One that
    is not named goes when a draft has its place; beyond the drafts it stays, and closes up where others were named
    away: so there are never more than there were, or were sent. Raises Invalid for a name that something else has.
    """
    stored = frames_by_name(scene)
    places = {draft.reference_id: place for place, draft in enumerate(drafts)}
    beyond = [name for name, frame in stored.items() if name not in places and frame.frame_index >= len(drafts)]
    places |= {name: place for place, name in enumerate(beyond, start=len(drafts))}
    fresh = [draft for draft in drafts if draft.reference_id not in stored]
    refuse_taken_names(dataset, fresh)
    gone = [frame.pk for name, frame in stored.items() if name not in places]
    laid = [(stored[one.reference_id], one) for one in drafts if one.reference_id in stored]
    notes = before_items_are_deleted(dataset, gone)
    notes += before_items_lead_to(dataset, {frame.pk: one.url for frame, one in laid if one.url is not None})
    remove_frames(dataset, gone)
    change_frames(dataset, laid)
    move_frames([(place, stored[name]) for name, place in places.items() if name in stored])
    insert_frames(scene, [(places[draft.reference_id], draft) for draft in fresh], is_private=is_private)
    record_laid(viewer, dataset, scene, len(gone), notes)
    return len(places)


def frames_by_name(scene: Scene) -> dict[str, StoredFrame]:
    """The scene's frames in order, by reference id."""
    rows = Item.objects.unscoped().filter(scene_id=scene.pk).order_by("frame_index")
    columns = rows.values_list("reference_id", "pk", "frame_index", "url")
    # A constraint of the table says that a frame has an index.
    return {name: StoredFrame(pk, index or 0, url) for name, pk, index, url in columns}


def remove_frames(dataset: Dataset, pks: Sequence[int]) -> None:
    """Remove frames that others replace, also from slices."""
    if not pks:
        return
    before_items_go(dataset, pks)
    leave_slices(dataset, Slice.Kind.ITEMS, pks)
    Item.objects.unscoped().filter(pk__in=pks).delete()


def record_laid(viewer: Viewer, dataset: Dataset, scene: Scene, gone: int, notes: Sequence[Note]) -> None:
    """One audit row for all frames that went, and those of the copies that went with them."""
    record_notes(viewer, notes)
    if gone:
        record(viewer, "scene.replace_frames", subject=scene.public_id, dataset=dataset.public_id, gone=gone)


def change_frames(dataset: Dataset, pairs: Sequence[tuple[StoredFrame, ItemDraft]]) -> None:
    """Give stored frames the metadata and URL of their drafts; another URL is another picture, of unknown size."""
    other = [frame.pk for frame, draft in pairs if frame.url != draft.url]
    if other:
        Item.objects.unscoped().filter(pk__in=other).update(width=None, height=None)
    update_items(
        dataset.pk, [ItemChange(one.metadata_json, one.url, one.width, one.height, frame.pk) for frame, one in pairs]
    )


def move_frames(places: Sequence[tuple[int, StoredFrame]]) -> None:
    """Bring frames to their places, in two steps, because no two frames may hold one index even in between."""
    moving = [(place, frame.pk) for place, frame in places if place != frame.frame_index]
    if not moving:
        return
    parked = Item.objects.unscoped().filter(pk__in=[pk for _, pk in moving])
    parked.update(frame_index=F("frame_index") + PARKED)
    place_frames(moving)
