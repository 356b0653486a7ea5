"""What a demo consists of, described plainly: made from what was drawn or from somebody's folder, then installed."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


class ImageEntry(msgspec.Struct, frozen=True):
    """`path` is relative to a served folder; sizes in pixels, None where nobody has measured."""

    reference_id: str
    path: str
    width: int | None
    height: int | None
    metadata: dict[str, Any]


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
