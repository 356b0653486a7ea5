"""Slices."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.shared_bytes import PNG, SHARED, follow, make_copy, make_project
from tests.wire.caller import Answer, Caller, item, scene
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Item
from webapp.promotions.models import PromotionItem


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    """A dataset of items i0 to i4."""
    caller.post(f"dataset/{items_id}/append", {"items": [item(f"i{number}") for number in range(5)]})
    return items_id


def create(caller: Caller, dataset_id: str, **body: object) -> Answer:
    return caller.post(f"dataset/{dataset_id}/create_slice", {"name": "s", **body})


def made(caller: Caller, dataset_id: str, **body: object) -> str:
    return str(create(caller, dataset_id, **body).body["slice_id"])


def names(caller: Caller, slice_id: str) -> list[str]:
    return [one["reference_id"] for one in caller.get(f"slice/{slice_id}").body["items"]]


def test_a_slice_holds_the_named_items(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=["i3", "i1", "i3"])
    assert names(caller, slice_id) == ["i1", "i3"]
    info = caller.get(f"slice/{slice_id}/info").body
    assert info.pop("created_at").endswith("Z")
    assert info == {
        "slice_id": slice_id,
        "name": "s",
        "dataset_id": filled,
        "type": "dataset_item",
        "description": "",
        "pending_job_count": 0,
        "tags": [],
    }


def test_a_slice_may_be_made_of_ids_or_of_nothing(caller: Caller, filled: str) -> None:
    found = caller.get(f"dataset/{filled}/refloc/i2").body["item"]["id"]
    by_id = made(caller, filled, dataset_item_ids=[found], scene_ids=None, object_ids=None)
    assert names(caller, by_id) == ["i2"]
    assert names(caller, made(caller, filled, allow_empty=1)) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"reference_ids": []}, 400),
        ({"reference_ids": ["nothing"]}, 404),
        ({"reference_ids": "i0"}, 400),
        ({"reference_ids": [1]}, 400),
        ({"reference_ids": ["i0"], "name": ""}, 400),
        ({"reference_ids": ["i0"], "name": 3}, 400),
        ({"dataset_item_ids": ["di_x"]}, 404),
        ({"scene_ids": ["scn_x"]}, 404),
        ({"object_ids": ["ann_x"]}, 400),
        ({"allow_empty": "yes"}, 400),
        ({"reference_ids": [str(number) for number in range(10_001)]}, 400),
    ],
)
def test_a_bad_slice_is_refused_and_none_is_made(
    caller: Caller, filled: str, body: dict[str, object], status: int
) -> None:
    answer = create(caller, filled, **body)
    assert answer.status == status
    assert answer.error
    assert caller.get("slice/").body == []


def test_items_of_another_dataset_do_not_get_in(caller: Caller, filled: str, open_id: str) -> None:
    found = caller.get(f"dataset/{filled}/refloc/i2").body["item"]["id"]
    assert create(caller, open_id, dataset_item_ids=[found]).status == 404


def test_appending_says_what_was_new(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=["i0"])
    body = {"reference_ids": ["i0", "i4", "i2"], "dataset_id": filled}
    assert caller.post(f"slice/{slice_id}/append", body).body == {"slice_id": slice_id, "new_items": ["i4", "i2"]}
    assert names(caller, slice_id) == ["i0", "i2", "i4"]
    assert caller.post(f"slice/{slice_id}/append", {**body, "dataset_id": "ds_x"}).status == 404
    assert caller.post(f"slice/{slice_id}/append", {"reference_ids": ["no"], "dataset_id": filled}).status == 404
    assert caller.post(f"slice/{slice_id}/append", {"reference_ids": None, "dataset_id": filled}).status == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("?", 1),
        ("?name=s", 1),
        ("?name=S", 0),
        ("?type=dataset_item", 1),
        ("?type=SliceType.DATASET_ITEM", 1),
        ("?name=s&type=SliceType.DATASET_ITEM", 1),
        ("?type=SliceType.OBJECT", 0),
        ("?type=scene", 0),
    ],
)
def test_slices_are_listed_by_name_and_type(caller: Caller, filled: str, query: str, found: int) -> None:
    slice_id = made(caller, filled, reference_ids=["i0"])
    listed = caller.get(f"dataset/{filled}/slices{query}").body
    assert [one["id"] for one in listed] == [slice_id] * found
    assert caller.get("slice/").body[0]["dataset_id"] == filled


def test_an_unknown_type_is_refused(caller: Caller, filled: str) -> None:
    assert caller.get(f"dataset/{filled}/slices?type=picture").status == 400


def test_pages_and_raw_items(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=["i0", "i2", "i4"])
    page = caller.post(f"slice/{slice_id}/itemsPage", {"pageToken": None, "pageSize": 2}).body
    assert [one["reference_id"] for one in page["items"]] == ["i0", "i2"]
    rest = caller.post(f"slice/{slice_id}/itemsPage", {"pageToken": page["nextPageToken"], "pageSize": 2}).body
    assert ([one["reference_id"] for one in rest["items"]], rest["nextPageToken"]) == (["i4"], None)
    raw = caller.get(f"slice/{slice_id}/exportRawItems").body["raw_dataset_items"]
    assert raw[0]["original_url"] == raw[0]["scale_url"] == page["items"][0]["image_url"]
    assert [one["ref_id"] for one in raw] == ["i0", "i2", "i4"]


def test_raw_items_name_the_approved_copy_and_keep_the_original(caller: Caller, filled: str, owner: Viewer) -> None:
    slice_id = made(caller, filled, reference_ids=["i0", "i1"])
    one = Item.objects.unscoped().select_related("dataset").get(reference_id="i0")
    copy = make_copy(one, make_project(owner))
    copied, plain = caller.get(f"slice/{slice_id}/exportRawItems").body["raw_dataset_items"]
    assert copied["scale_url"].startswith(f"{SHARED}/shared/")
    assert copied["original_url"] != copied["scale_url"]
    assert follow(copied["scale_url"]).body == PNG
    assert plain["scale_url"] == plain["original_url"]
    body = {"chip": True, "pageSize": 5, "pageToken": None, "query": None, "onlyMostRecentTask": True}
    rows = caller.post(f"dataset/{filled}/exportForTrainingPage", body).body["data"]
    assert [one["item"]["processed_url"] == one["item"]["image_url"] for one in rows[:2]] == [False, True]
    PromotionItem.objects.filter(pk=copy.pk).update(state="gone", file=None)
    copied, _ = caller.get(f"slice/{slice_id}/exportRawItems").body["raw_dataset_items"]
    assert copied["scale_url"] == copied["original_url"]


def test_a_slice_of_scenes_holds_scenes_without_frames(caller: Caller, scenes_id: str) -> None:
    caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [scene("v"), scene("w")]})
    slice_id = made(caller, scenes_id, reference_ids=["w"])
    (held,) = caller.get(f"slice/{slice_id}").body["items"]
    assert (held["reference_id"], held["id"][:4], "frames" in held) == ("w", "scn_", False)
    assert caller.get(f"slice/{slice_id}/info").body["type"] == "scene"
    assert caller.get(f"slice/{slice_id}/exportRawItems").status == 400
    assert names(caller, made(caller, scenes_id, scene_ids=[held["id"]])) == ["w"]


def test_tags_are_kept(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=["i0"])
    assert caller.post(f"slice/{slice_id}/tag", {"slice_tags": ["t"]}).body == {"slice_id": slice_id, "tags": ["t"]}
    assert caller.get(f"slice/{slice_id}/info").body["tags"] == ["t"]


def test_a_random_sample(caller: Caller, filled: str) -> None:
    body = {"name": "b", "sampleSize": 3, "sampleMethod": "Random", "filters": {}}
    built = caller.post(f"dataset/{filled}/build_slice", body).body
    assert built["sliceId"] == built["slice_id"]
    assert len(names(caller, built["slice_id"])) == built["size"] == 3
    source = made(caller, filled, reference_ids=["i0", "i1"])
    smaller = {"name": "c", "sampleSize": 9, "sampleMethod": "Random", "filters": {"sliceId": source}}
    assert names(caller, caller.post(f"dataset/{filled}/build_slice", smaller).body["sliceId"]) == ["i0", "i1"]


@pytest.mark.parametrize(
    "change",
    [
        {"sampleMethod": "Uniqueness"},
        {"sampleMethod": "uniform"},
        {"filters": {"autotag": {"autotagId": "tag_1", "range": [-1, 1]}}},
        {"filters": {"sliceId": "slc_x"}},
        {"sampleSize": 0},
        {"sampleSize": "3"},
        {"name": ""},
        {"name": "s"},
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused(caller: Caller, filled: str, change: dict[str, object]) -> None:
    made(caller, filled, reference_ids=["i0"])
    body = {"name": "b", "sampleSize": 3, "sampleMethod": "Random", "filters": {}, **change}
    answer = caller.post(f"dataset/{filled}/build_slice", body)
    assert answer.status in (400, 404)
    assert answer.error


def test_a_deleted_slice_leaves_its_items(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=["i0"])
    assert caller.delete(f"slice/{slice_id}").body == {}
    assert caller.get(f"slice/{slice_id}").status == 404
    assert caller.get(f"dataset/{filled}/size").body == {"count": 5}


def test_roles_decide_who_reads_and_changes(
    caller: Caller, filled: str, teammate: Viewer, approver: Viewer, stranger: Viewer, labeler: Viewer
) -> None:
    slice_id = made(caller, filled, reference_ids=["i0"])
    people = [Caller(one) for one in (teammate, approver, stranger, labeler)]
    for path in (f"slice/{slice_id}", f"slice/{slice_id}/info", f"slice/{slice_id}/exportRawItems"):
        assert [one.get(path).status for one in people] == [200, 200, 404, 404]
    body = {"reference_ids": ["i1"], "dataset_id": filled}
    assert [one.post(f"slice/{slice_id}/append", body).status for one in people] == [403, 200, 404, 404]
    assert [one.delete(f"slice/{slice_id}").status for one in people] == [403, 200, 404, 404]


def test_a_page_asks_the_database_the_same_whatever_its_size(caller: Caller, filled: str) -> None:
    slice_id = made(caller, filled, reference_ids=[f"i{number}" for number in range(5)])
    counts = set()
    for size in (1, 5):
        with CaptureQueriesContext(connection) as asked:
            caller.post(f"slice/{slice_id}/itemsPage", {"pageToken": None, "pageSize": size})
        counts.add(len(asked))
    assert counts == {4}
