"""Who a browser session is, and what members may read about their team."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from tests import make
from webapp.accounts import queries
from webapp.accounts.audit import record
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.viewer import Role, Viewer
from webapp.privacy.refusals import NotAllowed


def viewer_in(client: Client) -> Viewer | None:
    request = RequestFactory().get("/")
    request.session = client.session
    user_pk = client.session.get("_auth_user_id")
    request.user = User.objects.get(pk=user_pk) if user_pk else AnonymousUser()
    return queries.viewer_of_session(request)


def test_session_is_the_signed_in_person_in_the_team_they_chose(client: Client, owner: Viewer) -> None:
    second = make.make_team("Second")
    Membership.objects.create(user_id=owner.user_id, team=second, role=Role.ADMIN)
    assert viewer_in(make.sign_in(client, owner)) == owner
    session = client.session
    session[queries.TEAM_IN_SESSION] = second.pk
    session.save()
    chosen = viewer_in(client)
    assert chosen is not None
    assert (chosen.team_name, chosen.role) == ("Second", Role.ADMIN)
    assert [one.team.name for one in queries.memberships_of(owner)] == ["Harbor", "Second"]


def test_session_in_a_team_one_has_left_falls_back_to_another(client: Client, owner: Viewer) -> None:
    make.sign_in(client, owner)
    Membership.objects.filter(user_id=owner.user_id).delete()
    assert viewer_in(client) is None
    Membership.objects.create(user_id=owner.user_id, team=make.make_team("Other"), role=Role.VIEWER)
    other = viewer_in(client)
    assert other is not None
    assert other.team_name == "Other"


@pytest.mark.django_db
def test_session_of_nobody_has_no_viewer(client: Client) -> None:
    assert viewer_in(client) is None


def test_session_cannot_choose_a_team_one_is_not_in(client: Client, owner: Viewer, stranger: Viewer) -> None:
    make.sign_in(client, owner)
    session = client.session
    session[queries.TEAM_IN_SESSION] = stranger.team_id
    session.save()
    assert viewer_in(client) == owner


def test_audit_entries_are_the_teams_own_newest_first_and_for_admins(
    owner: Viewer, admin: Viewer, approver: Viewer, teammate: Viewer, stranger: Viewer
) -> None:
    record(owner, "first", subject="a")
    record(owner, "second", subject="b", size=3)
    assert [(one.action, one.details) for one in queries.audit_entries(admin)] == [
        ("second", {"size": 3}),
        ("first", {}),
    ]
    assert queries.audit_entries(stranger) == []
    for viewer in (owner, approver, teammate):
        with pytest.raises(NotAllowed):
            queries.audit_entries(viewer)


def test_members_are_those_of_ones_own_team(owner: Viewer, teammate: Viewer, stranger: Viewer, team: Team) -> None:
    assert [one.user.email for one in queries.members(owner)] == [owner.email, teammate.email]
    assert [one.user.email for one in queries.members(stranger)] == [stranger.email]
