"""The bucket's client, and links into the bucket, against a real S3 server and against one that lies."""

from __future__ import annotations

import hashlib
import http.client
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.s3_server import NAME, S3Server, dead_endpoint
from webapp.bucket import Bucket
from webapp.courier.bucket_client import BucketClient

DATA = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "part"
    made.write_bytes(DATA)
    return made


def answer(link: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """What any HTTP client gets there."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def link(bucket: Bucket, key: str, *, now: datetime | None = None) -> str:
    return bucket.link(key, answers={"content-type": "image/png", "cache-control": "no-store"}, seconds=60, now=now)


def test_what_is_put_is_read_by_a_link_as_the_type_that_the_link_says(s3: S3Server, path: Path) -> None:
    key = s3.bucket.key_of(7, SHA256)
    BucketClient(s3.bucket).put(key, path, content_type="text/html")
    status, headers, body = answer(link(s3.bucket, key))
    assert (status, body, headers["Content-Type"], headers["Cache-Control"]) == (200, DATA, "image/png", "no-store")
    assert key in s3.objects()
    part = answer(link(s3.bucket, key), Range="bytes=8-11")
    assert (part[0], part[2]) == (206, DATA[8:12])


def test_putting_again_replaces_and_removing_again_is_nothing(s3: S3Server, path: Path) -> None:
    key, client = s3.bucket.key_of(7, SHA256), BucketClient(s3.bucket)
    client.put(key, path, content_type="image/png")
    client.put(key, path, content_type="image/png")
    client.remove(key)
    assert answer(link(s3.bucket, key))[0] == 404
    assert key not in s3.objects()
    client.remove(key)


def test_many_are_removed_by_one_request_and_what_is_not_there_is_gone(s3: S3Server, path: Path) -> None:
    client, keys = BucketClient(s3.bucket), [s3.bucket.key_of(7, f"{number:02x}" * 32) for number in range(6)]
    named = s3.bucket.key_of(7, SHA256)
    client.put(named, path, content_type="image/png")
    assert client.remove_all([*keys, named]) == {}
    assert named not in s3.objects()


def test_a_link_that_is_over_or_was_changed_opens_nothing(s3: S3Server, path: Path) -> None:
    key = s3.bucket.key_of(7, SHA256)
    BucketClient(s3.bucket).put(key, path, content_type="image/png")
    good = link(s3.bucket, key)
    assert answer(good)[0] == 200
    changed = [
        link(s3.bucket, key, now=datetime.now(UTC) - timedelta(seconds=61)),
        link(s3.with_wrong_key(), key),
        good.replace("image%2Fpng", "text%2Fhtml"),
        good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        good.replace(SHA256, "ab" * 32),
    ]
    assert [answer(one)[0] for one in changed] == [403] * len(changed)


def test_a_key_that_is_refused_is_an_error_that_shows_no_secret(s3: S3Server, path: Path) -> None:
    with pytest.raises(OSError, match=r"the bucket did not take it \(SignatureDoesNotMatch\)") as refusal:
        BucketClient(s3.with_wrong_key()).put(s3.bucket.key_of(7, SHA256), path, content_type="image/png")
    assert SHA256 not in str(refusal.value)


def test_a_bucket_that_does_not_answer_is_an_error(path: Path) -> None:
    dead = Bucket(endpoint=dead_endpoint(), name=NAME, region="us-east-1", access_key="k", secret_key="s")
    with pytest.raises(OSError, match="EndpointConnectionError"):
        BucketClient(dead).put(dead.key_of(7, SHA256), path, content_type="image/png")


def test_the_environment_leads_nothing_elsewhere(s3: S3Server, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, dead_endpoint())
    monkeypatch.setenv("AWS_ENDPOINT_URL", dead_endpoint())
    monkeypatch.setenv("AWS_SESSION_TOKEN", "somebody-elses")
    key = s3.bucket.key_of(7, SHA256)
    BucketClient(s3.bucket).put(key, path, content_type="image/png")
    assert key in s3.objects()


@contextmanager
def bucket_of(store: type[BaseHTTPRequestHandler]) -> Iterator[Bucket]:
    """A bucket at a store that answers so, for as long as the context lasts."""
    with HTTPServer(("127.0.0.1", 0), store) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        yield Bucket(endpoint=endpoint, name=NAME, region="us-east-1", access_key="k", secret_key="s")
        server.shutdown()
        thread.join()


@contextmanager
def store_that(*, keeps: int, removes: bool = True) -> Iterator[tuple[Bucket, list[tuple[str, dict[str, str]]]]]:
    """A store that says yes to all and keeps so many bytes; what it was asked, with the headers."""
    asked: list[tuple[str, dict[str, str]]] = []
    is_there = threading.Event()

    class Liar(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            is_there.set()
            self.say(200)

        def do_HEAD(self) -> None:
            self.say(200 if is_there.is_set() else 404, keeps)

        def do_DELETE(self) -> None:
            if removes:
                is_there.clear()
            self.say(204)

        def say(self, status: int, length: int = 0) -> None:
            asked.append((self.command, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with bucket_of(Liar) as bucket:
        yield bucket, asked


def test_the_store_is_told_the_hash_of_what_comes(path: Path) -> None:
    with store_that(keeps=len(DATA)) as (bucket, asked):
        BucketClient(bucket).put(bucket.key_of(7, SHA256), path, content_type="image/png")
    (put, headers), (head, _) = asked
    assert (put, head) == ("PUT", "HEAD")
    assert headers["x-amz-content-sha256"] == SHA256
    assert headers["x-amz-checksum-sha256"] == b64encode(bytes.fromhex(SHA256)).decode()
    assert headers["content-type"] == "image/png"


def test_a_store_that_kept_less_is_not_believed(path: Path) -> None:
    with store_that(keeps=len(DATA) - 1) as (bucket, _), pytest.raises(OSError, match="the bucket has"):
        BucketClient(bucket).put(bucket.key_of(7, SHA256), path, content_type="image/png")


def test_a_store_that_did_not_remove_is_not_believed(path: Path) -> None:
    with store_that(keeps=len(DATA), removes=False) as (bucket, _):
        client, key = BucketClient(bucket), bucket.key_of(7, SHA256)
        client.put(key, path, content_type="image/png")
        with pytest.raises(OSError, match="still has it"):
            client.remove(key)


KEYS = [f"7/{name * 32}" for name in ("aa", "bb", "cc", "dd")]
GONE = "<Deleted><Key>{}</Key></Deleted>"
DENIED = "<Error><Key>{}</Key><Code>AccessDenied</Code><Message>it is held</Message></Error>"


@contextmanager
def store_that_answers(status: int, body: str, *, has: bool = False) -> Iterator[tuple[Bucket, list[str]]]:
    """A store that answers a request to remove many so, and all else as if it had nothing, or everything."""
    asked: list[str] = []

    class Store(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            is_whole = self.headers["Content-MD5"] == b64encode(hashlib.md5(sent).digest()).decode()
            self.say(status if is_whole else 400, body)

        def do_HEAD(self) -> None:
            self.say(200 if has else 404)

        def do_DELETE(self) -> None:
            self.say(204)

        def say(self, status: int, body: str = "") -> None:
            asked.append(self.command)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with bucket_of(Store) as bucket:
        yield bucket, asked


def test_of_many_each_that_was_refused_or_not_named_is_told() -> None:
    body = f"<DeleteResult>{GONE.format(KEYS[0])}{DENIED.format(KEYS[1])}{GONE.format(KEYS[2])}</DeleteResult>"
    with store_that_answers(200, body) as (bucket, asked):
        said = BucketClient(bucket).remove_all(KEYS)
    assert said == {
        KEYS[1]: "the bucket did not remove it (AccessDenied)",
        KEYS[3]: "the bucket did not remove it (it does not say why)",
    }
    assert asked == ["POST", "HEAD", "HEAD"]


def test_a_store_that_says_many_are_gone_and_has_them_is_believed_in_none() -> None:
    body = f"<DeleteResult>{''.join(GONE.format(key) for key in KEYS)}</DeleteResult>"
    with store_that_answers(200, body, has=True) as (bucket, _):
        assert BucketClient(bucket).remove_all(KEYS) == dict.fromkeys(KEYS, "the bucket still has it")


@pytest.mark.parametrize(
    ("status", "body"), [(501, ""), (400, "<Error><Code>NotImplemented</Code><Message>no</Message></Error>")]
)
def test_a_store_that_does_not_remove_many_is_asked_for_each(
    status: int, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    with store_that_answers(status, body) as (bucket, asked):
        client = BucketClient(bucket)
        assert client.remove_all(KEYS[:2]) == {}
        assert client.remove_all(KEYS[2:]) == {}
        assert client.remove_all(KEYS[2:], is_ending=lambda: True) == dict.fromkeys(KEYS[2:], "the courier was stopped")
    assert asked == ["POST", *["DELETE", "HEAD"] * 4]
    assert [record.message for record in caplog.records if "one by one" in record.message] != []


def test_a_request_to_remove_many_that_is_refused_as_a_whole_is_an_error() -> None:
    body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    with (
        store_that_answers(403, body) as (bucket, _),
        pytest.raises(OSError, match=r"did not remove it \(AccessDenied"),
    ):
        BucketClient(bucket).remove_all(KEYS)
