"""How many bytes, how long and how slow a download may be, for each kind of media. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

KIB, MIB, GIB = 1024, 1024**2, 1024**3


class MediaKind(StrEnum):
    """What somebody declared an item to be."""

    IMAGE = "image"
    POINT_CLOUD = "point cloud"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes, seconds and pixels; each is the most that is accepted, except `min_rate`."""

    max_bytes: int
    max_head_bytes: int = 32 * KIB
    chunk_bytes: int = 64 * KIB
    resolve_s: float = 3.0
    connect_s: float = 5.0
    tls_s: float = 5.0
    head_s: float = 15.0
    idle_s: float = 20.0
    total_base_s: float = 60.0
    # The body may take its size over this many bytes a second more than the base.
    total_rate: float = MIB
    # Bytes a second, over each window.
    min_rate: float = 10 * KIB
    rate_window_s: float = 30.0
    max_redirects: int = 3
    max_side_px: int = 65_535
    max_pixels: int = 200_000_000

    def total_s(self, size: int | None) -> float:
        """Return how long a whole body of `size` bytes may take; None means that the size is not known."""
        return self.total_base_s + (self.max_bytes if size is None else size) / self.total_rate


LIMITS: Mapping[MediaKind, Limits] = MappingProxyType(
    {
        MediaKind.IMAGE: Limits(max_bytes=50 * MIB),
        MediaKind.POINT_CLOUD: Limits(max_bytes=500 * MIB),
        MediaKind.VIDEO: Limits(max_bytes=5 * GIB),
    }
)
