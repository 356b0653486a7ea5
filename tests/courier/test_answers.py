"""What a media host may answer, and every lie: nothing is kept that is not the whole file, of the right kind."""

import functools
import hashlib
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.courier.kit import IMPATIENT, LIMITS, SECRET, Trip, approval, picture
from tests.courier.lying_host import LOOPBACK, LyingHost, Reply, Talk
from webapp.courier.approved import Failed, FailureKind, Stored
from webapp.courier.dimensions import Size
from webapp.courier.limits import MediaKind
from webapp.courier.signature import MediaType
from webapp.settings import VERSION

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
PICTURE = picture(300_000)
GIGAPIXELS = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 50_000, 50_000, 8, 2, 0, 0, 0)


def whole(talk: Talk) -> None:
    talk.answer(PICTURE)


def headed(*headers: str, status: str = "200 OK") -> Reply:
    def reply(talk: Talk) -> None:
        talk.head(*headers, status=status)
        talk.say(PICTURE)

    return reply


def saying(body: bytes) -> Reply:
    return lambda talk: talk.answer(body)


def endless_chunks(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.chunk(PICTURE)
    talk.forever(b"10000\r\n" + bytes(65_536) + b"\r\n")


def endless_body(talk: Talk) -> None:
    talk.head()
    talk.forever(PICTURE)


def endless_chunk_names(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.forever(b"1;" + b"x" * 60_000 + b"\r\nA\r\n")


def endless_trailers(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.chunk(PICTURE)
    talk.say(b"0\r\n")
    talk.forever(b"X: " + b"x" * 60_000 + b"\r\n")


def endless_headers(talk: Talk) -> None:
    talk.say(b"HTTP/1.1 200 OK\r\n")
    talk.forever(b"X-Bomb: " + b"x" * 1000 + b"\r\n")


def endless_continues(talk: Talk) -> None:
    talk.forever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def chunks_without_end(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.chunk(PICTURE)


def chunks_then_silence(talk: Talk) -> None:
    chunks_without_end(talk)
    talk.fall_silent()


def chunk_of_nonsense(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.say(b"zz\r\n" + PICTURE)


def slow_body(talk: Talk) -> None:
    talk.head(f"Content-Length: {len(PICTURE)}")
    talk.say(PICTURE[:600])
    talk.forever(b"\x00", pause_s=0.02)


def slow_head(talk: Talk) -> None:
    talk.say(b"HTTP/1.1 200 OK\r\n")
    talk.forever(b"X: y\r\n", pause_s=0.05)


def silence(talk: Talk) -> None:
    talk.fall_silent()


def silence_in_body(talk: Talk) -> None:
    talk.head(f"Content-Length: {len(PICTURE)}")
    talk.say(PICTURE[:1000])
    talk.fall_silent()


def hanging_up(talk: Talk) -> None:
    return None


LIES: dict[str, tuple[Reply, FailureKind]] = {
    "endless chunks": (endless_chunks, FailureKind.SIZE),
    "endless body": (endless_body, FailureKind.ANSWER),
    "endless chunk names": (endless_chunk_names, FailureKind.ANSWER),
    "endless trailers": (endless_trailers, FailureKind.ANSWER),
    "header bomb": (endless_headers, FailureKind.ANSWER),
    "endless 100 Continue": (endless_continues, FailureKind.ANSWER),
    "chunks that stop": (chunks_without_end, FailureKind.CUT_SHORT),
    "chunks that fall silent": (chunks_then_silence, FailureKind.SLOW),
    "chunk of nonsense": (chunk_of_nonsense, FailureKind.CUT_SHORT),
    "slow body": (slow_body, FailureKind.SLOW),
    "slow head": (slow_head, FailureKind.SLOW),
    "silence": (silence, FailureKind.SLOW),
    "silence in the body": (silence_in_body, FailureKind.SLOW),
    "hanging up": (hanging_up, FailureKind.UNREACHABLE),
    "less than promised": (lambda talk: talk.answer(PICTURE, length=len(PICTURE) + 1), FailureKind.CUT_SHORT),
    "a length above the limit": (lambda talk: talk.answer(PICTURE, length=10**9), FailureKind.SIZE),
    "a length of +9": (headed("Content-Length: +9"), FailureKind.ANSWER),
    "a negative length": (headed("Content-Length: -1"), FailureKind.ANSWER),
    "two lengths": (headed("Content-Length: 300000", "Content-Length: 299999"), FailureKind.ANSWER),
    "length and chunks": (headed("Content-Length: 300000", "Transfer-Encoding: chunked"), FailureKind.ANSWER),
    "a coding of the transfer": (headed("Transfer-Encoding: gzip, chunked"), FailureKind.ANSWER),
    "gzip": (headed("Content-Length: 300000", "Content-Encoding: gzip"), FailureKind.ANSWER),
    "206 without a question": (
        headed("Content-Length: 300000", "Content-Range: bytes 0-299999/300000", status="206 Partial Content"),
        FailureKind.ANSWER,
    ),
    "204": (headed(status="204 No Content"), FailureKind.ANSWER),
    "101": (headed(status="101 Switching Protocols"), FailureKind.ANSWER),
    "nonsense": (lambda talk: talk.say(b"SSH-2.0-OpenSSH_9\r\n\r\n"), FailureKind.ANSWER),
    "a sign-in page": (saying(b"<!doctype html><title>Sign in</title>" + PICTURE), FailureKind.CONTENT),
    "a drawing with script": (saying(b"<svg><script>alert(1)</script></svg>"), FailureKind.CONTENT),
    "a PDF": (saying(b"%PDF-1.7" + PICTURE), FailureKind.CONTENT),
    "another kind": (saying(b"\0\0\0\x20ftypisom\0\0\0\0" + PICTURE), FailureKind.CONTENT),
    "two and a half gigapixels": (saying(GIGAPIXELS + PICTURE), FailureKind.CONTENT),
    "nothing": (saying(b""), FailureKind.CONTENT),
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_is_named_and_leaves_nothing(tmp_path: Path, lie: str) -> None:
    reply, kind = LIES[lie]
    trip = Trip(tmp_path, limits=IMPATIENT if kind is FailureKind.SLOW else LIMITS)
    with LyingHost(reply) as host:
        failed = trip.refused(approval(host.port))
    assert failed.kind is kind, failed
    assert [ended.result for ended in trip.log.ended] == [kind]
    assert failed.needs_attention == (failed.retry_after_s is None)


def test_whole_answer_is_stored_under_its_hash_with_its_type_and_size(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(whole) as host:
        stored = trip.fetch(approval(host.port))
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    assert stored == Stored(sha256, len(PICTURE), MediaType.PNG, Size(64, 48))
    assert trip.store.path_of(sha256).read_bytes() == PICTURE
    assert trip.files() == [sha256]
    assert [(one.result, one.byte_count, one.sha256) for one in trip.log.ended] == [("stored", len(PICTURE), sha256)]


def test_chunked_answer_is_stored_whole(tmp_path: Path) -> None:
    def reply(talk: Talk) -> None:
        talk.head("Transfer-Encoding: chunked")
        for start in range(0, len(PICTURE), 7001):
            talk.chunk(PICTURE[start : start + 7001])
        talk.say(b"0\r\n\r\n")

    trip = Trip(tmp_path)
    with LyingHost(reply) as host:
        stored = trip.fetch(approval(host.port))
    assert isinstance(stored, Stored)
    assert trip.store.path_of(stored.sha256).read_bytes() == PICTURE


def test_bytes_after_the_promised_length_are_not_taken(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(lambda talk: talk.answer(PICTURE + b"more", length=len(PICTURE))) as host:
        stored = trip.fetch(approval(host.port))
    assert isinstance(stored, Stored)
    assert stored.sha256 == hashlib.sha256(PICTURE).hexdigest()


def test_same_bytes_from_two_items_are_one_copy(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(whole) as host:
        assert trip.fetch(approval(host.port)) == trip.fetch(approval(host.port, "/b.png"))
    assert len(trip.files()) == 1


def test_request_is_exactly_this(tmp_path: Path) -> None:
    path = f"/a//b%2Fc;x='1'/!$&()*+,.png?b=2&a=1&a=%20&{SECRET}"
    with LyingHost(whole) as host:
        Trip(tmp_path).fetch(approval(host.port, path))
    (request,) = host.requests
    assert request == (
        f"GET {path} HTTP/1.1\r\n"
        f"Host: media.customer.example:{host.port}\r\n"
        f"User-Agent: transom-courier/{VERSION}\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize("count", [65_536, 131_072, 196_608, 262_144])
def test_reset_in_the_body_leaves_nothing_and_is_worth_another_try(tmp_path: Path, count: int) -> None:
    arrived = threading.Event()

    def reply(talk: Talk) -> None:
        talk.head(f"Content-Length: {len(PICTURE)}")
        talk.say(PICTURE[:count])
        # A reset throws away what the reader has not read yet.
        arrived.wait()
        talk.reset()

    def watch() -> bool:
        if any(path.stat().st_size == count for path in tmp_path.rglob("*.part")):
            arrived.set()
        return False

    with LyingHost(reply) as host:
        failed = Trip(tmp_path).refused(approval(host.port), is_withdrawn=watch)
    assert failed.kind is FailureKind.CUT_SHORT
    assert (failed.retry_after_s, failed.partial) == (10, None)


@pytest.mark.parametrize("status", ["401 No", "403 Forbidden", "404 Not Found", "410 Gone"])
def test_expired_link_is_not_tried_again_and_a_person_is_told(tmp_path: Path, status: str) -> None:
    with LyingHost(headed(status=status)) as host:
        failed = Trip(tmp_path).refused(approval(host.port))
    assert (failed.kind, failed.retry_after_s, failed.needs_attention) == (FailureKind.LINK, None, True)
    assert "expired" in failed.sentence


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ([], 60),
        (["Retry-After: 900"], 900),
        (["Retry-After: 1"], 60),
        (["Retry-After: soon"], 60),
        (["Retry-After: 99999999"], 86_400),
    ],
)
def test_busy_host_says_when_to_come_back(tmp_path: Path, headers: list[str], wait_s: float) -> None:
    with LyingHost(headed(*headers, status="503 Busy")) as host:
        failed = Trip(tmp_path).refused(approval(host.port))
    assert (failed.kind, failed.retry_after_s, failed.needs_attention) == (FailureKind.HOST, wait_s, False)


def test_page_in_place_of_a_picture_is_dropped_before_most_of_it_came(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(saying(b"<html>" + PICTURE)) as host:
        trip.refused(approval(host.port))
    assert trip.log.ended[0].byte_count <= LIMITS.chunk_bytes


def test_host_that_sends_too_slowly_is_left_before_the_whole_time_is_over(tmp_path: Path) -> None:
    with LyingHost(slow_body) as host:
        failed = Trip(tmp_path, limits=replace(LIMITS, rate_window_s=0.2)).refused(approval(host.port))
    assert (failed.kind, failed.sentence) == (FailureKind.SLOW, "The host sends too slowly.")


def test_host_that_is_fast_enough_and_never_done_is_left_when_the_time_is_over(tmp_path: Path) -> None:
    limits = replace(LIMITS, total_base_s=0.15, total_rate=10**9, min_rate=1)
    with LyingHost(slow_body) as host:
        failed = Trip(tmp_path, limits=limits).refused(approval(host.port))
    assert (failed.kind, failed.sentence) == (FailureKind.SLOW, "The file did not come in 0.1503 s.")


def test_cloud_needs_no_dimensions(tmp_path: Path) -> None:
    with LyingHost(saying(b"ply\nformat ascii 1.0\nelement vertex 0\n")) as host:
        stored = Trip(tmp_path).fetch(approval(host.port, kind=MediaKind.POINT_CLOUD))
    assert isinstance(stored, Stored)
    assert (stored.media_type, stored.size) == (MediaType.PLY, None)


# Going on where an earlier try broke off


def breaking_then(second: Callable[[Talk], None], *, etag: str = '"v1"', after: int = 131_072) -> Reply:
    """Break the first answer off after so many bytes, and give the second one as said."""

    def reply(talk: Talk) -> None:
        if talk.header("Range") is None and not broken:
            broken.append(True)
            talk.head(f"Content-Length: {len(PICTURE)}", f"ETag: {etag}")
            talk.say(PICTURE[:after])
        else:
            second(talk)

    broken: list[bool] = []
    return reply


def rest(talk: Talk, *, etag: str = '"v1"', first: int | None = None, total: int = len(PICTURE)) -> None:
    asked = int(str(talk.header("Range")).removeprefix("bytes=").removesuffix("-"))
    start = asked if first is None else first
    talk.answer(
        PICTURE[asked:],
        f"ETag: {etag}",
        f"Content-Range: bytes {start}-{total - 1}/{total}",
        status="206 Partial Content",
    )


def resumed(tmp_path: Path, reply: Reply) -> tuple[Trip, Stored | Failed, list[str]]:
    trip = Trip(tmp_path)
    with LyingHost(reply) as host:
        first = trip.fetch(approval(host.port))
        assert isinstance(first, Failed)
        assert first.partial is not None
        second = trip.fetch(approval(host.port), partial=first.partial)
        return trip, second, host.requests


def test_broken_transfer_goes_on_where_it_was_with_the_same_entity(tmp_path: Path) -> None:
    trip, stored, requests = resumed(tmp_path, breaking_then(rest))
    assert isinstance(stored, Stored)
    assert trip.store.path_of(stored.sha256).read_bytes() == PICTURE
    assert trip.files() == [stored.sha256]
    assert '\r\nRange: bytes=131072-\r\nIf-Range: "v1"\r\n' in requests[1]


def test_host_that_sends_all_of_it_again_is_taken_from_the_beginning(tmp_path: Path) -> None:
    trip, stored, _ = resumed(tmp_path, breaking_then(whole))
    assert isinstance(stored, Stored)
    assert trip.store.path_of(stored.sha256).read_bytes() == PICTURE


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (functools.partial(rest, etag='"v2"'), FailureKind.CHANGED),
        (functools.partial(rest, etag='W/"v1"'), FailureKind.CHANGED),
        (functools.partial(rest, first=0), FailureKind.ANSWER),
        (functools.partial(rest, total=len(PICTURE) + 7), FailureKind.ANSWER),
        (headed(status="416 Range Not Satisfiable"), FailureKind.CHANGED),
    ],
    ids=["another tag", "a weak tag", "another part", "another length", "416"],
)
def test_file_that_changed_on_its_host_is_never_put_together(tmp_path: Path, second: Reply, kind: FailureKind) -> None:
    trip, failed, _ = resumed(tmp_path, breaking_then(second))
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.partial) == (kind, None)
    assert trip.files() == []


@pytest.mark.parametrize("etag", ['W/"v1"', "v1", '""', '"v1", "v2"'])
def test_nothing_is_gone_on_with_without_a_strong_tag(tmp_path: Path, etag: str) -> None:
    with LyingHost(breaking_then(whole, etag=etag)) as host:
        assert Trip(tmp_path).refused(approval(host.port)).partial is None


def test_part_of_one_item_is_not_gone_on_with_for_another(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(breaking_then(whole)) as host:
        first = trip.fetch(approval(host.port))
        assert isinstance(first, Failed)
        stored = trip.fetch(approval(host.port, "/other.png"), partial=first.partial)
    assert isinstance(stored, Stored)
    assert "Range" not in host.requests[1]


def test_part_that_is_gone_or_no_longer_what_it_was_is_begun_anew(tmp_path: Path) -> None:
    for damage in (
        Path.unlink,
        lambda path: path.write_bytes(b"short"),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
    ):
        trip = Trip(tmp_path / str(id(damage)))
        with LyingHost(breaking_then(whole)) as host:
            first = trip.fetch(approval(host.port))
            assert isinstance(first, Failed)
            damage(next(trip.folder.rglob("*.part")))
            assert isinstance(trip.fetch(approval(host.port), partial=first.partial), Stored)
        assert "Range" not in host.requests[1]
        assert len(trip.files()) == 1
