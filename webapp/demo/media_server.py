"""A static media server on the standard library: the stand-in for a customer's own host.

It only answers; it contacts nobody, and needs neither database nor settings. The command is serve_media.
"""

import hmac
import socket
import socketserver
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

from webapp.datasets.byte_range import ByteRange, RangeNotSatisfiable, parse_range
from webapp.demo.media_folder import Media, MediaSource
from webapp.demo.request_log import RequestLog

EXPOSED_HEADERS = "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified"
ALLOWED_HEADERS = "Authorization, If-Match, If-Modified-Since, If-None-Match, If-Range, Range"
ALLOWED_METHODS = "GET, HEAD, OPTIONS"
IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ServingRules:
    """How a server answers: `readers` are the page origins CORS admits (None: every page)."""

    cors: bool = False
    readers: frozenset[str] | None = None
    token: str | None = None
    latency_ms: float = 0.0


class MediaServer(ThreadingHTTPServer):
    """Serves `source` at `address`; port 0 takes a free one, which `port` then tells."""

    daemon_threads = True
    # Two servers on one port would share its visitors by chance.
    allow_reuse_port = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        source: MediaSource,
        rules: ServingRules,
        *,
        log: RequestLog | None = None,
        exchange: "type[MediaExchange] | None" = None,
    ) -> None:
        self.source = source
        self.rules = rules
        self.log = log
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, exchange or MediaExchange)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def server_bind(self) -> None:
        # HTTPServer.server_bind would look its own name up in the DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: browsers hang up in the middle of a file all day, and that is no error of ours."""


class MediaExchange(BaseHTTPRequestHandler):
    """The requests of one connection, kept open between them."""

    server: MediaServer
    protocol_version = "HTTP/1.1"
    server_version = "transom-media"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    # Headers and a small file then leave in one packet.
    wbufsize = 64 * 1024
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n"
    # Of the answer that is about to begin; None where it is not known before.
    body_bytes: int | None = None

    def version_string(self) -> str:
        return self.server_version

    def do_GET(self) -> None:
        self._wait()
        self.answer()

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        """The browser's preflight, which never carries a token, so none is asked for."""
        self._wait()
        self.send_response(HTTPStatus.NO_CONTENT)
        self.send_header("Allow", ALLOWED_METHODS)
        self._send_cors_headers(is_preflight=True)
        self.end_headers()

    def _refuse_method(self) -> None:
        # The body is unread, so the connection cannot be used again.
        self.close_connection = True
        self.refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"This server only reads: {ALLOWED_METHODS}.")

    do_POST = do_PUT = do_PATCH = do_DELETE = _refuse_method

    def answer(self) -> None:
        """Send what the path names, or say why not."""
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        if not self._has_token():
            return self.refuse(HTTPStatus.UNAUTHORIZED, "This media needs its token.")
        media = self.server.source.find(urlsplit(self.path).path)
        if media is None:
            return self.refuse(HTTPStatus.NOT_FOUND, "No such file.")
        if self._is_unchanged(media):
            return self._send_unchanged(media)
        try:
            asked = self._asked_range(media)
        except RangeNotSatisfiable:
            return self.refuse(
                HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                "The range lies outside the file.",
                content_range=f"bytes */{media.size}",
            )
        try:
            with media.open() as file:
                self._send_media(media, file, asked)
        except FileNotFoundError:
            self.refuse(HTTPStatus.NOT_FOUND, "No such file.")

    def refuse(self, status: HTTPStatus, sentence: str, *, content_range: str | None = None) -> None:
        body = f"{sentence}\n".encode()
        self.body_bytes = 0 if self.command == "HEAD" else len(body)
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            # Bearer, not Basic: a browser must not ask the person for a password.
            self.send_header("WWW-Authenticate", "Bearer")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ALLOWED_METHODS)
        if content_range is not None:
            self.send_header("Content-Range", content_range)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self._send_cors_headers()
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_media(self, media: Media, file: BinaryIO, asked: ByteRange | None) -> None:
        part = asked or ByteRange(0, media.size)
        self.body_bytes = 0 if self.command == "HEAD" else part.length
        self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
        self.send_header("Content-Type", media.content_type)
        self.send_header("Content-Length", str(part.length))
        if asked:
            self.send_header("Content-Range", part.content_range(media.size))
        self._send_facts(media)
        self.end_headers()
        if self.command == "HEAD" or not part.length:
            return
        self.wfile.flush()
        sent = self.connection.sendfile(file, part.start, part.length)
        if sent < part.length:
            # The file shrank; only a closed connection tells the reader that bytes are missing.
            self.close_connection = True

    def _send_unchanged(self, media: Media) -> None:
        self.send_response(HTTPStatus.NOT_MODIFIED)
        self._send_facts(media)
        self.end_headers()

    def _send_facts(self, media: Media) -> None:
        self.send_header("ETag", media.etag)
        self.send_header("Last-Modified", media.last_modified)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "private, max-age=300")
        self.send_header("X-Content-Type-Options", "nosniff")
        self._send_cors_headers()

    def _send_cors_headers(self, *, is_preflight: bool = False) -> None:
        rules = self.server.rules
        if not rules.cors:
            return
        origin = self.headers.get("Origin")
        if rules.readers is None:
            self.send_header("Access-Control-Allow-Origin", "*")
        else:
            self.send_header("Vary", "Origin")
            if origin not in rules.readers:
                return
            self.send_header("Access-Control-Allow-Origin", origin)
        self.send_header("Access-Control-Expose-Headers", EXPOSED_HEADERS)
        if is_preflight:
            self.send_header("Access-Control-Allow-Methods", ALLOWED_METHODS)
            self.send_header("Access-Control-Allow-Headers", ALLOWED_HEADERS)
            self.send_header("Access-Control-Max-Age", "86400")

    def _asked_range(self, media: Media) -> ByteRange | None:
        """The part to send; None means all of it. Raises RangeNotSatisfiable."""
        if self.command == "HEAD":
            return None
        condition = self.headers.get("If-Range")
        if condition is not None and condition.strip() not in (media.etag, media.last_modified):
            return None
        return parse_range(self.headers.get("Range"), media.size)

    def _is_unchanged(self, media: Media) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
            return "*" in tags or media.etag in tags
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return int(media.modified) <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def _has_token(self) -> bool:
        token = self.server.rules.token
        if token is None:
            return True
        given = parse_qs(urlsplit(self.path).query).get("token", [])
        scheme, _, bearer = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given.append(bearer.strip())
        return any(hmac.compare_digest(text.encode(errors="replace"), token.encode()) for text in given)

    def _wait(self) -> None:
        if self.server.rules.latency_ms:
            time.sleep(self.server.rules.latency_ms / 1000)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if self.server.log is not None and hasattr(self, "headers"):
            self.server.log.write(
                method=self.command,
                path=urlsplit(self.path).path,
                status=int(code),
                peer=f"{self.client_address[0]}:{self.client_address[1]}",
                headers=self.headers,
                byte_count=self.body_bytes,
            )
        self.body_bytes = None

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the console: paths belong in the log file somebody asked for."""
