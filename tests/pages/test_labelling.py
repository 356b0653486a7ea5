"""Labelling on the pages: who sees what of a project, what its forms change, and whose pictures are shown to whom."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, island_of, text_of
from tests.pages.test_query_counts import FRAME, queries_of
from tests.shared_bytes import PNG, SHARED, follow, make_copy
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.labels import actions, queries
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.pages import labelling_project

SIGN = {"name": "sign", "shape": "box", "description": "Round ones too."}


@dataclass(frozen=True, slots=True)
class Room:
    """A project of three items: one with a copy, one labelled in place, one whose copy was taken back."""

    project: LabellingProject
    items: list[Item]
    tasks: list[LabellingTask]

    @property
    def path(self) -> str:
        return f"/labelling/{self.project.public_id}/"

    @property
    def setup(self) -> str:
        return f"{self.path}settings/"

    def task(self, place: int) -> str:
        return f"{self.path}tasks/{self.tasks[place].public_id}"


@pytest.fixture
def room(owner: Viewer, labeler: Viewer, dataset: Dataset) -> Room:
    items = make.make_items(owner, dataset, 3)
    project = make.make_project(owner, labeler, classes=[SIGN])
    make_copy(items[0], project)
    actions.label_in_place(owner, project, dataset, [items[1].pk])
    lost = make_copy(items[2], project, content=PNG + b"2")
    actions.lose_copies(lost.promotion_id, {items[2].pk: None})
    return Room(project, items, list(queries.tasks(owner, project)))


def links_of(response: Any) -> set[str]:
    return set(re.findall(r'<a [^>]*href="([^"]*)"', response.content.decode()))


def pictures_of(response: Any) -> list[str]:
    found: Any = island_of(response)["items"]
    return [one["url"] for one in found]


@pytest.mark.parametrize("person", ["owner", "teammate", "approver", "admin"])
def test_members_see_a_project_whole(person: str, room: Room, browse: Browse, request: pytest.FixtureRequest) -> None:
    browser = browse(request.getfixturevalue(person))
    listed = text_of(browser.get("/labelling/"))
    assert "Signs" in listed
    assert "0 of 2" in listed
    page = browser.get(room.path)
    assert pictures_of(page) == [f"{make.MEDIA}/item-{number}.jpg" for number in range(3)]
    assert "canceled" in text_of(page)
    assert "labeler@harbor.example" in text_of(browser.get(room.setup))
    task = browser.get(room.task(1))
    assert task.status_code == 200
    assert make.MEDIA in task["Content-Security-Policy"]
    assert SHARED not in task["Content-Security-Policy"]


@pytest.mark.parametrize("person", ["stranger", "other labeler", "nobody"])
def test_to_others_there_is_no_such_project(
    person: str, room: Room, stranger: Viewer, owner: Viewer, team: Any, browse: Browse, client: Client
) -> None:
    other = make.make_viewer(team, role="labeler")
    make.make_project(owner, other, name="Ships")
    browser = client if person == "nobody" else browse(stranger if person == "stranger" else other)
    for path in (room.path, room.setup, room.task(0)):
        for response in (browser.get(path), browser.post(path, {"do": "audit-all", "verdict": "accepted"})):
            assert response.status_code == (302 if person == "nobody" else 404), path
            assert "Signs" not in response.content.decode()
    if person != "nobody":
        assert "Signs" not in browser.get("/labelling/").content.decode()


def test_labeler_sees_what_has_a_copy_and_loads_it_from_the_shared_origin(
    room: Room, labeler: Viewer, browse: Browse
) -> None:
    browser = browse(labeler)
    listed = browser.get("/labelling/")
    assert "0 of 1" in text_of(listed)
    page = browser.get(room.path)
    (picture,) = pictures_of(page)
    assert picture.startswith(f"{SHARED}/shared/")
    assert follow(picture).body == PNG
    assert "Round ones too." in text_of(page)
    task = browser.get(room.task(0))
    assert "item-0" in text_of(task)
    assert "Round ones too." in text_of(task)
    for response in (listed, page, task):
        body = html.unescape(response.content.decode())
        assert "media.harbor.example" not in body + response["Content-Security-Policy"]
        assert "Quays" not in body
        assert "/datasets/" not in body
        assert "item-1" not in body
        assert "owner@harbor.example" not in body
        known = {"#main", "/labelling/", room.path, room.task(0), f"{room.path}results"}
        assert {href.split("?")[0] for href in links_of(response)} <= known
    assert SHARED in task["Content-Security-Policy"]
    for path in (room.task(1), room.task(2), room.setup):
        assert browser.get(path).status_code == 404, path


def test_labeler_who_was_taken_off_sees_nothing_more(
    room: Room, owner: Viewer, labeler: Viewer, browse: Browse
) -> None:
    browser = browse(labeler)
    (picture,) = pictures_of(browser.get(room.path))
    actions.remove_labelers(owner, room.project, [labeler.user_id])
    assert browser.get(room.path).status_code == browser.get(room.task(0)).status_code == 404
    assert follow(picture).status_code == 404


def test_copy_that_went_is_shown_to_no_labeler(room: Room, labeler: Viewer, browse: Browse) -> None:
    browser = browse(labeler)
    task = queries.tasks(labeler, room.project)[0]
    actions.lose_copies(task.promotion_pk or 0, {task.item_id: None})
    assert "Nothing to label yet" in text_of(browser.get(room.path))
    assert browser.get(room.task(0)).status_code == 404


def test_results_are_judged_one_by_one_and_together(room: Room, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    actions.note_results(owner, room.project, [item.pk for item in room.items[:2]])
    first, second, _ = room.tasks
    refused = browser.post(room.path, {"do": "audit", "verdict": "accepted"})
    assert (refused.status_code, "Nothing is chosen" in text_of(refused)) == (400, True)
    undone = {"do": "audit", "verdict": "accepted", "task": [first.public_id, room.tasks[2].public_id]}
    assert browser.post(room.path, undone).status_code == 409
    chosen = {"do": "audit", "verdict": "rejected", "task": [first.public_id]}
    assert "Rejected 1 result." in text_of(browser.post(f"{room.path}?show=audit", chosen, follow=True))
    assert "item-0" in text_of(browser.get(f"{room.path}?show=rejected"))
    assert "item-1" not in text_of(browser.get(f"{room.path}?show=rejected"))
    # One big: the verdict leads on to the task behind it in the same list.
    judged = browser.post(f"{room.task(0)}?show=rejected", {"do": "audit", "verdict": "accepted"})
    assert judged["Location"] == f"{room.task(0)}?show=rejected"
    judged = browser.post(room.task(0), {"do": "audit", "verdict": "accepted"})
    assert judged["Location"] == room.task(1)
    browser.post(room.path, {"do": "audit-all", "verdict": "accepted"})
    assert [one.audit_status for one in queries.tasks(owner, room.project)] == ["accepted", "accepted", ""]
    assert browser.post(room.path, {"do": "audit", "verdict": "fine", "task": [second.public_id]}).status_code == 400
    assert browser.post(room.path, {"do": "audit", "verdict": "accepted", "task": ["task_x"]}).status_code == 404


@pytest.mark.parametrize("person", ["teammate", "labeler"])
def test_who_may_only_look_changes_nothing(
    person: str, room: Room, browse: Browse, request: pytest.FixtureRequest
) -> None:
    viewer = request.getfixturevalue(person)
    browser = browse(viewer)
    assert browser.post("/labelling/", {"do": "create", "name": "Mine"}).status_code == 403
    for verb in ("audit", "audit-all"):
        fields = {"do": verb, "verdict": "accepted", "task": [room.tasks[0].public_id]}
        assert browser.post(room.path, fields).status_code == 403
    expected = 403 if person == "teammate" else 404
    for verb in ("describe", "classes", "archive", "reopen", "add-labeler", "remove-labeler"):
        fields = {"do": verb, "name": "mine now", "user": str(viewer.user_id), "class-name": "mine now"}
        assert browser.post(room.setup, fields).status_code == expected, verb
    assert "New project" not in text_of(browser.get("/labelling/"))
    project = queries.project(viewer, room.project.public_id)
    assert (project.name, project.ontology) == ("Signs", {"classes": [SIGN]})
    assert project.archived_at is None


def test_editor_sets_a_project_up(owner: Viewer, labeler: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    assert "No labelling projects yet" in text_of(browser.get("/labelling/"))
    made = browser.post("/labelling/", {"do": "create", "name": "Signs", "purpose": "To find them."})
    setup = made["Location"]
    again = browser.post("/labelling/", {"do": "create", "name": "Signs", "purpose": "Kept."})
    assert again.status_code == 409
    assert "There is a labelling project 'Signs' already" in text_of(again)
    assert "Kept." in again.content.decode()
    rows = {"class-name": ["sign", "", "road"], "class-shape": ["box", "box", "mask"]}
    browser.post(setup, {"do": "classes", **rows, "class-description": ["Round ones too.", "", ""]})
    browser.post(setup, {"do": "add-labeler", "user": str(labeler.user_id)})
    browser.post(setup, {"do": "describe", "name": "Road signs", "purpose": "All of them."})
    (project,) = queries.projects(labeler)
    assert (project.name, project.purpose) == ("Road signs", "All of them.")
    assert project.ontology == {"classes": [SIGN, {"name": "road", "shape": "mask"}]}
    twice = {"do": "classes", "class-name": ["a", "a"], "class-shape": ["box", "box"]}
    refused = browser.post(setup, twice)
    assert (refused.status_code, "'a' is named twice" in text_of(refused)) == (400, True)
    assert refused.content.decode().count('value="a"') == 2
    browser.post(setup, {"do": "remove-labeler", "user": str(labeler.user_id)})
    browser.post(setup, {"do": "archive"})
    assert queries.projects(labeler) == []
    assert "Road signs" in text_of(browser.get("/labelling/?archived=1"))
    assert "Road signs" not in text_of(browser.get("/labelling/"))


def test_setup_says_where_items_come_from(room: Room, owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get(room.setup))
    assert "1 item of Quays" in page
    assert "1 item in place" in page


def test_tasks_are_paged_by_key_in_both_directions(
    owner: Viewer, labeler: Viewer, dataset: Dataset, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling_project, "PAGE_SIZE", 3)
    project = make.make_project(owner, labeler)
    items = make.make_items(owner, dataset, 7)
    actions.label_in_place(owner, project, dataset, [one.pk for one in items])
    browser, path = browse(owner), f"/labelling/{project.public_id}/"

    def names(response: Any) -> list[str]:
        found: Any = island_of(response)["items"]
        return [one["reference_id"] for one in found]

    def follow_link(response: Any, rel: str) -> Any:
        link = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
        assert link is not None
        return browser.get(html.unescape(link[1]))

    first = browser.get(f"{path}?show=waiting")
    second = follow_link(first, "next")
    third = follow_link(second, "next")
    assert [names(one) for one in (first, second, third)] == [
        ["item-0", "item-1", "item-2"],
        ["item-3", "item-4", "item-5"],
        ["item-6"],
    ]
    assert 'rel="next"' not in third.content.decode()
    assert names(follow_link(third, "prev")) == names(second)
    begun = follow_link(follow_link(third, "prev"), "prev")
    assert names(begun) == names(first)
    assert 'rel="prev"' not in begun.content.decode()


def test_queries_do_not_grow_with_the_tasks(owner: Viewer, labeler: Viewer, dataset: Dataset, browse: Browse) -> None:
    project = make.make_project(owner, labeler)
    items = make.make_items(owner, dataset, 40)
    path = f"/labelling/{project.public_id}/"

    def asked(count: int) -> list[int]:
        for item in items[:count]:
            make_copy(item, project)
        paths = ["/labelling/", path, f"{path}tasks/{queries.tasks(owner, project)[1].public_id}"]
        return [queries_of(browse(viewer), one) for viewer in (owner, labeler) for one in paths]

    few = asked(2)
    make.make_project(owner, labeler, name="Ships")
    assert asked(40) == few
    assert few == [FRAME + 2, FRAME + 4, FRAME + 10, FRAME + 2, FRAME + 4, FRAME + 6]
