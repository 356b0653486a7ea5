"""Who answers over TLS: the name that was approved, by an authority that is trusted, today, or nobody."""

import datetime
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.courier.kit import IMPATIENT, NAME, SECRET, Trip, approval, picture, redirecting
from tests.courier.lying_host import LOOPBACK, LyingHost, Talk
from webapp.courier.approved import Failed, FailureKind, Stored

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
PICTURE = picture(100_000)
DAY = datetime.timedelta(days=1)


class Authority:
    """A certificate authority of the test's own, that signs anything."""

    def __init__(self, folder: Path, name: str = "An authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(
            self._signed(self._name, self._key, [], days=30, is_authority=True).public_bytes(serialization.Encoding.PEM)
        )

    def context(self, *names: str, days: int = 30, is_self_signed: bool = False) -> ssl.SSLContext:
        """What a host with a certificate for these names serves with; it began 10 days before it ends or now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._signed(subject, key, names, days=days, is_self_signed=is_self_signed)
        file = self._folder / "host.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: list[str] | tuple[str, ...],
        *,
        days: int,
        is_authority: bool = False,
        is_self_signed: bool = False,
    ) -> x509.Certificate:
        end = datetime.datetime.now(datetime.UTC) + days * DAY
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 40 * DAY)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            alternatives = [
                x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
            ]
            made = made.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return made.sign(key if is_self_signed else self._key, hashes.SHA256())


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
