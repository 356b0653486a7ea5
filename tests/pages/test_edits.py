"""Editing on the pages: one value, many, tags, undo and the list of edits; and who may."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, edit_queries, queries
from webapp.datasets.models import Dataset, Edit, Item
from webapp.pages import edit_history


def send(browser: Client, path: str, body: dict[str, Any]) -> Any:
    return browser.post(path, json.dumps(body), content_type="application/json")


def one(item: Item, before: str | None, after: str | None, field: str = "index") -> dict[str, Any]:
    return {"id": item.public_id, "field": field, "before": before, "after": after}


def newest(viewer: Viewer, dataset: Dataset) -> Edit:
    return edit_queries.edits(viewer, dataset)[0]


def test_one_value_is_edited_and_undone(house: House, owner: Viewer, browse: Browse) -> None:
    browser, item = browse(owner), house.items[1]
    edited = send(browser, f"{house.grid}metadata", one(item, "1", "9007199254740993")).json()
    assert edited["summary"] == "index of item-1: 1 → 9007199254740993"
    assert edited["changed"] == [[item.public_id, "index", "9007199254740993"]]
    assert queries.item(owner, house.dataset, item.public_id).metadata == {"index": 9007199254740993}
    undone = send(browser, f"{house.grid}undo", {"edit": edited["edit"]}).json()
    assert undone["changed"] == [[item.public_id, "index", "1"]]
    assert undone["version"] > edited["version"]
    again = send(browser, f"{house.grid}undo", {"again": True}).json()
    assert again["summary"].startswith("Did again: index of item-1")
    gone = send(browser, f"{house.grid}metadata", one(item, "9007199254740993", None)).json()
    assert gone["changed"] == [[item.public_id, "index"]]


@pytest.mark.parametrize(
    ("before", "after", "status", "sentence"),
    [
        ("2", "3", 409, "index was changed meanwhile: it is 1 now"),
        (None, "3", 409, "index was changed meanwhile"),
        ("1", '"three"', 400, "is a number in this dataset"),
        ("1", "NaN", 400, "no JSON number"),
        ("1", '{"a":1,"a":2}', 400, "stands twice"),
        ("1", '"\\u0000"', 400, "NUL"),
        ("1", "[" * 40 + "]" * 40, 400, "nested deeper"),
        ("1", "1" * 30, 400, "beyond"),
    ],
)
def test_what_an_append_refuses_is_refused_here(
    before: str | None, after: str, status: int, sentence: str, house: House, owner: Viewer, browse: Browse
) -> None:
    response = send(browse(owner), f"{house.grid}metadata", one(house.items[1], before, after))
    assert response.status_code == status
    assert sentence in response.json()["error"]
    assert queries.item(owner, house.dataset, house.items[1].public_id).metadata == {"index": 1}


def test_scenes_and_frames_are_edited(house: House, owner: Viewer, browse: Browse) -> None:
    browser, frame = browse(owner), queries.frame_at(owner, house.scene, 1)
    scene = {"id": house.scene.public_id, "field": "weather", "before": '"fog"', "after": '"sun"'}
    assert send(browser, f"{house.scene_grid}metadata", scene).status_code == 200
    assert send(browser, f"{house.scene_grid}metadata", one(frame, "1", "null")).status_code == 200
    assert queries.scene(owner, house.scene_dataset, house.scene.public_id).metadata == {"weather": "sun"}
    assert queries.frame_at(owner, house.scene, 1).metadata == {"index": None}
    # What is in another dataset is not in this one.
    assert send(browser, f"{house.grid}metadata", scene).status_code == 404


def test_many_are_counted_then_edited_by_ids_or_by_query(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}metadata/many"
    ids = [item.public_id for item in house.items[:3]]
    counted = send(browser, path, {"ids": ids, "count_only": True}).json()
    assert counted == {"count": 3, "most": 100_000}
    matching = {"q": "metadata.index >= 1", "but": [house.items[4].public_id]}
    done = send(browser, path, {"matching": matching, "field": "weather", "after": '"fog"'}).json()
    assert (done["count"], done["summary"]) == (3, 'weather of 3 items: "fog"')
    kept = [item.metadata.get("weather") for item in queries.items(owner, house.dataset).order_by("pk")]
    assert kept == [None, "fog", "fog", "fog", None]
    again = send(browser, path, {"matching": matching, "field": "weather", "after": '"fog"'}).json()
    assert (again["count"], again["edit"]) == (0, None)
    send(browser, f"{house.grid}undo", {})
    assert all("weather" not in item.metadata for item in queries.items(owner, house.dataset))
    for body in ({"ids": []}, {}, {"ids": ids, "matching": matching}, {"matching": {"q": "metadata.index > 99"}}):
        assert send(browser, path, {**body, "field": "x", "after": "1"}).status_code == 400


FEEDS = {
    "metadata": {"id": "di_x", "field": "a", "before": None, "after": "1"},
    "metadata/many": {"ids": ["di_x"], "field": "a", "after": "1"},
    "undo": {},
    "requests/new": {"ids": ["di_x"], "reason": "why", "project": "who"},
}


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize(("person", "status"), [("teammate", 403), ("labeler", 404), ("stranger", 404)])
def test_only_editors_edit(
    feed: str, person: str, status: int, house: House, browse: Browse, request: pytest.FixtureRequest
) -> None:
    body = dict(FEEDS[feed])
    body |= {"id": house.items[0].public_id} if "id" in body else {}
    body |= {"ids": [house.items[0].public_id]} if "ids" in body else {}
    assert send(browse(request.getfixturevalue(person)), house.grid + feed, body).status_code == status
    assert send(Client(), house.grid + feed, body).status_code == 401


def test_another_teams_edit_is_not_found(house: House, owner: Viewer, stranger: Viewer, browse: Browse) -> None:
    elsewhere = make.make_dataset(stranger)
    theirs = newest(owner, house.dataset).public_id
    path = f"/datasets/{elsewhere.public_id}/"
    assert send(browse(stranger), f"{path}undo", {"edit": theirs}).status_code == 404
    assert browse(stranger).post(f"{path}history/", {"do": "undo", "edit": theirs}).status_code == 404
    assert queries.slices(owner) == [house.slice]


def test_the_list_of_edits_undoes_and_comes_back(
    house: House, owner: Viewer, approver: Viewer, teammate: Viewer, browse: Browse
) -> None:
    browser, history = browse(owner), f"{house.grid}history/"
    actions.rename_slice(owner, house.slice, name="Dusk", description="")
    page = browser.get(history)
    assert "Renamed the slice Night to Dusk" in text_of(page)
    edit = newest(owner, house.dataset)
    answered = browser.post(history, {"do": "undo", "edit": edit.public_id, "back": house.grid}, follow=True)
    assert answered.redirect_chain == [(house.grid, 302)]
    assert "Undid: Renamed the slice Night to Dusk. Redo" in text_of(answered)
    assert queries.slice_(owner, house.slice.public_id).name == "Night"
    assert "undone by owner@harbor.example" in text_of(browser.get(history))
    # A way back that leads elsewhere leads to the list.
    redo = newest(owner, house.dataset).public_id
    response = browser.post(history, {"do": "undo", "edit": redo, "back": "https://evil.example/"})
    assert response["Location"] == history
    actions.rename_slice(approver, house.slice, name="Noon", description="")
    refused = browser.post(history, {"do": "undo", "edit": newest(owner, house.dataset).public_id})
    assert refused.status_code == 302
    mine = edit_queries.edits(owner, house.dataset)[2].public_id
    actions.rename_slice(approver, house.slice, name="Morning", description="")
    refused = browser.post(history, {"do": "undo", "edit": mine})
    assert refused.status_code == 409
    assert "approver@harbor.example changed this again" in text_of(refused)
    seen = text_of(browse(teammate).get(history))
    assert "Renamed the slice" in seen
    assert "Undo" not in seen.replace("Undid", "")
    assert browse(teammate).post(history, {"do": "undo", "edit": mine}).status_code == 403


def test_the_list_of_edits_goes_on_by_key(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edit_history, "LIST_SIZE", 3)
    for number in range(4):
        actions.change_tags(owner, house.dataset, add=[f"tag {number}"])
    browser, history = browse(owner), f"{house.grid}history/"
    first = browser.get(history)
    assert ("tag 3" in text_of(first), "tag 0" in text_of(first)) == (True, False)
    after = edit_queries.edits(owner, house.dataset)[2].public_id
    assert f"after={after}" in first.content.decode()
    rest = text_of(browser.get(f"{history}?after={after}"))
    assert ("tag 0" in rest, "tag 1" in rest, "Made the slice Night" in rest) == (True, False, True)


def test_the_lists_take_as_many_queries_for_many_as_for_few(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    # Session, person, memberships for the viewer and for the menu, the dataset, the list; the wishes.
    paths = [f"{house.grid}history/", f"{house.grid}requests/"]
    few = [asked(path) for path in paths]
    for number, item in enumerate(house.items):
        actions.change_tags(owner, house.dataset, add=[f"tag {number}"])
        make.make_promotion(owner, house.dataset, [item])
    assert [asked(path) for path in paths] == few == [6, 7]


def test_a_deleted_slice_comes_back_from_the_notice(house: House, owner: Viewer, browse: Browse) -> None:
    browser, page = browse(owner), house.paths["slice"]
    said = text_of(browser.post(page, {"do": "delete"}, follow=True))
    assert "Deleted the slice Night. Its items are untouched. Undo" in said
    assert browser.get(page).status_code == 404
    edit = newest(owner, house.dataset).public_id
    browser.post(f"{house.grid}history/", {"do": "undo", "edit": edit})
    assert browser.get(page).status_code == 200


def test_slices_and_datasets_are_tagged_and_found_by_tag(house: House, owner: Viewer, browse: Browse) -> None:
    browser, page, settings = browse(owner), house.paths["slice"], f"{house.grid}settings/"
    odd = 'rain & "fog" 100%'
    browser.post(page, {"do": "tag", "add": odd})
    browser.post(settings, {"do": "tag", "add": "coast"})
    make.make_slice(owner, house.dataset, name="Untagged")
    assert queries.slice_(owner, house.slice.public_id).tags == [odd]
    assert make.reload(owner, house.dataset).tags == ["coast"]
    for path in ("/slices/", f"{house.grid}slices/"):
        listed = text_of(browser.get(path, {"tag": odd}))
        assert "Night" in listed
        assert "Untagged" not in listed
        assert "No slice has this tag" in text_of(browser.get(path, {"tag": "rain"}))
    opened = browser.get(f"{page}?panel=edit").content.decode()
    assert '<option value="coast">' in opened
    browser.post(page, {"do": "tag", "remove": odd})
    assert queries.slice_(owner, house.slice.public_id).tags == []
    assert "A tag has at least one character" in text_of(browser.post(settings, {"do": "tag", "add": "  "}))


def test_pages_tell_only_editors_where_to_edit(house: House, owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    for thing in ("grid", "item", "scene", "slice"):
        assert island_of(browse(owner).get(house.paths[thing]))["edits"]
        assert island_of(browse(teammate).get(house.paths[thing]))["edits"] is None
