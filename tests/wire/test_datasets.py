"""Routes 1 to 11."""

import pytest

from tests.wire.caller import Caller
from tests.wire.conftest import make_dataset
from webapp.accounts.viewer import Viewer


def test_a_new_dataset_says_what_it_is(caller: Caller) -> None:
    dataset = make_dataset(caller, is_scene=True, use_privacy_mode=True)
    assert dataset.startswith("ds_")
    assert caller.get(f"dataset/{dataset}/name").body == {"name": "Quays"}
    assert caller.get(f"dataset/{dataset}/is_scene").body == {"is_scene": True}
    assert caller.get(f"dataset/{dataset}/use_privacy_mode").body == {"use_privacy_mode": True}
    assert caller.get(f"dataset/{dataset}/size").body == {"count": 0}
    assert caller.get(f"dataset/{dataset}/model_runs").body == []
    assert caller.get(f"dataset/{dataset}/info").body == {
        "dataset_id": dataset,
        "name": "Quays",
        "length": 0,
        "model_run_ids": [],
        "slice_ids": [],
        "annotation_metadata_schema": None,
        "item_metadata_schema": None,
        "tags": [],
    }


def test_names_need_not_be_unique(caller: Caller) -> None:
    first, second = make_dataset(caller), make_dataset(caller)
    assert caller.get("dataset/details").body == [
        {"id": second, "name": "Quays", "is_public": False},
        {"id": first, "name": "Quays", "is_public": False},
    ]
    assert caller.get("dataset/").body == {"dataset_ids": [second, first]}


def test_tags_are_added_and_removed_idempotently(caller: Caller, items_id: str) -> None:
    path = f"dataset/{items_id}/tags"
    assert caller.post(path, {"tags": ["night", "rain", "night"]}).body == {"tags": ["night", "rain"]}
    assert caller.post(path, {"tags": ["rain"]}).body == {"tags": ["night", "rain"]}
    assert caller.delete(path, {"tags": ["night", "unknown"]}).body == {"tags": ["rain"]}
    assert caller.get(path).body == {"tags": ["rain"]}


def test_a_deleted_dataset_is_gone_at_once(caller: Caller, items_id: str) -> None:
    assert caller.delete(f"dataset/{items_id}").body == {"message": "Beginning dataset deletion..."}
    assert caller.get(f"dataset/{items_id}/name").status == 404
    assert caller.get("dataset/details").body == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", None),
        ("name", 3),
        ("is_scene", "yes"),
        ("use_privacy_mode", 1),
        ("item_metadata_schema", []),
        ("item_metadata_schema", {"w": {"type": "colour"}}),
        ("item_metadata_schema", {"w": "text"}),
        ("annotation_metadata_schema", {"w": {"type": "category", "choices": "a"}}),
    ],
)
def test_a_bad_dataset_is_refused_by_the_name_of_the_field(caller: Caller, field: str, value: object) -> None:
    answer = caller.post("dataset/create", {"name": "Quays", field: value})
    assert answer.status == 400
    assert field in answer.error
    assert caller.get("dataset/details").body == []


def test_strangers_meet_404_and_teammates_do_not(
    items_id: str, teammate: Viewer, approver: Viewer, stranger: Viewer
) -> None:
    assert Caller(teammate).get(f"dataset/{items_id}/name").status == 200
    assert Caller(approver).get(f"dataset/{items_id}/name").status == 200
    theirs, nothing = Caller(stranger).get(f"dataset/{items_id}/name"), Caller(stranger).get("dataset/ds_none/name")
    assert (theirs.status, nothing.status) == (404, 404)
    assert theirs.error.replace(items_id, "") == nothing.error.replace("ds_none", "")
    assert Caller(stranger).get("dataset/details").body == []


def test_a_labeler_sees_nothing(items_id: str, labeler: Viewer) -> None:
    assert Caller(labeler).get(f"dataset/{items_id}/name").status == 404
    assert Caller(labeler).get("dataset/details").body == []


def test_a_viewer_may_not_make_or_delete(items_id: str, teammate: Viewer) -> None:
    caller = Caller(teammate)
    assert caller.post("dataset/create", {"name": "x"}).status == 403
    assert caller.delete(f"dataset/{items_id}").status == 403
    assert caller.post(f"dataset/{items_id}/tags", {"tags": ["x"]}).status == 403
