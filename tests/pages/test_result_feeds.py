"""The feeds of a grid: a block of rows, and where everything is."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, island_of, make_file_item
from tests.pages.labelled import draft, label_house, say
from tests.pages.test_grid import references
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.query import results


def rows_of(browser: Client, path: str) -> Any:
    response = browser.get(path)
    assert response.status_code == 200, response.content
    return response.json()


def names(answer: Any) -> list[str]:
    return [row["reference_id"] for row in answer["rows"]]


def outlined(browser: Client, path: str) -> Any:
    """The answers together, as a page's script puts them."""
    answer = rows_of(browser, path)
    anchors = answer["anchors"]
    while answer["continue"]:
        answer = rows_of(browser, f"{path}{'&' if '?' in path else '?'}continue={answer['continue']}")
        anchors += answer["anchors"]
    return answer | {"anchors": anchors}


def test_rows_go_on_from_a_row_in_both_directions(house: House, teammate: Viewer, browse: Browse) -> None:
    browser, path = browse(teammate), f"{house.grid}rows"
    ids = [one.public_id for one in house.items]
    first = rows_of(browser, f"{path}?limit=2")
    assert (names(first), first["before"], first["after"]) == (["item-0", "item-1"], None, ids[1])
    assert first["rows"] == island_of(browser.get(house.grid))["items"][:2]  # type: ignore[index]
    assert first["version"] == queries.dataset(teammate, house.dataset.public_id).version
    assert names(rows_of(browser, f"{path}?after={ids[1]}")) == ["item-2", "item-3", "item-4"]
    assert names(rows_of(browser, f"{path}?from={ids[3]}")) == ["item-3", "item-4"]
    back = rows_of(browser, f"{path}?before={ids[3]}&limit=2")
    assert (names(back), back["before"], back["after"]) == (["item-1", "item-2"], ids[1], ids[2])
    falling = rows_of(browser, f"{path}?sort=-metadata.index&q={quote('metadata.index != 3')}&after={ids[4]}&limit=2")
    assert names(falling) == ["item-2", "item-1"]


def test_a_row_of_a_scene_says_where_its_frames_are(house: House, owner: Viewer, browse: Browse) -> None:
    make.make_scene(owner, house.scene_dataset, "film", frames=0, frame_rate=None, video_url=f"{make.MEDIA}/a.mp4")
    crossing, film = rows_of(browse(owner), f"{house.scene_grid}rows")["rows"]
    assert crossing["frames"] == f"{house.paths['scene']}/frames"
    assert (crossing["url"], crossing["still"]) == (f"{make.MEDIA}/crossing-0.jpg", "crossing-0")
    assert (film["url"], "frames" in film, film["note"]) == (None, False, "mp4")


def test_objects_are_rows_with_their_crops(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    say(owner, house.dataset, draft(owner, "item-1", label="van", track_reference_id="t9"))
    browser, path = browse(owner), f"{house.grid}rows?mode=objects"
    car, dog, other, van = rows_of(browser, path)["rows"]
    item = house.items[1].public_id
    assert (car["reference_id"], car["item_id"], car["label"], car["annotation_id"]) == ("item-1", item, "car", "a")
    assert (car["crop"], dog["crop"], dog["label"]) == ([1, 2, 11, 22], [0, 0, 4.25, 3], "dog")
    assert car["href"] == f"{house.grid}items/{item}?label={car['id']}"
    assert (car["source"], car["confidence"], van["track"]) == (None, None, "t9")
    assert other["reference_id"] == "item-3"
    by_area = rows_of(browser, f"{path}&sort=area&q={quote('metadata.index = 1')}")["rows"]
    assert [row["label"] for row in by_area] == ["dog", "car", "van"]
    (said,) = rows_of(browser, f"{path}&run={run.public_id}&sort=-confidence")["rows"]
    assert (said["source"], said["confidence"], said["note"]) == (run.public_id, 0.91, "")
    assert said["id"].startswith("pred_")
    # Of a video, objects are on its frames.
    frames = rows_of(browser, f"{house.scene_grid}rows?mode=objects&q={quote('annotations.label = person')}")["rows"]
    assert [(row["reference_id"], row["label"]) for row in frames] == [("crossing-2", "person")]


def test_a_slices_rows_are_its_members(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    island: Any = island_of(browser.get(house.paths["slice"] + "?q=metadata.index+>+0"))
    assert names({"rows": island["items"]}) == names(rows_of(browser, island["urls"]["rows"])) == ["item-1"]
    told = outlined(browser, island["urls"]["outline"])
    assert (told["count"], told["is_exact"], told["total"]) == (1, True, 2)
    assert island["matching"] == {"q": "metadata.index > 0", "slice": house.slice.public_id}


def test_an_outline_is_found_in_steps(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_items(owner, house.dataset, 20, prefix="more")
    for name, value in {"STEP": 4, "FIRST_WINDOW": 3, "OUTLINE_SECONDS": -1}.items():
        monkeypatch.setattr(results, name, value)
    browser = browse(owner)
    ids = [one.public_id for one in queries.items(owner, house.dataset).order_by("pk")]
    first = rows_of(browser, f"{house.grid}outline")
    assert (first["count"], first["is_exact"], first["looked_at"], first["total"]) == (3, False, 3, 25)
    told = outlined(browser, f"{house.grid}outline")
    assert (told["anchors"], told["count"], told["is_exact"], told["looked_at"]) == (ids[::4], 25, True, 25)
    in_order = rows_of(browser, f"{house.grid}outline?sort=-metadata.index&q={quote('metadata.index > 3')}")
    assert (in_order["count"], in_order["is_exact"], in_order["continue"]) == (17, True, None)
    for anchor, position in zip(told["anchors"], range(0, 25, 4), strict=True):
        assert rows_of(browser, f"{house.grid}rows?from={anchor}&limit=1")["rows"][0]["id"] == ids[position]


def test_an_answer_is_sent_again_only_when_it_may_have_changed(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    path, of_slice = f"{house.grid}rows", f"{house.grid}rows?slice={house.slice.public_id}"
    tags = {one: browser.get(one).headers["ETag"] for one in (path, of_slice)}

    def status(one: str) -> int:
        return browser.get(one, headers={"if-none-match": tags[one]}).status_code

    assert [status(path), status(of_slice)] == [304, 304]
    assert browser.get(path).headers["Cache-Control"] == "private, no-cache"
    actions.append_to_slice(owner, house.slice, pks=[house.items[4].pk])
    assert [status(path), status(of_slice)] == [304, 200]
    make.make_items(owner, house.dataset, 1, prefix="more")
    assert status(path) == 200


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ("sort=metadata.indx", 400, "Did you mean metadata.index?"),
        ("sort=id; DROP TABLE datasets_item", 400, "There is no order"),
        ("sort=dataset__team_id", 400, "There is no order"),
        ("sort=metadata.index %2B 1", 400, "There is no order"),
        ("sort=confidence", 400, "There is no order"),
        ("sort=area", 400, "There is no order"),
        ("mode=pixels", 400, "a grid shows objects"),
        ("q=metadata.index >", 400, "found the end"),
        ("limit=0", 400, "from 1 to 500"),
        ("limit=501", 400, "from 1 to 500"),
        ("limit=\uff11", 400, "from 1 to 500"),
        ("position=-1", 400, "position"),
        ("from=scn_made_up", 404, "does not exist"),
        ("after=di_x&before=di_x", 404, "does not exist"),
        ("run=run_made_up", 404, "no run"),
        ("slice=slc_made_up", 404, "no slice"),
    ],
)
def test_what_an_address_cannot_mean_is_refused_with_a_sentence(
    asked: str, status: int, sentence: str, house: House, owner: Viewer, browse: Browse
) -> None:
    response = browse(owner).get(f"{house.grid}rows?{asked}")
    assert response.status_code == status
    assert sentence in response.json()["error"]
    if not asked.startswith(("limit", "slice")):
        assert browse(owner).get(f"{house.grid}?{asked}").status_code == status


def test_a_place_is_one_place_and_a_token_is_ours(house: House, owner: Viewer, browse: Browse) -> None:
    browser, (one, two) = browse(owner), (item.public_id for item in house.items[:2])
    assert browser.get(f"{house.grid}rows?after={one}&before={two}").status_code == 400
    for token in ("x", f"{one}", f"{one}.1", f"{one}.-1.2", f"{one}.1.{'9' * 30}", f"{house.scene.public_id}.1.1"):
        assert browser.get(f"{house.grid}outline?continue={token}").status_code == 404, token


def test_a_place_that_is_gone_is_said_to_a_script_and_passed_over_by_a_page(
    house: House, owner: Viewer, browse: Browse
) -> None:
    browser, gone = browse(owner), house.items[2]
    actions.delete_item(owner, house.dataset, gone)
    place = f"sort=metadata.index&from={gone.public_id}"
    assert browser.get(f"{house.grid}rows?{place}").status_code == 404
    assert references(browser.get(f"{house.grid}?{place}")) == ["item-0", "item-1", "item-3", "item-4"]
    assert browser.get(f"{house.grid}rows?from={gone.public_id}").status_code == 404
    # Behind a place rows go on, whether one is there or not; and a page begins there.
    assert names(rows_of(browser, f"{house.grid}rows?after={gone.public_id}")) == ["item-3", "item-4"]
    assert references(browser.get(f"{house.grid}?from={gone.public_id}")) == ["item-3", "item-4"]


def test_a_block_begins_with_a_row_of_this_dataset_only(
    house: House, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    theirs, *_ = make.make_items(stranger, make.make_dataset(stranger), 1)
    other, *_ = make.make_items(owner, make.make_dataset(owner, name="Other"), 1)
    for item in (theirs, other):
        for order in ("", "&sort=reference_id"):
            assert browse(owner).get(f"{house.grid}rows?from={item.public_id}{order}").status_code == 404


def test_who_may_not_see_a_dataset_sees_none_of_its_rows(
    house: House, stranger: Viewer, labeler: Viewer, browse: Browse, client: Client
) -> None:
    for path in (f"{house.grid}rows", f"{house.grid}outline", f"{house.grid}rows?slice={house.slice.public_id}"):
        assert client.get(path).status_code == 401
        for person in (stranger, labeler):
            response = browse(person).get(path)
            assert (response.status_code, b"item-0" in response.content) == (404, False)
    theirs = make.make_dataset(stranger)
    make.make_items(stranger, theirs, 1)
    elsewhere = f"/datasets/{theirs.public_id}/rows?slice={house.slice.public_id}"
    assert browse(stranger).get(elsewhere).status_code == 404
    # A key of another dataset leads nowhere, and tells nothing of what it is ordered by.
    place = f"sort=reference_id&from={house.items[0].public_id}"
    assert browse(stranger).get(f"/datasets/{theirs.public_id}/rows?{place}").status_code == 404


def test_an_uploaded_picture_is_shown_by_a_link_of_ours(owner: Viewer, browse: Browse) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    make_file_item(owner, ordinary, "held")
    (row,) = rows_of(browse(owner), f"/datasets/{ordinary.public_id}/rows")["rows"]
    assert row["privacy"] == "shared"
    assert row["url"].startswith("http://testserver:8002/shared/")
