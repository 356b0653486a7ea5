"""Route 88: tracks, which follow one thing through the frames of a scene."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.labels import actions
from webapp.labels import queries as label_queries
from webapp.labels.models import Track
from webapp.wire.call import Call


class TrackOut(msgspec.Struct):
    reference_id: str
    dataset_id: str
    metadata: dict[str, Any]


class TrackList(msgspec.Struct):
    tracks: list[TrackOut]


class ChangeTrack(msgspec.Struct):
    """`metadata` is merged key by key, or with `overwrite` replaces all; null changes nothing."""

    reference_id: str
    metadata: dict[str, Any] | None = None
    overwrite: bool = False


class DeleteTracks(msgspec.Struct):
    track_reference_ids: list[str]


class TracksDeleted(msgspec.Struct):
    """How many tracks were deleted; their labels stay."""

    deleted: int


def of_dataset(call: Call, dataset_id: str) -> TrackList:
    dataset = queries.dataset(call.viewer, dataset_id)
    return TrackList(tracks_out(dataset, label_queries.tracks(call.viewer, dataset)))


def tracks_out(dataset: Dataset, tracks: list[Track]) -> list[TrackOut]:
    name = dataset.public_id
    return [TrackOut(one.reference_id, name, one.metadata) for one in tracks]


def change(call: Call, dataset_id: str, body: ChangeTrack) -> TrackOut:
    dataset = queries.dataset(call.viewer, dataset_id)
    track = actions.change_track(call.viewer, dataset, body.reference_id, body.metadata, overwrite=body.overwrite)
    return TrackOut(track.reference_id, dataset.public_id, track.metadata)


def delete(call: Call, dataset_id: str, body: DeleteTracks) -> TracksDeleted:
    dataset = queries.dataset(call.viewer, dataset_id)
    return TracksDeleted(actions.delete_tracks(call.viewer, dataset, body.track_reference_ids))
