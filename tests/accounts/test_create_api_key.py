"""`manage.py create_api_key`: only the key on stdout, so that a script can take it."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests import make
from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.models import ApiKey, User
from webapp.accounts.viewer import Role, Viewer


def create(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("create_api_key", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_stdout_is_the_key_and_nothing_else(owner: Viewer) -> None:
    out, err = create("--email", owner.email.upper())
    viewer = viewer_of_key(out.rstrip("\n"))
    assert viewer is not None
    assert (viewer.email, viewer.role, err) == (owner.email, Role.EDITOR, "")


def test_create_makes_person_and_team_and_says_the_password_on_stderr(db: None) -> None:
    out, err = create("--email", "First@Example.com", "--team", "Dock", "--create")
    viewer = viewer_of_key(out.strip())
    assert viewer is not None
    assert (viewer.email, viewer.team_name, viewer.role) == ("first@example.com", "Dock", Role.ADMIN)
    assert User.objects.get().check_password(err.split()[-1])
    again, nothing = create("--email", "first@example.com", "--team", "Dock", "--create")
    assert viewer_of_key(again.strip()) is not None
    assert (nothing, User.objects.count(), ApiKey.objects.count()) == ("", 1, 2)


def test_key_with_a_lower_ceiling(owner: Viewer) -> None:
    viewer = viewer_of_key(create("--email", owner.email, "--role", "viewer")[0].strip())
    assert viewer is not None
    assert viewer.role == Role.VIEWER


def test_unknown_person_is_an_error_that_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="add --create"):
        create("--email", "nobody@example.com")


def test_person_in_several_teams_must_name_one(owner: Viewer) -> None:
    make.make_team("Second").memberships.create(user_id=owner.user_id, role=Role.VIEWER)
    with pytest.raises(CommandError, match="--team"):
        create("--email", owner.email)
    assert create("--email", owner.email, "--team", "Second")[0].startswith("transom_")
