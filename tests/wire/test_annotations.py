"""Annotations at the door: what comes in, what is counted, what is refused, and that it goes out as it came."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import make
from tests.wire.caller import Caller
from tests.wire.labels import MASK, annotate, annotate_later, box, category, fill, mask, of_item, one_of_each, polygon
from webapp.accounts.actions import lock_origins
from webapp.accounts.viewer import Viewer
from webapp.labels.models import Annotation

NAME = "img/1 a"
PATH = "img%2F1%20a"


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    fill(caller, items_id, NAME, "two")
    return items_id


def same(found: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether all that was sent, and was not null, stands in what was found."""
    return all(found[key] == value for key, value in sent.items() if value is not None)


def test_every_kind_goes_out_as_it_came(caller: Caller, filled: str) -> None:
    sent = one_of_each(NAME)
    answer = annotate(caller, filled, *sent)
    assert answer.body == {"dataset_id": filled, "annotations_processed": 7, "annotations_ignored": 0}
    assert annotate(caller, filled, mask(NAME)).body["annotations_processed"] == 1
    found = of_item(caller, filled, PATH)
    assert sorted(found) == sorted([*(one["type"] for one in sent), "segmentation"])
    item_id = caller.get(f"dataset/{filled}/refloc/{PATH}").body["item"]["id"]
    for one in sent:
        (stored,) = found[one["type"]]
        assert same(stored, one), stored
        assert (stored["dataset_item_id"], stored["id"][:4]) == (item_id, "ann_")
    (stored,) = found["segmentation"]
    assert same(stored, mask(NAME)), stored
    assert of_item(caller, filled, "two") == {}


def test_numbers_keep_their_digits_in_the_text_itself(caller: Caller, filled: str) -> None:
    raw = (
        b'{"annotations":[{"type":"box","label":"a","reference_id":"two","annotation_id":"n",'
        b'"geometry":{"x":1.0,"y":1e-7,"width":0.30000000000000004,"height":12345678.9e-5}}]}'
    )
    assert caller.send("POST", f"dataset/{filled}/annotate", raw).status == 200
    text = caller.client.get(f"/v1/nucleus/dataset/{filled}/refloc/two", headers=caller.headers).content
    assert b'"geometry":{"x":1.0,"y":1e-7,"width":0.30000000000000004,"height":123.456789}' in text


def test_what_exists_is_ignored_or_overwritten_whole(caller: Caller, filled: str) -> None:
    annotate(caller, filled, box("two", metadata={"a": 1}, track_reference_id="t"), mask("two"), category("two"))
    again = [box("two", label="bus"), mask("two", f"{make.MEDIA}/2.png"), category("two", "day")]
    assert annotate(caller, filled, *again).body["annotations_ignored"] == 3
    assert of_item(caller, filled, "two")["box"][0]["label"] == "car"
    # A mask is one of its item, a category one of its taxonomy, whatever their ids.
    assert annotate(caller, filled, *again, update=True).body["annotations_processed"] == 3
    found = of_item(caller, filled, "two")
    (one,) = found["box"]
    assert (one["label"], one["metadata"], one["track_reference_id"]) == ("bus", {}, None)
    assert [one["label"] for one in found["category"]] == ["day"]
    assert [one["mask_url"] for one in found["segmentation"]] == [f"{make.MEDIA}/2.png"]


def test_the_same_id_twice_in_one_call_is_as_in_two(caller: Caller, filled: str) -> None:
    twice = [box("two", label="first"), box("two", label="second")]
    answer = annotate(caller, filled, *twice)
    assert (answer.body["annotations_processed"], answer.body["annotations_ignored"]) == (1, 1)
    assert [one["label"] for one in of_item(caller, filled, "two")["box"]] == ["first"]
    answer = annotate(caller, filled, *twice, update=True)
    assert (answer.body["annotations_processed"], answer.body["annotations_ignored"]) == (2, 0)
    assert [one["label"] for one in of_item(caller, filled, "two")["box"]] == ["second"]
    other_task = box("two", label="third", task_id="t2")
    assert annotate(caller, filled, other_task).body["annotations_processed"] == 1


def test_an_unknown_item_fails_nothing_and_is_named(caller: Caller, filled: str) -> None:
    answer = annotate(caller, filled, box("fake_garbage"), box("two"), category("nowhere"))
    assert (answer.status, answer.body["annotations_processed"], answer.body["annotations_ignored"]) == (200, 1, 0)
    assert [text.split(" exist")[0] for text in answer.body["errors"]] == [
        "Item with id fake_garbage doesn't",
        "Item with id nowhere doesn't",
    ]
    done = annotate_later(caller, filled, [box("two", "later"), box("fake_garbage"), mask("fake_garbage")])
    counts = {"total": 3, "processed": 1, "ignored": 0, "errored": 2, "datasetId": filled}
    assert (done.body["status"], done.body["job_type"]) == ("Completed", "uploadAnnotations")
    assert done.body["message"] == {"annotation_upload": counts}
    errors = sorted(caller.errors(done), key=lambda one: one["line"])
    assert [(one["line"], one["reference_id"]) for one in errors] == [(2, "fake_garbage"), (3, "fake_garbage")]
    assert "Item with id fake_garbage doesn" in errors[0]["error"]


def geometry(**fields: Any) -> dict[str, Any]:
    return {"x": 1, "y": 2, "width": 3, "height": 4, **fields}


BAD = [
    (polygon("two", [(1, 1), (2, 2)]), "geometry.vertices has 2 points; a polygon takes 3 or more"),
    (polygon("two", [(1, 1), (2, 2), (3, None)]), "geometry.vertices[2].y must be a number"),
    (polygon("two", [(1, 1), (2, 2), (3, 1e300)]), "geometry.vertices[2].y"),
    (box("two", geometry=geometry(x=641)), "wholly outside its image of 640 x 480 pixels"),
    (box("two", geometry=geometry(width=-1)), "must be 0 or more"),
    (box("two", geometry=geometry(x="1")), "geometry.x must be a number"),
    (box("two", geometry={"x": 1}), "geometry has no 'y'"),
    (box("two", type="blob"), "type is 'blob'; box, line, polygon"),
    (box("two", type=["box"]), "type is"),
    (box("two", label=""), "label has 0 characters"),
    (box("two", label=None), "label must be a text"),
    (box(None), "reference_id must be a text, not null"),
    (box("two", metadata=[1]), "metadata must be an object"),
    (box("two", "n" * 1025), "annotation_id has 1025 characters"),
    (box("two", taxonomy_name="t"), "takes no taxonomy_name"),
    (category("two", taxonomy_name="weather"), "there is no taxonomy 'weather'"),
    (mask("two", "/data/mask.png"), "mask_url is refused"),
    (mask("two", "javascript:alert(1)"), "mask_url is refused"),
    (mask("two", annotations=[{"index": 1}]), "annotations[0].label"),
    ("text", "an annotation must be an object"),
]


@pytest.mark.parametrize(("row", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_input_refuses_the_call_with_its_place_and_in_a_job_its_line(
    caller: Caller, filled: str, row: Any, sentence: str
) -> None:
    key = "segmentations" if type(row) is dict and row["type"] == "mask" else "annotations"
    body = {"annotations": [box("two", "good")], "update": False}
    body[key] = [*body.get(key, []), row]  # type: ignore[misc]
    answer = caller.post(f"dataset/{filled}/annotate", body)
    assert answer.status == 400
    assert answer.error.startswith(f"{key}[{len(body[key]) - 1}]"), answer.error  # type: ignore[arg-type]
    assert sentence in answer.error
    assert of_item(caller, filled, "two") == {}
    done = annotate_later(caller, filled, [box("two", "good"), row])
    (error,) = caller.errors(done)
    assert (error["line"], sentence in error["error"]) == (2, True)
    assert list(of_item(caller, filled, "two")) == ["box"]


def test_nan_is_no_number_wherever_it_stands(caller: Caller, filled: str) -> None:
    raw = b'{"annotations":[{"type":"polygon","geometry":{"vertices":[{"x":NaN,"y":1}]}}]}'
    answer = caller.send("POST", f"dataset/{filled}/annotate", raw)
    assert (answer.status, "NaN is no JSON number" in answer.error) == (400, True)
    done = annotate_later(caller, filled, raw + b"\n")
    assert "NaN is no JSON number" in caller.errors(done)[0]["error"]


def test_a_label_is_text_and_never_markup(caller: Caller, filled: str) -> None:
    label = "<img src=x onerror=alert(1)>"
    annotate(caller, filled, box("two", label=label))
    assert of_item(caller, filled, "two")["box"][0]["label"] == label
    response = caller.client.get(f"/v1/nucleus/dataset/{filled}/refloc/two", headers=caller.headers)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_mask_of_an_origin_that_a_locked_list_does_not_hold_is_refused(
    caller: Caller, filled: str, admin: Viewer
) -> None:
    lock_origins(admin, locked=True)
    answer = annotate(caller, filled, mask("two", "https://elsewhere.example/secret-mask.png"))
    assert (answer.status, answer.error[:16]) == (400, "segmentations[0]")
    assert "elsewhere.example" in answer.error
    assert "secret-mask" not in answer.error
    assert annotate(caller, filled, mask("two")).status == 200


def test_one_annotation_is_found_by_ids_with_slashes_in_them(caller: Caller, filled: str) -> None:
    fill(caller, filled, "img", "img/1 a/b")
    annotate(caller, filled, box(NAME, "b/c/d"), box("img/1 a/b", "c/d", label="bus"))
    found = caller.get(f"dataset/{filled}/groundTruth/loc/img/1%20a/b/c/d").body
    assert (found["label"], found["reference_id"]) == ("bus", "img/1 a/b")
    caller.delete(f"dataset/{filled}/refloc/img%2F1%20a%2Fb")
    found = caller.get(f"dataset/{filled}/groundTruth/loc/img/1%20a/b%2Fc/d").body
    assert found == of_item(caller, filled, PATH)["box"][0]
    for path in ("img/none", "none/b", "img", "/", "a/b/c"):
        assert caller.get(f"dataset/{filled}/groundTruth/loc/{path}").status == 404


def test_annotations_are_deleted_by_a_job(caller: Caller, filled: str) -> None:
    annotate(caller, filled, box("two"), mask("two"), box(NAME))
    started = caller.delete(f"annotation/{filled}", {"keep_history": True, "reference_ids": ["two"]})
    assert started.body["job_type"] == "annotationDeletion"
    assert caller.run(started).body["status"] == "Completed"
    assert (of_item(caller, filled, "two"), list(of_item(caller, filled, PATH))) == ({}, ["box"])
    assert [one["job_id"] for one in deletions(caller)] == [started.body["job_id"]]
    caller.run(caller.delete(f"annotation/{filled}", {"keep_history": False, "reference_ids": []}))
    assert of_item(caller, filled, PATH) == {}
    assert not Annotation.objects.unscoped().exists()


def deletions(caller: Caller) -> list[dict[str, Any]]:
    asked = {"job_types": ["annotationDeletion"], "show_completed": True, "limit": 10}
    return list(caller.post("jobs/", asked).body)


def test_roles_decide_who_annotates_and_who_reads(
    filled: str, caller: Caller, teammate: Viewer, stranger: Viewer, labeler: Viewer, approver: Viewer
) -> None:
    annotate(caller, filled, box("two"))
    people = [Caller(one, Client()) for one in (teammate, stranger, labeler, approver)]
    assert [annotate(one, filled, box("two")).status for one in people] == [403, 404, 404, 200]
    body = {"reference_ids": ["two"]}
    assert [one.delete(f"annotation/{filled}", body).status for one in people[:3]] == [403, 404, 404]
    read = ("refloc/two", "groundTruth/loc/two/b", "exportForTraining", "class_labels", "labelSchema", "tracks")
    for path in read:
        assert [one.get(f"dataset/{filled}/{path}").status for one in people] == [200, 404, 404, 200], path
    assert MASK not in str(people[1].get(f"dataset/{filled}/exportForTraining").body)
