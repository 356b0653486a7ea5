"""From our rows to the SDK's objects. Here, and for masks in labels_out.py, media URLs are revealed; nowhere else.

Who gets these objects has shown a key that may see the rows; the URL is theirs, and goes back unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from webapp.datasets.models import Item, Scene
from webapp.datasets.queries import Page
from webapp.privacy import public_id
from webapp.promotions.opening import shared_files
from webapp.wire.call import Call, Streamed
from webapp.wire.labels_out import LabelOut
from webapp.wire.tracks import TrackOut

ROWS_A_PART = 2_000


class ItemOut(msgspec.Struct):
    """`image_url` is the URL as it was sent, or, for an uploaded file, a link to it that ends within minutes.

    `processed_url`, for who asks for served images, is a link to the approved copy where there is one, else the same.
    """

    id: str
    dataset_item_id: str
    reference_id: str
    ref_id: str
    image_url: str
    original_image_url: str
    metadata: dict[str, Any]
    width: int | None
    height: int | None
    processed_url: str | msgspec.UnsetType = msgspec.UNSET


class SceneListed(msgspec.Struct):
    """A scene without its frames, as lists hold it."""

    id: str
    reference_id: str
    type: str
    metadata: dict[str, Any]


class SceneOut(msgspec.Struct):
    """A video scene with its frames in order; `video_url` is null when it is made of frames alone.

    `annotations` are those of the scene as a whole, its categories, and left out where there are none.
    """

    id: str
    reference_id: str
    type: str
    frame_rate: float | None
    video_url: str | None
    frames: list[ItemOut]
    metadata: dict[str, Any]
    tracks: list[TrackOut] = []
    annotations: dict[str, list[LabelOut]] | msgspec.UnsetType = msgspec.UNSET


class RawItemOut(msgspec.Struct):
    """An item as exportRawItems gives it; `scale_url` is where a copy is, or the original of what has none."""

    id: str
    ref_id: str
    metadata: dict[str, Any]
    original_url: str
    scale_url: str


def item_out(call: Call, item: Item) -> ItemOut:
    return items_out(call, [item])[0]


def items_out(call: Call, items: Sequence[Item]) -> list[ItemOut]:
    ids = public_id.encode_many("di", [item.pk for item in items])
    made = []
    for name, item in zip(ids, items, strict=True):
        url = image_url(call, item)
        reference = item.reference_id
        made.append(ItemOut(name, name, reference, reference, url, url, item.metadata, item.width, item.height))
    return made


def raw_items_out(call: Call, items: Sequence[Item]) -> list[RawItemOut]:
    served = served_urls(call, items)
    return [
        RawItemOut(
            item.public_id, item.reference_id, item.metadata, url := image_url(call, item), served.get(item.pk, url)
        )
        for item in items
    ]


def image_url(call: Call, item: Item) -> str:
    return item.url.reveal() if item.url is not None else call.links.to(item.pk, item.file_id)


def served_urls(call: Call, items: Sequence[Item]) -> dict[int, str]:
    """Links to what is kept of these items: files that were uploaded, and approved copies; by the item's key."""
    return {item_pk: call.links.to(item_pk, file_pk) for item_pk, file_pk in shared_files(items).items()}


def scenes_out(_call: Call, scenes: Sequence[Scene]) -> list[SceneListed]:
    return [SceneListed(scene.public_id, scene.reference_id, "video", scene.metadata) for scene in scenes]


def scene_out(call: Call, scene: Scene, frames: Sequence[Item]) -> SceneOut:
    return SceneOut(
        id=scene.public_id,
        reference_id=scene.reference_id,
        type="video",
        frame_rate=whole_if_whole(scene.frame_rate),
        video_url=video_url(scene),
        frames=items_out(call, frames),
        metadata=scene.metadata,
    )


def video_url(scene: Scene) -> str | None:
    return scene.video_url.reveal() if scene.video_url is not None else None


def whole_if_whole(rate: float | None) -> float | None:
    return int(rate) if rate is not None and rate.is_integer() else rate


def streamed_list(head: bytes, pages: Iterable[Sequence[Any]], tail: bytes = b"}") -> Streamed:
    """`head`, all rows of all pages as one JSON list, and `tail`; `head` is an object up to its last value."""

    def parts() -> Iterator[bytes]:
        yield head + b"["
        comma = b""
        for page in pages:
            if page:
                yield comma + msgspec.json.encode(page)[1:-1]
                comma = b","
        yield b"]" + tail

    return Streamed(parts())


def all_pages(read: Callable[[int | None], Page[Any]]) -> Iterator[list[Any]]:
    """The rows of every page, one page in memory at a time; `read` takes the key to go on after."""
    after = None
    while True:
        page = read(after)
        yield page.rows
        if (after := page.after) is None:
            return


def moment(at: datetime) -> str:
    """A time as the SDK parses it: UTC, three fraction digits, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
