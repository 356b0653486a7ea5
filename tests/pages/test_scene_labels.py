"""What a scene's script is told of its frames' labels, and when its tracks are there."""

from typing import Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, island_of
from tests.pages.labelled import draft, label_house, say
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels.models import ModelRun


@pytest.fixture
def run(house: House, owner: Viewer) -> ModelRun:
    return label_house(owner, house)


@pytest.fixture
def path(house: House) -> str:
    return house.paths["scene"]


def test_frames_come_in_their_order(house: House, run: ModelRun, path: str, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    columns: Any = browser.get(f"{path}/labels", {"runs": run.public_id}).json()
    assert columns["version"] == make.reload(teammate, house.scene_dataset).version
    assert (columns["first"], columns["counts"]) == (0, [1, 1, 2])
    assert columns["source"] == [0, 1, 0, 0]
    assert (columns["labels"], columns["label"]) == (["car", "person"], [0, 0, 0, 1])
    assert (columns["tracks"], columns["track"]) == (["t1"], [0, -1, 0, -1])
    assert columns["confidence"] == [None, 0.5, None, None]
    part: Any = browser.get(f"{path}/labels", {"first": 1, "count": 500}).json()
    assert (part["first"], part["counts"], part["label"]) == (1, [0, 2], [0, 1])
    beyond: Any = browser.get(f"{path}/labels", {"first": 3}).json()
    assert (beyond["counts"], beyond["kind"]) == ([], [])


def test_frames_that_were_moved_have_their_labels_where_they_are_now(
    owner: Viewer, scene_dataset: Any, browse: Browse
) -> None:
    # The last frame is stored first, so that keys and places run against each other.
    late = make.make_scene(owner, scene_dataset, "late", frames=2)
    for index, label in ((1, "second"), (0, "first")):
        say(owner, scene_dataset, draft(owner, f"late-{index}", label=label))
    columns: Any = browse(owner).get(f"/datasets/{scene_dataset.public_id}/scenes/{late.public_id}/labels").json()
    assert [columns["labels"][place] for place in columns["label"]] == ["first", "second"]


@pytest.mark.parametrize("query", [{"first": "-1"}, {"first": "4"}, {"count": "501"}, {"count": "x"}])
def test_a_range_that_is_none_is_refused(query: dict[str, str], path: str, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(f"{path}/labels", query)
    assert response.status_code == 400
    assert "a whole number from 0 to" in response.json()["error"]


def test_tracks_say_when_they_are_there(house: House, run: ModelRun, path: str, owner: Viewer, browse: Browse) -> None:
    say(owner, house.scene_dataset, draft(owner, "crossing-1", track_reference_id="t1", confidence=0.4), run=run)
    say(owner, house.scene_dataset, draft(owner, "crossing", "category", label="dusk", of_scene=True))
    browser = browse(owner)
    response = browser.get(f"{path}/tracks", {"runs": run.public_id})
    told: Any = response.json()
    assert told["version"] == make.reload(owner, house.scene_dataset).version
    assert told["frame_count"] == 3
    assert [one["name"] for one in told["sources"]] == ["Ground truth", "night run"]
    assert told["tracks"] == [
        {"reference": "t1", "label": "car", "source": 0, "spans": [0, 0, 2, 2], "count": 2},
        {"reference": "t1", "label": "car", "source": 1, "spans": [1, 1], "count": 1},
    ]
    assert told["classes"] == [
        {"label": "car", "source": 0, "total": 2, "heat": [1, 0, 1]},
        {"label": "person", "source": 0, "total": 1, "heat": [0, 0, 1]},
        {"label": "car", "source": 1, "total": 2, "heat": [0, 2, 0]},
    ]
    assert told["categories"] == [{"label": "dusk", "taxonomy": None, "source": 0}]
    assert browser.get(f"{path}/tracks", headers={"if-none-match": response["ETag"]}).status_code == 304


def test_who_may_not_see_the_scene_gets_404(
    run: ModelRun, path: str, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    for person in (stranger, labeler):
        for below in ("labels", "tracks"):
            assert browse(person).get(f"{path}/{below}").status_code == 404


def test_the_page_tells_its_script_where_to_ask(
    house: House, run: ModelRun, path: str, owner: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    told: Any = island_of(browser.get(path))["labels"]
    assert told == {
        "url": f"{path}/labels",
        "tracksUrl": f"{path}/tracks",
        "itemLabels": f"{house.scene_grid}items/{{id}}/labels/facts",
        "reviewUrl": f"{house.scene_grid}review",
        "frameSize": None,
        "runs": [{"id": run.public_id, "name": "night run", "model": "Finder"}],
        "chosen": [run.public_id],
    }
    frame = queries.frame_at(owner, house.scene, 0)
    assert browser.get(told["itemLabels"].replace("{id}", frame.public_id)).status_code == 200


def test_an_mp4_alone_has_no_labels(owner: Viewer, scene_dataset: Any, browse: Browse) -> None:
    scene = make.make_scene(owner, scene_dataset, "film", frames=0, frame_rate=None, video_url=f"{make.MEDIA}/v.mp4")
    path = f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}"
    browser = browse(owner)
    assert island_of(browser.get(path))["labels"] is None
    columns: Any = browser.get(f"{path}/labels").json()
    assert columns["counts"] == []
    assert browser.get(f"{path}/tracks").json()["classes"] == []
