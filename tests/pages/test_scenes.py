"""A scene: the frame a link asks for, what is said beside it, an mp4 alone."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from tests.shared_bytes import make_copy, make_project
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset
from webapp.pages import scene_frames


def test_the_script_is_told_the_first_frame_and_where_the_others_are(
    house: House, teammate: Viewer, browse: Browse
) -> None:
    island: Any = island_of(browse(teammate).get(f"{house.paths['scene']}?frame=1"))
    assert island["frames"] == {
        "url": f"{house.paths['scene']}/frames",
        "first": {
            "index": 1,
            "url": f"{make.MEDIA}/crossing-1.jpg",
            "id": queries.frames(teammate, house.scene)[1].public_id,
            "reference": "crossing-1",
            "metadata": {"index": 1},
        },
    }
    assert island["scene"] == {
        "id": house.scene.public_id,
        "reference_id": "crossing",
        "frame_rate": 10.0,
        "video_url": None,
        "frame_count": 3,
        "privacy": "private",
        "href": house.paths["scene"],
    }


def test_the_page_is_no_longer_for_more_frames(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    browser = browse(owner)
    sizes = []
    for count in (10, 3000):
        scene = make.make_scene(owner, scene_dataset, f"of-{count:04d}", frames=count)
        path = f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}?frame=5"
        sizes.append(len(browser.get(path).content))
    assert sizes[1] - sizes[0] < 100


@pytest.mark.parametrize(
    ("asked", "index"),
    [("", 0), ("?frame=2", 2), ("?frame=99", 2), ("?frame=-1", 0), ("?frame=two", 0), ("?frame=²", 0)],
)
def test_a_link_opens_the_nearest_frame_there_is(
    asked: str, index: int, house: House, owner: Viewer, browse: Browse
) -> None:
    response = browse(owner).get(f"{house.paths['scene']}{asked}")
    assert f'data-frame="{index}"' in response.content.decode()
    assert f"crossing-{index}" in text_of(response)


def test_the_page_says_how_long_it_is_and_what_is_known(house: House, owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get(house.paths["scene"]))
    assert "Frames 3, numbered from 0 Length 0.3 s at 10 fps" in page
    assert "weather fog" in page
    assert "frames only" in page


def test_without_script_one_steps_by_links(house: House, owner: Viewer, browse: Browse) -> None:
    body = browse(owner).get(f"{house.paths['scene']}?frame=1").content.decode()
    assert f'href="{house.paths["scene"]}?frame=0"' in body
    assert f'href="{house.paths["scene"]}?frame=2"' in body


def test_an_mp4_alone_has_no_frames_to_number(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    address = f"{make.MEDIA}/drive.mp4?sig=1"
    scene = make.make_scene(owner, scene_dataset, frames=0, frame_rate=None, video_url=address)
    response = browse(owner).get(f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}?frame=7")
    island: Any = island_of(response)
    assert island["scene"]["video_url"] == address
    assert island["frames"] is None
    assert "an mp4 alone" in text_of(response)


@pytest.mark.parametrize(
    ("texts", "prefix"),
    [([], ""), (["abc"], "abc"), (["abd", "abc", "abcd"], "ab"), (["x", "y"], ""), (["a", "a"], "a")],
)
def test_what_addresses_have_in_common_is_said_once(texts: list[str], prefix: str) -> None:
    assert scene_frames.common_prefix(texts) == prefix


def test_the_head_says_which_frame_it_is_in_as_many_digits_as_the_last_has(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=300)
    page = text_of(browse(owner).get(f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}?frame=12"))
    assert "frame 012 / 299 00:01.200" in page


def test_the_frame_pane_offers_the_id_to_copy_and_the_item_to_open(house: House, owner: Viewer, browse: Browse) -> None:
    body = browse(owner).get(f"{house.paths['scene']}?frame=2").content.decode()
    frame = queries.frames(owner, house.scene)[2]
    assert f'data-frame-link href="{house.scene_grid}items/{frame.public_id}"' in body
    assert 'type="button" data-kind="quiet" data-action="copyReference"' in body
    assert "data-frame-reference>crossing-2<" in body


def test_the_page_names_every_host_the_scene_may_come_from(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    other = "https://other.harbor.example"
    scene = make.make_scene(owner, scene_dataset, video_url=f"{other}/v.mp4")
    page = text_of(browse(owner).get(f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}"))
    assert f"Your browser loads this from {make.MEDIA} or {other} . Transom\u2019s server never has." in page


def test_the_page_still_names_the_host_that_an_admin_has_detached(
    house: House, owner: Viewer, admin: Viewer, browse: Browse
) -> None:
    (row,) = queries.dataset_origin_rows(owner, house.scene_dataset)
    actions.detach_origin(admin, house.scene_dataset, row.origin_id)
    page = text_of(browse(owner).get(house.paths["scene"]))
    assert f"Your browser loads this from {make.MEDIA} ." in page


def test_an_editor_removes_a_scene_with_its_frames(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    response = browser.post(house.paths["scene"], {"do": "delete"}, follow=True)
    assert "Removed crossing with its frames." in text_of(response)
    assert queries.items(owner, house.scene_dataset).count() == 0


def test_a_scene_with_shared_frames_does_not_say_that_the_server_has_nothing(
    house: House, owner: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    assert "Transom\u2019s server never has." in text_of(browser.get(house.paths["scene"]))
    make_copy(queries.frame_at(owner, house.scene, 1), make_project(owner))
    page = text_of(browser.get(house.paths["scene"]))
    assert "Transom\u2019s server holds copies of frames that were shared for labelling" in page
    assert "never has" not in page
