"""What the pages' scripts send: sizes and selections."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries


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
