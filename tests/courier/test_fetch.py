"""From an approval to a connection: what may change on the way, and where nobody is led."""

import http.client
import inspect
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import psutil
import pytest

from tests.courier.kit import LIMITS, NAME, RANGES, STAND_IN, Log, Trip, approval, never, picture, redirecting
from tests.courier.lying_host import LOOPBACK, LyingHost, Talk
from webapp.courier import approved as values
from webapp.courier import fetch as room
from webapp.courier.addresses import allowed
from webapp.courier.approved import Egress, FailureKind, Stored
from webapp.courier.fetch import Courier, fetch
from webapp.courier.resolve import Surroundings, system_lookup
from webapp.courier.store import Store
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.url_seal import url_seal

# An address of this machine that nobody reaches it by alone; None where it has no network.
OWN = next(
    (
        one.address
        for family in psutil.net_if_addrs().values()
        for one in family
        if one.family == socket.AF_INET and not one.address.startswith("127.")
    ),
    None,
)

pytestmark = pytest.mark.allow_hosts([*LOOPBACK, *([OWN] if OWN else [])])
PICTURE = picture(300_000)


def whole(talk: Talk) -> None:
    talk.answer(PICTURE)


def sending_to(location: str, status: str = "302 Found") -> LyingHost:
    return LyingHost(lambda talk: talk.answer(b"", f"Location: {location}", status=status))


# What was approved


def test_address_that_was_swapped_after_approval_is_not_asked(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with LyingHost(whole) as host:
        swapped = replace(approval(host.port), url=approval(host.port, "/other.png").url)
        failed = trip.refused(swapped)
    assert (failed.kind, failed.needs_attention, host.connections, trip.log.before) == (
        FailureKind.APPROVAL, True, 0, []
    )  # fmt: skip


def test_seal_of_another_item_opens_nothing(tmp_path: Path) -> None:
    one = approval(1)
    assert Trip(tmp_path).refused(replace(one, item_key="di_2")).kind is FailureKind.APPROVAL
    assert Trip(tmp_path).refused(replace(one, seal=b"")).kind is FailureKind.APPROVAL


def test_origin_that_the_rules_are_not_for_is_not_asked(tmp_path: Path) -> None:
    with LyingHost(whole) as host:
        one = approval(host.port)
        assert Trip(tmp_path).refused(replace(one, rules=approval(1).rules)).kind is FailureKind.APPROVAL
    assert host.connections == 0


def test_address_that_our_grammar_would_refuse_is_not_asked_even_when_approved(tmp_path: Path) -> None:
    url = MediaUrl.from_column(f"http://{NAME}:80/a/../b.png")
    one = replace(approval(80), url=url, seal=url_seal("di_1", url))
    assert Trip(tmp_path).refused(one).kind is FailureKind.APPROVAL


def test_http_is_refused_until_the_origin_allows_it(tmp_path: Path) -> None:
    with LyingHost(whole) as host:
        one = approval(host.port)
        failed = Trip(tmp_path).refused(replace(one, rules=replace(one.rules, is_http_allowed=False)))
    assert (failed.kind, host.connections) == (FailureKind.ADDRESS, 0)


def test_approval_withdrawn_before_the_start_makes_no_connection(tmp_path: Path) -> None:
    with LyingHost(whole) as host:
        failed = Trip(tmp_path).refused(approval(host.port), is_withdrawn=lambda: True)
    assert (failed.kind, failed.retry_after_s, failed.needs_attention) == (FailureKind.WITHDRAWN, None, False)
    assert host.connections == 0


def test_approval_withdrawn_at_any_question_leaves_nothing(tmp_path: Path) -> None:
    asked = 0
    for last_yes in range(100):
        answers = iter([False] * last_yes)
        trip = Trip(tmp_path / str(last_yes))
        with LyingHost(whole) as host:
            came = trip.fetch(approval(host.port), is_withdrawn=lambda answers=answers: next(answers, True))
        if isinstance(came, Stored):
            break
        assert (came.kind, trip.files()) == (FailureKind.WITHDRAWN, [])
        asked += 1
    # Before the name, before the connection, before each 64 KiB, and before the copy gets its name.
    assert asked >= 3 + len(PICTURE) // LIMITS.chunk_bytes


def test_approval_withdrawn_when_all_bytes_are_here_leaves_nothing(tmp_path: Path) -> None:
    def is_whole() -> bool:
        return any(path.stat().st_size == len(PICTURE) for path in tmp_path.rglob("*.part"))

    trip = Trip(tmp_path)
    with LyingHost(whole) as host:
        failed = trip.refused(approval(host.port), is_withdrawn=is_whole)
    assert (failed.kind, trip.log.ended[0].byte_count) == (FailureKind.WITHDRAWN, len(PICTURE))


# The log that comes first


def test_connection_is_written_down_before_it_is_made(tmp_path: Path) -> None:
    seen = []

    class Watching(Log):
        def before_connect(self, egress: Egress) -> None:
            seen.append(host.connections)
            super().before_connect(egress)

    trip = Trip(tmp_path, log=Watching())
    with LyingHost(whole) as host:
        one = approval(host.port)
        trip.fetch(one)
    assert seen == [0]
    assert trip.log.before == [Egress("di_1", one.url.origin, ip_address("127.0.0.2"), 0)]


def test_without_a_row_in_the_log_there_is_no_connection(tmp_path: Path) -> None:
    class Full(Log):
        def before_connect(self, egress: Egress) -> None:
            raise OSError("no space left for the log")

    with LyingHost(whole) as host, pytest.raises(OSError, match="for the log"):
        Trip(tmp_path, log=Full()).fetch(approval(host.port))
    assert host.connections == 0
    assert Trip(tmp_path).files() == []


# Names and addresses


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["127.0.0.2", "169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["127.0.0.2", "64:ff9b::a9fe:a9fe"],
        ["2002:7f00:1::"],
        ["::1"],
        ["0.0.0.0"],
        ["fe80::1%lo"],
        ["8.8.8.8"],
        ["10.0.0.1"],
    ],
    ids=" and ".join,
)
def test_name_with_one_forbidden_address_is_refused_whole(tmp_path: Path, answers: list[str]) -> None:
    trip = Trip(tmp_path, lookup=lambda host, port: answers)
    with LyingHost(whole) as host:
        failed = trip.refused(approval(host.port))
    assert (failed.kind, failed.needs_attention, host.connections, trip.log.before) == (
        FailureKind.ADDRESS, True, 0, []
    )  # fmt: skip


@pytest.mark.parametrize("answers", [[], ["0x7f000001"], ["2130706433"], ["127.1"], ["0177.0.0.1"], ["nonsense"]])
def test_resolver_that_answers_no_plain_addresses_is_not_followed(tmp_path: Path, answers: list[str]) -> None:
    failed = Trip(tmp_path, lookup=lambda host, port: answers).refused(approval(80))
    assert (failed.kind, failed.retry_after_s) == (FailureKind.NAME, 60)


def test_name_that_is_never_answered_ends_in_time(tmp_path: Path) -> None:
    over = threading.Event()

    def never(host: str, port: int) -> Sequence[str]:
        over.wait()
        return []

    limits = replace(LIMITS, resolve_s=0.05)
    assert Trip(tmp_path, lookup=never, limits=limits).refused(approval(80)).kind is FailureKind.NAME
    over.set()


def test_production_refuses_the_network_these_tests_stand_on(tmp_path: Path) -> None:
    log = Log()
    courier = Courier(
        store=Store(tmp_path),
        surroundings=Surroundings(own_addresses=(), lookup=lambda host, port: ["127.0.0.2"]),
        limits=dict.fromkeys(values.MediaKind, LIMITS),
    )
    failed = fetch(courier, approval(80), log=log, keep=never, is_withdrawn=lambda: False)
    assert isinstance(failed, values.Failed)
    assert (failed.kind, log.before) == (FailureKind.ADDRESS, [])


@pytest.mark.skipif(OWN is None, reason="this machine has no address but loopback ones")
def test_this_servers_own_address_is_noticed_after_connecting(tmp_path: Path) -> None:
    courier = Courier(
        store=Store(tmp_path),
        surroundings=Surroundings(own_addresses=(), lookup=lambda host, port: [str(OWN)]),
        limits=dict.fromkeys(values.MediaKind, LIMITS),
    )
    with LyingHost(whole, address=str(OWN)) as host:
        approved = approval(host.port)
        approved = replace(approved, rules=replace(approved.rules, ranges=frozenset({ip_network(f"{OWN}/32")})))
        log = Log()
        failed = fetch(courier, approved, log=log, keep=never, is_withdrawn=lambda: False)
    assert isinstance(failed, values.Failed)
    assert (failed.kind, "".join(host.requests), len(log.before)) == (FailureKind.ADDRESS, "", 1)


def test_host_that_refuses_connections_is_tried_again_later(tmp_path: Path) -> None:
    with LyingHost(whole) as host:
        one = approval(host.port)
    failed = Trip(tmp_path).refused(one)
    assert (failed.kind, failed.retry_after_s) == (FailureKind.UNREACHABLE, 60)


def rebinding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the system's resolver answer the customer's address first and this server's own from then on."""
    asked: list[str] = []

    def answer(host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.2" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def two_hosts(stack: ExitStack) -> tuple[LyingHost, LyingHost]:
    """The customer's host, and one of this server's own at the same port."""
    for _ in range(20):
        customer = stack.enter_context(LyingHost(whole))
        try:
            return customer, stack.enter_context(LyingHost(whole, address="127.0.0.1", port=customer.port))
        except OSError:
            continue
    raise AssertionError("no port is free at both addresses")


def test_name_that_is_bound_anew_after_the_check_leads_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        customer, forbidden = two_hosts(stack)
        asked = rebinding(monkeypatch)
        assert isinstance(Trip(tmp_path, lookup=system_lookup).fetch(approval(customer.port)), Stored)
    assert (len(asked), customer.connections, forbidden.connections) == (1, 1, 0)


def test_naive_check_and_then_get_is_led_to_the_forbidden_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        customer, forbidden = two_hosts(stack)
        rebinding(monkeypatch)
        checked = ip_address(system_lookup(NAME, customer.port)[0])
        assert allowed(checked, RANGES, (), table=STAND_IN).is_allowed
        connection = http.client.HTTPConnection(NAME, customer.port, timeout=5)
        connection.request("GET", "/a.png")
        assert connection.getresponse().read() == PICTURE
        connection.close()
    assert (customer.connections, forbidden.connections) == (0, 1)


# Redirects


def test_redirect_is_a_failure_until_the_origin_allows_it(tmp_path: Path) -> None:
    with LyingHost(whole) as there, sending_to(f"http://{NAME}:{there.port}/b.png") as host:
        failed = Trip(tmp_path).refused(approval(host.port))
    assert (failed.kind, failed.needs_attention, there.connections) == (FailureKind.REDIRECT, True, 0)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirect_to_a_listed_origin_is_followed_and_written_down_anew(tmp_path: Path, status: str) -> None:
    trip = Trip(tmp_path)
    there = "http://cdn.customer.example:{}"
    with LyingHost(whole) as cdn, sending_to(there.format(cdn.port) + "/b.png?sig=canary-2", status) as host:
        assert isinstance(trip.fetch(redirecting(approval(host.port), there.format(cdn.port))), Stored)
    assert [(one.origin.host, one.hop) for one in trip.log.before] == [(NAME, 0), ("cdn.customer.example", 1)]
    assert [one.result for one in trip.log.ended] == ["redirected", "stored"]
    # Nothing of the first request goes along but what the host itself put into the new address.
    assert cdn.requests[0].startswith("GET /b.png?sig=canary-2 HTTP/1.1\r\nHost: cdn.customer.example:")
    assert "canary-7f3a91" not in cdn.requests[0]


def test_redirect_within_the_origin_may_be_a_path(tmp_path: Path) -> None:
    def reply(talk: Talk) -> None:
        if talk.request.startswith("GET /a.png"):
            talk.answer(b"", "Location: /b.png", status="302 Found")
        else:
            whole(talk)

    with LyingHost(reply) as host:
        one = approval(host.port)
        assert isinstance(Trip(tmp_path).fetch(redirecting(one, str(one.url.origin))), Stored)
    assert [request.split()[1] for request in host.requests][1:] == ["/b.png"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://media.customer.example.:1/",
        "file:///etc/passwd",
        "gopher://media.customer.example/",
        "javascript:alert(1)",
        "//media.customer.example/b.png",
        "http://user:secret@media.customer.example/b.png",
        "http://media.customer.example:1/b.png",
        "b.png",
        "",
        "http://media.customer.example/\x01",
    ],
)
def test_redirect_to_anywhere_but_a_listed_origin_is_refused(tmp_path: Path, location: str) -> None:
    trip = Trip(tmp_path)
    with sending_to(location) as host:
        one = approval(host.port)
        failed = trip.refused(redirecting(one, str(one.url.origin)))
    assert (failed.kind, len(trip.log.before)) == (FailureKind.REDIRECT, 1)


@pytest.mark.parametrize(
    ("target", "answers"),
    [
        ("http://169.254.169.254", []),
        ("http://127.0.0.1", []),
        ("http://cdn.customer.example", ["169.254.169.254"]),
        ("http://cdn.customer.example", ["::ffff:169.254.169.254"]),
    ],
)
def test_listed_origin_at_a_forbidden_address_is_refused_at_the_second_hop_too(
    tmp_path: Path, target: str, answers: list[str]
) -> None:
    trip = Trip(tmp_path, lookup=lambda host, port: ["127.0.0.2"] if host == NAME else answers)
    with sending_to(f"{target}/latest/meta-data/") as host:
        failed = trip.refused(redirecting(approval(host.port), target))
    assert (failed.kind, len(trip.log.before)) == (FailureKind.ADDRESS, 1)


def test_redirects_end_after_three(tmp_path: Path) -> None:
    trip = Trip(tmp_path)
    with sending_to("/a.png") as host:
        one = approval(host.port)
        failed = trip.refused(redirecting(one, str(one.url.origin)))
    assert (failed.kind, host.connections) == (FailureKind.REDIRECT, 4)


def test_second_location_header_is_no_second_chance(tmp_path: Path) -> None:
    reply = LyingHost(lambda talk: talk.answer(b"", "Location: /b", "Location: /c", status="302 Found"))
    with reply as host:
        one = approval(host.port)
        assert Trip(tmp_path).refused(redirecting(one, str(one.url.origin))).kind is FailureKind.REDIRECT


# The room around it


def test_poisoned_environment_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text(f"machine {NAME} login somebody password canary\n")
    (tmp_path / ".netrc").chmod(0o600)
    with LyingHost(whole, address="127.0.0.3") as proxy, LyingHost(whole) as host:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.3:{proxy.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.3:{proxy.port}")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert isinstance(Trip(tmp_path / "store").fetch(approval(host.port)), Stored)
    assert (proxy.connections, host.connections) == (0, 1)
    assert "Authorization" not in host.requests[0]
    assert "Cookie" not in host.requests[0]


IN_A_LOCKED_PROCESS = """
import sys
from ipaddress import ip_address
from webapp.courier.approved import TransferFailed
from webapp.courier.connection import Connection
from webapp.courier.limits import Limits
from webapp.privacy.origins import Origin
from webapp.privacy.sandbox import lock_egress

lock_egress()
try:
    Connection(Origin("http", "127.0.0.2", int(sys.argv[1])), ip_address("127.0.0.2"), Limits(max_bytes=1), None)
except TransferFailed as failed:
    print(failed.kind, failed.sentence)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel lock exists on Linux only")
def test_courier_in_a_locked_process_reaches_nobody() -> None:
    project = Path(__file__).resolve().parents[2]
    with LyingHost(whole) as host:
        command = [sys.executable, "-c", IN_A_LOCKED_PROCESS, str(host.port)]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout == "unreachable This process can make no socket to the network: Operation not permitted.\n"
    assert host.connections == 0


def test_room_offers_no_way_in_that_takes_the_text_of_an_address() -> None:
    assert sorted(room.__all__) == ["Courier", "fetch"]
    parameters = inspect.signature(fetch).parameters
    assert list(parameters) == ["courier", "approved", "log", "keep", "is_withdrawn", "partial"]
    texts = {name for name, kind in values.Approved.__annotations__.items() if kind == "str"}
    assert texts == {"item_key"}


def test_listed_range_is_all_that_is_asked(tmp_path: Path) -> None:
    with LyingHost(whole) as host:
        one = approval(host.port)
        elsewhere = replace(one.rules, ranges=frozenset({ip_network("127.0.0.3/32")}))
        assert Trip(tmp_path).refused(replace(one, rules=elsewhere)).kind is FailureKind.ADDRESS
    assert host.connections == 0
