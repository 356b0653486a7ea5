"""What the scrubbing benchmark shows: stills and films of 1280x720, made once a run, and servers for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.browser.films import draw_frame, encode_mp4
from tests.live import free_port
from tests.shared_data import SHARED_DATA

PROJECT = Path(__file__).resolve().parents[2]
SIZE = (1280, 720)
STILLS = 200
FILM_FRAMES = 600
RATE_HZ = 30
GROUPS = (60, 250)


@dataclass(frozen=True, slots=True)
class MediaHost:
    """A running serve_media, this many milliseconds away."""

    origin: str
    latency_ms: int

    def still(self, index: int) -> str:
        """Two hundred different pictures; the query makes as many addresses as somebody wants."""
        return f"{self.origin}/stills/{index % STILLS:05}.jpg?n={index}"

    def film(self, group: int) -> str:
        return f"{self.origin}/group-{group}.mp4"


def make_media(folder: Path) -> str:
    """Fill a folder with stills and films; says from what."""
    real = sorted((SHARED_DATA / "video/sam2_bedroom/frames").glob("*.jpg"))
    (folder / "stills").mkdir(parents=True)

    def still(index: int) -> Image.Image:
        picture = Image.open(real[index]) if real else draw_frame(index, SIZE)
        picture = picture.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
        picture.save(folder / "stills" / f"{index:05}.jpg", quality=85)
        return picture

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pictures = list(pool.map(still, range(STILLS)))
    for group in GROUPS:
        frames = (pictures[index % STILLS] for index in range(FILM_FRAMES))
        (folder / f"group-{group}.mp4").write_bytes(encode_mp4(frames, rate_hz=RATE_HZ, group=group))
    size_kib = sum(path.stat().st_size for path in (folder / "stills").iterdir()) / STILLS / 1024
    kind = "a real film's frames" if real else "drawn frames"
    return f"{kind}, {SIZE[0]}x{SIZE[1]}, {size_kib:.0f} KiB each; films of {FILM_FRAMES} frames at {RATE_HZ}/s"


@contextmanager
def serving(folder: Path, data: Path, latency_ms: int) -> Iterator[MediaHost]:
    """`manage.py serve_media --cors` on a free port, in a process of its own."""
    port = free_port()
    words = ["manage.py", "serve_media", str(folder), "--port", str(port), "--cors", "--latency-ms", str(latency_ms)]
    environment = {**os.environ, "TRANSOM_DATA": str(data)}
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()  # type: ignore[union-attr]
        if "Serving" not in said:
            raise SystemExit(f"serve_media did not start: {said}")
        yield MediaHost(f"http://127.0.0.1:{port}", latency_ms)
    finally:
        process.terminate()
        process.wait()
