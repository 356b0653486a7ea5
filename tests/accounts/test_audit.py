"""The audit record: every act in its place, and no way to change or remove one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tests import make
from webapp.accounts import audit
from webapp.accounts.audit import record
from webapp.accounts.audit_check import verify_team
from webapp.accounts.chain import BEFORE_ALL
from webapp.accounts.models import AuditEntry, Team
from webapp.accounts.queries import audit_entries, audit_head
from webapp.accounts.viewer import Viewer


def entries(viewer: Viewer) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(team_id=viewer.team_id).order_by("position"))


def test_acts_of_a_team_follow_each_other(owner: Viewer, stranger: Viewer) -> None:
    for number in range(3):
        record(owner, "slice.export", subject=f"slc_{number}", size=number)
        record(stranger, "slice.export", subject="slc_x")
    rows = entries(owner)
    assert [one.position for one in rows] == [1, 2, 3]
    assert [one.previous for one in rows] == [BEFORE_ALL, rows[0].hash, rows[1].hash]
    assert (audit_head(owner).length, audit_head(owner).hash) == (3, rows[2].hash)
    assert verify_team(owner.team_id) == audit_head(owner)
    assert verify_team(stranger.team_id).length == 3


@pytest.mark.parametrize(
    "details",
    [
        {"size": 1e22, "part": 0.1, "none": None, "nested": {"list": [1, 2.0, -0.0], "é": "\U0001f600"}},
        {"keys": {1: "one", 10: "ten"}, "pair": (1, 2)},
        {"long": "x" * 5000, "quoted": '"\\/\n\u2028'},
    ],
)
def test_what_was_written_is_what_is_read(owner: Viewer, details: dict[str, object]) -> None:
    record(owner, "slice.create", subject="ünter 100%", **details)
    assert verify_team(owner.team_id).length == 1


def test_a_clock_set_back_does_not_change_the_order(admin: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    record(admin, "dataset.create", subject="first")
    monkeypatch.setattr(audit.timezone, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    record(admin, "dataset.delete", subject="second")
    assert [one.subject for one in audit_entries(admin)] == ["second", "first"]
    assert verify_team(admin.team_id).length == 2


def test_an_act_that_is_taken_back_leaves_no_gap(owner: Viewer) -> None:
    record(owner, "dataset.create", subject="kept")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(owner, "dataset.create", subject="lost")
        _ = 1 / 0
    record(owner, "dataset.create", subject="kept too")
    assert [(one.position, one.subject) for one in entries(owner)] == [(1, "kept"), (2, "kept too")]
    assert verify_team(owner.team_id).length == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(subject="other"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
    ],
)
def test_the_database_refuses_to_change_or_delete_an_act(act: Callable[[AuditEntry], object], owner: Viewer) -> None:
    entry = record(owner, "dataset.create", subject="one")
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        act(entry)
    assert verify_team(owner.team_id).length == 1


def test_a_team_with_acts_cannot_be_deleted(owner: Viewer, team: Team) -> None:
    record(owner, "dataset.create", subject="one")
    with pytest.raises(IntegrityError, match="protected"):
        team.delete()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_chain(team: Team) -> None:
    viewers = [make.make_viewer(team) for _ in range(4)]

    def write(viewer: Viewer) -> None:
        try:
            for number in range(12):
                with transaction.atomic():
                    record(viewer, "slice.export", subject=f"{viewer.user_id} {number}")
                    record(viewer, "slice.export", subject=f"{viewer.user_id} {number} again")
                    transaction.set_rollback(number % 4 == 3)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(viewers)) as pool:
        list(pool.map(write, viewers))
    assert [one.position for one in entries(viewers[0])] == list(range(1, 4 * 9 * 2 + 1))
    assert verify_team(team.pk).length == 72
