"""Files of a folder as media: found by the path of a request, never outside the folder."""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote_to_bytes

CONTENT_TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Media:
    """One thing to send: `size` in bytes, `modified` in seconds since 1970, `etag` with its quotes."""

    content_type: str
    size: int
    modified: float
    etag: str
    open: Callable[[], BinaryIO]

    @property
    def last_modified(self) -> str:
        return formatdate(self.modified, usegmt=True)


class MediaSource(Protocol):
    """Where a media server finds what a request names."""

    def find(self, url_path: str) -> Media | None:
        """The media at a still percent-encoded path; None when there is none or it may not be seen."""


class MediaFolders:
    """One or more folders laid over each other: the first one that has the file wins."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._roots = [folder.resolve(strict=True) for folder in folders]

    def find(self, url_path: str) -> Media | None:
        names = _names(url_path)
        if names is None:
            return None
        return next((media for root in self._roots if (media := _inside(root, names))), None)


def content_type_of(name: str) -> str:
    return CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def _names(url_path: str) -> list[str] | None:
    """The path's segments, decoded after splitting so that %2F stays inside a name; None when refused."""
    if not url_path.startswith("/"):
        return None
    names = [os.fsdecode(unquote_to_bytes(segment)) for segment in url_path[1:].split("/")]
    # A dot at the start also refuses "." and ".." and keeps .env and .ssh of a shared folder at home.
    if any(not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name for name in names):
        return None
    return names


def _inside(root: Path, names: list[str]) -> Media | None:
    try:
        path = root.joinpath(*names).resolve(strict=True)
        if not path.is_relative_to(root):
            return None
        facts = path.stat()
    except (OSError, RuntimeError, ValueError):
        return None
    if not stat.S_ISREG(facts.st_mode) or not os.access(path, os.R_OK):
        return None
    return Media(
        content_type=content_type_of(path.name),
        size=facts.st_size,
        modified=facts.st_mtime,
        etag=f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"',
        open=lambda: path.open("rb"),
    )
