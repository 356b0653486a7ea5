"""Which addresses the courier may connect to, in every spelling that carries one."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.courier.addresses import NEVER_ALLOWABLE, allowed

EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))
NEVER = [
    *("169.254.169.254", "169.254.170.2", "169.254.1.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "ff02::1", "fd00:ec2::254", "::ffff:0:127.0.0.1", "::127.0.0.1"),
    *("64:ff9b:1::7f00:1", "64:ff9b:1::808:808"),
]
PRIVATE = [
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1", "240.0.0.1", "192.0.2.1"),
    *("fc00::1", "fd12::1", "fec0::1", "2001:db8::1", "100::1", "4000::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1"),
    *("2002:0a00:0001::1",),
]
PUBLIC = [
    *("8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.1.1", "1.1.1.1"),
    *("2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:0808:0808::1"),
]


def carriers(address: IPv4Address) -> list[IPv6Address]:
    """Every IPv6 address that reaches this IPv4 one, or a relay that would."""
    bits = int(address)
    return [
        ip_address(f"::ffff:{address}"),
        ip_address(f"64:ff9b::{address}"),
        IPv6Address(0x2002 << 112 | bits << 80 | 1),
        IPv6Address(0x20010000 << 96 | bits << 64 | 0x08080808 ^ 0xFFFFFFFF),
        IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | bits ^ 0xFFFFFFFF),
        IPv6Address(0x26064700 << 96 | 0x5EFE << 32 | bits),
        IPv6Address(0x26064700 << 96 | 0x02005EFE << 32 | bits),
    ]


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize("ranges", [(), EVERYTHING], ids=["public only", "all listed"])
def test_never_allowable_address_is_refused_whatever_is_listed(text: str, ranges: tuple) -> None:
    verdict = allowed(ip_address(text), ranges, ())
    assert not verdict.is_allowed
    assert verdict.reason


@pytest.mark.parametrize("text", PRIVATE)
def test_private_address_is_allowed_only_when_its_range_is_listed(text: str) -> None:
    address = ip_address(text)
    assert "does not list" in str(allowed(address, (), ()).reason)
    assert "outside" in str(allowed(address, (ip_network("192.168.77.0/24"),), ()).reason)
    assert allowed(address, EVERYTHING, ()).is_allowed


@pytest.mark.parametrize("text", PUBLIC)
def test_public_address_is_allowed_until_the_policy_lists_ranges_without_it(text: str) -> None:
    assert allowed(ip_address(text), (), ()).is_allowed
    assert not allowed(ip_address(text), (ip_network("10.0.0.0/8"), ip_network("fc00::/7")), ()).is_allowed


@given(st.sampled_from([network for network, _ in NEVER_ALLOWABLE.never if network.version == 4]), st.integers(0))
@example(ip_network("127.0.0.0/8"), 1)
def test_no_wrapper_hides_a_never_allowable_address(network: object, number: int) -> None:
    address = network[number % network.num_addresses]  # type: ignore[index,attr-defined]
    for carrier in carriers(address):
        assert not allowed(carrier, EVERYTHING, ()).is_allowed, carrier


@given(st.integers(0, 2**32 - 1))
def test_private_address_stays_private_in_every_wrapper(number: int) -> None:
    address = IPv4Address(number)
    if not allowed(address, (), ()).is_allowed:
        assert [carrier for carrier in carriers(address) if allowed(carrier, (), ()).is_allowed] == []


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_nothing_that_the_standard_library_calls_private_passes_as_public(number: int) -> None:
    address = IPv4Address(number) if number < 2**32 else IPv6Address(number)
    verdict = allowed(address, (), ())
    if verdict.is_allowed and not isinstance(address, IPv6Address):
        assert address.is_global
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        assert not verdict.is_allowed


def test_address_of_this_server_is_refused_in_every_spelling() -> None:
    own = ip_address("8.8.4.4")
    assert "this server" in str(allowed(own, (), (own,)).reason)
    assert [one for one in carriers(own) if allowed(one, EVERYTHING, (own,)).is_allowed] == []
