"""A dataset's health: the sample that browsers are given, and what they measured of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.pages.conftest import Browse, House, island_of, make_file_item, text_of
from tests.pages.labelled import label_masks
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset
from webapp.pages import health_sample

OTHER = "https://other.harbor.example"


def sample(browser: Client, dataset: Dataset, **asked: object) -> dict[str, Any]:
    response = browser.get(f"/datasets/{dataset.public_id}/health/sample", asked)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def write(browser: Client, dataset: Dataset, **body: object) -> Any:
    return browser.post(f"/datasets/{dataset.public_id}/health/measures", body, content_type="application/json")


def test_a_sample_has_so_many_of_each_host_and_is_drawn_again_by_its_seed(
    owner: Viewer, dataset: Dataset, browse: Browse
) -> None:
    make.make_items(owner, dataset, 30)
    make.make_items(owner, dataset, 3, prefix="rare", origin=OTHER)
    browser = browse(owner)
    found = sample(browser, dataset, size=10, seed=7)
    assert found["hosts"] == [
        {"origin": make.MEDIA, "seen": 30, "chosen": 10},
        {"origin": OTHER, "seen": 3, "chosen": 3},
    ]
    assert (found["looked_at"], found["total"], found["unmet"]) == (33, 33, [])
    # The hosts take turns.
    assert [one["url"].startswith(OTHER) for one in found["files"]].count(True) == 3
    assert {one["url"].startswith(OTHER) for one in found["files"][:2]} == {True, False}
    assert sample(browser, dataset, size=10, seed=7) == found
    drawn = [one["id"] for one in found["files"]]
    assert [one["id"] for one in sample(browser, dataset, size=10, seed=8)["files"]] != drawn
    assert sample(browser, dataset, size=10)["seed"] != sample(browser, dataset, size=10)["seed"]
    first = found["files"][0]
    item = queries.item(owner, dataset, first["id"])
    assert first == {
        "id": item.public_id,
        "reference_id": item.reference_id,
        "href": f"/datasets/{dataset.public_id}/items/{item.public_id}",
        "url": item.url.reveal() if item.url is not None else None,
        "kind": "item",
        "stored": {"width": None, "height": None},
        "taken": [],
        "frame_count": 0,
    }


def test_scenes_give_frames_and_mp4s_with_what_is_known_of_them(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    known = {"video_width": 1280, "video_height": None, "video_duration_s": "12 s", "weather": "fog"}
    make.make_scene(owner, scene_dataset, frames=4, video_url=f"{make.MEDIA}/a.mp4", metadata=known)
    make.make_scene(owner, scene_dataset, "alone", frames=0, frame_rate=None, video_url=f"{make.MEDIA}/b.mp4")
    files = sample(browse(owner), scene_dataset)["files"]
    assert sorted(one["kind"] for one in files) == ["frame"] * 4 + ["video"] * 2
    film = next(one for one in files if one["reference_id"] == "crossing")
    assert film["stored"] == {"video_width": 1280, "video_height": None}
    assert (film["taken"], film["frame_count"]) == (["video_duration_s"], 4)
    frames = sample(browse(owner), scene_dataset, videos=0)["files"]
    assert {one["kind"] for one in frames} == {"frame"}


def test_of_many_rows_some_places_are_looked_at_and_a_rare_host_is_searched_for(
    owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_sample, "LOOKED_AT", 40)
    dataset = make.make_dataset(owner)
    make.make_items(owner, dataset, 1, prefix="rare", origin=OTHER)
    make.make_items(owner, dataset, 200)
    found = sample(browse(owner), dataset, size=10, seed=3)
    chosen = {one["origin"]: one["chosen"] for one in found["hosts"]}
    assert chosen == {make.MEDIA: 10, OTHER: 1}
    assert 10 <= found["looked_at"] <= 60
    assert found["total"] == 201
    monkeypatch.setattr(health_sample, "SEARCHED", 0)
    assert sample(browse(owner), dataset, size=10, seed=4)["unmet"] in ([OTHER], [])


def test_masks_of_people_and_of_runs_come_with_their_links(owner: Viewer, stranger: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    item, _ = make.make_items(owner, dataset, 2)
    assert sample(browse(owner), dataset)["masks"] == []
    label_masks(owner, dataset)
    link = {
        "reference_id": item.reference_id,
        "href": f"/datasets/{dataset.public_id}/items/{item.public_id}",
        "url": f"{make.MEDIA}/mask.png",
    }
    # One by file, which no link ends of, is not among them.
    assert sample(browse(owner), dataset)["masks"] == [link, link]
    assert browse(stranger).get(f"/datasets/{dataset.public_id}/health/sample").status_code == 404


def test_one_answer_is_bounded(
    owner: Viewer, dataset: Dataset, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_sample, "MAX_FILES", 8)
    make.make_items(owner, dataset, 20)
    make.make_items(owner, dataset, 20, prefix="more", origin=OTHER)
    assert len(sample(browse(owner), dataset, size=500)["files"]) == 8
    for asked in ({"size": "501"}, {"size": "many"}, {"seed": "-1"}, {"seed": "99999999999"}):
        response = browse(owner).get(f"/datasets/{dataset.public_id}/health/sample", asked)
        assert response.status_code == 400
        assert "is a whole number" in response.json()["error"]


def test_files_that_are_kept_here_are_not_checked(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    browser, path = browse(owner), f"/datasets/{dataset.public_id}/health/"
    assert "There is nothing to check yet" in text_of(browser.get(path))
    make_file_item(owner, dataset, "kept")
    assert "are kept by this server" in text_of(browser.get(path))
    make.make_items(owner, dataset, 2)
    found = sample(browser, dataset)
    assert [one["reference_id"].startswith("item") for one in found["files"]] == [True, True]


def test_the_page_lets_the_browser_ask_the_datasets_hosts_and_says_who_may_write(
    house: House, owner: Viewer, teammate: Viewer, browse: Browse
) -> None:
    path = f"{house.grid}health/"
    page = browse(owner).get(path)
    policy = page.headers["Content-Security-Policy"]
    assert f"connect-src 'self' {make.MEDIA}" in policy
    assert make.MEDIA in text_of(page)
    island = island_of(page)
    assert island["measures"] == f"{path}measures"
    assert island["edits"] is not None
    looked = island_of(browse(teammate).get(path))
    assert (looked["measures"], looked["edits"]) == (None, None)
    assert looked["sample"] == f"{path}sample"


def test_measures_are_written_as_an_edit_that_the_history_undoes(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=1, video_url=f"{make.MEDIA}/a.mp4")
    (frame,) = queries.frames(owner, scene)
    browser = browse(owner)
    size = {"id": frame.public_id, "seen": [None, None], "found": [640, 480]}
    film = {"id": scene.public_id, "seen": {}, "found": {"video_duration_s": 12.5, "video_frame_count": 375}}
    told = write(browser, scene_dataset, sizes=[size], videos=[film]).json()
    assert told["summary"] == "Measured: size of 1 item and 1 video"
    scene.refresh_from_db(from_queryset=queries.scenes(owner, scene_dataset))
    assert scene.metadata == {"video_duration_s": 12.5, "video_frame_count": 375}
    again = write(browser, scene_dataset, sizes=[{**size, "found": [32, 24]}])
    assert again.status_code == 409
    assert "The size of crossing-0 was changed meanwhile: it is 640 x 480 now." in again.json()["error"]
    history = f"/datasets/{scene_dataset.public_id}/history/"
    assert told["summary"] in text_of(browser.get(history))
    browser.post(history, {"do": "undo", "edit": told["edit"]})
    scene.refresh_from_db(from_queryset=queries.scenes(owner, scene_dataset))
    assert scene.metadata == {}
    assert write(browser, scene_dataset, sizes=[], videos=[]).json()["edit"] is None


@pytest.mark.parametrize(
    "found",
    [[0, 480], [640], [640, "480"], [640, 10**7], {"width": 640}],
    ids=["no width", "half", "text", "huge", "other"],
)
def test_what_no_browser_measures_is_refused(found: object, house: House, owner: Viewer, browse: Browse) -> None:
    size = {"id": house.items[0].public_id, "seen": [None, None], "found": found}
    assert write(browse(owner), house.dataset, sizes=[size]).status_code == 400


def test_a_file_twice_or_of_another_kind_is_refused(house: House, owner: Viewer, browse: Browse) -> None:
    size = {"id": house.items[0].public_id, "seen": [None, None], "found": [640, 480]}
    assert write(browse(owner), house.dataset, sizes=[size, size]).status_code == 400
    assert write(browse(owner), house.dataset, sizes=[{**size, "id": house.scene.public_id}]).status_code == 404
    film = {"id": house.scene.public_id, "seen": {}, "found": {"video_width": 4, "weather": 4}}
    assert write(browse(owner), house.scene_dataset, videos=[film]).status_code == 400


def test_nothing_takes_more_statements_for_more_rows(
    owner: Viewer, dataset: Dataset, scene_dataset: Dataset, browse: Browse
) -> None:
    browser = browse(owner)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    items, scenes = f"/datasets/{dataset.public_id}/health/", f"/datasets/{scene_dataset.public_id}/health/"
    for count in (2, 60):
        make.make_items(owner, dataset, count, prefix=f"of-{count}")
        make.make_scene(owner, scene_dataset, f"s-{count}", frames=count, video_url=f"{make.MEDIA}/{count}.mp4")
        # The session, the person, the memberships twice; the dataset and its hosts.
        assert asked(items) == asked(scenes) == 4 + 2
        # The session, the person, the membership, the dataset; its hosts, all addresses, the rows drawn, who has masks.
        assert asked(f"{items}sample") == 4 + 4
        assert asked(f"{scenes}sample") == 4 + 6


def test_a_bucket_counts_as_the_host_that_it_is_at(
    owner: Viewer, admin: Viewer, dataset: Dataset, browse: Browse
) -> None:
    store = actions.declare_origin(admin, OTHER)
    actions.describe_origin(admin, store.pk, actions.OriginTerms(bucket="s3://films"))
    make.append(owner, dataset, [make.draft_item(owner, "a", url="s3://films/a.jpg")])
    make.make_items(owner, dataset, 1, prefix="b", origin=OTHER)
    found = sample(browse(owner), dataset)
    assert found["hosts"] == [{"origin": OTHER, "seen": 2, "chosen": 2}]
    assert sorted(one["url"] for one in found["files"]) == [f"{OTHER}/b-0.jpg", "s3://films/a.jpg"]
