"""A dataset's grid: what the page draws, what its script is told, and paging by key."""

import re
from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.pages import grid_shown


def references(response: object) -> list[str]:
    items: Any = island_of(response)["items"]
    return [one["reference_id"] for one in items]


def link(response: object, text: str) -> str:
    body = getattr(response, "content", b"").decode().replace("&amp;", "&")
    found = re.search(rf'<a class="button"[^>]*href="([^"]+)"[^>]*>(?:<svg[^>]*><path[^>]*></svg>)?{text}', body, re.S)
    return found[1] if found else ""


def test_the_script_is_told_each_picture(house: House, teammate: Viewer, browse: Browse) -> None:
    island = island_of(browse(teammate).get(house.grid))
    items: Any = island["items"]
    assert items[0] == {
        "id": house.items[0].public_id,
        "reference_id": "item-0",
        "url": f"{make.MEDIA}/item-0.jpg",
        "width": None,
        "height": None,
        "privacy": "private",
        "note": "",
        "href": f"{house.grid}items/{house.items[0].public_id}",
    }
    assert island["urls"] == {
        "rows": f"{house.grid}rows",
        "outline": f"{house.grid}outline",
        "measure": f"{house.grid}measurements",
        "slices": f"{house.grid}slices/new",
        "add_to_slice": f"{house.grid}slices/members",
    }


def test_cells_are_links_before_there_are_pictures(house: House, owner: Viewer, browse: Browse) -> None:
    body = browse(owner).get(house.grid).content.decode()
    cell = re.search(r'<a class="media-cell"[^>]*>.*?</a>', body, re.S)
    assert cell is not None
    assert f'data-item-id="{house.items[0].public_id}" data-state="loading"' in cell[0]
    assert "item-0" in cell[0]
    assert make.MEDIA not in cell[0]


def test_only_who_may_make_slices_may_choose(house: House, owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    for_owner, for_teammate = browse(owner).get(house.grid), browse(teammate).get(house.grid)
    assert 'data-select="multiple"' in for_owner.content.decode()
    assert island_of(for_owner)["slices"] == [{"id": house.slice.public_id, "name": "Night"}]
    assert 'data-select="none"' in for_teammate.content.decode()
    assert "<selection-bar" not in for_teammate.content.decode()
    assert island_of(for_teammate)["slices"] == []


def test_one_pages_on_and_back_through_all_items(
    owner: Viewer, dataset: Dataset, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_shown, "PAGE_SIZE", 3)
    make.make_items(owner, dataset, 8)
    browser = browse(owner)
    first = browser.get(f"/datasets/{dataset.public_id}/?size=large")
    second = browser.get(link(first, "Next"))
    third = browser.get(link(second, "Next"))
    names = [f"item-{n}" for n in range(8)]
    assert [references(page) for page in (first, second, third)] == [names[:3], names[3:6], names[6:]]
    assert link(third, "Next") == ""
    assert references(browser.get(link(third, "Previous"))) == names[3:6]
    assert 'data-density="large"' in third.content.decode()
    assert link(first, "Previous") == ""


@pytest.mark.parametrize("place", ["after=di_nonsense", "after=42", "before=ds_aaaa"])
def test_a_made_up_place_is_not_found(place: str, house: House, owner: Viewer, browse: Browse) -> None:
    assert browse(owner).get(f"{house.grid}?{place}").status_code == 404


def test_scenes_are_shown_by_their_first_frame(house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(house.scene_grid)
    items: Any = island_of(response)["items"]
    assert [(one["id"], one["url"]) for one in items] == [
        (house.scene.public_id, f"{make.MEDIA}/crossing-0.jpg"),
    ]
    assert items[0]["href"] == house.paths["scene"]
    assert "3 frames · 10 fps" in text_of(response)


def test_an_mp4_alone_has_a_cell_without_a_picture(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    make.make_scene(owner, scene_dataset, frames=0, frame_rate=None, video_url=f"{make.MEDIA}/drive.mp4")
    response = browse(owner).get(f"/datasets/{scene_dataset.public_id}/")
    items: Any = island_of(response)["items"]
    assert [(one["reference_id"], one["url"], one["note"]) for one in items] == [("crossing", None, "mp4")]
    assert 'data-state="none"' in response.content.decode()
    assert "mp4 crossing" in text_of(response)


@pytest.mark.parametrize(("is_scene", "call"), [(False, "DatasetItem("), (True, "VideoScene(")])
def test_an_empty_dataset_teaches_how_to_fill_it(is_scene: bool, call: str, owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, is_scene=is_scene)
    page = text_of(browse(owner).get(f"/datasets/{dataset.public_id}/"))
    assert "Nothing in it yet" in page
    assert f'client.get_dataset("{dataset.public_id}")' in page
    assert call in page


def test_an_empty_dataset_gives_a_key_once(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser, path = browse(owner), f"/datasets/{dataset.public_id}/"
    assert "transom_" in text_of(browser.post(path, {"do": "create-key"}))
    assert "transom_" not in text_of(browser.get(path))


def test_an_empty_dataset_tells_a_viewer_to_wait(dataset: Dataset, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get(f"/datasets/{dataset.public_id}/"))
    assert "Nothing in it yet" in page
    assert "API key" not in page.replace("API keys", "")
