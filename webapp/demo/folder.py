"""Somebody's own folder as a demo: its images become items, each of its videos a scene.

Only names and image headers are read, and only from the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from webapp.demo.contents import DatasetEntry, ImageEntry, SceneEntry
from webapp.privacy.refusals import Invalid

# What browsers show and play.
IMAGE_ENDINGS = frozenset({".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
VIDEO_ENDINGS = frozenset({".m4v", ".mov", ".mp4", ".webm"})
ORIENTATION_TAG = 0x0112
LONGEST_REFERENCE = 1_024


@dataclass
class Walk:
    """What a folder holds; `skipped` are the files that looked like media and are not."""

    images: list[ImageEntry] = field(default_factory=list)
    scenes: list[SceneEntry] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def datasets(self, name: str) -> tuple[DatasetEntry, ...]:
        found = []
        if self.images:
            found.append(DatasetEntry(name, images=tuple(self.images)))
        if self.scenes:
            found.append(DatasetEntry(f"{name} videos", scenes=tuple(self.scenes)))
        return tuple(found)


def walk_folder(root: Path) -> Walk:
    """Describe the folder in the order of its names; raises Invalid when nothing in it can be shown."""
    if not root.is_dir():
        raise Invalid(f"{root} is not a folder.")
    walk = Walk()
    for path in _files(root.resolve()):
        reference = path.relative_to(root.resolve()).as_posix()
        ending = path.suffix.lower()
        if ending not in IMAGE_ENDINGS | VIDEO_ENDINGS:
            continue
        if not _is_text(reference):
            walk.skipped.append(reference.encode(errors="replace").decode())
        elif ending in VIDEO_ENDINGS:
            walk.scenes.append(SceneEntry(reference, reference, None, (), _metadata(path)))
        elif size := _shown_size(path):
            walk.images.append(ImageEntry(reference, reference, *size, _metadata(path)))
        else:
            walk.skipped.append(reference)
    if not (walk.images or walk.scenes):
        endings = " ".join(sorted(IMAGE_ENDINGS | VIDEO_ENDINGS))
        raise Invalid(
            f"{root} holds no image or video that a browser shows; looked for {endings}, in folders below too."
        )
    return walk


def _files(root: Path) -> Iterator[Path]:
    """Everything the media server would serve: nothing hidden, and no link that leads out."""
    for path in sorted(root.rglob("*")):
        names = path.relative_to(root).parts
        if any(name.startswith(".") or "\\" in name for name in names):
            continue
        try:
            if path.is_file() and path.resolve(strict=True).is_relative_to(root):
                yield path
        except (OSError, RuntimeError):
            continue


def _is_text(reference: str) -> bool:
    """A name that is not UTF-8 has no place in JSON."""
    try:
        reference.encode()
    except UnicodeEncodeError:
        return False
    return len(reference) <= LONGEST_REFERENCE and reference.isprintable()


def _shown_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels as a browser shows it: turned as the camera noted. None: no image."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            is_turned = image.getexif().get(ORIENTATION_TAG, 1) in (5, 6, 7, 8)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width) if is_turned else (width, height)


def _metadata(path: Path) -> dict[str, str | int]:
    return {
        "folder": path.parent.name,
        "file_type": path.suffix.lower().removeprefix("."),
        "bytes": path.stat().st_size,
    }
