"""The customer's media host, as far as the tests are concerned: a canary that notes everybody who comes near.

    with CanaryServer(cors=True) as canary:
        url = canary.url("/photos/one-640x480.jpg")      # drawn on the fly, always the same picture
        canary.put("/notes.bin", b"...", "application/octet-stream")
        canary.put_film("/clip.mp4", frame_count=30)     # h264; frame i carries the number i, for marks.read_number
        canary.fail(Fault.FORBIDDEN, "/photos/")         # every path that starts so; "" means all
        canary.redirect("https://elsewhere.example/", "/photos/two.jpg")
        ...
        canary.connections   # one Visit per accepted connection, even one that never sent a byte
        canary.requests      # one Asked per request, with its headers and the process that sent it
        canary.knocks        # those that only asked whether anybody is there: HEAD of the front page
        canary.made_by(pids)     # the connections of these processes and their descendants
        canary.foreign_to(pids)  # all the others
    canary.count("/photos/two.jpg")  # how often this very path was asked for
        canary.heal(); canary.forget()

Any path that ends in .jpg, .jpeg, .png or .webp answers with a small picture; `-WIDTHxHEIGHT` before the ending
sets its size (320x240 otherwise). Other paths are 404 unless `put`, or found in `folder`. The answers come from
the same code as `manage.py serve_media`: ranges, ETag, CORS and token behave alike.
A process is looked up in /proc; where that is missing or it has gone, `pid` is None.
"""

import enum
import hashlib
import io
import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from tests.socket_owner import Owner, find_owner
from webapp.demo.drawing.film import write_mp4
from webapp.demo.drawing.marks import paint_marks
from webapp.demo.media_folder import Media, MediaFolders, content_type_of
from webapp.demo.media_server import MediaExchange, MediaServer, ServingRules

PICTURE = re.compile(r"(?:.*-(\d{1,4})x(\d{1,4}))?.*\.(jpe?g|png|webp)", re.IGNORECASE)
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
LOGIN_PAGE = b"<!doctype html><title>Sign in</title><form><input name=user><input type=password></form>"


class Fault(enum.Enum):
    """What can be wrong with somebody else's server."""

    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    GONE = 410
    BUSY = 429
    BROKEN = 500
    OWN_SITE = "the right bytes, which no page of another site may use"
    LOGIN_PAGE = "200 with an HTML sign-in page"
    WRONG_TYPE = "the right bytes, called text/plain"
    HANG = "the request is read and never answered"
    RESET = "the connection is closed without an answer"
    TRUNCATED = "half of the promised bytes, then the connection closes"
    STALL = "half of the promised bytes, then silence"
    WHOLE = "200 and all bytes, whatever range was asked for"
    CORRUPT = "the right type and length, but noise"
    REDIRECT = "302 to another address"


@dataclass(frozen=True, slots=True)
class Visit:
    """One accepted connection."""

    at: float
    peer_port: int
    owner: Owner | None

    @property
    def pid(self) -> int | None:
        return self.owner.pid if self.owner else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `path` without query, `headers` with lower-case names."""

    at: float
    method: str
    path: str
    query: str
    headers: dict[str, str]
    peer_port: int
    owner: Owner | None
    status: int

    @property
    def pid(self) -> int | None:
        return self.owner.pid if self.owner else None


class CanaryServer:
    """A media server on a free port of 127.0.0.1 that records every visit; a context manager."""

    def __init__(
        self, *, cors: bool = False, token: str | None = None, latency_ms: float = 0.0, folder: Path | None = None
    ) -> None:
        self._things: dict[str, Media] = {}
        self._folders = MediaFolders([folder]) if folder else None
        self._faults: dict[str, tuple[Fault, str]] = {}
        self._healed = threading.Event()
        self.connections: list[Visit] = []
        self.requests: list[Asked] = []
        self.knocks: list[Asked] = []
        rules = ServingRules(cors=cors, token=token, latency_ms=latency_ms)
        self._server = _RecordingServer(self, rules)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path.lstrip('/')}"

    def put(self, path: str, body: bytes, content_type: str | None = None) -> str:
        """Serve `body` at `path`; returns its URL."""
        path = "/" + path.lstrip("/")
        self._things[path] = _media(body, content_type or content_type_of(path))
        return self.url(path)

    def put_film(self, path: str, *, frame_count: int, frame_rate: int = 30, size: tuple[int, int] = (320, 180)) -> str:
        """Serve an mp4 whose frames differ and carry their numbers; returns its URL."""
        frames = (
            paint_marks(Image.new("RGB", size, (index * 37 % 200, 90, index * 11 % 200)), index, "")
            for index in range(frame_count)
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "film.mp4"
            write_mp4(file, frames, width=size[0], height=size[1], frame_rate=frame_rate)
            return self.put(path, file.read_bytes())

    def fail(self, fault: Fault, path: str = "") -> None:
        """From now on every path that starts with `path` suffers `fault`; the longest such start counts."""
        self._faults[path] = (fault, "")

    def let_pages_read(self) -> None:
        """Send CORS headers from now on, as after its owner pasted the rule."""
        self._server.rules = replace(self._server.rules, cors=True)

    def redirect(self, to: str, path: str = "") -> None:
        self._faults[path] = (Fault.REDIRECT, to)

    def heal(self) -> None:
        """Forget all faults and let go of what hangs."""
        self._faults.clear()
        self._healed.set()
        self._healed = threading.Event()

    def forget(self) -> None:
        """Start the record anew."""
        self.connections.clear()
        self.requests.clear()
        self.knocks.clear()

    def made_by(self, pids: Iterable[int]) -> list[Visit]:
        """The connections made by one of these processes or a descendant of one."""
        family = set(pids)
        return [visit for visit in self.connections if visit.owner and family & set(visit.owner.line)]

    def foreign_to(self, pids: Iterable[int]) -> list[Visit]:
        """All other connections: those whose process is unknown included."""
        known = self.made_by(pids)
        return [visit for visit in self.connections if visit not in known]

    def count(self, path: str) -> int:
        """How often a path was asked for, preflights aside."""
        return sum(asked.path == path and asked.method == "GET" for asked in self.requests)

    def find(self, url_path: str) -> Media | None:
        """What the server sends for a path, as `MediaSource` asks."""
        if url_path in self._things:
            return self._things[url_path]
        if self._folders and (media := self._folders.find(url_path)):
            return media
        picture = PICTURE.fullmatch(url_path.rsplit("/", 1)[-1])
        if picture is None:
            return None
        width, height = int(picture[1] or 320), int(picture[2] or 240)
        return _media(draw_picture(url_path, width, height, FORMATS[picture[3].lower()]), content_type_of(url_path))

    def fault_of(self, path: str) -> tuple[Fault, str] | None:
        starts = [start for start in self._faults if path.startswith(start)]
        return self._faults[max(starts, key=len)] if starts else None

    def hang(self) -> None:
        self._healed.wait()

    def close(self) -> None:
        self.heal()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def draw_picture(seed: str, width: int, height: int, format: str = "JPEG") -> bytes:
    """A small picture whose colors depend on `seed` alone."""
    color = hashlib.sha256(seed.encode()).digest()
    image = Image.new("RGB", (width, height), (color[0], color[1], color[2]))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width * 0.25, height * 0.2, width * 0.75, height * 0.8), fill=(color[3], color[4], color[5]))
    pen.text((4, 4), seed.rsplit("/", 1)[-1], fill="white", stroke_fill="black", stroke_width=1)
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def _media(body: bytes, content_type: str) -> Media:
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Media(content_type, len(body), 1_700_000_000.0, f'"{digest}"', lambda: io.BytesIO(body))


_ports: set[int] = set()


class _RecordingServer(MediaServer):
    """The real server, plus a note of each connection before its first byte is read."""

    def __init__(self, canary: CanaryServer, rules: ServingRules) -> None:
        self.canary = canary
        self.owners: dict[int, Owner | None] = {}
        super().__init__(("127.0.0.1", 0), canary, rules, exchange=_RecordingExchange)

    def server_bind(self) -> None:
        """Take a port that no canary had before: a browser may still keep what that one served."""
        super().server_bind()
        while self.port in _ports:
            self.socket.close()
            self.socket, self.server_address = socket.socket(), ("127.0.0.1", 0)
            super().server_bind()
        _ports.add(self.port)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        # At once: a client that hangs up quickly has no socket left to be found by.
        owner = find_owner(peer[1], self.port)
        self.owners[peer[1]] = owner
        self.canary.connections.append(Visit(time.time(), peer[1], owner))
        return connection, peer


class _RecordingExchange(MediaExchange):
    """The real answers, plus the faults."""

    server: _RecordingServer

    def answer(self) -> None:
        found = self.server.canary.fault_of(urlsplit(self.path).path)
        if found is None:
            return super().answer()
        fault, target = found
        if isinstance(fault.value, int):
            return self.refuse(HTTPStatus(fault.value), fault.name.lower())
        if fault is Fault.REDIRECT:
            return self._send(302, b"", "text/plain", location=target)
        if fault is Fault.LOGIN_PAGE:
            return self._send(200, LOGIN_PAGE, "text/html; charset=utf-8")
        if fault in (Fault.HANG, Fault.RESET):
            return self._fall_silent(fault)
        media = self.server.canary.find(urlsplit(self.path).path)
        if media is None:
            return self.refuse(HTTPStatus.NOT_FOUND, "No such file.")
        with media.open() as file:
            self._send_spoiled(fault, file.read(), media.content_type)

    def _send_spoiled(self, fault: Fault, body: bytes, content_type: str) -> None:
        if fault is Fault.WRONG_TYPE:
            return self._send(200, body, "text/plain; charset=utf-8")
        if fault is Fault.CORRUPT:
            return self._send(200, bytes(byte ^ 0x5A for byte in body), content_type)
        if fault is Fault.WHOLE:
            return self._send(200, body, content_type)
        if fault is Fault.OWN_SITE:
            return self._send(200, body, content_type, policy="same-site")
        self._send(200, body[: len(body) // 2], content_type, promised_bytes=len(body))
        if fault is Fault.STALL:
            self.wfile.flush()
            self.server.canary.hang()

    def _send(
        self,
        status: int,
        body: bytes,
        content_type: str,
        *,
        location: str | None = None,
        policy: str | None = None,
        promised_bytes: int | None = None,
    ) -> None:
        self.send_response(status)
        if location is not None:
            self.send_header("Location", location)
        if policy is not None:
            self.send_header("Cross-Origin-Resource-Policy", policy)
        self.send_header("Content-Type", content_type)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(promised_bytes or len(body)))
        self._send_cors_headers()
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = self.close_connection or promised_bytes is not None

    def _fall_silent(self, fault: Fault) -> None:
        self._record(0)
        self.close_connection = True
        if fault is Fault.HANG:
            self.server.canary.hang()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self._record(int(code))

    def _record(self, status: int) -> None:
        if not hasattr(self, "headers"):
            return
        asked = urlsplit(self.path)
        port = self.client_address[1]
        is_knock = self.command == "HEAD" and asked.path == "/"
        noted = self.server.canary.knocks if is_knock else self.server.canary.requests
        noted.append(
            Asked(
                at=time.time(),
                method=self.command,
                path=asked.path,
                query=asked.query,
                headers={name.lower(): value for name, value in self.headers.items()},
                peer_port=port,
                owner=self.server.owners.get(port),
                status=status,
            )
        )
