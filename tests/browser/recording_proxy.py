"""Stands before a server and keeps every byte that browsers send it, whatever part of a request it is in."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PIECE_BYTES = 65_536


class RecordingProxy:
    """`url` is the server's, at another port; `sent` is what came in, connection by connection."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._target = ("127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://{parts.hostname}:{self._listener.getsockname()[1]}"
        self.sent: list[bytearray] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def everything(self) -> bytes:
        return b"\n".join(bytes(one) for one in self.sent)

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        kept = bytearray()
        self.sent.append(kept)
        with browser, socket.create_connection(self._target) as server:
            back = threading.Thread(target=_carry, args=(server, browser, None), daemon=True)
            back.start()
            _carry(browser, server, kept)
            back.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()


def _carry(from_: socket.socket, to: socket.socket, record: bytearray | None) -> None:
    """Pass on what comes until one of the two has hung up, and hang up on the other."""
    with contextlib.suppress(OSError):
        while piece := from_.recv(PIECE_BYTES):
            if record is not None:
                record += piece
            to.sendall(piece)
    for one in (from_, to):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
