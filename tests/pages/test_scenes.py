"""A scene: its frames as columns, the frame a link asks for, an mp4 alone."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.pages import scenes


def test_the_script_is_told_the_frames_in_columns(house: House, teammate: Viewer, browse: Browse) -> None:
    island: Any = island_of(browse(teammate).get(house.paths["scene"]))
    frames = island["frames"]
    assert [frames["prefix"] + suffix for suffix in frames["urls"]] == [
        f"{make.MEDIA}/crossing-{n}.jpg" for n in range(3)
    ]
    assert frames["references"] == ["crossing-0", "crossing-1", "crossing-2"]
    assert frames["metadata"] == [{"index": 0}, {"index": 1}, {"index": 2}]
    assert island["scene"] == {
        "id": house.scene.public_id,
        "reference_id": "crossing",
        "frame_rate": 10.0,
        "video_url": None,
        "frame_count": 3,
        "privacy": "private",
    }


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
    assert "3 frames 10 fps 0.3 s" in page
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
    assert island["frames"] == {"prefix": "", "urls": [], "ids": [], "references": [], "metadata": []}
    assert "an mp4 alone" in text_of(response)


def test_too_much_metadata_stays_on_the_frames_own_pages(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "MAX_METADATA_BYTES", 10)
    response = browse(owner).get(house.paths["scene"])
    island: Any = island_of(response)
    assert island["frames"]["metadata"] is None
    assert "shown on each frame\u2019s own page" in text_of(response)


@pytest.mark.parametrize(
    ("texts", "prefix"),
    [([], ""), (["abc"], "abc"), (["abd", "abc", "abcd"], "ab"), (["x", "y"], ""), (["a", "a"], "a")],
)
def test_what_addresses_have_in_common_is_said_once(texts: list[str], prefix: str) -> None:
    assert scenes.common_prefix(texts) == prefix


def test_an_editor_removes_a_scene_with_its_frames(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    response = browser.post(house.paths["scene"], {"do": "delete"}, follow=True)
    assert "Removed crossing with its frames." in text_of(response)
    assert queries.items(owner, house.scene_dataset).count() == 0
