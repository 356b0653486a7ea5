"""Merging metadata."""

import pytest

from tests.wire.caller import Answer, Caller, item, scene
from webapp.accounts.viewer import Viewer


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    rows = [item("a", metadata={"w": 1, "x": 2}), item("b", metadata={"w": 5})]
    caller.post(f"dataset/{items_id}/append", {"items": rows})
    return items_id


def change(caller: Caller, dataset_id: str, *entries: object, level: object = "item", is_async: int = 0) -> Answer:
    body = {"metadata": list(entries), "level": level}
    return caller.post(f"dataset/{dataset_id}/metadata?async={is_async}", body)


def metadata_of(caller: Caller, dataset_id: str, reference: str) -> object:
    return caller.get(f"dataset/{dataset_id}/refloc/{reference}").body["item"]["metadata"]


@pytest.mark.parametrize("is_async", [0, 1])
def test_keys_are_merged_and_the_new_value_wins(caller: Caller, filled: str, is_async: int) -> None:
    camera = {"position": {"x": 0}}
    entry = {"reference_id": "a", "metadata": {"x": 3, "camera_params": camera}, "camera_params": camera}
    answer = change(caller, filled, entry, is_async=is_async)
    if is_async:
        done = caller.run(answer)
        assert (done.body["status"], done.body["job_type"], done.body["total_steps"]) == (
            "Completed",
            "metadataUpdate",
            1,
        )
        assert done.body["message"]["metadata_update"]["updated"] == 1
    else:
        assert answer.body == {"updated": 1}
    assert metadata_of(caller, filled, "a") == {"w": 1, "x": 3, "camera_params": camera}


def test_one_bad_entry_changes_nothing_at_once_and_only_itself_in_a_job(caller: Caller, filled: str) -> None:
    entries = [{"reference_id": "b", "metadata": {"w": 6}}, {"reference_id": "no", "metadata": {"w": 6}}]
    answer = change(caller, filled, *entries)
    assert answer.status == 400
    assert "'no'" in answer.error
    assert metadata_of(caller, filled, "b") == {"w": 5}
    done = caller.run(change(caller, filled, *entries, is_async=1))
    assert [one["reference_id"] for one in caller.errors(done)] == ["no"]
    assert metadata_of(caller, filled, "b") == {"w": 6}


def test_a_scene_is_changed_at_its_level(caller: Caller, scenes_id: str) -> None:
    caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [scene("v")]})
    assert change(caller, scenes_id, {"reference_id": "v", "metadata": {"k": 2}}, level="scene").status == 200
    assert caller.get(f"dataset/{scenes_id}/scene/v").body["metadata"] == {"city": "x", "k": 2}
    assert change(caller, scenes_id, {"reference_id": "v-0", "metadata": {"t": 9}}).status == 200
    assert caller.get(f"dataset/{scenes_id}/scene/v").body["frames"][0]["metadata"] == {"t": 9}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": {}, "level": "item"},
        {"metadata": [], "level": "dataset"},
        {"metadata": [3], "level": "item"},
        {"metadata": [{"reference_id": 3, "metadata": {}}], "level": "item"},
        {"metadata": [{"reference_id": "a", "metadata": []}], "level": "item"},
        {"metadata": [{"reference_id": "a", "metadata": {"w": "text"}}], "level": "item"},
    ],
)
def test_a_bad_change_is_refused(caller: Caller, filled: str, body: object) -> None:
    assert caller.post(f"dataset/{filled}/metadata?async=0", body).status == 400
    assert metadata_of(caller, filled, "a") == {"w": 1, "x": 2}


def test_roles_decide_who_may_change(filled: str, teammate: Viewer, approver: Viewer, stranger: Viewer) -> None:
    entry = {"reference_id": "a", "metadata": {"w": 2}}
    for is_async in (0, 1):
        people = [Caller(one) for one in (teammate, stranger, approver)]
        assert [change(one, filled, entry, is_async=is_async).status for one in people] == [403, 404, 200]


def test_no_change_at_all_is_fine(caller: Caller, filled: str) -> None:
    assert change(caller, filled).body == {"updated": 0}
    assert caller.run(change(caller, filled, is_async=1)).body["status"] == "Completed"
