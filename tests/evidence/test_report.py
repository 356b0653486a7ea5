"""The signed report: whole, without an address, and no lie in it that `manage.py check_report` does not name."""

from __future__ import annotations

import hashlib
import json
import random
import re
import tracemalloc
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests import make
from tests.evidence.kit import ask, connect
from webapp.accounts.append_only import allow_changes
from webapp.accounts.audit import record
from webapp.accounts.signed_note import signed, verifier
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.evidence.report import report, statement
from webapp.privacy.refusals import NotAllowed
from webapp.promotions.actions.decide import reject
from webapp.promotions.actions.revoke import revoke

pytestmark = pytest.mark.django_db


def check(*words: object) -> str:
    said = StringIO()
    try:
        call_command("check_report", *map(str, words), stdout=said)
    except CommandError as refusal:
        return f"{said.getvalue()}exit 1: {refusal}"
    return said.getvalue()


@pytest.fixture
def history(owner: Viewer, approver: Viewer, dataset: Dataset) -> list[Item]:
    """A promotion that was approved, one that was rejected, one that waits, one that was revoked, and connections."""
    drafts = [make.draft_item(owner, f"q {n}", url=f"{make.MEDIA}/q/{n}.png?sig=canary{n}") for n in range(5)]
    make.append(owner, dataset, drafts)
    items = list(Item.objects.visible_to(owner).filter(dataset=dataset).order_by("pk"))
    shared = make.approve(approver, ask(owner, items, days=30))
    for item in items:
        connect(shared, item)
    connect(shared, items[0], result="link", byte_count=0)
    reject(approver, ask(owner, items[:1]), reason="See https://wiki.harbor.example/rules?token=canary9 for why.")
    over = make.approve(approver, ask(owner, items[:2]))
    connect(over, items[0])
    revoke(owner, over)
    ask(owner, items[:3])
    return items


@pytest.fixture
def written(history: list[Item], approver: Viewer, tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(b"".join(report(approver)))
    return path


def test_report_that_nobody_touched_is_good_and_no_database_is_asked(
    written: Path, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        said = check(written)
    assert "Report on Harbor, made at " in said
    assert "connections: 14 entries, unbroken and complete, head " in said
    assert "4 promotions of 11 items; 7 connections, 6 of them brought a file." in said
    assert "exit" not in said


def test_report_is_json_that_names_everything_and_shows_no_address(written: Path, history: list[Item]) -> None:
    text = written.read_text()
    said = json.loads(text)
    assert {one["state"] for one in said["promotions"]} == {"approved", "rejected", "revoked", "requested"}
    decided = next(one for one in said["promotions"] if one["state"] == "approved")
    assert decided["requested_by"]["email"] == "owner@harbor.example"
    assert decided["decided_by"]["email"] == "approver@harbor.example"
    assert decided["hosts"] == [{"origin": make.MEDIA, "items": 5}]
    assert {one["item"] for one in said["connections"]} == {item.public_id for item in history}
    assert "report.export" in {one["facts"]["action"] for one in said["acts"]}
    assert "canary" not in text
    assert re.findall(r"https?://[^/\"\s<>]+/", text) == []


def test_everything_before_the_last_line_is_what_is_signed(written: Path) -> None:
    body, _, last = written.read_bytes()[:-1].rpartition(b"\n")
    note = statement(hashlib.sha256(body + b"\n").hexdigest(), len(body) + 1)
    assert json.loads(b"{" + last)["note"] == signed(note, settings.AUDIT_KEY)


def test_any_flipped_bit_is_noticed(written: Path) -> None:
    dice, whole = random.Random(7), written.read_bytes()
    for _ in range(200):
        place = dice.randrange(len(whole) * 8)
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        written.write_bytes(changed)
        assert "exit 1" in check(written), f"bit {place}"


@pytest.mark.parametrize(
    "alter",
    [
        lambda whole: whole[:-1],
        lambda whole: whole.rpartition(b'"note"')[0],
        lambda whole: whole + b"\n",
        lambda whole: b"",
        lambda whole: b"{}\n",
        lambda whole: whole.replace(b"owner@", b"other@"),
    ],
)
def test_altered_report_is_refused(written: Path, alter: Callable[[bytes], bytes]) -> None:
    whole = written.read_bytes()
    written.write_bytes(alter(whole))
    assert "exit 1" in check(written)
    written.write_bytes(whole)
    assert "exit" not in check(written)


def test_key_that_is_not_the_servers_is_not_believed_unless_it_is_named(written: Path, settings: Any) -> None:
    public = verifier(settings.AUDIT_KEY)
    settings.AUDIT_KEY = bytes(32)
    assert "This key did not sign it." in check(written)
    assert "exit" not in check(written, "--key", public)
    assert "exit 1" in check(written, "--key", "transom-audit+00+nonsense")


def forged(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """What a server with the key, but without scruples, would sign."""
    said = json.loads(path.read_text())
    change(said)
    del said["note"]
    out = [f"{json.dumps({name: said.pop(name) for name in list(said)[:7]})[:-1]},\n"]
    for name in ("promotions", "items", "connections", "acts", "people"):
        rows = ",\n".join(json.dumps(row) for row in said[name])
        out.append(f'"{name}":[\n{rows}\n],\n')
    out.append(f'"heads":{json.dumps(said["heads"])},\n')
    body = "".join(out)
    note = signed(statement(hashlib.sha256(body.encode()).hexdigest(), len(body)), settings.AUDIT_KEY)
    path.write_text(f'{body}"note":{json.dumps(note)}}}\n')


def drop_last_connection(said: dict[str, Any]) -> None:
    said["connections"].pop()


def change_a_decider(said: dict[str, Any]) -> None:
    said["promotions"][-1]["decided_by"] = said["promotions"][-1]["requested_by"]


def approve_what_was_rejected(said: dict[str, Any]) -> None:
    next(one for one in said["promotions"] if one["state"] == "rejected")["state"] = "approved"


def lose_a_promotion(said: dict[str, Any]) -> None:
    del said["promotions"][-1]


def another_hash(said: dict[str, Any]) -> None:
    said["acts"][3]["facts"]["subject"] = "somebody"


def revoked_before(said: dict[str, Any]) -> None:
    for one in said["promotions"]:
        if one["revoked_at"]:
            one["revoked_at"] = one["requested_at"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop_last_connection, "connections: the rows end at 13, and the record at 14: some are left out."),
        (change_a_decider, "no act says that owner@harbor.example decided so."),
        (approve_what_was_rejected, "is approved, and no act says that approver@harbor.example decided so."),
        (lose_a_promotion, "for a promotion that is not in the report, was made without an approval"),
        (another_hash, "acts: entry 4 was changed."),
        (revoked_before, "was made without an approval or outside of it."),
    ],
)
def test_signed_lie_is_named(written: Path, change: Callable[[dict[str, Any]], None], says: str) -> None:
    forged(written, lambda said: None)
    assert "exit" not in check(written)
    forged(written, change)
    assert says in check(written)
    assert "exit 1" in check(written)


def test_report_of_a_record_that_was_tampered_with_says_so(
    history: list[Item], approver: Viewer, tmp_path: Path
) -> None:
    allow_changes(connection, "courier_egressentry")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courier_egressentry SET address = '203.0.113.10' WHERE position = 5")
    path = tmp_path / "report.json"
    path.write_bytes(b"".join(report(approver)))
    assert "FAULT: connections: entry 5 was changed." in check(path)


def test_checkpoint_from_elsewhere_finds_a_chain_that_was_written_anew(
    history: list[Item], approver: Viewer, tmp_path: Path
) -> None:
    said, note = StringIO(), tmp_path / "checkpoint"
    call_command("audit", "checkpoint", stdout=said, stderr=StringIO())
    note.write_text(said.getvalue())
    record(approver, "later", subject="")
    later = tmp_path / "later.json"
    later.write_bytes(b"".join(report(approver)))
    assert "exit" not in check(later, "--checkpoint", note)
    text = signed("transom audit checkpoint\nnow\n" + f"{approver.team_id} 3 {'ab' * 32}\n", settings.AUDIT_KEY)
    note.write_text(text)
    assert "acts: entry 3 is not the one that was there" in check(later, "--checkpoint", note)


def test_only_who_decides_may_have_it(history: list[Item], owner: Viewer, admin: Viewer, stranger: Viewer) -> None:
    with pytest.raises(NotAllowed):
        report(owner)
    assert b"Harbor" in b"".join(report(admin))
    assert b"prm_" not in b"".join(report(stranger))


def test_long_record_is_written_in_the_memory_of_a_short_one(owner: Viewer, approver: Viewer, dataset: Dataset) -> None:
    peaks = []
    for count in (50, 3_000):
        for number in range(count):
            record(owner, "slice.create", subject=f"slc_{number}", note="x" * 200)
        tracemalloc.start()
        assert sum(len(line) for line in report(approver)) > count * 300
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Rows are read two thousand at once.
    assert peaks[1] < 12_000_000
