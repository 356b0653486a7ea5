"""One connection to one pinned address, one request, one answer read with deadlines.

Nothing here reads a proxy, a netrc or a cookie, resolves a name or follows anything: it is a socket, TLS for the
origin's name, and the standard library's reader of answers over it.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from webapp.courier.addresses import Address
from webapp.courier.approved import FailureKind, TransferFailed
from webapp.courier.limits import Limits
from webapp.privacy.origins import Origin

_CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself",
    19: "is signed by itself",
    62: "is for another name",
    64: "is for another address",
}


def tls_context(authorities: Path | None) -> ssl.SSLContext:
    """Return how certificates are verified: by this file of authorities, or by the system's when None.

    Reading the system's takes 20 ms, so it is done once an hour; a file is read again when it changed. Raises OSError.
    """
    version = authorities.stat().st_mtime_ns if authorities is not None else int(time.monotonic() // 3600)
    return _verifying(authorities, version)


@lru_cache(maxsize=4)
def _verifying(authorities: Path | None, version: int) -> ssl.SSLContext:
    # Not `ssl.create_default_context`, which writes the keys of connections where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if authorities is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(authorities)
    return context


class Answer:
    """The head of an answer, and its body by pieces; every read may raise TransferFailed."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status

    def values(self, name: str) -> list[str]:
        """Return what a header says, once for each time it is there."""
        return [value.strip() for value in self._response.headers.get_all(name, [])]

    def read(self, most: int) -> bytes:
        """Return 1 to `most` bytes of the body, none at its end."""
        try:
            return self._response.read1(most)
        except (http.client.HTTPException, ValueError):
            raise TransferFailed(FailureKind.CUT_SHORT, "The answer ended in the middle.") from None


class Connection:
    """An open socket to the pinned address; a context manager."""

    def __init__(self, origin: Origin, address: Address, limits: Limits, authorities: Path | None) -> None:
        """Connect, and verify who answered; raises TransferFailed."""
        self._origin, self._limits = origin, limits
        family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
        try:
            self._socket: socket.socket = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            sentence = f"This process can make no socket to the network: {error.strerror}."
            raise TransferFailed(FailureKind.UNREACHABLE, sentence) from None
        try:
            self._connect(address)
            if origin.scheme == "https":
                self._secure(authorities)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, target: str, headers: Sequence[tuple[str, str]]) -> Answer:
        """Send a GET for the path and query, exactly as they are, and read the head of the answer."""
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        meter = _Meter(self._socket, self._limits)
        # It takes a socket for nothing but this one method.
        response = http.client.HTTPResponse(cast(socket.socket, meter), method="GET")
        try:
            self._socket.settimeout(self._limits.idle_s)
            self._socket.sendall("\r\n".join(lines).encode("ascii"))
            response.begin()
        except http.client.RemoteDisconnected:
            raise TransferFailed(FailureKind.UNREACHABLE, f"{self._origin} closed without an answer.") from None
        except OSError:
            raise TransferFailed(FailureKind.UNREACHABLE, f"The connection to {self._origin} broke.") from None
        except (http.client.HTTPException, ValueError):
            raise TransferFailed(FailureKind.ANSWER, f"{self._origin} sent no valid HTTP answer.") from None
        meter.expect_body()
        return Answer(response)

    def _connect(self, address: Address) -> None:
        self._socket.settimeout(self._limits.connect_s)
        try:
            self._socket.connect((str(address), self._origin.port))
            peer, mine = self._socket.getpeername(), self._socket.getsockname()
        except OSError:
            raise TransferFailed(FailureKind.UNREACHABLE, f"{self._origin} at {address} cannot be reached.") from None
        if (ip_address(peer[0]), peer[1]) != (address, self._origin.port):
            raise TransferFailed(FailureKind.ADDRESS, f"{self._origin}: another address answered than was asked.")
        # A loopback address came past the table only because somebody tries Transom on one machine.
        if peer[0] == mine[0] and not address.is_loopback:
            raise TransferFailed(FailureKind.ADDRESS, f"{self._origin} leads to this server itself.")

    def _secure(self, authorities: Path | None) -> None:
        try:
            context = tls_context(authorities)
        except OSError:
            raise TransferFailed(FailureKind.CERTIFICATE, "The file of authorities cannot be read here.") from None
        # The timeout of a handshake counts for all of it.
        self._socket.settimeout(self._limits.tls_s)
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self._origin.host)
        except ssl.SSLCertVerificationError as error:
            fault = _CERTIFICATE_FAULTS.get(error.verify_code, "is not signed by an authority that is trusted here")
            sentence = f"The certificate of {self._origin} {fault}."
            raise TransferFailed(FailureKind.CERTIFICATE, sentence) from None
        except ssl.SSLError:
            raise TransferFailed(FailureKind.CERTIFICATE, f"{self._origin} does not speak TLS as it should.") from None
        except OSError:
            raise TransferFailed(FailureKind.UNREACHABLE, f"{self._origin} did not finish its TLS handshake.") from None


class _Meter(io.RawIOBase):
    """The socket's bytes, with the deadlines and the rate of `limits`, and a bound on all that is not body.

    The head has one deadline in all, for a host that sends a byte now and then.
    """

    def __init__(self, source: socket.socket, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._started = self._window_started = time.monotonic()
        self._count = self._window_count = 0
        self._is_head = True

    def makefile(self, mode: str) -> io.BufferedReader:
        # Small, so that little more than the head is read with the head; larger reads pass it by.
        return io.BufferedReader(self, 1024)

    def readable(self) -> bool:
        return True

    def expect_body(self) -> None:
        self._is_head = False
        self._window_started = time.monotonic()
        self._window_count = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._source.settimeout(self._patience_s())
        try:
            count = self._source.recv_into(buffer)
        except TimeoutError:
            raise TransferFailed(FailureKind.SLOW, "The host fell silent.") from None
        except OSError:
            raise TransferFailed(FailureKind.CUT_SHORT, "The connection broke in the middle of the answer.") from None
        self._note(count)
        return count

    def _patience_s(self) -> float:
        if not self._is_head:
            return self._limits.idle_s
        rest_s = self._started + self._limits.head_s - time.monotonic()
        if rest_s <= 0:
            raise TransferFailed(FailureKind.SLOW, f"There was no whole answer in {self._limits.head_s:g} s.")
        return rest_s

    def _note(self, count: int) -> None:
        self._count += count
        self._window_count += count
        # Twice the body: chunks may be wrapped, but not in anything.
        most = self._limits.max_head_bytes + (0 if self._is_head else 2 * self._limits.max_bytes)
        if self._count > most:
            what = "head" if self._is_head else "answer"
            raise TransferFailed(FailureKind.ANSWER, f"The {what} is longer than {most} bytes.")
        passed_s = time.monotonic() - self._window_started
        if not self._is_head and count and passed_s >= self._limits.rate_window_s:
            if self._window_count < self._limits.min_rate * passed_s:
                raise TransferFailed(FailureKind.SLOW, "The host sends too slowly.")
            self._window_started, self._window_count = time.monotonic(), 0
