"""Acts of before the chain get their places in it, and the way back leaves them as they were."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import make
from webapp.accounts import audit_check
from webapp.accounts.audit import record
from webapp.accounts.audit_check import verify_team
from webapp.accounts.viewer import Viewer


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", name)])
    return MigrationExecutor(connection).loader.project_state([("accounts", name)]).apps


def migrate_to_newest() -> None:
    """All rooms: on the way back others went too, which lean on these tables."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_rows_without_a_chain_are_chained(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that it takes more than one piece.
    monkeypatch.setattr(import_module("webapp.accounts.migrations.0003_chain_the_acts_there_are"), "AT_ONCE", 10)
    monkeypatch.setattr(audit_check, "ROWS_AT_ONCE", 7)
    owner, stranger = make.make_viewer(), make.make_viewer()
    entry = migrate("0001_initial").get_model("accounts", "AuditEntry")
    try:
        for number in range(25):
            by: Viewer = owner if number % 3 else stranger
            # The clock was set back between them.
            at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=number)
            entry.objects.create(
                team_id=by.team_id, user_id=by.user_id, action="a", subject="é", details={"n": number / 3}, at=at
            )
        before = list(entry.objects.order_by("pk").values())
    finally:
        migrate_to_newest()
    assert (verify_team(owner.team_id).length, verify_team(stranger.team_id).length) == (16, 9)
    record(owner, "dataset.create", subject="after")
    assert verify_team(owner.team_id).length == 17
    entry = migrate("0001_initial").get_model("accounts", "AuditEntry")
    try:
        assert list(entry.objects.order_by("pk").values())[:25] == before
    finally:
        migrate_to_newest()
    assert verify_team(owner.team_id).length == 17
