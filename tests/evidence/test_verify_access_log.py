"""`manage.py verify_access_log` with logs that real hosts wrote of a real courier: every lie has its line."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests import make
from tests.evidence.hosts import HOSTS, NGINX, Host
from tests.evidence.kit import HOST, Unwritten, ask, carry, connect, origin_at
from tests.make import approve
from webapp.accounts.append_only import allow_changes
from webapp.accounts.viewer import Viewer
from webapp.courier.approved import Failed, Stored
from webapp.datasets.actions import delete_item
from webapp.datasets.models import Dataset, Item
from webapp.promotions.actions.revoke import revoke

pytestmark = [pytest.mark.django_db, pytest.mark.allow_hosts(["127.0.0.1", HOST])]
OURS = "transom-courier/0.1.0"
NO_NGINX = pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")


def verify(*words: object) -> str:
    said = StringIO()
    try:
        call_command("verify_access_log", *map(str, words), stdout=said)
    except CommandError as refusal:
        return f"{said.getvalue()}exit 1: {refusal}"
    return said.getvalue()


@pytest.fixture(params=["stand-in", pytest.param("nginx", marks=NO_NGINX)])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    with HOSTS[request.param](tmp_path) as host:
        yield host


@pytest.fixture
def items(owner: Viewer, dataset: Dataset, host: Host) -> list[Item]:
    return at_the_host(owner, dataset, origin_at(host.port))


def at_the_host(owner: Viewer, dataset: Dataset, origin: str) -> list[Item]:
    drafts = [
        make.draft_item(owner, f"quay {number}", url=f"{origin}/item-{number}.png?sig=canary{number}")
        for number in range(4)
    ]
    make.append(owner, dataset, drafts)
    return list(Item.objects.visible_to(owner).filter(dataset=dataset).order_by("pk"))


def test_log_of_what_was_approved_agrees_with_the_record(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items))
    (host.media / "item-3.png").unlink()
    came = [carry(promotion, item, tmp_path / "store") for item in items]
    assert [type(one) for one in came] == [Stored, Stored, Stored, Failed]
    said = verify(host.log)
    assert said == f"{lines_of(host)} lines; 4 requests of ours; 4 on record; no findings.\n"
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(host.log.read_bytes()))
    assert verify(packed) == said


def lines_of(host: Host) -> int:
    return len(host.log.read_text().splitlines())


def test_request_that_nobody_wrote_down_is_named(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items[:1]))
    carry(promotion, items[0], tmp_path / "store")
    carry(promotion, items[1], tmp_path / "store", log=Unwritten())
    said = verify(host.log)
    assert f"line {lines_of(host)}, " in said
    assert f"{items[1].public_id} (quay 1) was asked for without an approval." in said
    assert "exit 1: 1 findings." in said
    assert "canary" not in said


def test_second_request_is_not_covered_by_the_first_ones_row(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items))
    carry(promotion, items[0], tmp_path / "store")
    carry(promotion, items[0], tmp_path / "store", log=Unwritten())
    said = verify(host.log)
    assert "(quay 0) was asked for once more than is on record" in said
    assert "exit 1: 1 findings." in said


def test_approval_that_came_later_or_had_ended_covers_nothing(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    early, late = ask(owner, items[:1]), approve(approver, ask(owner, items[1:2]))
    carry(early, items[0], tmp_path / "store")
    approve(approver, early)
    revoke(approver, late)
    carry(late, items[1], tmp_path / "store")
    said = verify(host.log)
    assert "(quay 0) was asked for before it was approved, which was at" in said
    assert "(quay 1) was asked for after its approval had ended, which was at" in said
    assert "exit 1: 2 findings." in said


def test_approval_for_some_days_ends_by_itself(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = timezone.now() - timedelta(days=8)
    with monkeypatch.context() as past:
        past.setattr(timezone, "now", lambda: then)
        promotion = approve(approver, ask(owner, items, days=7))
    carry(promotion, items[0], tmp_path / "store")
    assert "(quay 0) was asked for after its approval had ended" in verify(host.log)


def test_connection_that_the_host_never_saw_is_named(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items))
    carry(promotion, items[0], tmp_path / "store")
    connect(promotion, items[1])
    connect(promotion, items[2], result="unreachable")
    carry(promotion, items[3], tmp_path / "store")
    said = verify(host.log)
    assert f"{items[1].public_id} (quay 1) was asked for at {origin_at(host.port)}, entry 3, result stored;" in said
    assert "1 connections that a log need not have a line of" in said
    assert "exit 1: 1 findings." in said


def test_other_bytes_than_were_recorded_are_a_finding(
    owner: Viewer, approver: Viewer, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items))
    carry(promotion, items[0], tmp_path / "store", log=Unwritten())
    connect(promotion, items[0], byte_count=7)
    said = verify(host.log)
    assert "the host sent 1000 bytes, and our record says 7." in said
    assert "exit 1: 1 findings." in said


def test_request_for_an_address_that_the_item_no_longer_has_is_known_by_its_seal(
    owner: Viewer, approver: Viewer, dataset: Dataset, host: Host, items: list[Item], tmp_path: Path
) -> None:
    promotion = approve(approver, ask(owner, items[:2]))
    for item in items[:2]:
        carry(promotion, item, tmp_path / "store")
    delete_item(owner, dataset, items[0])
    elsewhere = make.draft_item(owner, "quay 1", url=f"{origin_at(host.port)}/elsewhere.png")
    make.append(owner, dataset, [elsewhere], update=True)
    said = verify(host.log)
    assert "; no findings." in said
    # The stand-in's log leaves queries out, and the seal is of the whole address.
    assert ("2 of these by time and size alone" in said) is (host.log.suffix == ".jsonl")


def test_whoever_comes_from_our_address_under_another_name_is_ours(
    owner: Viewer, host: Host, items: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.courier.fetch.request_headers", disguised)
    carry(ask(owner, items), items[0], tmp_path / "store", log=Unwritten())
    assert "0 requests of ours" in verify(host.log)
    assert "(quay 0) was asked for without an approval." in verify(host.log, "--from", "127.0.0.0/8")


def disguised(*_: object, **__: object) -> list[tuple[str, str]]:
    return [("Host", "x"), ("User-Agent", "Mozilla/5.0"), ("Connection", "close")]


# What needs no host


@pytest.fixture
def known(owner: Viewer, dataset: Dataset) -> list[Item]:
    return at_the_host(owner, dataset, make.MEDIA)


def at(moment: datetime, *, path: str = "/item-0.png?sig=canary0", method: str = "GET", agent: str = OURS) -> str:
    return f'10.2.0.9 - - [{moment:%d/%b/%Y:%H:%M:%S +0000}] "{method} {path} HTTP/1.1" 200 5 "-" "{agent}"\n'


def test_request_of_another_kind_is_none_of_the_couriers(
    owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path
) -> None:
    connect(approve(approver, ask(owner, known)), known[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC), method="HEAD"))
    assert "a HEAD request; the courier sends GET alone." in verify(log)


def test_clocks_may_differ_by_as_much_as_is_said(
    owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path
) -> None:
    connect(approve(approver, ask(owner, known)), known[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC) + timedelta(seconds=90)))
    said = verify(log)
    assert "(quay 0) was asked for, and no connection is on record at that time; the nearest is entry 1, " in said
    assert "1 on record; no findings." in verify(log, "--clock-skew", "120")


def test_other_query_is_another_address(owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path) -> None:
    connect(approve(approver, ask(owner, known)), known[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC), path="/item-0.png?sig=stolen"))
    said = verify(log)
    assert "no connection of ours is on record for /item-0.png, and nobody approved it." in said
    assert "stolen" not in said


def test_log_without_agents_wants_to_know_where_the_courier_is(
    owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path
) -> None:
    connect(approve(approver, ask(owner, known)), known[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC)).partition(' "-"')[0] + "\n")
    assert "Say with --from which address the courier has." in verify(log)
    assert "1 on record; no findings." in verify(log, "--from", "10.2.0.9")


def test_log_without_hosts_wants_to_know_whose_it_is(
    owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path
) -> None:
    other = make.make_items(owner, known[0].dataset, 1, prefix="far", origin="https://far.example")
    promotion = approve(approver, ask(owner, [*known, *other]))
    connect(promotion, known[0])
    connect(promotion, other[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC)))
    assert "Say --origin." in verify(log)
    assert "1 on record; no findings." in verify(log, "--origin", make.MEDIA)
    assert "no connection of ours is on record" in verify(log, "--origin", "https://far.example")


def test_request_of_ours_in_a_line_that_cannot_be_read_is_a_finding(known: list[Item], tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"what is this\nsomething {OURS} did\n")
    said = verify(log)
    assert "line 2: a request of ours in a line that cannot be read." in said
    assert "2 lines in no known format, the first is line 1" in said


def test_log_that_is_not_there_is_no_agreement(tmp_path: Path) -> None:
    assert "exit 1: The log cannot be read" in verify(tmp_path / "none")
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(at(datetime.now(UTC)).encode() * 99)[:-9])
    assert "exit 1: The log cannot be read" in verify(cut)


def test_broken_record_agrees_with_nothing(owner: Viewer, approver: Viewer, known: list[Item], tmp_path: Path) -> None:
    connect(approve(approver, ask(owner, known)), known[0])
    log = tmp_path / "log"
    log.write_text(at(datetime.now(UTC)))
    allow_changes(connection, "courier_egressentry")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courier_egressentry SET byte_count = 6 WHERE kind = 'ended'")
    said = verify(log)
    assert "The record of Harbor is BROKEN: entry 2 was changed" in said
    assert "1 broken records" in said


def test_long_log_is_read_in_the_memory_of_a_short_one(known: list[Item], tmp_path: Path) -> None:
    line = at(datetime.now(UTC), agent="Mozilla/5.0")
    peaks = []
    for count in (1_000, 30_000):
        log = tmp_path / f"log-{count}"
        log.write_text(line * count)
        tracemalloc.start()
        said = verify(log)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert said == f"{count} lines; 0 requests of ours; 0 on record; no findings.\n"
    assert peaks[1] < peaks[0] + 200_000
