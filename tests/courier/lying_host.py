"""A media host that answers whatever a test says, on loopback addresses that stand for a customer's network."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

CUSTOMER = "127.0.0.2"
# Every address that these tests may connect to (pytest-socket refuses the rest).
LOOPBACK = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"]


class Talk:
    """One connection at the host's end: the request it brought, and ways to answer badly."""

    def __init__(self, wire: socket.socket, over: threading.Event) -> None:
        self._wire, self._over = wire, over
        self.request = ""

    def hear(self) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            block = self._wire.recv(4096)
            if not block:
                break
            received += block
        self.request = received.decode("latin-1")

    def header(self, name: str) -> str | None:
        for line in self.request.split("\r\n")[1:]:
            if line.lower().startswith(f"{name.lower()}: "):
                return line.partition(": ")[2]
        return None

    def say(self, data: bytes) -> None:
        self._wire.sendall(data)

    def answer(self, body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> None:
        self.head(f"Content-Length: {len(body) if length is None else length}", *headers, status=status)
        self.say(body)

    def head(self, *headers: str, status: str = "200 OK") -> None:
        self.say("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1"))

    def chunk(self, data: bytes) -> None:
        self.say(b"%x\r\n%s\r\n" % (len(data), data))

    def forever(self, data: bytes, *, pause_s: float = 0.0) -> None:
        while not self._over.wait(pause_s):
            self.say(data)

    def fall_silent(self) -> None:
        self._over.wait()

    def reset(self) -> None:
        """Let the end of this connection be a reset."""
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Reply = Callable[[Talk], None]


class LyingHost:
    """A listening host; a context manager. `requests` has what was asked, `connections` counts."""

    def __init__(
        self, reply: Reply, *, address: str = CUSTOMER, port: int = 0, context: ssl.SSLContext | None = None
    ) -> None:
        self._reply, self._context = reply, context
        self._over = threading.Event()
        self._listener = socket.create_server((address, port))
        self.address, self.port = self._listener.getsockname()[:2]
        self.requests: list[str] = []
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(wire,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, wire: socket.socket) -> None:
        # Whoever is lied to hangs up.
        with suppress(OSError):
            try:
                if self._context is not None:
                    wire = self._context.wrap_socket(wire, server_side=True)
                talk = Talk(wire, self._over)
                talk.hear()
                self.requests.append(talk.request)
                self._reply(talk)
            finally:
                wire.close()

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
