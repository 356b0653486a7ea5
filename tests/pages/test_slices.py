"""Slices: the lists, the grid of one, renaming and deleting."""

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.test_grid import link, references
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.pages import grid_shown


def test_the_lists_name_each_slice(house: House, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    assert "Night Quays 2 items owner@harbor.example just now" in text_of(browser.get("/slices/"))
    assert "Night 2 items owner@harbor.example just now" in text_of(browser.get(house.paths["dataset slices"]))
    assert "No slices of this dataset yet" in text_of(browser.get(f"{house.scene_grid}slices/"))


def test_a_slice_shows_its_members_only(house: House, teammate: Viewer, browse: Browse) -> None:
    response = browse(teammate).get(house.paths["slice"])
    assert references(response) == ["item-0", "item-1"]
    assert "Quays / Night private 2 items" in text_of(response)


def test_a_slice_of_scenes_shows_their_first_frames(house: House, owner: Viewer, browse: Browse) -> None:
    made = actions.create_slice(owner, house.scene_dataset, name="Good", scene_pks=[house.scene.pk])
    assert references(browse(owner).get(f"/slices/{made.public_id}")) == ["crossing"]


def test_a_long_slice_goes_on_by_key(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_shown, "PAGE_SIZE", 2)
    made = make.make_slice(owner, house.dataset, house.items, name="All")
    browser = browse(owner)
    first = browser.get(f"/slices/{made.public_id}")
    second = browser.get(link(first, "Next"))
    third = browser.get(link(second, "Next"))
    assert [len(references(page)) for page in (first, second, third)] == [2, 2, 1]
    assert link(third, "Next") == ""


def test_an_empty_slice_says_why(house: House, owner: Viewer, browse: Browse) -> None:
    made = make.make_slice(owner, house.dataset, [], name="Nothing")
    assert "An empty slice" in text_of(browse(owner).get(f"/slices/{made.public_id}"))


def test_a_slice_is_renamed_and_described(house: House, owner: Viewer, browse: Browse) -> None:
    fields = {"do": "rename", "name": "Dusk", "description": "Low sun."}
    page = text_of(browse(owner).post(house.paths["slice"], fields, follow=True))
    assert "Saved." in page
    assert "Dusk" in page
    assert "Low sun." in page


def test_a_refused_name_stays_in_its_field(house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).post(house.paths["slice"], {"do": "rename", "name": " ", "description": "kept"})
    assert response.status_code == 400
    assert "1 to 200 are accepted" in text_of(response)
    assert 'value="kept"' in response.content.decode()


def test_deleting_a_slice_leaves_its_items(house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).post(house.paths["slice"], {"do": "delete"}, follow=True)
    assert "Deleted the slice Night. Its items are untouched." in text_of(response)
    assert queries.items(owner, house.dataset).count() == 5
    assert queries.slices(owner) == []


def test_a_viewer_is_shown_no_form(house: House, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get(f"{house.paths['slice']}?panel=edit"))
    assert "Delete slice" not in page
    assert "Edit" not in page
