"""Making, changing and deleting tracks. Labels make those they name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.drafts import checked_metadata
from webapp.datasets.metadata import encode
from webapp.datasets.models import Dataset, Scene
from webapp.labels.drafts import MAX_TRACK, checked_text
from webapp.labels.models import Track
from webapp.labels.removal import leave_tracks
from webapp.privacy.refusals import NotFound


def track_keys(dataset: Dataset, references: Collection[str]) -> dict[str, int]:
    """The keys of a locked dataset's tracks by reference id; those that are missing are made."""
    if not references:
        return {}
    found = keys_of(dataset, references)
    missing = [name for name in references if name not in found]
    if missing:
        made = [Track(dataset_id=dataset.pk, reference_id=name) for name in sorted(missing)]
        Track.objects.unscoped().bulk_create(made, batch_size=5_000)
        found = keys_of(dataset, references)
    return found


def keys_of(dataset: Dataset, references: Collection[str]) -> dict[str, int]:
    rows = Track.objects.unscoped().filter(dataset_id=dataset.pk)
    if len(references) < 500:
        rows = rows.filter(reference_id__in=references)
    return dict(rows.values_list("reference_id", "pk"))


@transaction.atomic
def change_track(viewer: Viewer, dataset: Dataset, reference_id: str, metadata: object, *, overwrite: bool) -> Track:
    """Give a track metadata, key by key, or with `overwrite` in whole; one that is not there is made.

    Without metadata (None) a track that is there stays as it is.
    """
    dataset = locked_dataset(viewer, dataset)
    checked_text(reference_id, "reference_id", MAX_TRACK)
    values = checked_metadata(metadata)
    track, made = Track.objects.unscoped().get_or_create(
        dataset_id=dataset.pk, reference_id=reference_id, defaults={"metadata": values}
    )
    if not made:
        track.metadata = values if overwrite and metadata is not None else {**track.metadata, **values}
    encode(track.metadata)
    track.save(update_fields=["metadata"])
    save_change(dataset)
    return track


@transaction.atomic
def delete_tracks(viewer: Viewer, dataset: Dataset, reference_ids: Sequence[str]) -> int:
    """Remove tracks and say how many; their labels stay, without one. Raises NotFound, removing none, for another."""
    dataset = locked_dataset(viewer, dataset)
    found = keys_of(dataset, set(reference_ids))
    for name in reference_ids:
        if name not in found:
            raise NotFound(f"There is no track with the reference_id {name[:200]!r} in this dataset.")
    keys = [found[name] for name in set(reference_ids)]
    leave_tracks(keys)
    Track.objects.unscoped().filter(dataset_id=dataset.pk, pk__in=keys).delete()
    save_change(dataset)
    record(viewer, "track.delete", subject=dataset.public_id, count=len(keys))
    return len(keys)


@transaction.atomic
def keep_tracks(viewer: Viewer, dataset: Dataset, scene: Scene, tracks: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Store the tracks, as pairs of reference id and metadata, that a scene was sent with; they are then the scene's.

    One that is there gets the metadata in whole.
    """
    if not tracks:
        return
    dataset = locked_dataset(viewer, dataset)
    wanted = {checked_text(name, "tracks.reference_id", MAX_TRACK): checked_metadata(values) for name, values in tracks}
    for values in wanted.values():
        encode(values)
    keys = track_keys(dataset, set(wanted))
    changed = [Track(pk=keys[name], scene_id=scene.pk, metadata=values) for name, values in wanted.items()]
    Track.objects.unscoped().bulk_update(changed, ["scene", "metadata"], batch_size=200)
    save_change(dataset)
