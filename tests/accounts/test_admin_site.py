"""The administration: who may come in, by which door, and that nobody there gives themselves rights."""

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission as DjangoPermission
from django.test import Client

from tests import make
from webapp.accounts.models import Team, User
from webapp.accounts.viewer import Viewer


def test_only_our_own_rooms_have_pages_there() -> None:
    assert [model for model in site._registry if not model.__module__.startswith("webapp.")] == []


@pytest.mark.parametrize(
    ("person", "status"), [("approver", 200), ("admin", 200), ("owner", 403), ("teammate", 403), ("labeler", 403)]
)
def test_who_decides_in_a_team_may_come_in(
    person: str, status: int, client: Client, request: pytest.FixtureRequest
) -> None:
    browser = make.sign_in(client, request.getfixturevalue(person))
    answer = browser.get("/admin/", follow=True)
    assert answer.status_code == status
    assert ("who decides promotions in a team" in answer.text) == (status == 403)


def test_sign_in_is_the_apps_own_page(client: Client, db: None) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/accounts/team/")["Location"] == "/sign-in/?next=/admin/accounts/team/"


def test_somebody_who_was_dismissed_is_out(client: Client, approver: Viewer) -> None:
    browser = make.sign_in(client, approver)
    User.objects.filter(pk=approver.user_id).update(is_active=False)
    assert browser.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")


@pytest.fixture
def clerk(client: Client, owner: Viewer) -> Client:
    """Staff, not a superuser, with every one of Django's permissions."""
    user = User.objects.get(pk=owner.user_id)
    user.is_staff = True
    user.save()
    user.user_permissions.set(DjangoPermission.objects.all())
    return make.sign_in(client, owner)


def test_staff_cannot_change_users_or_make_themselves_members(clerk: Client, owner: Viewer, stranger: Viewer) -> None:
    assert clerk.get("/admin/").status_code == 200
    for address in ("/admin/accounts/user/", f"/admin/accounts/user/{owner.user_id}/change/", "/admin/accounts/team/"):
        assert clerk.get(address).status_code == 403, address
    rights = {"email": owner.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert clerk.post(f"/admin/accounts/user/{owner.user_id}/change/", rights).status_code == 403
    assert clerk.post("/admin/accounts/user/add/", rights).status_code == 403
    assert clerk.post(f"/admin/accounts/team/{stranger.team_id}/change/", {"name": "mine"}).status_code == 403
    assert not User.objects.get(pk=owner.user_id).is_superuser
    assert Team.objects.get(pk=stranger.team_id).name == "Elsewhere"


def test_superuser_changes_a_member_by_hand(client: Client, admin: Viewer, teammate: Viewer) -> None:
    User.objects.filter(pk=admin.user_id).update(is_staff=True, is_superuser=True)
    browser = make.sign_in(client, admin)
    address = f"/admin/accounts/user/{teammate.user_id}/change/"
    assert 'name="email"' in browser.get(address).text
    assert browser.post(address, {"email": "other@harbor.example", "is_active": "on"}).status_code == 302
    assert User.objects.get(pk=teammate.user_id).email == "other@harbor.example"
    assert browser.get(f"/admin/accounts/team/{admin.team_id}/change/").status_code == 200
