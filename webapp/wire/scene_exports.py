"""Route 84: scenes with their annotations track by track, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from webapp.datasets import queries
from webapp.datasets.actions.locking import require_scenes
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import Kind
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call
from webapp.wire.exports import of_latest_task
from webapp.wire.page_tokens import PageAsked, token_after
from webapp.wire.rows_out import video_url

# The SDK asks for no more at once.
MAX_SCENES = 30
LABELS_A_PAGE = 100_000
SCENE_BY_SCENE = 1
FRAMES_AT_ONCE = 500


class ScenesAsked(PageAsked):
    """`sliceId` is of a slice of scenes. With `onlyMostRecentTask` labels of a frame's earlier tasks are left out."""

    slice_id: str | None = None
    only_most_recent_task: bool = False


class SceneAbout(msgspec.Struct, rename={"file_location": "fileLocation"}):
    """`fileLocation` is the scene's mp4, null where it is made of frames alone."""

    id: str
    reference_id: str
    metadata: dict[str, Any]
    type: str
    file_location: str | None


class TrackFrame(msgspec.Struct):
    """A label of a track in one frame; `key` is the frame's index. What is no box has its bounds here, and beside
    them its kind and geometry.
    """

    left: int | float
    top: int | float
    width: int | float
    height: int | float
    key: str
    dataset_item_id: str
    metadata: msgspec.Raw
    type: str | msgspec.UnsetType = msgspec.UNSET
    geometry: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class SceneTrack(msgspec.Struct):
    label: str
    name: str
    frames: list[TrackFrame]


class SceneRow(msgspec.Struct):
    """A scene, and its annotations that have a place in the picture, by track."""

    scene: SceneAbout
    annotations: dict[str, SceneTrack]


class ScenePage(msgspec.Struct, rename="camel"):
    """One page of scenes; it ends early where there are many labels."""

    data: list[SceneRow]
    next_page_token: str | None


class BoxText(msgspec.Struct):
    x: int | float
    y: int | float
    width: int | float
    height: int | float


class Named(NamedTuple):
    """A label with the id of its track, and whether only its own id names that."""

    track: str
    is_by_own_id: bool


read_box = msgspec.json.Decoder(BoxText).decode


def page(call: Call, dataset_id: str, body: ScenesAsked) -> ScenePage:
    dataset = queries.dataset(call.viewer, dataset_id)
    require_scenes(dataset)
    chosen = None if body.slice_id is None else scene_slice(call, dataset, body.slice_id)
    rows: list[SceneRow] = []
    labels, after = 0, body.after()
    while len(rows) < min(body.limit(), MAX_SCENES) and labels < LABELS_A_PAGE:
        scenes = queries.scenes(call.viewer, dataset)
        if chosen is None:
            found = queries.page_of(scenes, after=after, limit=SCENE_BY_SCENE)
        else:
            found = queries.slice_page(call.viewer, chosen, after=after, limit=SCENE_BY_SCENE)
        for scene in found.rows:
            row = scene_row(call, dataset, scene, is_latest=body.only_most_recent_task)
            labels += sum(len(track.frames) for track in row.annotations.values())
            rows.append(row)
        if (after := found.after) is None:
            break
    return ScenePage(rows, token_after(after))


def scene_slice(call: Call, dataset: Dataset, slice_id: str) -> Slice:
    found = queries.slice_(call.viewer, slice_id)
    if found.dataset_id != dataset.pk or found.kind != Slice.Kind.SCENES:
        raise Invalid("sliceId must be of a slice of this dataset's scenes.")
    return found


def scene_row(call: Call, dataset: Dataset, scene: Scene, *, is_latest: bool) -> SceneRow:
    about = SceneAbout(scene.public_id, scene.reference_id, scene.metadata, "video", video_url(scene))
    tracks: dict[str, SceneTrack] = {}
    count, by_own_id = 0, True
    for frame, rows in frames_with_labels(call, dataset, scene):
        for row in of_latest_task(rows) if is_latest else rows:
            if row.left is None:
                continue
            named = name_of(row, scene)
            count, by_own_id = count + 1, by_own_id and named.is_by_own_id
            track = tracks.setdefault(named.track, SceneTrack(row.label, named.track, []))
            track.frames.append(track_frame(frame, row))
    if count > 1 and by_own_id and len(tracks) == count:
        raise Invalid(
            f"The annotations of the scene {scene.reference_id[:200]!r} name no tracks, and every annotation id is of"
            " one frame alone, so nothing can be grouped; give them a track_reference_id."
        )
    return SceneRow(about, tracks)


def frames_with_labels(call: Call, dataset: Dataset, scene: Scene) -> Iterator[tuple[Item, Sequence[LabelRow]]]:
    """A scene's frames in order, each with its annotations."""
    frames = queries.frames(call.viewer, scene)
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        some = frames[start : start + FRAMES_AT_ONCE]
        by_item: dict[int | None, list[LabelRow]] = {}
        for row in label_queries.labels_of_items(call.viewer, dataset, [frame.pk for frame in some]):
            by_item.setdefault(row.item_pk, []).append(row)
        yield from ((frame, by_item.get(frame.pk, [])) for frame in some)


def name_of(row: LabelRow, scene: Scene) -> Named:
    """The track by the SDK's order: the label's own, two keys of its metadata, its annotation id; else Invalid."""
    if row.track is not None:
        return Named(row.track, is_by_own_id=False)
    metadata = msgspec.json.decode(row.metadata)
    for key in ("track_reference_id", "track_id"):
        if isinstance(metadata.get(key), (str, int)):
            return Named(str(metadata[key]), is_by_own_id=False)
    if row.annotation_id is None:
        raise Invalid(
            f"An annotation of the scene {scene.reference_id[:200]!r} ({public_id.encode('ann', row.pk)}) has neither a"
            " track_reference_id nor an annotation_id, so nothing can be grouped."
        )
    return Named(row.annotation_id, is_by_own_id=True)


def track_frame(frame: Item, row: LabelRow) -> TrackFrame:
    key, metadata = str(frame.frame_index), msgspec.Raw(row.metadata.encode())
    if row.kind == Kind.BOX:
        box = read_box(row.geometry)
        return TrackFrame(box.x, box.y, box.width, box.height, key, frame.public_id, metadata)
    left, top, right, bottom = row.left or 0, row.top or 0, row.right or 0, row.bottom or 0
    return TrackFrame(
        left,
        top,
        right - left,
        bottom - top,
        key,
        frame.public_id,
        metadata,
        row.kind,
        msgspec.Raw(row.geometry.encode()),
    )
