"""The models of a team: their list, a model's page with its numbers, and a dataset's runs."""

import re

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.labelled import draft, label_house, make_run, say
from webapp.accounts.viewer import Viewer
from webapp.labels.actions.runs import create_run, delete_run
from webapp.pages import dataset_models, model_page


def test_the_list_says_what_each_model_did(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    page = text_of(browse(owner).get("/models/"))
    assert "2 models" in page
    assert re.search(r"Finder of night run v1 small 1 2 night run just now", page)
    assert re.search(r"Harbor finder finder 0 0 none yet", page)
    delete_run(owner, run)
    assert re.search(r"Finder of night run v1 small 0 0 none yet", text_of(browse(owner).get("/models/")))


def test_a_team_without_models_is_told_how_they_come(stranger: Viewer, browse: Browse) -> None:
    page = text_of(browse(stranger).get("/models/"))
    assert "No models yet" in page
    assert "client.create_model(…)" in page


def test_a_model_without_runs_is_told_how_they_come(house: House, owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get(house.paths["model"]))
    assert "model.create_run(…)" in page
    assert "No metadata was sent with this model." in page


def test_a_models_page_shows_its_newest_run_in_numbers(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    say(owner, house.dataset, draft(owner, "item-0", label="dog"), run=run)
    path = f"/models/{run.model.public_id}/"
    response = browse(owner).get(path)
    page, markup = text_of(response), response.content.decode()
    assert "3 predictions, made just now" in page
    assert "1 prediction without a confidence, not in the drawing." in page
    assert "layers 12" in page
    assert "threshold 0.25" in page
    assert re.search(r"car box 2 .* dog box 1 not said", page)
    for dataset in (house.dataset, house.scene_dataset):
        assert f'href="/datasets/{dataset.public_id}/?run={run.public_id}"' in markup
    # Both are once as a drawing, with words for who does not see it, and once as numbers.
    assert 'aria-label="Confidence of 2 predictions; most often 0.50 to 0.55, 1 time."' in markup
    assert re.search(r"0\.50 to 0\.55</td><td[^>]*>1</td>", markup)
    assert re.search(r"0\.95 to 1\.00</td><td[^>]*>0</td>", markup)
    newer = create_run(owner, run.model, None, name="day run")
    assert "0 predictions, made just now" in text_of(browse(owner).get(path))
    assert "3 predictions, made just now" in text_of(browse(owner).get(path, {"run": run.public_id}))
    assert browse(owner).get(path, {"run": newer.public_id}).status_code == 200


def test_a_run_of_another_model_is_not_found_on_a_models_page(
    house: House, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    other = make_run(owner, house.dataset)
    theirs = make_run(stranger, make.make_dataset(stranger))
    for run in (other.public_id, theirs.public_id, "run_x"):
        assert browse(owner).get(house.paths["model"], {"run": run}).status_code == 404
    assert browse(owner).get(f"/models/{theirs.model.public_id}/").status_code == 404


def test_many_classes_and_runs_are_counted(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in (model_page, dataset_models):
        monkeypatch.setattr(page, "SHOWN_CLASSES", 2)
        monkeypatch.setattr(page, "SHOWN_RUNS", 1)
    run = make_run(owner, house.dataset)
    names = [draft(owner, "item-0", label=name) for name in ("car", "dog", "kite")]
    say(owner, house.dataset, *names, run=run)
    say(owner, house.dataset, *names)
    newer = create_run(owner, run.model, house.dataset, name="day run")
    path = f"/models/{run.model.public_id}/"
    for address in (f"{path}?run={run.public_id}", house.paths["dataset models"]):
        shown = text_of(browse(owner).get(address))
        assert "3 classes" in shown
        assert "The first 2 of 3 are shown." in shown
        assert "The newest 1 of 2 are listed." in shown
        assert newer.name in shown


def test_a_dataset_says_who_speaks_of_it(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), house.paths["dataset models"]
    empty = text_of(browser.get(path))
    assert "No model has said anything of it." in empty
    assert "dataset.annotate(…)" in empty
    run = label_house(owner, house)
    response = browser.get(path)
    assert re.search(r"night run Finder 1 just now See them", text_of(response))
    assert "3 labels of 2 classes" in text_of(response)
    assert re.search(r"car box 2 .*dog polygon 1", text_of(response))
    assert f'href="{house.grid}?run={run.public_id}"' in response.content.decode()
