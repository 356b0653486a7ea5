"""The team's settings: origins, members, keys."""

import re
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.models import AuditEntry, Membership, User
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions import declare_origin


def test_everybody_sees_where_origins_came_from(house: House, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get("/team/"))
    assert "https://media.harbor.example 2 datasets named by an append owner@harbor.example, just now" in page
    assert "Open. An append by an editor adds the origins it names" in page
    assert "Lock the list" not in page
    assert "Add a member" not in page


def test_an_admin_adds_and_removes_an_origin(admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)
    page = browser.post("/team/", {"do": "add-origin", "origin": "https://new.example:8443"}, follow=True)
    assert "https://new.example:8443 may be used by datasets now." in text_of(page)
    key = str(queries.team_origin_rows(admin)[0].pk)
    assert "Removed." in text_of(browser.post("/team/", {"do": "remove-origin", "key": key}, follow=True))
    assert queries.team_origin_rows(admin) == []


def test_an_origin_in_use_is_not_removed(house: House, admin: Viewer, browse: Browse) -> None:
    key = str(queries.team_origin_rows(admin)[0].pk)
    refused = browse(admin).post("/team/", {"do": "remove-origin", "key": key})
    assert refused.status_code == 409
    assert "is used by 2 datasets" in text_of(refused)


def test_a_bad_origin_is_refused_beside_its_field(admin: Viewer, browse: Browse) -> None:
    refused = browse(admin).post("/team/", {"do": "add-origin", "origin": "ftp://files.example"})
    assert refused.status_code == 400
    body = refused.content.decode()
    assert 'value="ftp://files.example"' in body
    assert 'aria-invalid="true" aria-describedby="origin-about"' in body


def test_locking_is_said_and_undone(admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)
    assert "Locked just now ." in text_of(browser.post("/team/", {"do": "lock-origins"}, follow=True))
    assert "Lock the list" in text_of(browser.post("/team/", {"do": "unlock-origins"}, follow=True))


def test_a_member_comes_changes_and_leaves(admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)
    fields = {"do": "add-member", "email": "New@Harbor.example", "role": "viewer"}
    assert "new@harbor.example is invited." in text_of(browser.post("/team/", fields))
    key = str(Membership.objects.get(user__email="new@harbor.example").pk)
    browser.post("/team/", {"do": "change-role", "key": key, "role": "editor"})
    assert Membership.objects.get(pk=key).role == "editor"
    browser.post("/team/", {"do": "remove-member", "key": key})
    assert not Membership.objects.filter(pk=key).exists()


def test_the_last_admin_stays(admin: Viewer, browse: Browse) -> None:
    key = str(Membership.objects.get(user_id=admin.user_id).pk)
    for fields in ({"do": "remove-member"}, {"do": "change-role", "role": "viewer"}):
        refused = browse(admin).post("/team/", {**fields, "key": key})
        assert refused.status_code == 409
        assert "at least one admin" in text_of(refused)


def test_an_unknown_role_is_a_sentence(admin: Viewer, browse: Browse) -> None:
    fields = {"do": "add-member", "email": "a@b.example", "role": "emperor"}
    assert browse(admin).post("/team/", fields).status_code == 400


def link_in(page: Any) -> str:
    """The way behind the host of the invitation on the page."""
    found = re.search(r"http://testserver(/welcome/[^<\s]+)", page.content.decode())
    assert found is not None
    return found[1]


def test_somebody_who_is_invited_chooses_a_password_once(admin: Viewer, browse: Browse, client: Client) -> None:
    browser = browse(admin)
    link = link_in(browser.post("/team/", {"do": "add-member", "email": "ana@labels.example", "role": "labeler"}))
    assert "/welcome/" not in browser.get("/team/").content.decode()
    assert "ana@labels.example no password yet" in text_of(browser.get("/team/"))
    assert "You were added to Harbor as ana@labels.example" in text_of(client.get(link))
    for fields, why in (
        ({"password": make.PASSWORD, "again": "another"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
    ):
        refused = client.post(link, fields)
        assert (refused.status_code, why in text_of(refused)) == (400, True)
    done = client.post(link, {"password": make.PASSWORD, "again": make.PASSWORD}, follow=True)
    assert done.redirect_chain[-1][0] == "/labelling/"
    for response in (Client().get(link), Client().post(link, {"password": "x" * 20, "again": "x" * 20})):
        assert response.status_code == 404
        assert "has been used" in text_of(response)
    assert User.objects.get(email="ana@labels.example").check_password(make.PASSWORD)
    acts = AuditEntry.objects.order_by("position").values_list("action", flat=True)
    assert list(acts) == ["member.add", "member.invite", "member.accept"]


def test_invitation_is_only_for_who_has_no_password(
    admin: Viewer, owner: Viewer, stranger: Viewer, browse: Browse, client: Client
) -> None:
    browser = browse(admin)
    User.objects.filter(pk=owner.user_id).update(password=make_password(make.PASSWORD))
    key = str(Membership.objects.get(user_id=owner.user_id).pk)
    assert browser.post("/team/", {"do": "invite", "key": key}).status_code == 409
    browser.post("/team/", {"do": "add-member", "email": "ana@labels.example", "role": "labeler"})
    key = str(Membership.objects.get(user__email="ana@labels.example").pk)
    assert browse(owner).post("/team/", {"do": "invite", "key": key}).status_code == 403
    assert browse(stranger).post("/team/", {"do": "invite", "key": key}).status_code == 404
    # Who is invited by one team is not taken into another before they have come.
    fields = {"do": "add-member", "email": "ana@labels.example", "role": "admin"}
    assert browse(stranger).post("/team/", fields).status_code == 409
    older, link = (link_in(browser.post("/team/", {"do": "invite", "key": key})) for _ in range(2))
    assert (client.get(older).status_code, client.get(link).status_code) == (404, 200)
    forged = f"{link[:-3]}{'abc' if link[-3:] != 'abc' else 'abd'}"
    assert client.get(forged).status_code == client.get("/welcome/usr_x.y").status_code == 404
    User.objects.filter(email="ana@labels.example").update(is_active=False)
    assert client.get(link).status_code == 404


def test_a_key_is_shown_once_and_revoked(teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    page = text_of(browser.post("/team/", {"do": "create-key", "name": "nightly", "role": "viewer"}))
    text = next(word for word in page.split() if word.startswith("transom_") and len(word) > 50)
    holder = viewer_of_key(text)
    assert holder is not None
    assert text not in text_of(browser.get("/team/"))
    assert "nightly" in text_of(browser.get("/team/"))
    browser.post("/team/", {"do": "revoke-key", "key": str(holder.api_key_id)})
    assert viewer_of_key(text) is None
    assert "revoked just now" in text_of(browser.get("/team/"))


def test_a_key_may_not_do_more_than_its_maker(teammate: Viewer, browse: Browse) -> None:
    refused = browse(teammate).post("/team/", {"do": "create-key", "name": "climb", "role": "admin"})
    assert refused.status_code == 400
    assert "at most your own" in text_of(refused)


def test_nobody_revokes_a_key_that_is_not_theirs(owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    text = make.make_key(owner)
    holder = viewer_of_key(text)
    assert holder is not None
    response = browse(teammate).post("/team/", {"do": "revoke-key", "key": str(holder.api_key_id)})
    assert response.status_code == 404
    assert viewer_of_key(text) is not None


def test_a_malformed_key_number_is_not_found(admin: Viewer, browse: Browse) -> None:
    for key in ("", "x", "-1", "9" * 30, "²"):
        assert browse(admin).post("/team/", {"do": "revoke-key", "key": key}).status_code == 404


def test_other_teams_origins_are_out_of_reach(admin: Viewer, stranger: Viewer, browse: Browse) -> None:
    row = declare_origin(stranger, "https://elsewhere.example")
    assert browse(admin).post("/team/", {"do": "remove-origin", "key": str(row.pk)}).status_code == 404
