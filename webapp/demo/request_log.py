"""What a media server was asked, one line of JSON per request: the owner's proof of who looked."""

import json
import threading
from datetime import UTC, datetime
from email.message import Message
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Self


class RequestLog:
    """Appends to a file that its owner alone may read. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def write(
        self, *, method: str, path: str, status: int, peer: str, headers: Message, byte_count: int | None
    ) -> None:
        """One line; `path` comes without its query, which may hold a signature. `byte_count` None: not known."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": method,
            "path": path,
            "status": status,
            "bytes": byte_count,
            "peer": peer,
            "agent": headers.get("User-Agent"),
            "referer": headers.get("Referer"),
            "cookie": _cookie_names(headers.get("Cookie")),
            "origin": headers.get("Origin"),
            "range": headers.get("Range"),
        }
        with self._lock:
            self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cookie_names(header: str | None) -> list[str] | None:
    """The names alone: whether any cookie came is the question, its value would be a secret. None: none came."""
    if header is None:
        return None
    try:
        return sorted(SimpleCookie(header)) or ["?"]
    except CookieError:
        return ["?"]
