"""Uploaded payloads: newline-delimited JSON on disk, from the upload until the job that reads it has ended.

A payload is named for its job's request key. It appears under that name only when it is whole and durable.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from django.conf import settings

# A line holds one item, or one scene with up to 3000 frames.
MAX_LINE_BYTES = 20 * 1024 * 1024
# What one transaction stores: larger ones hold the write lock longer, smaller ones wait for the disk more often.
LINES_A_CHUNK = 5_000
CHUNK_BYTES = 2 * 1024 * 1024
KEEP_SECONDS = 24 * 3600
SUFFIX = ".ndjson"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines in their order, None for one that is too long to read; `end` is the offset after them."""

    lines: list[bytes | None]
    end: int


@dataclass(frozen=True, slots=True)
class Payload:
    key: str

    @property
    def path(self) -> Path:
        return Path(settings.UPLOAD_DIR) / f"{self.key}{SUFFIX}"

    def exists(self) -> bool:
        return self.path.exists()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def size(self) -> int:
        return self.path.stat().st_size

    def write(self, parts: Iterable[bytes]) -> Path:
        """Store `parts` durably beside the payload, and say where; `put` then makes them the payload."""
        folder = Path(settings.UPLOAD_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{self.key}.{secrets.token_hex(8)}.part"
        try:
            with open(part, "xb", opener=owner_only) as out:
                for chunk in parts:
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return part

    def put(self, part: Path) -> None:
        """Make a written file the payload, in place of an earlier one, so that a power cut leaves one or the other."""
        part.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def count_lines(self) -> int:
        """How many lines there are, counting one without its end."""
        lines, last = 0, b"\n"
        with self.path.open("rb", buffering=0) as file:
            while block := file.read(8 * CHUNK_BYTES):
                lines += block.count(b"\n")
                last = block[-1:]
        return lines + (last != b"\n")

    def chunk(self, offset: int) -> Chunk:
        """The lines from a byte offset on, as many as one transaction should store, at least one; none at the end."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(offset)
            block = file.read(CHUNK_BYTES)
            while block and b"\n" not in block and len(block) <= MAX_LINE_BYTES:
                more = file.read(CHUNK_BYTES)
                if not more:
                    return Chunk([block], offset + len(block))
                block += more
            if block and b"\n" not in block:
                return Chunk([None], end_of_line(file, offset))
        *lines, _ = block.split(b"\n", LINES_A_CHUNK)
        return Chunk(list(lines), offset + sum(map(len, lines)) + len(lines))


def owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def end_of_line(file: FileIO, offset: int) -> int:
    """The offset after the line that begins at `offset`, reading on without keeping anything."""
    file.seek(offset)
    while block := file.read(CHUNK_BYTES):
        end = block.find(b"\n")
        if end >= 0:
            return offset + end + 1
        offset += len(block)
    return offset


def sweep(live_keys: Collection[str]) -> None:
    """Remove what nobody came back for: files older than a day that no live job reads."""
    limit = time.time() - KEEP_SECONDS
    for path in Path(settings.UPLOAD_DIR).glob("*"):
        if path.name.partition(".")[0] not in live_keys and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
