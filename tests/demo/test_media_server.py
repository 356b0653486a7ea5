"""The stand-in for a customer's media host answers browsers the way real hosts do."""

import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules
from webapp.demo.request_log import RequestLog

BODY = bytes(range(256)) * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "media"
    (root / "sub").mkdir(parents=True)
    (root / "clip.mp4").write_bytes(BODY)
    (root / "sub" / "a b#c é+100%.JPG").write_bytes(b"jpeg bytes")
    (root / "empty.png").write_bytes(b"")
    (root / ".secret").write_text("no")
    (tmp_path / "outside.jpg").write_bytes(b"outside")
    (root / "escape.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "inside.jpg").symlink_to(root / "clip.mp4")
    os.mkfifo(root / "pipe.jpg")
    return root


class Client:
    """One kept-alive connection to a server running in this process."""

    def __init__(self, server: MediaServer) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

    def ask(
        self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET"
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request(method, path, headers=headers or {})
        response = self._connection.getresponse()
        return response, response.read()

    def close(self) -> None:
        self._connection.close()


class Serving:
    """Starts servers over one folder and stops them after the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stops: list[MediaServer] = []
        self._clients: list[Client] = []

    def __call__(self, rules: ServingRules | None = None, log: RequestLog | None = None) -> Client:
        server = MediaServer(("127.0.0.1", 0), MediaFolders([self._folder]), rules or ServingRules(), log=log)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self._stops.append(server)
        self._clients.append(Client(server))
        return self._clients[-1]

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        for server in self._stops:
            server.shutdown()
            server.server_close()


@pytest.fixture
def serve(folder: Path) -> Iterator[Serving]:
    serving = Serving(folder)
    yield serving
    serving.stop()


def test_whole_file_comes_with_type_length_and_validators(serve: Serving) -> None:
    response, body = serve().ask("/clip.mp4")
    assert (response.status, body) == (200, BODY)
    assert response.headers["Content-Type"] == "video/mp4"
    assert response.headers["Content-Length"] == str(len(BODY))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["ETag"].startswith('"')
    assert response.headers["Last-Modified"].endswith("GMT")
    assert response.headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    ("asked", "part", "content_range"),
    [
        ("bytes=0-99", BODY[:100], "bytes 0-99/10240"),
        ("bytes=10000-", BODY[10000:], "bytes 10000-10239/10240"),
        ("bytes=-5", BODY[-5:], "bytes 10235-10239/10240"),
        ("bytes=-99999", BODY, "bytes 0-10239/10240"),
        ("bytes=10239-999999", BODY[-1:], "bytes 10239-10239/10240"),
        (f"bytes=0-{'9' * 5000}", BODY, "bytes 0-10239/10240"),
    ],
)
def test_range_gets_exactly_its_bytes(serve: Serving, asked: str, part: bytes, content_range: str) -> None:
    response, body = serve().ask("/clip.mp4", {"Range": asked})
    assert (response.status, body) == (206, part)
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Content-Length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999-100000", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_range_outside_the_file_is_416_with_the_size(serve: Serving, asked: str) -> None:
    response, _ = serve().ask("/clip.mp4", {"Range": asked})
    assert response.status == 416
    assert response.headers["Content-Range"] == "bytes */10240"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes 0-1"])
def test_range_not_understood_gets_the_whole_file(serve: Serving, asked: str) -> None:
    response, body = serve().ask("/clip.mp4", {"Range": asked})
    assert (response.status, body) == (200, BODY)


def test_empty_file_is_served_and_has_no_ranges(serve: Serving) -> None:
    client = serve()
    response, body = client.ask("/empty.png")
    assert (response.status, body) == (200, b"")
    assert client.ask("/empty.png", {"Range": "bytes=0-0"})[0].status == 416


def test_head_has_the_headers_and_no_body(serve: Serving) -> None:
    response, body = serve().ask("/clip.mp4", {"Range": "bytes=0-1"}, method="HEAD")
    assert (response.status, response.headers["Content-Length"], body) == (200, "10240", b"")


def test_known_etag_or_date_is_not_sent_again(serve: Serving) -> None:
    client = serve()
    first, _ = client.ask("/clip.mp4")
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert client.ask("/clip.mp4", {"If-None-Match": f'"x", W/{etag}'})[0].status == 304
    assert client.ask("/clip.mp4", {"If-None-Match": '"x"', "If-Modified-Since": modified})[0].status == 200
    assert client.ask("/clip.mp4", {"If-Modified-Since": modified})[0].status == 304
    assert client.ask("/clip.mp4", {"If-Modified-Since": "yesterday"})[0].status == 200


def test_if_range_sends_the_part_only_of_the_same_file(serve: Serving) -> None:
    client = serve()
    etag = client.ask("/clip.mp4")[0].headers["ETag"]
    assert client.ask("/clip.mp4", {"Range": "bytes=0-1", "If-Range": etag})[0].status == 206
    assert client.ask("/clip.mp4", {"Range": "bytes=0-1", "If-Range": '"older"'})[0].status == 200


def test_changed_file_gets_another_etag(serve: Serving, folder: Path) -> None:
    client = serve()
    before = client.ask("/clip.mp4")[0].headers["ETag"]
    (folder / "clip.mp4").write_bytes(b"other")
    assert client.ask("/clip.mp4")[0].headers["ETag"] != before


def test_names_with_spaces_hash_percent_and_unicode_are_found(serve: Serving) -> None:
    response, body = serve().ask("/sub/a%20b%23c%20%C3%A9+100%25.JPG?signature=1")
    assert (response.status, body) == (200, b"jpeg bytes")
    assert response.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.jpg",
        "/sub/../../outside.jpg",
        "/%2e%2e/outside.jpg",
        "/sub/..%2f..%2foutside.jpg",
        "/%2e%2e%2foutside.jpg",
        "/..%5coutside.jpg",
        "//etc/passwd",
        "/%00clip.mp4",
        "/clip.mp4%00",
        "/escape.jpg",
        "/.secret",
        "/pipe.jpg",
        "/sub",
        "/sub/",
        "/",
        "/clip.mp4/",
        "/nothing.jpg",
        "/" + "x" * 5000,
        "http://elsewhere.example/clip.mp4/..",
    ],
)
def test_nothing_outside_the_folder_and_no_listing(serve: Serving, path: str) -> None:
    response, body = serve().ask(path)
    assert response.status == 404
    assert b"outside" not in body


def test_link_that_stays_inside_is_followed(serve: Serving) -> None:
    assert serve().ask("/inside.jpg")[1] == BODY


def test_first_of_several_folders_wins(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "clip.mp4").write_bytes(b"first")
    folders = MediaFolders([other, folder])
    assert [media.size for path in ("/clip.mp4", "/empty.png") if (media := folders.find(path))] == [5, 0]


def test_other_methods_are_refused(serve: Serving) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response, _ = serve().ask("/clip.mp4", method=method)
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_connection_is_kept_between_requests(serve: Serving) -> None:
    client = serve()
    ports = {
        client.ask(path) and client._connection.sock.getsockname()[1] for path in ("/clip.mp4", "/no", "/clip.mp4")
    }
    assert len(ports) == 1


def test_without_cors_no_page_may_read(serve: Serving) -> None:
    response, _ = serve().ask("/clip.mp4", {"Origin": "http://app.example"})
    preflight, _ = serve().ask("/clip.mp4", {"Origin": "http://app.example"}, method="OPTIONS")
    for answer in (response, preflight):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_with_cors_every_page_may_read_ranges(serve: Serving) -> None:
    client = serve(ServingRules(cors=True, token="t"))
    preflight, _ = client.ask("/clip.mp4", {"Origin": "http://app.example"}, method="OPTIONS")
    assert preflight.status == 204
    assert "Range" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    response, _ = client.ask("/clip.mp4?token=t", {"Origin": "http://app.example", "Range": "bytes=0-1"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in response.headers["Access-Control-Expose-Headers"]
    assert client.ask("/clip.mp4")[0].headers["Access-Control-Allow-Origin"] == "*", "a 401 must be readable too"


def test_with_readers_only_their_pages_may_read(serve: Serving) -> None:
    client = serve(ServingRules(cors=True, readers=frozenset(["http://localhost:8000"])))
    ours, _ = client.ask("/clip.mp4", {"Origin": "http://localhost:8000"})
    theirs, _ = client.ask("/clip.mp4", {"Origin": "http://evil.example"})
    assert (ours.headers["Access-Control-Allow-Origin"], ours.headers["Vary"]) == ("http://localhost:8000", "Origin")
    assert (theirs.headers["Access-Control-Allow-Origin"], theirs.headers["Vary"]) == (None, "Origin")


def test_token_is_taken_from_query_or_bearer(serve: Serving) -> None:
    client = serve(ServingRules(token="s3cret"))
    assert client.ask("/clip.mp4?token=s3cret")[0].status == 200
    assert client.ask("/clip.mp4?a=1&token=s3cret")[0].status == 200
    assert client.ask("/clip.mp4", {"Authorization": "Bearer s3cret"})[0].status == 200
    for refused in (client.ask("/clip.mp4"), client.ask("/clip.mp4?token=x"), client.ask("/no?token=")):
        assert (refused[0].status, refused[0].headers["WWW-Authenticate"]) == (401, "Bearer")


def test_log_has_a_line_per_request_and_no_secrets(serve: Serving, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "media.jsonl"
    with RequestLog(path) as log:
        client = serve(log=log)
        client.ask("/clip.mp4?signature=hush", {"Range": "bytes=0-1"})
        client.ask("/no.jpg", {"Referer": "http://a/", "Cookie": "session=hush; b=2", "Origin": "http://a"})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/clip.mp4", 206),
        ("GET", "/no.jpg", 404),
    ]
    assert (lines[0]["range"], lines[0]["referer"], lines[0]["cookie"], lines[0]["origin"]) == (
        "bytes=0-1",
        None,
        None,
        None,
    )
    assert (lines[1]["referer"], lines[1]["cookie"], lines[1]["origin"]) == ("http://a/", ["b", "session"], "http://a")
    assert lines[0]["peer"].startswith("127.0.0.1:")
    assert "hush" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_latency_is_added_to_each_answer(serve: Serving) -> None:
    client = serve(ServingRules(latency_ms=60))
    start = time.perf_counter()
    client.ask("/clip.mp4")
    assert time.perf_counter() - start >= 0.06
