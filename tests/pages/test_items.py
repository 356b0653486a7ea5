"""One picture and all that is known about it."""

from typing import Any

from tests import make
from tests.pages.conftest import Browse, House, island_of, make_file_item, text_of
from tests.shared_bytes import make_copy, make_project
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset


def test_the_page_says_what_it_is_and_where_it_comes_from(house: House, teammate: Viewer, browse: Browse) -> None:
    response = browse(teammate).get(house.paths["item"])
    page = text_of(response)
    assert "item-1" in page
    assert (
        "Private. Your browser loads this from https://media.harbor.example . Transom\u2019s server never has." in page
    )
    assert "index 1" in page
    assert "measured when shown" in page
    island: Any = island_of(response)
    assert island["item"]["url"] == f"{make.MEDIA}/item-1.jpg"
    assert island["urls"] == {"measure": f"{house.grid}measurements"}


def test_its_neighbors_are_a_key_away(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    paths = [f"{house.grid}items/{one.public_id}" for one in house.items]
    middle = browser.get(paths[1]).content.decode()
    assert f'rel="prev" href="{paths[0]}"' in middle
    assert f'rel="next" href="{paths[2]}"' in middle
    assert 'rel="prev"' not in browser.get(paths[0]).content.decode()
    assert 'rel="next"' not in browser.get(paths[-1]).content.decode()


def test_without_script_the_browser_still_shows_it_unreferred(house: House, owner: Viewer, browse: Browse) -> None:
    body = browse(owner).get(house.paths["item"]).content.decode()
    still = body.partition("<noscript>")[2].partition("</noscript>")[0]
    assert f'src="{make.MEDIA}/item-1.jpg"' in still
    assert 'referrerpolicy="no-referrer"' in still


def test_an_item_of_another_dataset_is_not_found_here(house: House, owner: Viewer, browse: Browse) -> None:
    other = make.make_dataset(owner, name="Sheds")
    path = f"/datasets/{other.public_id}/items/{house.items[0].public_id}"
    assert browse(owner).get(path).status_code == 404


def test_an_editor_removes_an_item_for_good(house: House, owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    assert "Remove item" not in text_of(browse(teammate).get(house.paths["item"]))
    browser = browse(owner)
    response = browser.post(house.paths["item"], {"do": "delete"}, follow=True)
    assert "Removed item-1." in text_of(response)
    assert queries.items(owner, house.dataset).count() == 4
    assert browser.get(house.paths["item"]).status_code == 404


def test_a_frame_leads_to_its_scene_and_stays_in_it(house: House, owner: Viewer, browse: Browse) -> None:
    frame = queries.frames(owner, house.scene)[2]
    path = f"{house.scene_grid}items/{frame.public_id}"
    browser = browse(owner)
    body = browser.get(path).content.decode()
    assert f'href="{house.paths["scene"]}?frame=2"' in body
    assert 'title="Back to frame 2 of the scene crossing, key B"' in body
    assert 'data-shortcut="b"' in body
    assert "Remove item" not in body
    refused = browser.post(path, {"do": "delete"})
    assert refused.status_code == 409
    assert browser.get(path).status_code == 200


def test_a_frames_neighbors_are_those_of_its_scene(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    scene = make.make_scene(owner, scene_dataset)
    make.make_scene(owner, scene_dataset, "later")
    # A frame put in front later has a younger id than those it stands before.
    names = ["new", "crossing-0", "crossing-1", "crossing-2"]
    draft = make.draft_scene(owner)
    draft.frames = [make.draft_item(owner, name) for name in names]
    actions.append_scenes(owner, scene_dataset, [draft], update=True)
    browser = browse(owner)
    paths = [f"/datasets/{scene_dataset.public_id}/items/{one.public_id}" for one in queries.frames(owner, scene)]
    bodies = [browser.get(path).content.decode() for path in paths]
    assert 'rel="prev"' not in bodies[0]
    for index in range(3):
        assert f'rel="next" href="{paths[index + 1]}"' in bodies[index]
        assert f'rel="prev" href="{paths[index]}"' in bodies[index + 1]
    assert 'rel="next"' not in bodies[3]


def test_a_linked_item_says_so(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    item = make.make_items(owner, dataset, 1)[0]
    page = text_of(browse(owner).get(f"/datasets/{dataset.public_id}/items/{item.public_id}"))
    assert "Linked. Your browser loads this from" in page


def test_an_uploaded_picture_comes_from_this_server(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    item = make_file_item(owner, dataset, "scan")
    response = browse(owner).get(f"/datasets/{dataset.public_id}/items/{item.public_id}")
    assert "Shared. It was uploaded as a file" in text_of(response)
    island: Any = island_of(response)
    assert island["item"]["url"].startswith("http://testserver:8002/shared/")


def test_a_copied_picture_tells_of_its_request_and_still_comes_from_its_host(
    owner: Viewer, dataset: Dataset, browse: Browse
) -> None:
    item = make.make_items(owner, dataset, 1)[0]
    copy = make_copy(item, make_project(owner))
    response = browse(owner).get(f"/datasets/{dataset.public_id}/items/{item.public_id}")
    assert "Shared. Your browser loads this from" in text_of(response)
    assert f'by <a href="/promotions/{copy.promotion.public_id}">an approved request</a>' in response.content.decode()
