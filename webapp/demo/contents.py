"""What a demo consists of, described plainly: made from what was drawn or from somebody's folder, then installed."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


class LabelEntry(msgspec.Struct, frozen=True):
    """A box in whole pixels. `track` is the thing's name in a scene, "" for a picture that stands alone.

    `confidence` is None for what is said to be true.
    """

    label: str
    x: int
    y: int
    width: int
    height: int
    track: str
    metadata: dict[str, Any]
    confidence: float | None = None


class ImageEntry(msgspec.Struct, frozen=True):
    """`path` is relative to a served folder; sizes in pixels, None where nobody has measured."""

    reference_id: str
    path: str
    width: int | None
    height: int | None
    metadata: dict[str, Any]
    labels: tuple[LabelEntry, ...] = ()


class SceneEntry(msgspec.Struct, frozen=True):
    """Frames with a `frame_rate`, an mp4 at `video_path`, or both."""

    reference_id: str
    video_path: str | None
    frame_rate: float | None
    frames: tuple[ImageEntry, ...]
    metadata: dict[str, Any]


class SliceEntry(msgspec.Struct, frozen=True):
    name: str
    reference_ids: tuple[str, ...]


class DatasetEntry(msgspec.Struct, frozen=True):
    """A private dataset: of scenes when it has any, else of images."""

    name: str
    images: tuple[ImageEntry, ...] = ()
    scenes: tuple[SceneEntry, ...] = ()
    slices: tuple[SliceEntry, ...] = ()

    @property
    def is_scene(self) -> bool:
        return bool(self.scenes)

    def fingerprint(self, media_url: str) -> str:
        """Changes when anything of it does, or where its media is served."""
        return hashlib.sha256(media_url.encode() + b"\n" + msgspec.json.encode(self)).hexdigest()
