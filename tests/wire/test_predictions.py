"""What models predict: how it is sent, what is counted, and every way of asking for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make
from tests.wire.caller import Caller
from tests.wire.conftest import make_dataset
from tests.wire.labels import (
    box,
    category,
    fill,
    item_id,
    make_model,
    mask,
    names_in,
    of_item,
    polygon,
    predict,
)


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    fill(caller, items_id, "one", "a/b", "three")
    return items_id


@pytest.fixture
def model(caller: Caller) -> str:
    return make_model(caller, metadata={"speed": 1.5}, tags=["a"])


def test_predictions_are_counted_ignored_and_overwritten(caller: Caller, model: str, filled: str) -> None:
    path = f"dataset/{filled}/model/{model}/uploadPredictions"
    first = predict(caller, path, box("one", confidence=0.5), box("a/b", confidence=1)).body
    (run,) = caller.get(f"model/{model}/modelRun").body
    assert first == {
        "dataset_id": filled,
        "model_run_id": run,
        "predictions_processed": 2,
        "predictions_ignored": 0,
    }
    again = box("one", label="bus", confidence=0.25)
    assert predict(caller, path, again).body["predictions_ignored"] == 1
    assert predict(caller, path, again, update=True).body["predictions_processed"] == 1
    (found,) = caller.get(f"dataset/{filled}/model/{model}/referenceId/one").body["annotations"]["box"]
    assert (found["label"], found["confidence"], found["id"][:5]) == ("bus", 0.25, "pred_")
    # Annotations are others', and the model's run stays one.
    assert of_item(caller, filled, "one") == {}
    assert caller.get(f"model/{model}/modelRun").body == [run]
    unknown = predict(caller, path, *(box(f"ghost {number}") for number in range(4)))
    assert (unknown.status, unknown.body["predictions_processed"], len(unknown.body["errors"])) == (200, 0, 4)
    assert "ghost 3" in unknown.body["errors"][3]


def test_keypoints_go_out_with_the_key_that_the_sdk_needs(caller: Caller, model: str, filled: str) -> None:
    points = {"keypoints": [{"x": 1, "y": 2.50, "visible": True}], "names": ["nose"]}
    path = f"dataset/{filled}/model/{model}/uploadPredictions"
    predict(caller, path, box("one", type="keypoints", geometry=points))
    (found,) = caller.get(f"dataset/{filled}/model/{model}/referenceId/one").body["annotations"]["keypoints"]
    assert found["geometry"] == {**points, "skeleton": None}


def test_predictions_are_read_by_every_way_of_naming_an_item(caller: Caller, model: str, filled: str) -> None:
    path = f"dataset/{filled}/model/{model}/uploadPredictions"
    rows = [box("a/b", "x/y", confidence=0.5), category("a/b"), box("one", "z")]
    stored = predict(caller, path, *rows, segmentations=[mask("a/b")])
    assert stored.body["predictions_processed"] == 4, stored.body
    (run,) = caller.get(f"model/{model}/modelRun").body
    name = item_id(caller, filled, "a%2Fb")
    ways = [
        f"dataset/{filled}/model/{model}/iloc/1",
        f"dataset/{filled}/model/{model}/referenceId/a/b",
        f"dataset/{filled}/model/{run}/referenceId/a%2Fb",
        f"modelRun/{run}/iloc/1",
        f"modelRun/{run}/refloc/a/b",
        f"modelRun/{run}/loc/{name}",
    ]
    answers = [caller.get(way).body["annotations"] for way in ways]
    assert [sorted(one) for one in answers] == [["box", "category", "segmentation"]] * 6
    assert answers == answers[:1] * 6
    for way in (f"loc/{name}", "refloc/a/b", "iloc/1"):
        listed = caller.get(f"model/{model}/predictions/{way}").body["predictions"]
        assert [one["type"] for one in listed] == ["box", "category", "segmentation"]
        assert {one["reference_id"] for one in listed} == {"a/b"}
    for way in (f"dataset/{filled}/model/{model}/loc/a/b/x/y", f"modelRun/{run}/prediction/loc/a/b/x/y"):
        assert caller.get(way).body == answers[0]["box"][0]
        assert caller.get(way + "z").status == 404
    for way in (f"dataset/{filled}/model/{model}/export", f"modelRun/{run}/ungrouped"):
        exported = caller.get(way).body
        assert {kind: len(labels) for kind, labels in exported.items()} == {"box": 2, "category": 1, "segmentation": 1}
        places = {one["annotation_id"]: (one["reference_id"], one["dataset_item_id"]) for one in exported["box"]}
        assert places == {"x/y": ("a/b", name), "z": ("one", item_id(caller, filled, "one"))}
    assert caller.get(f"dataset/{filled}/model/{model}/referenceId/three").body == {"annotations": {}}
    assert caller.get(f"model/{model}/predictions/refloc/three").body == {"predictions": []}


def test_a_run_over_several_datasets_takes_predictions_by_their_items(caller: Caller, model: str, filled: str) -> None:
    other = make_dataset(caller)
    fill(caller, other, "far", "one")
    run = caller.post(f"model/{model}/modelRun/create", {"name": "r"}).body["model_run_id"]
    path = f"modelRun/{run}/uploadPredictions"
    far = item_id(caller, other, "far")
    rows = [
        {**box(None, "1"), "item_id": far},
        {**box("one", "2"), "dataset_id": filled},
        box("three", "3"),
        {**box(None, "4"), "item_id": "di_" + "a" * 26},
        {**box("one", "5"), "dataset_id": "ds_nowhere"},
        box("ghost", "6"),
    ]
    answer = predict(caller, path, *rows)
    assert (answer.body["predictions_processed"], answer.body["model_run_id"]) == (3, run)
    assert ["di_aaa" in answer.body["errors"][0], "ghost" in answer.body["errors"][2]] == [True, True]
    assert set(caller.get(f"modelRun/{run}/info").body["dataset_ids"]) == {filled, other}
    assert names_in(caller.get(f"modelRun/{run}/ungrouped").body) == ["1", "2", "3"]
    # Now that the run has two datasets with an item "one", that name alone means neither.
    (error,) = predict(caller, path, box("one", "7")).body["errors"]
    assert "2 datasets" in error
    assert predict(caller, f"modelRun/{run}/predict", box("one")).status == 400
    assert caller.get(f"modelRun/{run}/iloc/0").status == 400
    assert names_in(caller.get(f"modelRun/{run}/loc/{far}").body["annotations"]) == ["1"]
    bad = predict(caller, path, {**box(None, "8"), "item_id": far}, {**box(None, "9", label=3), "item_id": far})
    assert (bad.status, bad.error[:14]) == (400, "annotations[1]")
    assert names_in(caller.get(f"modelRun/{run}/ungrouped").body) == ["1", "2", "3"]


def test_a_model_takes_predictions_without_a_run(caller: Caller, model: str, filled: str) -> None:
    path = f"model/{model}/predictions"
    rows = [{**box(None, "1"), "item_id": item_id(caller, filled, "three")}, polygon("one", [(1, 1), (2, 2), (3, 1)])]
    answer = predict(caller, path, *rows)
    assert answer.body == {"predictions_processed": 2, "predictions_ignored": 0}
    assert predict(caller, path, *rows).body["predictions_ignored"] == 2
    listed = caller.get(f"{path}/refloc/one").body["predictions"]
    assert [one["type"] for one in listed] == ["polygon"]
    refused = predict(caller, path, box("one", "2", type="line", geometry={"vertices": [{"x": 1, "y": 1}] * 2}))
    assert (refused.status, "box, polygon, cuboid are taken" in refused.error) == (400, True)
    assert caller.get(f"dataset/{filled}/model_runs").body == caller.get(f"model/{model}/modelRun").body


def test_predictions_come_as_a_job_that_names_the_bad_ones(caller: Caller, model: str, filled: str) -> None:
    part = caller.post(f"dataset/{filled}/create_slice", {"name": "s", "reference_ids": ["one"]}).body["slice_id"]
    lines = [box("one", confidence=0.5), box("ghost"), box("one", "c", confidence=1.5), mask("one"), 3]
    body = {"requestId": caller.upload(filled, lines), "update": False, "trained_slice_id": part}
    done = caller.run(caller.post(f"dataset/{filled}/model/{model}/uploadPredictions?async=1", body))
    counts = {"total": 5, "processed": 2, "ignored": 0, "errored": 3, "datasetId": filled}
    assert (done.body["job_type"], done.body["status"]) == ("uploadPredictions", "Completed")
    assert done.body["message"] == {"prediction_upload": counts}
    errors = {one["line"]: one["error"] for one in caller.errors(done)}
    assert sorted(errors) == [2, 3, 5]
    assert ("ghost" in errors[2], "confidence is 1.5" in errors[3]) == (True, True)
    assert caller.get(f"model/{model}").body["trained_slice_ids"] == [part]
    (run,) = caller.get(f"model/{model}/modelRun").body
    body = {"requestId": caller.upload(filled, [box("three")]), "update": False}
    done = caller.run(caller.post(f"modelRun/{run}/predict?async=1", body))
    assert done.body["message"]["prediction_upload"]["processed"] == 1


BAD = [
    (box("one", confidence=1.01), "confidence is 1.01"),
    (box("one", confidence="high"), "confidence must be a number"),
    (box("one", class_pdf={"car": 2}), "class_pdf['car'] is 2"),
    (box("one", class_pdf=[1]), "class_pdf must be an object"),
    (polygon("one", [(1, 1)]), "a polygon takes 3 or more"),
    (category("one", type="multicategory", labels=["a"]), "a multicategory is no prediction"),
    ({**box(None), "item_id": 7}, "item_id must be a text"),
    ({**box("one"), "dataset_id": "ds_other"}, "dataset_id names another dataset"),
    (box(None), "reference_id must be a text"),
]


@pytest.mark.parametrize(("row", "sentence"), BAD, ids=range(len(BAD)))
def test_a_bad_prediction_refuses_its_call(caller: Caller, model: str, filled: str, row: Any, sentence: str) -> None:
    answer = predict(caller, f"dataset/{filled}/model/{model}/uploadPredictions", box("one", "good"), row)
    assert (answer.status, answer.error[:14], sentence in answer.error) == (400, "annotations[1]", True), answer.error
    assert caller.get(f"model/{model}/modelRun").body == []


def test_a_run_of_another_dataset_is_not_widened_by_its_models_address(
    caller: Caller, model: str, filled: str, open_id: str
) -> None:
    fill(caller, open_id, "one")
    run = caller.post(f"dataset/{filled}/modelRun/create", {"name": "r", "reference_id": "m"}).body["model_run_id"]
    answer = predict(caller, f"dataset/{open_id}/model/{run}/uploadPredictions", box("one"))
    assert (answer.status, "upload_predictions_for_model_run" in answer.error) == (400, True)
    assert predict(caller, f"dataset/{open_id}/modelRun/{run}/uploadPredictions", box("one")).status == 200
    part = caller.post(f"dataset/{filled}/create_slice", {"name": "s", "allow_empty": 1}).body["slice_id"]
    body = {"trained_slice_id": part}
    path = f"dataset/{open_id}/modelRun/{run}/uploadPredictions"
    assert predict(caller, path, box("one", "2"), **body).status == 404


def test_media_are_no_part_of_what_a_mask_refusal_says(caller: Caller, model: str, filled: str) -> None:
    url = f"{make.MEDIA}/secret-mask.png#secret"
    path = f"dataset/{filled}/model/{model}/uploadPredictions"
    answer = caller.post(path, {"segmentations": [mask("one", url)]})
    assert (answer.status, "secret" in answer.error) == (400, False)
