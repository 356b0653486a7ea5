"""Who may open what: every page for the owner, a teammate, an approver, a stranger, a labeler and nobody at all."""

import re

import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.models import Membership, User
from webapp.accounts.viewer import Viewer

THINGS = [
    "grid",
    "scene grid",
    "item",
    "scene",
    "charts",
    "charts of a slice",
    "saved queries",
    "dataset slices",
    "dataset models",
    "dataset jobs",
    "dataset health",
    "dataset history",
    "dataset requests",
    "media hosts",
    "slice",
    "model",
    "job",
    "facet of a slice",
    "facet",
    "job progress",
]
ROOMS = ["/", "/slices/", "/models/", "/promotions/", "/jobs/", "/team/", "/privacy/"]


@pytest.mark.parametrize("person", ["owner", "teammate", "approver", "admin"])
@pytest.mark.parametrize("thing", THINGS)
def test_members_see_what_the_team_has(
    thing: str, person: str, house: House, browse: Browse, request: pytest.FixtureRequest
) -> None:
    assert browse(request.getfixturevalue(person)).get(house.paths[thing]).status_code == 200


@pytest.mark.parametrize("person", ["stranger", "labeler"])
@pytest.mark.parametrize("thing", THINGS)
def test_who_may_not_see_a_thing_gets_404(
    thing: str, person: str, house: House, browse: Browse, request: pytest.FixtureRequest
) -> None:
    response = browse(request.getfixturevalue(person)).get(house.paths[thing])
    assert response.status_code == 404
    assert "Quays" not in response.content.decode()


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_show_a_stranger_nothing_of_the_team(room: str, house: House, stranger: Viewer, browse: Browse) -> None:
    response = browse(stranger).get(room)
    assert response.status_code == 200
    body = response.content.decode()
    for secret in (
        "Quays",
        "Night",
        "Harbor finder",
        "media.harbor.example",
        "owner@harbor.example",
        house.job.public_id,
    ):
        assert secret not in body


@pytest.mark.parametrize("person", ["owner", "teammate", "approver", "admin"])
@pytest.mark.parametrize("room", ROOMS)
def test_rooms_open_for_every_member(
    room: str, person: str, house: House, browse: Browse, request: pytest.FixtureRequest
) -> None:
    assert browse(request.getfixturevalue(person)).get(room).status_code == 200


@pytest.mark.parametrize("address", [*ROOMS, *THINGS[:-3]])
def test_nobody_is_asked_to_sign_in_and_led_back(address: str, house: House, client: Client) -> None:
    path = house.paths.get(address, address)
    response = client.get(f"{path}?size=small")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")
    assert response["Location"].endswith("%3Fsize%3Dsmall")


def test_nobody_is_told_by_a_feed_to_sign_in(house: House, client: Client) -> None:
    response = client.get(house.paths["job progress"])
    assert response.status_code == 401
    assert "Sign in again" in response.json()["error"]


def test_a_member_of_no_team_is_told_whom_to_ask(client: Client, db: None) -> None:
    client.force_login(
        User.objects.create_user("new@harbor.example"), backend="django.contrib.auth.backends.ModelBackend"
    )
    response = client.get("/")
    assert response.status_code == 403
    assert "not a member of any team" in text_of(response)


def test_to_a_labeler_there_is_nothing_but_labelling(house: House, labeler: Viewer, browse: Browse) -> None:
    browser = browse(labeler)
    assert browser.get("/")["Location"] == "/labelling/"
    home = browser.get("/labelling/")
    assert "You are a labeler in this team" in text_of(home)
    hrefs = set(re.findall(r'<a [^>]*href="([^"]*)"', home.content.decode()))
    assert hrefs == {"#main", "/labelling/"}
    for room in ROOMS[1:]:
        response = browser.get(room)
        assert response.status_code == 404
        assert "There is no page at this address." in text_of(response)
        assert set(re.findall(r'<a [^>]*href="([^"]*)"', response.content.decode())) == {"#main", "/labelling/"}


def test_settings_are_for_those_who_may_change_them(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, browse: Browse
) -> None:
    path = f"{house.grid}settings/"
    assert browse(owner).get(path).status_code == 200
    assert browse(teammate).get(path).status_code == 403
    assert browse(stranger).get(path).status_code == 404
    assert "Settings" not in text_of(browse(teammate).get(house.grid))


POSTS = {
    "saved queries": ["save-query", "change-query", "delete-query", "freeze-query"],
    "item": ["delete"],
    "scene": ["delete"],
    "slice": ["rename", "delete", "tag", "request-labelling"],
    "dataset history": ["undo"],
    "dataset requests": ["dismiss"],
    "job": ["cancel"],
    "grid": ["create-key", "slice-query"],
}


@pytest.mark.parametrize(("thing", "verb"), [(thing, verb) for thing, verbs in POSTS.items() for verb in verbs])
def test_a_viewer_is_refused_what_an_editor_may_do(
    thing: str, verb: str, house: House, teammate: Viewer, owner: Viewer, browse: Browse
) -> None:
    path = house.paths[thing]
    refused = browse(teammate).post(path, {"do": verb, "name": "mine now"})
    assert refused.status_code == 403
    assert "role" in text_of(refused)
    after = browse(owner).get(path)
    assert after.status_code == 200
    assert "mine now" not in text_of(after)


@pytest.mark.parametrize("verb", ["create", "create-key"])
def test_a_viewer_makes_no_dataset(verb: str, teammate: Viewer, browse: Browse) -> None:
    viewer_page = browse(teammate)
    assert viewer_page.post("/", {"do": verb, "name": "mine"}).status_code == 403
    assert "New dataset" not in text_of(viewer_page.get("/"))


@pytest.mark.parametrize(
    "verb",
    [
        "add-origin",
        "remove-origin",
        "lock-origins",
        "unlock-origins",
        "add-member",
        "invite",
        "change-role",
        "remove-member",
    ],
)
@pytest.mark.parametrize("person", ["owner", "teammate", "approver"])
def test_only_admins_change_the_team(
    verb: str, person: str, house: House, browse: Browse, request: pytest.FixtureRequest
) -> None:
    fields = {
        "do": verb,
        "key": "1",
        "role": "admin",
        "origin": "https://x.example",
        "email": "x@y.example",
        "password": "a window above the door",
    }
    assert browse(request.getfixturevalue(person)).post("/team/", fields).status_code == 403


@pytest.mark.parametrize("verb", ["attach", "detach"])
def test_only_admins_change_what_browsers_may_contact(verb: str, house: House, owner: Viewer, browse: Browse) -> None:
    assert browse(owner).post(f"{house.grid}settings/", {"do": verb, "key": "1"}).status_code == 403


@pytest.mark.parametrize("thing", POSTS)
def test_a_stranger_posts_into_the_void(thing: str, house: House, stranger: Viewer, browse: Browse) -> None:
    assert browse(stranger).post(house.paths[thing], {"do": "delete"}).status_code == 404


@pytest.mark.parametrize("address", ["/", "/team/", "item", "slice"])
def test_a_form_from_elsewhere_is_refused(address: str, house: House, admin: Viewer) -> None:
    browser = make.sign_in(Client(enforce_csrf_checks=True), admin)
    response = browser.post(house.paths.get(address, address), {"do": "delete"})
    assert response.status_code == 403
    assert "before you last signed in" in text_of(response)


def test_an_unknown_form_is_refused_with_a_sentence(owner: Viewer, browse: Browse) -> None:
    response = browse(owner).post("/", {"do": "explode"})
    assert response.status_code == 400
    assert "no such form" in text_of(response)


def test_somebody_who_left_the_team_sees_nothing_more(house: House, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    Membership.objects.filter(user_id=teammate.user_id).delete()
    assert browser.get(house.grid).status_code == 403


def test_one_chooses_among_ones_own_teams_only(house: House, owner: Viewer, stranger: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    assert browser.post("/team/switch", {"team": str(stranger.team_id)}).status_code == 404
    Membership.objects.create(user_id=owner.user_id, team_id=stranger.team_id, role="viewer")
    assert browser.post("/team/switch", {"team": str(stranger.team_id)}).status_code == 302
    page = text_of(browser.get("/"))
    assert "This is Elsewhere now." in page
    assert "Quays" not in page
