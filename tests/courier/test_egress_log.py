"""Connections on record: a chain for each team, which the database lets nobody rewrite and the command checks."""

from io import StringIO
from ipaddress import ip_address

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tests import make
from webapp.accounts.append_only import allow_changes
from webapp.accounts.audit_check import verify_team
from webapp.accounts.chain import BrokenChain, Head
from webapp.accounts.models import Team
from webapp.courier.approved import Egress, Ended
from webapp.courier.egress_log import CONNECTIONS, TeamEgressLog, bytes_today
from webapp.courier.models import EgressEntry
from webapp.privacy.origins import Origin

EGRESS = Egress("di_1", Origin.parse("https://media.harbor.example"), ip_address("203.0.113.9"), 0)


def connect(team: Team, *, bytes: int = 5) -> None:
    log = TeamEgressLog(team_pk=team.pk, promotion_pk=3, item_pk=4)
    log.before_connect(EGRESS)
    log.after(EGRESS, Ended("stored", bytes, "ab" * 32))


@pytest.mark.django_db
def test_end_of_a_connection_names_its_beginning(team: Team) -> None:
    connect(team)
    connect(team)
    rows = list(EgressEntry.objects.order_by("position").values_list("position", "kind", "entry", "byte_count"))
    assert rows == [(1, "connect", None, 0), (2, "ended", 1, 5), (3, "connect", None, 0), (4, "ended", 3, 5)]


@pytest.mark.django_db
def test_each_team_has_a_chain_and_a_sum_of_its_own(team: Team) -> None:
    other = make.make_team("Elsewhere")
    connect(team)
    connect(team)
    connect(other, bytes=7)
    assert (verify_team(team.pk, table=CONNECTIONS).length, verify_team(other.pk, table=CONNECTIONS).length) == (4, 2)
    assert (bytes_today(team.pk), bytes_today(other.pk)) == (10, 7)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["UPDATE courier_egressentry SET byte_count = 0", "DELETE FROM courier_egressentry"])
def test_database_refuses_to_rewrite_it(team: Team, verb: str) -> None:
    connect(team)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lie",
    ["address = '203.0.113.10'", "byte_count = 6", "item_pk = 5", "result = 'link'", "entry = 1", "hop = 1"],
)
def test_whoever_rewrites_it_all_the_same_is_found_out(team: Team, lie: str) -> None:
    for _ in range(3):
        connect(team)
    allow_changes(connection, "courier_egressentry")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE courier_egressentry SET {lie} WHERE position = 4")
    with pytest.raises(BrokenChain, match="entry 4 was changed"):
        verify_team(team.pk, table=CONNECTIONS)
    said = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("audit", "verify", stdout=said)
    assert "Harbor: BROKEN: entry 4 was changed (connections and their ends)" in said.getvalue()


@pytest.mark.django_db
def test_checkpoint_notes_where_the_connections_end(team: Team, tmp_path_factory: pytest.TempPathFactory) -> None:
    connect(team)
    note = tmp_path_factory.mktemp("notes") / "note"
    said = StringIO()
    call_command("audit", "checkpoint", stdout=said, stderr=StringIO())
    note.write_text(said.getvalue())
    connect(team)
    said = StringIO()
    call_command("audit", "verify", "--checkpoint", str(note), stdout=said)
    assert "Harbor: 4 connections and their ends, unbroken" in said.getvalue()
    allow_changes(connection, "courier_egressentry")
    CONNECTIONS.entries._default_manager.all().delete()
    CONNECTIONS.heads._default_manager.update(length=0, hash=Head().hash)
    with pytest.raises(CommandError, match="1 of"):
        call_command("audit", "verify", "--checkpoint", str(note), stdout=StringIO())
