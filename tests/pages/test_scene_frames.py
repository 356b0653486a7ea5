"""The list of a scene's frames that its viewer reads: what is in it, when it is sent anew, and to whom."""

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.pages.conftest import Browse, House
from webapp.accounts.models import Membership
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import MetadataChange
from webapp.datasets.models import Dataset, Scene
from webapp.pages import scene_frames


def list_path(dataset: Dataset, scene: Scene) -> str:
    return f"/datasets/{dataset.public_id}/scenes/{scene.public_id}/frames"


@pytest.fixture
def path(house: House) -> str:
    return list_path(house.scene_dataset, house.scene)


def tag_of(browser: Client, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return str(response["ETag"])


def test_the_frames_come_in_columns(house: House, path: str, teammate: Viewer, browse: Browse) -> None:
    columns: Any = browse(teammate).get(path).json()
    frames = queries.frames(teammate, house.scene)
    assert columns == {
        "version": make.reload(teammate, house.scene_dataset).version,
        "prefix": f"{make.MEDIA}/crossing-",
        "urls": ["0.jpg", "1.jpg", "2.jpg"],
        "ids": [frame.public_id for frame in frames],
        "references": ["crossing-0", "crossing-1", "crossing-2"],
        "metadata": [{"index": 0}, {"index": 1}, {"index": 2}],
    }


def test_an_mp4_alone_has_a_list_without_frames(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=0, frame_rate=None, video_url=f"{make.MEDIA}/v.mp4")
    columns: Any = browse(owner).get(list_path(scene_dataset, scene)).json()
    assert (columns["prefix"], columns["urls"], columns["metadata"]) == ("", [], [])


def test_metadata_passes_through_to_the_last_digit(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    draft = make.draft_scene(owner, frames=1)
    nested = {"t_ns": 1645144073030123457, "é": ["\u2028</script>", None, 1.0, {"deep": True}]}
    draft.frames[0] = make.draft_item(owner, "f", metadata=nested)
    actions.append_scenes(owner, scene_dataset, [draft], update=False)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    body = browse(owner).get(list_path(scene_dataset, scene)).content
    assert msgspec.json.decode(body)["metadata"] == [nested]


def test_too_much_metadata_is_asked_for_frame_by_frame(
    path: str, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene_frames, "MAX_METADATA_CHARACTERS", 10)
    browser = browse(owner)
    columns: Any = browser.get(path).json()
    assert columns["metadata"] is None
    one = {"id": columns["ids"][2], "reference": "crossing-2", "metadata": {"index": 2}}
    response = browser.get(f"{path}/2")
    assert response.json() == one
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("index", ["3", "99999999999999999999", "9" * 5000, "-1", "x"])
def test_a_frame_that_is_not_there_is_not_found(index: str, path: str, owner: Viewer, browse: Browse) -> None:
    assert browse(owner).get(f"{path}/{index}").status_code == 404


def test_the_list_is_compressed_where_the_browser_can_read_it(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=300)
    browser, path = browse(owner), list_path(scene_dataset, scene)
    plain = browser.get(path)
    packed = browser.get(path, headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    for response in (plain, packed):
        assert response["ETag"] == plain["ETag"]
        assert response["Content-Type"] == "application/json"


def test_it_is_kept_by_one_browser_and_asked_about_each_time(path: str, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    full = browser.get(path)
    same = browser.get(path, headers={"if-none-match": full["ETag"], "accept-encoding": "gzip"})
    assert (same.status_code, same.content) == (304, b"")
    for response in (full, same):
        assert response["ETag"] == full["ETag"]
        assert response["Cache-Control"] == "private, no-cache"
        assert {one.strip() for one in response["Vary"].split(",")} == {"Accept-Encoding", "Cookie"}
    assert browser.get(path, headers={"if-none-match": 'W/"1-0-0"'}).status_code == 200


def test_it_answers_a_head_with_the_same_headers(path: str, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    head, full = browser.head(path), browser.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == full["ETag"]
    assert browser.post(path).status_code == 405


CHANGES: dict[str, Callable[[Viewer, Dataset, Scene], object]] = {
    "item metadata": lambda viewer, dataset, scene: actions.change_metadata(
        viewer, dataset, [MetadataChange("crossing-1", {"more": 1})], level="item"
    ),
    "an update": lambda viewer, dataset, scene: actions.append_scenes(
        viewer, dataset, [make.draft_scene(viewer, frames=4)], update=True
    ),
    "another scene": lambda viewer, dataset, scene: make.make_scene(viewer, dataset, "other"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_makes_it_new(change: str, house: House, path: str, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    before = tag_of(browser, path)
    CHANGES[change](owner, house.scene_dataset, house.scene)
    response = browser.get(path, headers={"if-none-match": before})
    assert response.status_code == 200
    assert response["ETag"] != before
    assert response.json()["version"] == make.reload(owner, house.scene_dataset).version


def test_a_scene_made_anew_under_its_name_has_a_list_of_its_own(
    house: House, path: str, owner: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    before = tag_of(browser, path)
    actions.delete_scene(owner, house.scene_dataset, house.scene)
    assert browser.get(path, headers={"if-none-match": before}).status_code == 404


def test_a_measured_size_does_not_make_it_new(house: House, path: str, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    before = tag_of(browser, path)
    first = queries.frame_at(owner, house.scene, 0)
    assert actions.note_measured_sizes(owner, house.scene_dataset, {first.pk: (640, 480)}) == 1
    assert tag_of(browser, path) == before


@pytest.mark.parametrize(("privacy", "is_new"), [(True, False), (False, True)])
def test_where_files_may_be_shown_it_is_sent_anew_before_their_links_end(
    privacy: bool, is_new: bool, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make.make_dataset(owner, is_scene=True, privacy=privacy)
    browser, path = browse(owner), list_path(dataset, make.make_scene(owner, dataset))
    before = tag_of(browser, path)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1801)
    response = browser.get(path, headers={"if-none-match": before})
    assert response.status_code == (200 if is_new else 304)


@pytest.mark.parametrize("below", ["", "/0"])
def test_who_may_not_see_the_scene_gets_404(
    below: str, house: House, path: str, owner: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    tag = tag_of(browse(owner), path)
    for person in (stranger, labeler):
        response = browse(person).get(path + below, headers={"if-none-match": tag})
        assert response.status_code == 404
        assert "crossing" not in response.content.decode()
        assert response["Cache-Control"] == "no-store"


def test_a_scene_of_another_dataset_is_not_found_here(house: House, owner: Viewer, browse: Browse) -> None:
    other = make.make_dataset(owner, name="Sheds", is_scene=True)
    assert browse(owner).get(list_path(other, house.scene)).status_code == 404


def test_the_same_list_is_found_in_the_team_one_looks_for(
    house: House, path: str, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    Membership.objects.create(user_id=owner.user_id, team_id=stranger.team_id, role="viewer")
    assert browse(replace(owner, team_id=stranger.team_id)).get(path).status_code == 404


@pytest.mark.parametrize("below", ["", "/0"])
def test_nobody_is_told_to_sign_in(below: str, path: str, client: Client) -> None:
    response = client.get(path + below)
    assert response.status_code == 401
    assert "Sign in again" in response.json()["error"]


def test_it_takes_as_many_queries_for_many_frames_as_for_few(
    owner: Viewer, scene_dataset: Dataset, browse: Browse
) -> None:
    browser = browse(owner)
    asked = []
    for count in (1, 300, 3000):
        scene = make.make_scene(owner, scene_dataset, f"of-{count}", frames=count)
        with CaptureQueriesContext(connection) as seen:
            response = browser.get(list_path(scene_dataset, scene))
        assert len(response.json()["ids"]) == count
        asked.append(len(seen))
        with CaptureQueriesContext(connection) as seen:
            browser.get(list_path(scene_dataset, scene), headers={"if-none-match": response["ETag"]})
        # Session, person, membership, dataset, scene.
        assert len(seen) == 5
    # And the length of the metadata, the frames.
    assert asked == [7, 7, 7]
