"""Every format of access log is read line by line; the lines are as the servers wrote or documented them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from webapp.evidence.access_log import LINE_MAX_BYTES, Line, Unreadable, lines

AGENT = "transom-courier/0.1.0"
NGINX = (
    '127.0.0.1 - - [22/Nov/2026:19:44:49 +0000] "GET /item-0.png?sig=canary0 HTTP/1.1" 200 1000 "-"'
    ' "transom-courier/0.1.0"'
)
APACHE = (
    '10.2.0.9 - frank [22/Nov/2026:20:44:49 +0100] "GET /item-0.png?sig=canary0 HTTP/1.1" 200 1000'
    ' "http://www.example.com/start.html" "transom-courier/0.1.0"'
)
APACHE_COMMON = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326'
APACHE_VHOST = (
    'media.harbor.example:443 2001:db8::7 - - [22/Nov/2026:19:44:49 +0000] "GET /a%20b.png HTTP/1.1" 404 - "-"'
    ' "transom-courier/0.1.0"'
)
CADDY = (
    '{"level":"info","ts":1795376689.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":'
    '"10.2.0.9","remote_port":"41342","client_ip":"10.2.0.9","proto":"HTTP/1.1","method":"GET","host":'
    '"media.harbor.example","uri":"/item-0.png?sig=canary0","headers":{"User-Agent":["transom-courier/0.1.0"],'
    '"Accept-Encoding":["identity"]}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":1000,"status":200,'
    '"resp_headers":{"Server":["Caddy"]}}'
)
S3 = (
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1"
    " [22/Nov/2026:19:44:49 +0000] 10.2.0.9 - 3E57427F3EXAMPLE REST.GET.OBJECT item-0.png"
    ' "GET /item-0.png?X-Amz-Signature=canary0 HTTP/1.1" 200 - 1000 1000 70 10 "-" "transom-courier/0.1.0" - s9lzHYrFp='
    " SigV4 ECDHE-RSA-AES128-GCM-SHA256 QueryString amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -"
)
STAND_IN = (
    '{"time": "2026-11-22T19:44:49.500+00:00", "method": "GET", "path": "/item-0.png", "status": 200, "bytes": 1000,'
    ' "peer": "127.0.0.1:40444", "agent": "transom-courier/0.1.0", "referer": null, "cookie": null, "origin": null,'
    ' "range": null}'
)
AT = datetime(2026, 11, 22, 19, 44, 49, tzinfo=UTC).timestamp()


def read(tmp_path: Path, *texts: str) -> list[Line | Unreadable]:
    log = tmp_path / "log"
    log.write_text("".join(f"{text}\n" for text in texts))
    return list(lines(log))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (NGINX, Line(1, AT, "127.0.0.1", "GET", "/item-0.png", "sig=canary0", 200, 1000, AGENT, None)),
        (APACHE, Line(1, AT, "10.2.0.9", "GET", "/item-0.png", "sig=canary0", 200, 1000, AGENT, None)),
        (
            APACHE_COMMON,
            Line(1, 971211336.0, "127.0.0.1", "GET", "/apache_pb.gif", None, 200, 2326, None, None),
        ),
        (
            APACHE_VHOST,
            Line(1, AT, "2001:db8::7", "GET", "/a%20b.png", None, 404, 0, AGENT, "media.harbor.example:443"),
        ),
        (
            CADDY,
            Line(
                1, AT + 0.5, "10.2.0.9", "GET", "/item-0.png", "sig=canary0", 200, 1000, AGENT, "media.harbor.example"
            ),
        ),
        (
            S3,
            Line(
                1,
                AT,
                "10.2.0.9",
                "GET",
                "/item-0.png",
                "X-Amz-Signature=canary0",
                200,
                1000,
                AGENT,
                "amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com",
            ),
        ),
        (STAND_IN, Line(1, AT + 0.5, "127.0.0.1", "GET", "/item-0.png", None, 200, 1000, AGENT, None)),
    ],
    ids=["nginx", "apache", "common", "virtual host", "caddy", "s3", "stand-in"],
)
def test_format_is_recognized_and_read(text: str, line: Line, tmp_path: Path) -> None:
    assert read(tmp_path, text) == [line]
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(f"{text}\n".encode()))
    assert list(lines(packed)) == [line]


def test_formats_may_follow_each_other(tmp_path: Path) -> None:
    found = read(tmp_path, NGINX, CADDY, "", S3, STAND_IN, NGINX)
    assert [one.number for one in found] == [1, 2, 4, 5, 6]
    assert {one.path for one in found if isinstance(one, Line)} == {"/item-0.png"}


@pytest.mark.parametrize(
    "text",
    [
        "nothing of the kind",
        "{}",
        '{"request": 1}',
        "[]",
        NGINX.replace("22/Nov", "32/Nov"),
        NGINX.replace("Nov", "Nox"),
        CADDY.replace('"status":200', '"status":null'),
        "[ " * 20_000,
        '1 - - [22/Nov/2026:19:44:49 +0000] "' + '\\"' * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_line_that_is_none_is_told_and_not_guessed(text: str, tmp_path: Path) -> None:
    found = read(tmp_path, text, NGINX)
    assert [type(one) for one in found] == [Unreadable, Line]


def test_endless_line_takes_no_more_than_one_that_is_too_long(tmp_path: Path) -> None:
    found = read(tmp_path, "x" * (3 * LINE_MAX_BYTES + 5), NGINX)
    assert [(type(one), one.number) for one in found] == [(Unreadable, 1), (Line, 2)]


def test_garbage_in_place_of_a_request_is_a_request_for_nothing_we_know(tmp_path: Path) -> None:
    (found,) = read(tmp_path, r'1.2.3.4 - - [22/Nov/2026:19:44:49 +0000] "\x16\x03\x01" 400 157 "-" "-"')
    assert isinstance(found, Line)
    assert (found.method, found.status) == ("", 400)
