"""A media host that answers with a picture whoever brings the right thing: a shared access signature, or a cookie."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.media_server import draw_picture

Asked = BaseHTTPRequestHandler


class KeyedHost:
    """Pages may read its files, cookies included. `name` is how browsers call it; `asked` are the paths and queries."""

    def __init__(self, lets_in: Callable[[Asked], bool], name: str = "127.0.0.1") -> None:
        self.asked: list[str] = []
        host = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.asked.append(self.path)
                is_in = lets_in(self)
                body = draw_picture(self.path.partition("?")[0], 320, 240) if is_in else b"no"
                self.send_response(200 if is_in else 403)
                self.send_header("Content-Type", "image/jpeg" if is_in else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin") or "*")
                self.send_header("Access-Control-Allow-Credentials", "true")
                self.send_header("Vary", "Origin")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self._server.daemon_threads = True
        self.origin = f"http://{name}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
