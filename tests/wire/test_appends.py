"""Appending items by URL: at once, and as a job."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.wire.caller import Answer, Caller, item, run_jobs
from webapp.accounts.actions import lock_origins
from webapp.accounts.models import Membership
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Item
from webapp.jobs.models import MAX_KEPT_ERRORS, Job
from webapp.promotions import queries as promotions
from webapp.wire import payloads


def append(caller: Caller, dataset_id: str, *items: object, update: bool = False) -> Answer:
    return caller.post(f"dataset/{dataset_id}/append", {"items": list(items), "update": update})


def test_items_are_there_when_the_answer_is(caller: Caller, items_id: str) -> None:
    answer = append(caller, items_id, item("a", metadata={"w": 1}), item("b"), item("a"))
    assert answer.body == {
        "dataset_id": items_id,
        "new_items": 2,
        "updated_items": 0,
        "ignored_items": 1,
        "upload_errors": 0,
    }
    found = caller.get(f"dataset/{items_id}/refloc/a").body
    assert found["annotations"] == {}
    assert found["item"] == {
        "id": found["item"]["id"],
        "dataset_item_id": found["item"]["id"],
        "reference_id": "a",
        "ref_id": "a",
        "image_url": f"{make.MEDIA}/a.jpg",
        "original_image_url": f"{make.MEDIA}/a.jpg",
        "metadata": {"w": 1},
        "width": 640,
        "height": 480,
    }


def test_a_job_stores_what_a_request_would(caller: Caller, items_id: str) -> None:
    done = caller.append_later(items_id, [item("a", metadata={"w": 1}), item("b"), item("a")])
    counts = {"total": 3, "new": 2, "updated": 0, "ignored": 1, "errored": 0, "datasetId": items_id}
    assert done.body == {
        "job_id": done.body["job_id"],
        "status": "Completed",
        "message": {"dataset_item_upload": counts},
        "job_progress": "1.00",
        "completed_steps": 3,
        "total_steps": 3,
        "job_type": "uploadDatasetItems",
    }
    assert caller.get(f"dataset/{items_id}/refloc/a").body["item"]["metadata"] == {"w": 1}
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 2}


def test_update_replaces_metadata_in_whole_and_keeps_sizes(caller: Caller, items_id: str) -> None:
    append(caller, items_id, item("a", metadata={"w": 1, "x": 2}))
    again = {"reference_id": "a", "image_url": f"{make.MEDIA}/moved.jpg", "metadata": {"w": 3}}
    assert append(caller, items_id, again, update=True).body["updated_items"] == 1
    found = caller.get(f"dataset/{items_id}/refloc/a").body["item"]
    assert (found["metadata"], found["width"], found["image_url"]) == ({"w": 3}, 640, f"{make.MEDIA}/moved.jpg")


def test_a_batch_with_one_bad_row_changes_nothing(caller: Caller, items_id: str) -> None:
    answer = append(caller, items_id, item("a"), item("b", width="wide"))
    assert answer.status == 400
    assert answer.error.startswith("Row 2 (reference_id 'b'): width must be a whole number")
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 0}


BAD_ITEMS = [
    ("a text", "an item must be an object"),
    (None, "an item must be an object"),
    ({"image_url": f"{make.MEDIA}/a.jpg"}, "reference_id"),
    (item(""), "reference_id"),
    (item("x" * 1025), "reference_id"),
    ({**item("a"), "reference_id": 7}, "reference_id"),
    (item("a", image_url=None), "image_url"),
    (item("a", image_url=["x"]), "image_url"),
    (item("a", image_url="s3://bucket/secret-name.jpg"), "storage reference"),
    (item("a", image_url="https://user:secret-name@h.example/a.jpg"), "password"),
    (item("a", image_url="javascript:secret-name"), "image_url"),
    (item("a", image_url="https://h.example/secret-name/../b.jpg"), "image_url"),
    (item("a", metadata=[]), "metadata"),
    (item("a", metadata="text"), "metadata"),
    (
        item(
            "a",
            metadata={"big": "x" * 60_000, "b": "x" * 60_000, "c": "x" * 60_000, "d": "x" * 60_000, "e": "x" * 60_000},
        ),
        "metadata is",
    ),
    (item("a", width=0), "width"),
    (item("a", height=1.5), "height"),
    (item("a", height=True), "height"),
    (item("a", upload_to_scale="yes"), "upload_to_scale"),
    (item("a", embedding_info={"index_id": "i", "embedding_vector": [0.1]}), "embedding_info"),
    (item("a", pointcloud_url="https://h.example/secret-name.json"), "pointcloud_url"),
]


@pytest.mark.parametrize(("row", "sentence"), BAD_ITEMS, ids=range(len(BAD_ITEMS)))
def test_a_bad_item_is_refused_alike_at_once_and_as_a_job(
    caller: Caller, items_id: str, row: object, sentence: str
) -> None:
    answer = append(caller, items_id, row)
    assert answer.status == 400
    assert sentence in answer.error
    done = caller.append_later(items_id, [item("good"), row, item("too")])
    assert done.body["status"] == "Completed"
    errors = caller.errors(done)
    assert [one["line"] for one in errors] == [2]
    assert sentence in errors[0]["error"]
    assert "secret-name" not in json.dumps([answer.error, errors, done.body])
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 2}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "not JSON"),
        (b'{"reference_id":"a","reference_id":"b"}', "stands twice"),
        (b'{"reference_id":"a\\u0000"}', "NUL"),
        (b'{"reference_id":"\\ud800"}', "surrogate"),
        (b'{"metadata":{"n":NaN}}', "NaN"),
        (b"[" * 100_000, "deeper"),
        (b"\xff\xfe", "UTF-8"),
        (b'"' + b"x" * 70_000 + b'"', "characters"),
    ],
)
def test_a_line_that_is_no_json_is_refused_by_its_number(
    caller: Caller, items_id: str, line: bytes, sentence: str
) -> None:
    good = json.dumps(item("good")).encode()
    done = caller.append_later(items_id, b"\n".join([b"", good, line, b" ", json.dumps(item("last")).encode()]))
    assert done.body["status"] == "Completed"
    (error,) = caller.errors(done)
    assert (error["line"], error["reference_id"]) == (3, "")
    assert sentence in error["error"]
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 2}
    assert done.body["message"]["dataset_item_upload"]["total"] == 3


def test_metadata_of_another_type_is_refused_with_key_and_types(caller: Caller, items_id: str) -> None:
    append(caller, items_id, item("a", metadata={"speed": 3}))
    answer = append(caller, items_id, item("b", metadata={"speed": "fast"}))
    assert answer.status == 400
    assert "'speed' is a number in this dataset; here it is a string" in answer.error


def test_items_into_a_dataset_of_scenes_are_refused_on_the_post(caller: Caller, scenes_id: str) -> None:
    assert append(caller, scenes_id, item("a")).status == 400
    request_id = caller.upload(scenes_id, [item("a")])
    answer = caller.post(f"dataset/{scenes_id}/append?async=1", {"requestId": request_id, "update": False})
    assert answer.status == 400
    assert "dataset of scenes" in answer.error
    assert not Job.objects.unscoped().exists()


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {}}, {"items": [], "update": "no"}, [], None, "x"])
def test_a_bad_append_is_refused(caller: Caller, items_id: str, body: object) -> None:
    assert caller.post(f"dataset/{items_id}/append", body).status == 400


def test_the_sdk_up_to_0_16_7_says_upload_to_scale_of_everything(caller: Caller, items_id: str, open_id: str) -> None:
    append(caller, items_id, item("a", upload_to_scale=True))
    append(caller, open_id, item("a", upload_to_scale=True), item("b", upload_to_scale=False))
    private = dict(
        Item.objects.unscoped().values_list("reference_id", "is_private").filter(dataset__use_privacy_mode=False)
    )
    assert private == {"a": False, "b": True}
    assert Item.objects.unscoped().get(dataset__use_privacy_mode=True).is_private


@pytest.mark.parametrize("is_job", [True, False])
def test_asking_to_share_a_private_item_records_a_request_and_shares_nothing(
    caller: Caller, owner: Viewer, items_id: str, is_job: bool
) -> None:
    dataset = queries.dataset(owner, items_id)
    append(caller, items_id, item("a"), item("b"))
    wish = [item("a", upload_to_scale=True), item("b", upload_to_scale=False), item("c", upload_to_scale=True)]
    if is_job:
        caller.append_later(items_id, wish, update=True)
    else:
        append(caller, items_id, *wish, update=True)
    (request,) = list(promotions.promotions(owner, dataset=dataset))
    assert (request.state, request.item_count) == ("requested", 1)
    assert {one.privacy for one in queries.items(owner, dataset)} == {"private"}


def test_roles_decide_who_may_append(
    items_id: str, approver: Viewer, teammate: Viewer, labeler: Viewer, stranger: Viewer
) -> None:
    assert append(Caller(approver), items_id, item("a")).status == 200
    assert append(Caller(teammate), items_id, item("b")).status == 403
    assert append(Caller(labeler), items_id, item("b")).status == 404
    assert append(Caller(stranger), items_id, item("b")).status == 404


def test_a_locked_list_of_origins_refuses_others_by_name(caller: Caller, admin: Viewer, items_id: str) -> None:
    append(caller, items_id, item("a"))
    lock_origins(admin, locked=True)
    answer = append(caller, items_id, item("b", image_url="https://elsewhere.example/secret-name.jpg"))
    assert answer.status == 400
    assert "https://elsewhere.example" in answer.error
    assert make.MEDIA in answer.error
    assert "secret-name" not in answer.error
    done = caller.append_later(items_id, [item("c"), item("d", image_url="https://elsewhere.example/x.jpg")])
    assert [one["reference_id"] for one in caller.errors(done)] == ["d"]


def test_the_same_request_id_is_the_same_job(caller: Caller, items_id: str) -> None:
    request_id = caller.upload(items_id, [item("a")])
    body = {"requestId": request_id, "update": False}
    first, second = (caller.post(f"dataset/{items_id}/append?async=1", body) for _ in range(2))
    assert first.body == second.body
    run_jobs()
    third = caller.post(f"dataset/{items_id}/append?async=1", body)
    assert third.body["job_id"] == first.body["job_id"]
    assert Job.objects.unscoped().count() == 1


@pytest.mark.parametrize("request_id", ["", "x" * 32, "A" * 32, "a" * 31, "../../../../etc/passwd", "a" * 33, None])
def test_a_bad_request_id_is_refused(caller: Caller, items_id: str, request_id: object) -> None:
    answer = caller.post(f"dataset/{items_id}/append?async=1", {"requestId": request_id, "update": False})
    assert answer.status == 400
    assert "requestId" in answer.error


def test_a_post_without_an_upload_is_refused(caller: Caller, items_id: str) -> None:
    answer = caller.post(f"dataset/{items_id}/append?async=1", {"requestId": "a" * 32, "update": False})
    assert answer.status == 400
    assert "Nothing was uploaded" in answer.error


@pytest.mark.parametrize("flag", ["2", "yes", "-1"])
def test_async_is_0_or_1(caller: Caller, items_id: str, flag: str) -> None:
    assert caller.post(f"dataset/{items_id}/append?async={flag}", {"requestId": "a" * 32}).status == 400


def test_a_payload_is_removed_when_its_job_has_ended(caller: Caller, items_id: str, data_folder: Path) -> None:
    caller.append_later(items_id, [item("a")])
    assert list((data_folder / "uploads").iterdir()) == []


def test_a_job_goes_on_at_its_cursor(caller: Caller, items_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "LINES_A_CHUNK", 7)
    done = caller.append_later(items_id, [item(f"i{number}") for number in range(50)])
    assert done.body["message"]["dataset_item_upload"]["new"] == 50
    page = caller.post(f"dataset/{items_id}/itemsPage", {"pageToken": None, "pageSize": 100}).body
    assert [one["reference_id"] for one in page["items"]] == [f"i{number}" for number in range(50)]


def test_a_line_too_long_is_refused_and_the_rest_is_taken(
    caller: Caller, items_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "CHUNK_BYTES", 1_000)
    monkeypatch.setattr(payloads, "MAX_LINE_BYTES", 5_000)
    rows = [item("a"), item("b", metadata={"x": "y" * 9_000}), item("c"), item("d", metadata={"x": "y" * 2_000})]
    done = caller.append_later(items_id, rows)
    (error,) = caller.errors(done)
    assert error["line"] == 2
    assert "more than" in error["error"]
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 3}


def test_more_refused_rows_than_are_kept_are_counted(
    caller: Caller, items_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = caller.append_later(items_id, b"{}\n" * (MAX_KEPT_ERRORS + 5))
    assert done.body["message"]["dataset_item_upload"]["errored"] == MAX_KEPT_ERRORS + 5
    assert len(caller.errors(done)) == MAX_KEPT_ERRORS


def test_a_job_whose_dataset_is_gone_fails_by_the_user(caller: Caller, items_id: str, data_folder: Path) -> None:
    request_id = caller.upload(items_id, [item("a")])
    started = caller.post(f"dataset/{items_id}/append?async=1", {"requestId": request_id, "update": False})
    caller.delete(f"dataset/{items_id}")
    done = caller.run(started)
    assert done.body["status"] == "Errored_User"
    assert "dataset" in done.body["message"]["final_error"]
    assert list((data_folder / "uploads").iterdir()) == []


def test_a_job_of_somebody_who_left_does_nothing(
    caller: Caller, owner: Viewer, approver: Viewer, items_id: str
) -> None:
    request_id = caller.upload(items_id, [item("a")])
    started = caller.post(f"dataset/{items_id}/append?async=1", {"requestId": request_id, "update": False})
    Membership.objects.filter(user_id=owner.user_id).delete()
    done = Caller(approver).run(started)
    assert done.body["status"] == "Errored_User"
    assert Item.objects.unscoped().count() == 0


def test_an_append_asks_the_database_the_same_whatever_its_rows(caller: Caller, items_id: str) -> None:
    append(caller, items_id, item("first"))  # declares and attaches the origin
    counts = []
    for count in (1, 300):
        with CaptureQueriesContext(connection) as asked:
            assert append(caller, items_id, *(item(f"{count}-{number}") for number in range(count))).status == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
