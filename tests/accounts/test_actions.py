"""Members come, change and go; a team is never left without an admin, and every act is written down."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction

from tests import make
from webapp.accounts import actions, queries
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.viewer import Role, Viewer
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, Refused


def membership_of(viewer: Viewer) -> Membership:
    return Membership.objects.get(user_id=viewer.user_id, team_id=viewer.team_id)


def acts(admin: Viewer) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in queries.audit_entries(admin)]


def test_admin_adds_somebody_new_with_a_password(admin: Viewer) -> None:
    actions.add_member(admin, email=" New@Harbor.example ", role=Role.EDITOR, password=make.PASSWORD)
    user = User.objects.get(email="new@harbor.example")
    assert user.check_password(make.PASSWORD)
    assert acts(admin) == [("member.add", "new@harbor.example")]


def test_admin_adds_somebody_of_another_team_without_touching_their_password(admin: Viewer, stranger: Viewer) -> None:
    User.objects.filter(pk=stranger.user_id).update(password=make_password(make.PASSWORD))
    before = User.objects.get(pk=stranger.user_id).password
    actions.add_member(admin, email=stranger.email, role=Role.VIEWER, password=None)
    assert User.objects.get(pk=stranger.user_id).password == before
    assert [one.user_id for one in queries.members(admin)] == [admin.user_id, stranger.user_id]


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("not an address", make.PASSWORD, "not an e-mail address"),
        ("new@harbor.example", "", "too short"),
        ("new@harbor.example", "short", "too short"),
        ("new@harbor.example", "password1234", "too common"),
    ],
)
def test_bad_address_or_weak_password_adds_nobody(
    admin: Viewer, email: str, password: str | None, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.add_member(admin, email=email, role=Role.EDITOR, password=password)
    assert User.objects.count() == 1


def test_member_is_not_added_twice(admin: Viewer, owner: Viewer) -> None:
    with pytest.raises(Conflict, match="is a member already, as editor"):
        actions.add_member(admin, email=owner.email, role=Role.ADMIN)
    assert membership_of(owner).role == Role.EDITOR


def test_role_of_a_member_is_changed(admin: Viewer, teammate: Viewer) -> None:
    actions.change_role(admin, membership_of(teammate).pk, role=Role.APPROVER)
    assert membership_of(teammate).role == Role.APPROVER
    assert acts(admin) == [("member.role", teammate.email)]


def test_removed_member_sees_nothing_any_more(admin: Viewer, teammate: Viewer) -> None:
    actions.remove_member(admin, membership_of(teammate).pk)
    assert not Membership.objects.filter(user_id=teammate.user_id).exists()
    assert acts(admin) == [("member.remove", teammate.email)]


@pytest.mark.parametrize(
    "act",
    [
        lambda admin, pk: actions.change_role(admin, pk, role=Role.EDITOR),
        lambda admin, pk: actions.remove_member(admin, pk),
    ],
)
def test_last_admin_stays_an_admin(admin: Viewer, act: Callable[[Viewer, int], None]) -> None:
    with pytest.raises(Conflict, match="at least one admin"):
        act(admin, membership_of(admin).pk)
    assert membership_of(admin).role == Role.ADMIN


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one(team: Team) -> None:
    pair = [make.make_viewer(team, role="admin"), make.make_viewer(team, role="admin")]
    start = Barrier(2)

    def demote(by: Viewer, whom: Viewer) -> str:
        pk = membership_of(whom).pk
        start.wait()
        try:
            actions.change_role(by, pk, role=Role.VIEWER)
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(demote, pair, reversed(pair)))
    assert outcomes == ["Conflict", "done"]
    assert Membership.objects.filter(team=team, role=Role.ADMIN).count() == 1


def test_only_admins_change_members_and_the_lock(owner: Viewer, approver: Viewer, teammate: Viewer) -> None:
    for viewer in (owner, approver, teammate):
        for act in (
            lambda viewer=viewer: actions.add_member(viewer, email="x@y.example", role=Role.ADMIN, password=None),
            lambda viewer=viewer: actions.change_role(viewer, membership_of(teammate).pk, role=Role.ADMIN),
            lambda viewer=viewer: actions.remove_member(viewer, membership_of(teammate).pk),
            lambda viewer=viewer: actions.lock_origins(viewer, locked=True),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_admin_of_another_team_cannot_find_a_member(stranger: Viewer, teammate: Viewer) -> None:
    with pytest.raises(NotFound):
        actions.remove_member(stranger, membership_of(teammate).pk)
    assert membership_of(teammate)


def test_locking_and_unlocking_the_origins_is_written_down(admin: Viewer) -> None:
    actions.lock_origins(admin, locked=True)
    assert queries.team(admin).are_origins_locked
    actions.lock_origins(admin, locked=False)
    assert not queries.team(admin).are_origins_locked
    assert acts(admin) == [("origins.unlock", "Harbor"), ("origins.lock", "Harbor")]


def test_database_itself_refuses_unknown_roles_and_double_memberships(owner: Viewer) -> None:
    for row in (
        Membership(user_id=owner.user_id, team=make.make_team(), role="emperor"),
        Membership(user_id=owner.user_id, team_id=owner.team_id, role=Role.ADMIN),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
