"""What the pages' scripts send: sizes and selections."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House
from tests.pages.labelled import label_house
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.privacy import public_id
from webapp.query import results
from webapp.query.asks import Ask, Mode


def post(browser: Any, path: str, body: object) -> Any:
    return browser.post(path, body, content_type="application/json")


def size_of(viewer: Viewer, house: House, index: int) -> tuple[int | None, int | None]:
    item = queries.item(viewer, house.dataset, house.items[index].public_id)
    return (item.width, item.height)


def test_a_viewers_browser_fills_in_sizes_once(house: House, teammate: Viewer, browse: Browse) -> None:
    browser, path = browse(teammate), f"{house.grid}measurements"
    sizes = [{"id": one.public_id, "width": 640, "height": 480} for one in house.items[:2]]
    assert post(browser, path, {"items": sizes}).json() == {"filled": 2}
    sizes[0]["width"] = 10
    assert post(browser, path, {"items": sizes[:1]}).json() == {"filled": 0}
    assert size_of(teammate, house, 0) == (640, 480)
    assert size_of(teammate, house, 2) == (None, None)


def test_a_scenes_size_is_that_of_its_first_frame(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"items": [{"id": house.scene.public_id, "width": 1280, "height": 720}]}
    assert post(browse(owner), f"{house.scene_grid}measurements", body).json() == {"filled": 1}
    assert [frame.width for frame in queries.frames(owner, house.scene)] == [1280, None, None]


def test_items_of_another_dataset_are_left_alone(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"items": [{"id": house.items[0].public_id, "width": 1, "height": 1}]}
    assert post(browse(owner), f"{house.scene_grid}measurements", body).json() == {"filled": 0}
    assert size_of(owner, house, 0) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"items": [{"id": "di_x", "width": 0, "height": 1}]}',
        b'{"items": [{"id": "di_x", "width": 1.5, "height": 1}]}',
        b'{"items": [{"id": "di_x", "width": 1e99, "height": 1}]}',
        b'{"items": [{"id": "di_x", "width": NaN, "height": 1}]}',
        b'{"items": [{"id": "\\ud800", "width": 1, "height": 1}]}',
        b'{"items": [], "more": 1}',
        b"\xff\xfe",
    ],
)
def test_what_no_page_sends_is_refused_with_a_sentence(
    body: bytes, house: House, owner: Viewer, browse: Browse
) -> None:
    response = browse(owner).post(f"{house.grid}measurements", body, content_type="application/json")
    assert response.status_code == 400
    assert "Load the page again." in response.json()["error"]


def test_a_selection_becomes_a_slice(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"name": "Two", "ids": [one.public_id for one in house.items[1:3]]}
    response = post(browse(owner), f"{house.grid}slices/new", body)
    assert response.status_code == 201
    said = response.json()
    made = queries.slice_(owner, said["id"])
    assert (made.name, made.size, said["added"], said["href"]) == ("Two", 2, 2, f"/slices/{made.public_id}")


def test_a_selection_of_scenes_becomes_a_slice_of_scenes(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"name": "Good", "ids": [house.scene.public_id]}
    said = post(browse(owner), f"{house.scene_grid}slices/new", body).json()
    assert queries.slice_(owner, said["id"]).kind == "scene"


def test_a_selection_is_added_to_a_slice(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"slice_id": house.slice.public_id, "ids": [one.public_id for one in house.items[1:4]]}
    said = post(browse(owner), f"{house.grid}slices/members", body).json()
    assert (said["name"], said["added"]) == ("Night", 2)
    assert queries.slice_(owner, house.slice.public_id).size == 4


def members_of(viewer: Viewer, slice_id: str) -> list[str]:
    held = queries.slice_(viewer, slice_id)
    return [row.reference_id for row in queries.slice_page(viewer, held, limit=100).rows]


def test_all_that_match_but_some_become_a_slice(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}slices/new"
    text = f'metadata.index >= 1 AND reference_id != "{make.MEDIA}/secret-path.jpg"'
    matching = {"q": text, "but": [house.items[2].public_id]}
    response = post(browser, path, {"name": "Late", "matching": matching})
    assert (response.status_code, response.json()["added"]) == (201, 3)
    made = queries.slice_(owner, response.json()["id"])
    assert members_of(owner, made.public_id) == ["item-1", "item-3", "item-4"]
    recipe = made.recipe["query"]
    assert recipe["text"].startswith("metadata.index >= 1 AND")
    assert "secret-path" not in recipe["text"]
    assert (recipe["is_redacted"], recipe["but"]) == (True, 1)
    # What a slice shows is asked in the same way, and everything where nothing is asked.
    for said, expected in (({"slice": made.public_id, "q": "metadata.index < 4"}, 2), ({}, 5)):
        assert post(browser, path, {"name": "More", "matching": said}).json()["added"] == expected


def test_all_that_match_are_added_to_a_slice(house: House, owner: Viewer, browse: Browse) -> None:
    body = {"slice_id": house.slice.public_id, "matching": {"q": "metadata.index >= 1"}}
    said = post(browse(owner), f"{house.grid}slices/members", body).json()
    assert (said["name"], said["added"]) == ("Night", 3)
    assert queries.slice_(owner, house.slice.public_id).size == 5


def test_of_objects_their_items_are_taken(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    browser, path = browse(owner), f"{house.grid}slices/new"
    cars = {"mode": "objects", "q": "annotations.label = car"}
    dog = results.page(owner, Ask(house.dataset, mode=Mode.OBJECTS), limit=9).keys[1]
    for said, expected in (
        (cars, ["item-1", "item-3"]),
        # An item of which another object is left stays.
        ({"mode": "objects", "but": [public_id.encode("ann", dog)]}, ["item-1", "item-3"]),
        ({"mode": "objects", "run": run.public_id}, ["item-1"]),
    ):
        made = post(browser, path, {"name": "Seen", "matching": said}).json()
        assert members_of(owner, made["id"]) == expected
    frames = {"name": "Frames", "matching": {"mode": "objects", "q": "annotations.label = person"}}
    made = post(browser, f"{house.scene_grid}slices/new", frames).json()
    assert members_of(owner, made["id"]) == ["crossing-2"]
    # A slice of scenes takes no frames.
    scenes = actions.create_slice(owner, house.scene_dataset, name="Good", scene_pks=[house.scene.pk])
    body = {"slice_id": scenes.public_id, "matching": frames["matching"]}
    assert post(browser, f"{house.scene_grid}slices/members", body).status_code == 409


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"q": "metadata.index >"}, 400),
        ({"q": "metadata.index > 99"}, 400),
        ({"mode": "pixels"}, 400),
        ({"run": "run_made_up"}, 404),
        ({"slice": "slc_made_up"}, 404),
        ({"but": ["scn_made_up"]}, 404),
        ({"but": ["di_x"] * 10_001}, 400),
        ({"where": "1=1"}, 400),
    ],
)
def test_what_no_grid_shows_is_refused(
    said: dict[str, object], status: int, house: House, owner: Viewer, browse: Browse
) -> None:
    response = post(browse(owner), f"{house.grid}slices/new", {"name": "Odd", "matching": said})
    assert (response.status_code, bool(response.json()["error"])) == (status, True)
    assert len(queries.slices(owner)) == 1


def test_ids_or_all_that_match_and_not_both(house: House, owner: Viewer, browse: Browse) -> None:
    both = {"ids": [house.items[0].public_id], "matching": {}}
    for chosen in (both, {}):
        response = post(browse(owner), f"{house.grid}slices/new", {"name": "Odd", **chosen})
        assert response.status_code == 400
        assert "Load the page again." in response.json()["error"]


def test_who_may_not_make_slices_makes_none_of_what_matches(
    house: House, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    for path, more in (("slices/new", {"name": "Mine"}), ("slices/members", {"slice_id": house.slice.public_id})):
        body = {"matching": {"q": "metadata.index > 1"}, **more}
        found = [post(browse(person), house.grid + path, body).status_code for person in (teammate, stranger, labeler)]
        assert found == [403, 404, 404]


@pytest.mark.parametrize("path", ["slices/new", "slices/members"])
def test_a_viewer_makes_and_changes_no_slice(path: str, house: House, teammate: Viewer, browse: Browse) -> None:
    body = {"ids": [house.items[0].public_id], "name": "Mine", "slice_id": house.slice.public_id}
    body.pop("slice_id" if path.endswith("new") else "name")
    response = post(browse(teammate), house.grid + path, body)
    assert response.status_code == 403
    assert "role" in response.json()["error"]


@pytest.mark.parametrize("path", ["measurements", "slices/new", "slices/members"])
def test_a_stranger_gets_404_from_every_feed(path: str, house: House, stranger: Viewer, browse: Browse) -> None:
    body = {"items": [], "ids": [house.items[0].public_id], "name": "Mine", "slice_id": house.slice.public_id}
    assert post(browse(stranger), house.grid + path, body).status_code == 404


def test_chosen_ids_must_be_of_the_dataset(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    elsewhere = make.make_items(owner, make.make_dataset(owner, name="Sheds"), 1)[0]
    for ids in ([elsewhere.public_id], ["di_made_up"], [house.items[0].public_id, "scn_x"]):
        response = post(browser, f"{house.grid}slices/new", {"name": "Odd", "ids": ids})
        assert response.status_code == 404, ids
    assert len(queries.slices(owner)) == 1


def test_a_slice_of_another_dataset_takes_nothing(house: House, owner: Viewer, browse: Browse) -> None:
    scenes = actions.create_slice(owner, house.scene_dataset, name="Good", scene_pks=[house.scene.pk])
    body = {"slice_id": scenes.public_id, "ids": [house.items[0].public_id]}
    assert post(browse(owner), f"{house.grid}slices/members", body).status_code == 404


def test_a_slice_needs_a_name_and_members(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}slices/new"
    assert post(browser, path, {"name": "", "ids": [house.items[0].public_id]}).status_code == 400
    assert post(browser, path, {"name": "Empty", "ids": []}).status_code == 400


def test_feeds_take_posts_only(house: House, owner: Viewer, browse: Browse) -> None:
    for path in ("measurements", "slices/new", "slices/members"):
        assert browse(owner).get(house.grid + path).status_code == 405
