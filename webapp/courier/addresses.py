"""Which network addresses the courier may connect to. Pure: nothing here looks anything up.

The table is our own: `ipaddress.is_private` and its like changed their meaning between patch versions of Python.
An IPv6 address that carries an IPv4 one is judged as both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be connected to; `reason` says why not, None when it may."""

    reason: str | None = None

    @property
    def is_allowed(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class AddressTable:
    """Networks nobody can allow, and networks that an origin's policy must list, each with what it is called.

    The server has one, `NEVER_ALLOWABLE`; tests make another, in which loopback addresses stand for a customer's.
    """

    never: tuple[tuple[Network, str], ...]
    only_when_listed: tuple[tuple[Network, str], ...]


def _named(**networks: str) -> tuple[tuple[Network, str], ...]:
    return tuple(
        (ip_network(text), name.replace("_", " ")) for name, texts in networks.items() for text in texts.split()
    )


NEVER_ALLOWABLE = AddressTable(
    # The order counts: the first that holds an address gives the reason, so a host's address stands before its network.
    never=_named(
        a_cloud_metadata_address="169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192"
        " fd00:ec2::254 fd00:ec2::23 fd20:ce::254",
        an_unspecified_address="0.0.0.0/8 ::/128",
        a_loopback_address="127.0.0.0/8 ::1/128",
        a_link_local_address="169.254.0.0/16 fe80::/10",
        a_multicast_address="224.0.0.0/4 ff00::/8",
        the_broadcast_address="255.255.255.255",
        an_obsolete_spelling_of_an_IPv4_address="::/96 ::ffff:0:0:0/96",
        an_address_of_a_local_translator="64:ff9b:1::/48",
    ),
    only_when_listed=_named(
        a_private_address="10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
        an_address_shared_behind_a_provider="100.64.0.0/10",
        a_reserved_address="192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
        " 240.0.0.0/4 100::/64 2001:db8::/32 2001:2::/48 2001:10::/28 2001:20::/28 3fff::/20 5f00::/16",
    ),
)

# For a demo or a test on one machine, where the media host is this machine too (settings.COURIER_LOOPBACK).
LOOPBACK_WHEN_LISTED = AddressTable(
    never=tuple((network, name) for network, name in NEVER_ALLOWABLE.never if not network.is_loopback),
    only_when_listed=(
        *NEVER_ALLOWABLE.only_when_listed,
        *((network, name) for network, name in NEVER_ALLOWABLE.never if network.is_loopback),
    ),
)

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_TEREDO = IPv6Network("2001::/32")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_ISATAP_INTERFACES = (0x00005EFE, 0x02005EFE)
_LOW_32 = 0xFFFFFFFF


def allowed(
    address: Address,
    ranges: Collection[Network],
    own_addresses: Collection[Address],
    *,
    table: AddressTable = NEVER_ALLOWABLE,
) -> Verdict:
    """Judge an address by an origin's `ranges`: none means public addresses only, some mean these and no others.

    `own_addresses` are this server's and its database's, which nobody can allow.
    """
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return Verdict("it names a network interface.")
    meant = meanings(address)
    for one in meant:
        if one in own_addresses:
            return Verdict("it is an address of this server.")
        if name := _name_in(table.never, one):
            return Verdict(f"it is {name}, which nobody can allow.")
    if ranges:
        inside = all(any(_holds(network, one) for network in ranges) for one in _judged(address, meant))
        return Verdict(None if inside else "it is outside of the ranges that the origin's policy lists.")
    for one in _judged(address, meant):
        if name := _name_in(table.only_when_listed, one) or _outside_of_the_public(one):
            return Verdict(f"it is {name}, which the origin's policy does not list.")
    return Verdict()


def meanings(address: Address) -> tuple[Address, ...]:
    """Return the address and every IPv4 address that it carries: mapped, NAT64, 6to4, Teredo (both ends), ISATAP."""
    return (address, *_carried(address)) if isinstance(address, IPv6Address) else (address,)


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    bits = int(address)
    if address in _MAPPED or address in _NAT64:
        yield IPv4Address(bits & _LOW_32)
    if address in _SIX_TO_FOUR:
        yield IPv4Address(bits >> 80 & _LOW_32)
    if address in _TEREDO:
        yield IPv4Address(bits >> 64 & _LOW_32)
        yield IPv4Address(~bits & _LOW_32)
    if bits >> 32 & _LOW_32 in _ISATAP_INTERFACES:
        yield IPv4Address(bits & _LOW_32)


def _judged(address: Address, meant: tuple[Address, ...]) -> tuple[Address, ...]:
    """Return what ranges are held against: the carried address alone where the carrier is only a way to write it."""
    is_notation = isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64)
    return meant[1:] if is_notation else meant


def _holds(network: Network, address: Address) -> bool:
    return network.version == address.version and address in network


def _name_in(named: tuple[tuple[Network, str], ...], address: Address) -> str | None:
    return next((name for network, name in named if _holds(network, address)), None)


def _outside_of_the_public(address: Address) -> str | None:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "an address outside of the public ones"
    return None
