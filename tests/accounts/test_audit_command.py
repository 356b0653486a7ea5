"""`manage.py audit` finds whatever was done to the stored record past the application."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import make
from tests.accounts.tampering import execute, with_the_power_of_the_operator
from webapp.accounts.audit import record
from webapp.accounts.models import AuditEntry, AuditHead, Team
from webapp.accounts.viewer import Viewer

TABLE = "accounts_auditentry"

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    said = StringIO()
    try:
        call_command("audit", *words, stdout=said, stderr=StringIO())
    except CommandError as refusal:
        return f"{said.getvalue()}exit 1: {refusal}"
    return said.getvalue()


@pytest.fixture
def log(team: Team) -> list[AuditEntry]:
    """Forty acts of two teams, by people and by keys, with details of all kinds."""
    other = make.make_viewer(make.make_team("Elsewhere"), role="admin")
    person = make.make_viewer(team, role="admin")
    key = make.create_api_key(person, name="tests")[0]
    program = Viewer(person.user_id, person.email, team.pk, team.name, person.role, api_key_id=key.pk)
    for number in range(13):
        record(person, "slice.create", subject=f"slc_{number}", recipe={"share": number / 7, "é": [None, 1e-07, True]})
        record(program, "origin.attach", subject="https://media.harbor.example", dataset=f"ds_{number}", size=number)
        record(other, "member.add", subject="ünter@elsewhere.example", role="viewer")
    return list(AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (f"UPDATE {TABLE} SET subject = 'another' WHERE team_id = %s AND position = 5", "entry 5 was changed"),
        (f"DELETE FROM {TABLE} WHERE team_id = %s AND position = 5", "entry 5 is missing"),
        (f"DELETE FROM {TABLE} WHERE team_id = %s AND position = 1", "entry 1 is missing"),
        (f"DELETE FROM {TABLE} WHERE team_id = %s AND position > 20", "entry 21 is missing, with all that followed"),
        (f"DELETE FROM {TABLE} WHERE team_id = %s", "entry 1 is missing, with all that followed"),
        ("DELETE FROM accounts_audithead WHERE team_id = %s", "entry 1 was put behind the end of the chain"),
        ("UPDATE accounts_audithead SET length = 20 WHERE team_id = %s", "entry 20 is not the one that was there"),
    ],
)
def test_first_broken_row_is_named(log: list[AuditEntry], team: Team, damage: str, says: str) -> None:
    with with_the_power_of_the_operator():
        execute(damage, team.pk)
    said = run("verify")
    assert f"Harbor: BROKEN: {says}" in said
    assert "Elsewhere: 13 entries, unbroken" in said
    assert said.endswith("exit 1: 1 of 2 chains broken.")
    assert "exit 1" not in run("verify", "--team", "Elsewhere")


def test_two_rows_that_changed_places_are_found(log: list[AuditEntry], team: Team) -> None:
    with with_the_power_of_the_operator():
        for place, put in [(5, 99), (6, 5), (99, 6)]:
            execute(f"UPDATE {TABLE} SET position = %s WHERE team_id = %s AND position = %s", put, team.pk, place)
    assert "Harbor: BROKEN: entry 5 is out of order" in run("verify", "--team", "Harbor")


def cut_off(team: Team) -> None:
    """Remove the last acts, and let the head say that there never were more."""
    execute(f"DELETE FROM {TABLE} WHERE team_id = %s AND position > 20", team.pk)
    ((end,),) = execute(f"SELECT hash FROM {TABLE} WHERE team_id = %s AND position = 20", team.pk)
    execute("UPDATE accounts_audithead SET length = 20, hash = %s WHERE team_id = %s", end, team.pk)


def written_anew(team: Team) -> None:
    """Leave no act, and as many others in their place, in a chain that is whole."""
    count = AuditHead.objects.get(pk=team.pk).length
    execute(f"DELETE FROM {TABLE} WHERE team_id = %s", team.pk)
    execute("DELETE FROM accounts_audithead WHERE team_id = %s", team.pk)
    someone = make.make_viewer(team)
    for _ in range(count):
        record(someone, "slice.export", subject="nothing to see")


@pytest.mark.parametrize("option", ["--checkpoint", "--since-checkpoint"])
@pytest.mark.parametrize(
    ("damage", "says"),
    [(cut_off, "entry 21 is missing, with all that followed"), (written_anew, "is not the one that was there")],
)
def test_a_checkpoint_knows_better(
    log: list[AuditEntry], team: Team, tmp_path: Path, damage: Callable[[Team], None], says: str, option: str
) -> None:
    note = tmp_path / "checkpoint"
    note.write_text(run("checkpoint"))
    record(make.make_viewer(team), "slice.export", subject="later")
    assert "Harbor: 28 entries, unbroken" in run("verify", option, str(note))
    with with_the_power_of_the_operator():
        damage(team)
    assert "Harbor: BROKEN" not in run("verify")
    said = run("verify", option, str(note))
    assert "exit 1" in said
    assert says in said or (option == "--since-checkpoint" and "is missing, with all that followed" in said)


def test_since_a_checkpoint_later_rows_are_checked_and_earlier_ones_are_not(
    log: list[AuditEntry], team: Team, tmp_path: Path
) -> None:
    note = tmp_path / "checkpoint"
    note.write_text(run("checkpoint"))
    record(make.make_viewer(team), "slice.export", subject="later")
    with with_the_power_of_the_operator():
        execute(f"UPDATE {TABLE} SET subject = 'x' WHERE team_id = %s AND position = 2", team.pk)
        assert "exit 1" not in run("verify", "--since-checkpoint", str(note))
        execute(f"UPDATE {TABLE} SET subject = 'x' WHERE team_id = %s AND position = 28", team.pk)
    assert "BROKEN: entry 28 was changed" in run("verify", "--since-checkpoint", str(note))


@pytest.mark.parametrize(
    "alter",
    [
        lambda note: note.replace(" 27 ", " 20 "),
        lambda note: note.partition("\n\n")[0] + "\n",
        lambda note: note[:-12] + "A" + note[-11:],
        lambda note: "",
        lambda note: note.replace("transom-audit", "somebody"),
    ],
)
def test_an_altered_checkpoint_is_refused(
    log: list[AuditEntry], tmp_path: Path, alter: Callable[[str], str], settings: Any
) -> None:
    note, whole = tmp_path / "checkpoint", run("checkpoint")
    assert alter(whole) != whole
    note.write_text(alter(whole))
    assert "exit 1" in run("verify", "--checkpoint", str(note))
    note.write_text(whole)
    assert "exit 1" not in run("verify", "--checkpoint", str(note))
    settings.AUDIT_KEY = bytes(32)
    assert "no checkpoint that this server's key signed" in run("verify", "--checkpoint", str(note))
