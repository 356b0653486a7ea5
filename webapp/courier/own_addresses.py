"""The addresses that nobody can allow because they are ours: this machine's, and where the database is."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from django.conf import settings

from webapp.courier.addresses import LOOPBACK_WHEN_LISTED, NEVER_ALLOWABLE, Address
from webapp.courier.resolve import Lookup, Surroundings, system_lookup

FIB_TRIE = Path("/proc/net/fib_trie")
IF_INET6 = Path("/proc/net/if_inet6")
_LOCAL = re.compile(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL")


def surroundings(*, is_loopback_listed: bool) -> Surroundings:
    """What holds here now; with `is_loopback_listed`, an origin's rule may list loopback addresses."""
    own = own_addresses()
    if not is_loopback_listed:
        return Surroundings(own_addresses=own, table=NEVER_ALLOWABLE)
    return Surroundings(own_addresses={one for one in own if not one.is_loopback}, table=LOOPBACK_WHEN_LISTED)


def own_addresses(*, lookup: Lookup = system_lookup) -> set[Address]:
    """Every address of this machine, and those of the database's host where it is reached over the network."""
    database = str(settings.DATABASES["default"].get("HOST") or "")
    names = [platform.node(), *(part for part in database.split(",") if part and not part.startswith("/"))]
    return {*interfaces(), *(address for name in names for address in looked_up(name, lookup))}


def interfaces() -> Iterator[Address]:
    """What the kernel answers to; nothing where it does not tell (it does on Linux)."""
    with suppress(OSError):
        yield from map(IPv4Address, _LOCAL.findall(FIB_TRIE.read_text()))
    with suppress(OSError):
        yield from (IPv6Address(bytes.fromhex(line.split()[0])) for line in IF_INET6.read_text().splitlines())


def looked_up(name: str, lookup: Lookup) -> Iterator[Address]:
    with suppress(OSError, UnicodeError):
        for text in lookup(name, 0):
            with suppress(ValueError):
                yield ip_address(text.partition("%")[0])
