"""Shared copies in a local folder, named by their SHA-256; a name there means that the whole file is there, durably.

Bytes arrive in `incoming/`, on the same file system, and get their name by a rename after they are synced. What a
killed process leaves is a part without a name, which `sweep` removes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import time
import uuid
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from webapp.courier.limits import MIB

SUFFIX = ".part"
OLD_PART_S = 24 * 3600.0
_PART_NAME = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Part:
    """A file that is being written; `close` it, then keep or discard it by the store."""

    def __init__(self, path: Path, *, is_new: bool) -> None:
        """Open it: a new one empty, an old one at its end with its hash made again.

        Raises OSError, FileNotFoundError for an old one that is gone or that somebody else is writing.
        """
        flags = os.O_CREAT | os.O_EXCL if is_new else 0
        self.path = path
        self.byte_count = 0
        self.is_ready = False
        self._digest = sha256()
        self._handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | flags, 0o600)
        try:
            self._claim()
        except BaseException:
            self.close()
            raise
        while block := os.read(self._handle, MIB):
            self._count(block)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def sha256(self) -> str:
        """The hash of what was written until now."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Append; raises OSError when the disk takes no more."""
        self.is_ready = False
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        self._count(chunk)

    def restart(self) -> None:
        """Forget all that was written."""
        self.is_ready = False
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        self.byte_count = 0
        self._digest = sha256()

    def sync(self) -> None:
        os.fsync(self._handle)

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def _claim(self) -> None:
        """Take the lock of who writes; two couriers on one part would store what neither has hashed."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileNotFoundError(errno.ENOENT, "the part is being written") from None
        # The writer before us may have given it its final name since we opened it.
        if os.fstat(self._handle).st_ino != self.path.stat().st_ino:
            raise FileNotFoundError(errno.ENOENT, "the part was replaced")

    def _count(self, block: bytes) -> None:
        self._digest.update(block)
        self.byte_count += len(block)


class Store:
    """A folder of shared copies; every method may raise OSError, and then nothing new has a name that lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._lasting: set[Path] = set()

    def path_of(self, sha256: str) -> Path:
        """Return where a copy is, or would be; raises ValueError for anything but 64 hexadecimal digits."""
        if _SHA256.fullmatch(sha256) is None:
            raise ValueError("A shared copy is named by the 64 hexadecimal digits of its SHA-256.")
        return self._folder / sha256[:2] / sha256

    def new_part(self) -> Part:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._incoming.mkdir(exist_ok=True, mode=0o700)
        return Part(self._part_path(uuid.uuid4().hex), is_new=True)

    def old_part(self, name: str) -> Part | None:
        """Return the part to go on with, None when it is gone or in use; raises ValueError for no part's name."""
        if _PART_NAME.fullmatch(name) is None:
            raise ValueError("This is no name of a part.")
        try:
            return Part(self._part_path(name), is_new=False)
        except FileNotFoundError:
            return None

    def ready(self, part: Part) -> None:
        """Do what takes long of `keep` beforehand: its bytes are on the disk then, and so is its folder."""
        part.sync()
        folder = self.path_of(part.sha256).parent
        is_new = not folder.is_dir()
        folder.mkdir(exist_ok=True, mode=0o700)
        # Once also for a folder that is there already: whoever made it may have been killed before this.
        if is_new or folder not in self._lasting:
            _sync_folder(self._folder)
            self._lasting.add(folder)
        part.is_ready = True

    def keep(self, part: Part) -> str:
        """Make the part a copy under its hash, which is returned; the same bytes twice are one file."""
        self.name(part)
        self.sync_names([part.sha256])
        return part.sha256

    def name(self, part: Part) -> None:
        """Give the part its name as a copy, which lasts when `sync_names` was called for it."""
        if not part.is_ready:
            self.ready(part)
        part.path.replace(self.path_of(part.sha256))
        part.close()

    def sync_names(self, names: Iterable[str]) -> None:
        """Make these copies' names last."""
        first, *others = {self.path_of(name).parent for name in names}
        # A file system that is asked for several at once writes them at once; one after the other, each takes as long.
        with ThreadPoolExecutor(len(others) or 1) as threads:
            synced = threads.map(_sync_folder, others)
            _sync_folder(first)
            list(synced)

    def discard(self, part: Part) -> None:
        """Remove a part; one that cannot be removed is left to the sweeper."""
        with suppress(OSError):
            part.close()
        with suppress(OSError):
            part.path.unlink(missing_ok=True)

    def sweep(self, *, older_than_s: float = OLD_PART_S, keep: Collection[str] = ()) -> int:
        """Remove parts that nobody has written to for so long, and returns how many.

        `keep` are names of parts that are to be gone on with: those stay for a day.
        """
        limit, last_limit = time.time() - older_than_s, time.time() - OLD_PART_S
        parts = [(path, path.stat().st_mtime) for path in self._incoming.glob(f"*{SUFFIX}")]
        old = [path for path, at in parts if at <= (last_limit if path.stem in keep else limit)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _part_path(self, name: str) -> Path:
        return self._incoming / f"{name}{SUFFIX}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
