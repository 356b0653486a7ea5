"""Who answers over TLS: the name that was approved, by an authority that is trusted, today, or nobody."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.courier.authority import Authority
from tests.courier.kit import IMPATIENT, NAME, SECRET, Trip, approval, picture, redirecting
from tests.courier.lying_host import LOOPBACK, LyingHost, Talk
from webapp.courier.approved import Failed, FailureKind, Stored

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
PICTURE = picture(100_000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def secured(context: ssl.SSLContext | None) -> Iterator[LyingHost]:
    with LyingHost(lambda talk: talk.answer(PICTURE), context=context) as host:
        yield host


def test_host_with_a_certificate_for_its_name_is_asked_by_that_name(tmp_path: Path, authority: Authority) -> None:
    greeted: list[str] = []
    context = authority.context(NAME)
    context.sni_callback = lambda wire, name, _: greeted.append(str(name))
    with secured(context) as host:
        came = Trip(tmp_path / "store", authorities=authority.file).fetch(approval(host.port, scheme="https"))
    assert isinstance(came, Stored)
    assert greeted == [NAME]
    assert f"\r\nHost: {NAME}:{host.port}\r\n" in host.requests[0]


def test_host_without_a_name_is_verified_by_its_address(tmp_path: Path, authority: Authority) -> None:
    for names, is_good in ((["127.0.0.2"], True), (["127.0.0.3"], False), ([NAME], False)):
        with secured(authority.context(*names)) as host:
            trip = Trip(tmp_path / "".join(names), authorities=authority.file)
            came = trip.fetch(approval(host.port, scheme="https", host="127.0.0.2"))
        assert isinstance(came, Stored) == is_good


@pytest.mark.parametrize(
    ("names", "how", "words"),
    [
        (["other.customer.example"], {}, "another name"),
        (["customer.example"], {}, "another name"),
        (["127.0.0.2"], {}, "another name"),
        ([NAME], {"days": -1}, "expired"),
        ([NAME], {"days": 50}, "not valid yet"),
        ([NAME], {"is_self_signed": True}, "signed by itself"),
    ],
)
def test_certificate_that_does_not_hold_stops_before_the_request(
    tmp_path: Path, authority: Authority, names: list[str], how: dict, words: str
) -> None:
    with secured(authority.context(*names, **how)) as host:
        failed = Trip(tmp_path / "store", authorities=authority.file).refused(approval(host.port, scheme="https"))
    assert failed.kind is FailureKind.CERTIFICATE
    assert words in failed.sentence
    assert failed.needs_attention
    assert host.requests == []


def test_authority_that_is_not_trusted_here_vouches_for_nobody(tmp_path: Path, authority: Authority) -> None:
    other = Authority(tmp_path, "Another authority")
    for trusted in (other.file, None):
        with secured(authority.context(NAME)) as host:
            failed = Trip(tmp_path / "store", authorities=trusted).refused(approval(host.port, scheme="https"))
        assert (failed.kind, host.requests) == (FailureKind.CERTIFICATE, [])


def test_authorities_that_cannot_be_read_stop_before_the_request(tmp_path: Path, authority: Authority) -> None:
    with secured(authority.context(NAME)) as host:
        trip = Trip(tmp_path / "store", authorities=tmp_path / "nowhere.pem")
        assert trip.refused(approval(host.port, scheme="https")).kind is FailureKind.CERTIFICATE
    assert host.requests == []


def test_host_that_speaks_plainly_where_tls_is_due_learns_nothing(tmp_path: Path, authority: Authority) -> None:
    heard: list[bytes] = []

    class Plain(LyingHost):
        def _serve(self, wire: object) -> None:
            with wire:  # type: ignore[attr-defined]
                heard.append(wire.recv(4096))  # type: ignore[attr-defined]
                wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]

    with Plain(lambda talk: None) as host:
        failed = Trip(tmp_path / "store", authorities=authority.file).refused(approval(host.port, scheme="https"))
    assert failed.kind is FailureKind.CERTIFICATE
    assert SECRET.encode() not in b"".join(heard)


def test_handshake_that_never_ends_is_left_in_time(tmp_path: Path, authority: Authority) -> None:
    class Mute(LyingHost):
        def _serve(self, wire: object) -> None:
            with wire:  # type: ignore[attr-defined]
                self._over.wait()

    with Mute(lambda talk: None) as host:
        trip = Trip(tmp_path / "store", limits=IMPATIENT, authorities=authority.file)
        assert trip.refused(approval(host.port, scheme="https")).kind is FailureKind.UNREACHABLE


def test_redirect_never_leads_from_https_to_http(tmp_path: Path, authority: Authority) -> None:
    def reply(talk: Talk) -> None:
        talk.answer(b"", f"Location: http://{NAME}:{plain.port}/b.png", status="302 Found")

    with secured(None) as plain, LyingHost(reply, context=authority.context(NAME)) as host:
        one = redirecting(approval(host.port, scheme="https"), f"http://{NAME}:{plain.port}")
        failed = Trip(tmp_path / "store", authorities=authority.file).refused(one)
    assert (failed.kind, plain.connections) == (FailureKind.REDIRECT, 0)


def test_body_that_is_cut_off_inside_tls_is_no_whole_file(tmp_path: Path, authority: Authority) -> None:
    def reply(talk: Talk) -> None:
        talk.answer(PICTURE, length=len(PICTURE) + 1)

    with LyingHost(reply, context=authority.context(NAME)) as host:
        came = Trip(tmp_path / "store", authorities=authority.file).fetch(approval(host.port, scheme="https"))
    assert isinstance(came, Failed)
    assert came.kind is FailureKind.CUT_SHORT


def test_keys_of_connections_are_written_nowhere(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with secured(authority.context(NAME)) as host:
        trip = Trip(tmp_path / "store", authorities=authority.file)
        assert isinstance(trip.fetch(approval(host.port, scheme="https")), Stored)
    assert not (tmp_path / "keys").exists()
