"""From an origin to the one address that is connected to: asked once, with a deadline, and all answers must be allowed.

A name that answers with one forbidden address among good ones is refused whole: whoever runs it can rebind it.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from webapp.courier.addresses import NEVER_ALLOWABLE, Address, AddressTable, allowed
from webapp.courier.approved import FailureKind, OriginRules, TransferFailed

Lookup = Callable[[str, int], Sequence[str]]


def system_lookup(host: str, port: int) -> list[str]:
    """Ask the system's resolver; raises OSError."""
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the addresses of a name are held against; `own_addresses` are this server's and its database's."""

    own_addresses: Collection[Address]
    lookup: Lookup = system_lookup
    table: AddressTable = NEVER_ALLOWABLE


def pinned_address(rules: OriginRules, surroundings: Surroundings, *, timeout_s: float) -> Address:
    """Return the address to connect to; raises TransferFailed when the name has none or one that is not allowed."""
    addresses = _addresses(rules.origin.host, rules.origin.port, surroundings.lookup, timeout_s)
    for address in addresses:
        verdict = allowed(address, rules.ranges, surroundings.own_addresses, table=surroundings.table)
        if not verdict.is_allowed:
            raise TransferFailed(
                FailureKind.ADDRESS,
                f"{rules.origin.host} leads to {address}: {verdict.reason} Nothing was asked there.",
            )
    return addresses[0]


def _addresses(host: str, port: int, lookup: Lookup, timeout_s: float) -> list[Address]:
    try:
        # The grammar of origins lets no other spelling of an address pass.
        return [IPv4Address(host)]
    except ValueError:
        texts = _looked_up(host, port, lookup, timeout_s)
    try:
        return [ip_address(text) for text in texts]
    except ValueError:
        raise TransferFailed(FailureKind.NAME, f"The resolver's answer for {host} holds no addresses.") from None


def _looked_up(host: str, port: int, lookup: Lookup, timeout_s: float) -> Sequence[str]:
    """Look the name up in a thread, because the system's call has no deadline of its own."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(lookup(host, port))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=ask, daemon=True).start()
    try:
        texts = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TransferFailed(FailureKind.NAME, f"The name {host} was not answered in {timeout_s:g} s.") from None
    if not texts:
        raise TransferFailed(FailureKind.NAME, f"The name {host} is not known here.")
    return texts
