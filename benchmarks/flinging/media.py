"""What the grid's benchmark shows: real photographs on a host of their own, under as many addresses as are wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.live import free_port
from tests.shared_data import SHARED_DATA

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("images/coco_cc/images", "video/sam2_bedroom/frames")
DRAWN = 200


@dataclass(frozen=True, slots=True)
class Pictures:
    """A running serve_media."""

    origin: str
    names: tuple[str, ...]
    says: str

    def url(self, number: int) -> str:
        """One of the files; the query makes each address its own, and neighbors differ."""
        return f"{self.origin}/{self.names[number * 7919 % len(self.names)]}?n={number}"


@contextmanager
def serving(folder: Path, *, cors: bool) -> Iterator[Pictures]:
    """The shared photographs, or drawn ones where there are none, by `manage.py serve_media`."""
    folders = [SHARED_DATA / one for one in FOLDERS if (SHARED_DATA / one).is_dir()] or [drawn(folder / "drawn")]
    files = [path for one in folders for path in sorted(one.glob("*.jpg"))]
    mean_kib = sum(path.stat().st_size for path in files) / len(files) / 1024
    port = free_port()
    words = ["manage.py", "serve_media", *map(str, folders), "--port", str(port), "--cors" if cors else "--no-cors"]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=PROJECT,
        env={**os.environ, "TRANSOM_DATA": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()  # type: ignore[union-attr]
        if "Serving" not in said:
            raise SystemExit(f"serve_media did not start: {said}")
        names = tuple(path.name for path in files)
        yield Pictures(f"http://127.0.0.1:{port}", names, f"{len(files)} photographs of {mean_kib:.0f} KiB")
    finally:
        process.terminate()
        process.wait()


def drawn(folder: Path) -> Path:
    folder.mkdir()
    for number in range(DRAWN):
        picture = Image.linear_gradient("L").resize((640, 427)).rotate(number * 7)
        picture.save(folder / f"{number:03}.jpg", quality=85)
    return folder
