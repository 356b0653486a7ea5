"""The shapes over a grid's cells, verdicts from the pages, and the grid of what a run says."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from tests.pages.labelled import draft, label_house, make_run, say
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels.models import Annotation, ModelRun, Prediction
from webapp.pages import grid_shown


def post(browser: Any, path: str, body: object) -> Any:
    return browser.post(path, body, content_type="application/json")


@pytest.fixture
def run(house: House, owner: Viewer) -> ModelRun:
    return label_house(owner, house)


def test_cells_have_their_largest_shapes(house: House, run: ModelRun, owner: Viewer, browse: Browse) -> None:
    ids = [one.public_id for one in house.items]
    body = {"ids": [*ids, "di_forged", house.scene.public_id], "run": run.public_id}
    told: Any = post(browse(owner), f"{house.grid}cell-labels", body).json()
    assert set(told["cells"]) == {ids[1], ids[3]}
    cell = told["cells"][ids[1]]
    shapes = zip(cell["source"], [told["labels"][place] for place in cell["label"]], cell["confidence"], strict=True)
    assert sorted(shapes, key=str) == [(0, "car", None), (0, "dog", None), (1, "car", 0.91)]
    assert cell["box"][:4] == [1, 2, 11, 22]
    assert (cell["total"], cell["width"], cell["height"]) == (3, None, None)


def test_a_scenes_cell_has_the_shapes_of_its_first_frame(
    house: House, run: ModelRun, owner: Viewer, browse: Browse
) -> None:
    body = {"ids": [house.scene.public_id], "run": None}
    told: Any = post(browse(owner), f"{house.scene_grid}cell-labels", body).json()
    assert told["labels"] == ["car"]
    assert told["cells"][house.scene.public_id]["total"] == 1


def test_a_crowd_is_cut_to_its_largest(house: House, owner: Viewer, browse: Browse) -> None:
    crowd = [
        draft(owner, "item-0", geometry={"x": 0, "y": 0, "width": 1 + side, "height": 1 + side}) for side in range(57)
    ]
    say(owner, house.dataset, *crowd)
    item = house.items[0].public_id
    told: Any = post(browse(owner), f"{house.grid}cell-labels", {"ids": [item], "run": None}).json()
    cell = told["cells"][item]
    assert cell["total"] == 57
    assert sorted(cell["box"][2::4]) == list(range(18, 58))


def test_cells_are_shown_to_members_only(
    house: House, run: ModelRun, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    path, body = f"{house.grid}cell-labels", {"ids": [house.items[1].public_id], "run": None}
    assert post(browse(teammate), path, body).status_code == 200
    for person in (stranger, labeler):
        assert post(browse(person), path, body).status_code == 404
    assert post(browse(teammate), path, {**body, "run": "run_x"}).status_code == 404
    assert post(browse(teammate), path, {"ids": ["di_x"] * 201}).status_code == 400


def test_verdicts_are_kept_and_say_what_was_before(house: House, run: ModelRun, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}review"
    said = Annotation.objects.visible_to(owner).get(annotation_id="a").public_id
    predicted = Prediction.objects.visible_to(owner).get(dataset=house.dataset).public_id
    item = house.items[1].public_id
    told: Any = post(browser, path, {"set": {said: "rejected", predicted: "accepted", item: "accepted"}}).json()
    assert told["before"] == {said: "accepted", predicted: None, item: None}
    assert told["version"] == make.reload(owner, house.dataset).version
    columns: Any = browser.get(f"{house.paths['item']}/labels", {"runs": run.public_id}).json()
    assert columns["review"] == [2, 0, 1]
    labels: Any = island_of(browser.get(house.paths["item"]))["labels"]
    assert labels["review"] == "accepted"
    undone: Any = post(browser, path, {"set": told["before"]}).json()
    assert undone["before"] == {said: "rejected", predicted: "accepted", item: "accepted"}
    assert queries.item(owner, house.dataset, item).metadata == {"index": 1}


def test_verdicts_are_an_editors(
    house: House, run: ModelRun, owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    path, body = f"{house.grid}review", {"set": {house.items[1].public_id: "accepted"}}
    assert post(browse(teammate), path, body).status_code == 403
    for person in (stranger, labeler):
        assert post(browse(person), path, body).status_code == 404
    assert post(browse(owner), path, {"set": {"ann_forged": "accepted"}}).status_code == 404
    assert post(browse(owner), path, {"set": {house.items[1].public_id: "good"}}).status_code == 400


def test_the_grid_of_a_run_shows_what_it_has_predictions_on(
    house: House, run: ModelRun, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse(owner)
    say(owner, house.dataset, draft(owner, "item-4", confidence=0.2), run=run)
    page = browser.get(house.grid, {"run": run.public_id})
    island: Any = island_of(page)
    assert [one["reference_id"] for one in island["items"]] == ["item-1", "item-4"]
    assert island["labels"] == {"url": f"{house.grid}cell-labels", "run": run.public_id}
    # From here on one goes from picture to picture with the same run.
    item = browser.get(island["items"][0]["href"])
    assert f"{house.items[2].public_id}?run={run.public_id}" in item.content.decode()
    assert "Items that night run has predictions on." in text_of(page)
    assert f'href="{house.grid}"' in page.content.decode()
    monkeypatch.setattr(grid_shown, "PAGE_SIZE", 1)
    first = browser.get(house.grid, {"run": run.public_id})
    assert f"?run={run.public_id}&amp;after={house.items[1].public_id}" in first.content.decode()
    whole: Any = island_of(browser.get(house.grid))
    assert whole["labels"]["run"] == run.public_id


def test_the_grid_of_a_run_shows_its_scenes(house: House, run: ModelRun, owner: Viewer, browse: Browse) -> None:
    make.make_scene(owner, house.scene_dataset, "unseen")
    island: Any = island_of(browse(owner).get(house.scene_grid, {"run": run.public_id}))
    assert [one["reference_id"] for one in island["items"]] == ["crossing"]
    assert island["items"][0]["href"].endswith(f"{house.scene.public_id}?run={run.public_id}")


def test_a_run_that_says_nothing_here_shows_that(house: House, owner: Viewer, browse: Browse) -> None:
    silent = make_run(owner, house.dataset, "silent")
    page = text_of(browse(owner).get(house.grid, {"run": silent.public_id}))
    assert "silent says nothing of any item of this dataset" in page
    assert browse(owner).get(house.grid, {"run": "run_x"}).status_code == 404


def test_a_slice_names_its_run(house: House, run: ModelRun, owner: Viewer, browse: Browse) -> None:
    island: Any = island_of(browse(owner).get(house.paths["slice"]))
    assert island["labels"] == {"url": f"{house.grid}cell-labels", "run": run.public_id}
