"""What a picture's script is told of its labels: which, in which order, and to whom."""

import gzip
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from tests.pages.labelled import draft, label_house, make_run, say
from webapp.accounts.viewer import Viewer
from webapp.labels.models import Annotation, ModelRun, Prediction


@pytest.fixture
def run(house: House, owner: Viewer) -> ModelRun:
    return label_house(owner, house)


@pytest.fixture
def path(house: House) -> str:
    return f"{house.paths['item']}/labels"


def test_labels_come_in_columns(house: House, run: ModelRun, path: str, teammate: Viewer, browse: Browse) -> None:
    columns: Any = browse(teammate).get(path, {"runs": run.public_id}).json()
    assert columns == {
        "version": make.reload(teammate, house.dataset).version,
        "sources": [
            {"id": None, "name": "Ground truth"},
            {"id": run.public_id, "name": "night run", "model": "Finder"},
        ],
        "labels": ["car", "dog"],
        "tracks": [],
        "first": 0,
        "counts": [3],
        "kind": [0, 2, 0],
        "label": [0, 1, 0],
        "source": [0, 0, 1],
        "track": None,
        "confidence": [None, None, 0.91],
        "review": [1, 0, 0],
        "box": [1, 2, 11, 22, 0, 0, 4.25, 3, 1, 2, 11, 22],
        "more": {"1": {"vertices": [{"x": 0, "y": 0}, {"x": 4.25, "y": 0}, {"x": 4.25, "y": 3}]}},
    }


def test_facts_come_in_the_same_order(run: ModelRun, path: str, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(f"{path}/facts", {"runs": run.public_id})
    facts: Any = response.json()
    said = Annotation.objects.visible_to(owner).filter(dataset__is_scene=False).order_by("pk")[:2]
    predicted = Prediction.objects.visible_to(owner).filter(dataset__is_scene=False)
    assert facts["ids"] == [one.public_id for one in [*said, *predicted]]
    assert facts["annotation_ids"] == ["a", None, None]
    assert facts["metadata"] == [{"review_status": "accepted", "n": 1.5}, {}, {}]
    assert facts["task_ids"] == [None, None, None]
    assert facts["class_pdf"] == [None, None, {"car": 0.91}]


def test_without_runs_only_people_speak(run: ModelRun, path: str, owner: Viewer, browse: Browse) -> None:
    columns: Any = browse(owner).get(path).json()
    assert (columns["source"], columns["confidence"], len(columns["sources"])) == ([0, 0], None, 1)


def test_what_has_no_place_says_what_it_is(house: House, owner: Viewer, path: str, browse: Browse) -> None:
    mask = {"mask_url": f"{make.MEDIA}/mask.png?sig=s", "segments": [{"label": "road", "index": 3}]}
    cuboid = {"position": {"x": 1.5, "y": 0, "z": 2}, "dimensions": {"x": 1, "y": 1, "z": 1}, "yaw": 0.5}
    say(
        owner,
        house.dataset,
        draft(owner, "item-1", "category", label="fog"),
        draft(owner, "item-1", "multicategory", label=None, labels=["wet", "dark"]),
        draft(owner, "item-1", "mask", label=None, geometry=None, **mask),
        draft(owner, "item-1", "cuboid", geometry=cuboid),
    )
    columns: Any = browse(owner).get(path).json()
    assert columns["kind"] == [5, 6, 7, 4]
    assert columns["label"] == [0, -1, -1, 1]
    assert columns["box"] == [0] * 16
    assert columns["more"] == {
        "0": {"taxonomy": None},
        "1": {"labels": ["wet", "dark"], "taxonomy": None},
        "2": {"url": f"{make.MEDIA}/mask.png?sig=s", "annotations": [{"label": "road", "index": 3}]},
        "3": cuboid,
    }


def test_a_browser_keeps_them_until_the_dataset_changes(
    house: House, run: ModelRun, path: str, owner: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    for address in (path, f"{path}/facts"):
        full = browser.get(address)
        same = browser.get(address, headers={"if-none-match": full["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
    say(owner, house.dataset, draft(owner, "item-0"))
    assert browser.get(path, headers={"if-none-match": full["ETag"]}).status_code == 200
    say(owner, house.dataset, *[draft(owner, "item-1") for _ in range(50)])
    plain = browser.get(path)
    packed = browser.get(path, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content


def test_a_run_that_is_not_there_is_not_found(
    house: House, run: ModelRun, path: str, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    elsewhere = make_run(stranger, make.make_dataset(stranger))
    unused = make_run(owner, None, "unused")
    for wrong in ("run_x", run.model.public_id, elsewhere.public_id, unused.public_id):
        refused = browser.get(path, {"runs": f"{run.public_id},{wrong}"})
        assert refused.status_code == 404
        assert refused.json()["error"] == f"There is no run {wrong!r} on this dataset that you may see."
        page = browser.get(house.paths["item"], {"run": wrong})
        assert page.status_code == 404
        assert "There is no run" in text_of(page)
    assert browser.get(path, {"runs": ",".join(f"run_{n}" for n in range(9))}).status_code == 400


def test_who_may_not_see_the_picture_gets_404(
    run: ModelRun, path: str, stranger: Viewer, labeler: Viewer, client: Client, browse: Browse
) -> None:
    for person in (stranger, labeler):
        for address in (path, f"{path}/facts"):
            response = browse(person).get(address)
            assert response.status_code == 404
            assert "car" not in response.content.decode()
    assert client.get(path).status_code == 401


def test_the_page_tells_its_script_where_to_ask(
    house: House, run: ModelRun, path: str, owner: Viewer, teammate: Viewer, browse: Browse
) -> None:
    told: Any = island_of(browse(owner).get(house.paths["item"]))["labels"]
    assert told == {
        "url": path,
        "factsUrl": f"{path}/facts",
        "reviewUrl": f"{house.grid}review",
        "review": None,
        "runs": [{"id": run.public_id, "name": "night run", "model": "Finder"}],
        "chosen": [run.public_id],
    }
    assert browse(owner).get(told["url"]).status_code == 200
    looking: Any = island_of(browse(teammate).get(house.paths["item"]))["labels"]
    assert looking["reviewUrl"] is None


def test_the_page_counts_and_lists_labels_without_script(
    house: House, run: ModelRun, owner: Viewer, browse: Browse
) -> None:
    page = browse(owner).get(house.paths["item"])
    assert "Labels Ground truth 2 car 1 dog 1 night run 1 car 1" in text_of(page)
    listed = page.content.decode().partition("data-label-pane")[2]
    assert "car 0.91</td>" in listed
    assert "1, 2 to 11, 22" in listed


def test_the_newest_run_that_says_anything_is_shown(house: House, run: ModelRun, owner: Viewer, browse: Browse) -> None:
    silent = make_run(owner, house.dataset, "silent")
    told: Any = island_of(browse(owner).get(house.paths["item"]))["labels"]
    assert [one["id"] for one in told["runs"]] == [silent.public_id, run.public_id]
    assert told["chosen"] == [run.public_id]
    asked: Any = island_of(browse(owner).get(house.paths["item"], {"run": silent.public_id}))["labels"]
    assert asked["chosen"] == [silent.public_id]


def test_numbers_pass_through_to_the_last_digit(house: House, owner: Viewer, path: str, browse: Browse) -> None:
    vertices = [{"x": 0.1, "y": 1e-7}, {"x": 123456.789012345, "y": 2}, {"x": 3.0, "y": 4}]
    say(owner, house.dataset, draft(owner, "item-1", "line", geometry={"vertices": vertices}))
    body = browse(owner).get(path).content
    assert msgspec.json.decode(body)["more"]["0"]["vertices"] == vertices
