"""Exports: rows with their labels, page by page, of datasets and slices, scene by scene, and class by class."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.wire.caller import Caller, scene
from tests.wire.labels import annotate, box, category, fill, make_model, mask, one_of_each, polygon
from webapp.wire import export_pages
from webapp.wire.exports import of_latest_task

KINDS = ["box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory"]
FIRST = {"pageToken": None, "pageSize": 10_000, "query": None, "chip": False, "onlyMostRecentTask": True}


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    fill(caller, items_id, *(f"i{number}" for number in range(7)))
    annotate(caller, items_id, *one_of_each("i1"))
    annotate(caller, items_id, mask("i1"))
    annotate(caller, items_id, *(box("i3", str(number), label=f"c{number % 3}") for number in range(30)))
    return items_id


@pytest.fixture
def scenes(caller: Caller, scenes_id: str) -> str:
    assert caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [scene("v", 5), scene("w", 2)]}).status == 200
    return scenes_id


def pages(caller: Caller, path: str, size: int, **fields: Any) -> list[Any]:
    rows: list[Any] = []
    token = None
    while True:
        answer = caller.post(path, {**FIRST, **fields, "pageSize": size, "pageToken": token}).body
        assert len(answer["data"]) <= size
        rows += answer["data"]
        token = answer["nextPageToken"]
        if not token:
            return rows


def test_rows_have_every_kind_even_where_there_is_none(caller: Caller, filled: str) -> None:
    rows = caller.get(f"dataset/{filled}/exportForTraining").body["exportedRows"]
    assert [row["item"]["reference_id"] for row in rows] == [f"i{number}" for number in range(7)]
    assert {tuple(row) for row in rows} == {("item", *KINDS, "segmentation")}
    assert (rows[0]["segmentation"], [rows[0][kind] for kind in KINDS]) == (None, [[]] * 7)
    assert [len(rows[1][kind]) for kind in KINDS] == [1] * 7
    assert rows[1]["segmentation"]["mask_url"] == mask("i1")["mask_url"]
    assert [one["annotation_id"] for one in rows[3]["box"]] == [str(number) for number in range(30)]
    assert pages(caller, f"dataset/{filled}/exportForTrainingPage", 2) == rows
    made = caller.post(f"dataset/{filled}/create_slice", {"name": "s", "reference_ids": ["i5", "i3", "i1"]})
    part = made.body["slice_id"]
    assert caller.get(f"slice/{part}/exportForTraining").body["exportedRows"] == [rows[1], rows[3], rows[5]]
    assert pages(caller, f"slice/{part}/exportForTrainingPage", 1) == [rows[1], rows[3], rows[5]]
    raw = caller.get(f"slice/{part}/export_raw_json").body
    assert [one.get("annotation", {}).get("annotation_id") for one in raw[8:]] == [*map(str, range(30)), None]
    assert {one["item"]["reference_id"] for one in raw[:8]} == {"i1"}
    classes = ["c0", "c1", "c2", "car", "cold", "night", "quay", "sea", "wet"]
    assert caller.get(f"dataset/{filled}/class_labels").body == {"data": classes}
    assert caller.get(f"slice/{part}/class_labels").body == {"data": classes}


def test_predictions_are_exported_in_the_same_rows(caller: Caller, filled: str) -> None:
    model = make_model(caller)
    body = {"annotations": [box("i2", label="bus", confidence=0.125, class_pdf={"bus": 0.9})], "update": False}
    caller.post(f"dataset/{filled}/model/{model}/uploadPredictions", body)
    part = caller.post(f"dataset/{filled}/create_slice", {"name": "s", "reference_ids": ["i1", "i2"]}).body["slice_id"]
    rows = caller.get(f"slice/{part}/{model}/exportForTraining").body["exportedRows"]
    assert [len(row["box"]) for row in rows] == [0, 1]
    assert (rows[1]["box"][0]["confidence"], rows[1]["box"][0]["class_pdf"]) == (0.125, {"bus": 0.9})
    assert pages(caller, f"slice/{part}/{model}/exportForTrainingPage", 1) == rows
    (run,) = caller.get(f"model/{model}/modelRun").body
    assert caller.get(f"slice/{part}/{run}/exportForTraining").body["exportedRows"] == rows
    schema = caller.get(f"dataset/{filled}/labelSchema").body
    assert (schema["prediction_labels"], "bus" in schema["gt_labels"]) == (["bus"], False)


def test_what_a_page_may_ask_for(caller: Caller, filled: str) -> None:
    path = f"dataset/{filled}/exportForTrainingPage"
    found = caller.post(path, {**FIRST, "query": "annotations.count > 6"}).body["data"]
    assert [row["item"]["reference_id"] for row in found] == ["i1", "i3"]
    (row, *_) = caller.post(path, {**FIRST, "chip": True}).body["data"]
    assert row["item"]["processed_url"] == row["item"]["image_url"]
    tasks = [box("i6", name, task_id=task) for name, task in (("a", "t1"), ("b", None), ("c", "t2"), ("d", "t1"))]
    annotate(caller, filled, *tasks)
    for is_latest, names in ((True, ["a", "b", "d"]), (False, ["a", "b", "c", "d"])):
        rows = pages(caller, path, 100, onlyMostRecentTask=is_latest)
        assert [one["annotation_id"] for one in rows[6]["box"]] == names
    assert of_latest_task([]) == []


def test_an_export_asks_the_database_the_same_however_many_labels_there_are(caller: Caller, filled: str) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            caller.get(f"dataset/{filled}/exportForTraining")
        counts.append(len(asked))
        annotate(caller, filled, *(box("i5", str(number)) for number in range(200)))
    # The key, its owner's membership, the dataset, the items, their labels.
    assert counts == [5, 5]


def test_a_crowded_dataset_is_read_in_small_parts(caller: Caller, filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Never more than a few items at once where each has many labels, and all of them in the end.
    monkeypatch.setattr(export_pages, "LABELS_A_PART", 10)
    monkeypatch.setattr(export_pages, "FIRST_PART", 2)
    annotate(caller, filled, *(box(f"i{number // 10}", f"n{number}") for number in range(70)))
    with CaptureQueriesContext(connection) as asked:
        rows = caller.get(f"dataset/{filled}/exportForTraining").body["exportedRows"]
    assert sum(len(row["box"]) for row in rows) == 70 + 30 + 1
    assert len(asked) == 3 + 2 * 6


def test_slices_of_scenes_are_exported_frame_by_frame(caller: Caller, scenes: str) -> None:
    annotate(caller, scenes, *(box(f"v-{number}", str(number)) for number in range(5)), box("w-1", "w"))
    made = caller.post(f"dataset/{scenes}/create_slice", {"name": "s", "reference_ids": ["v", "w"]})
    part = made.body["slice_id"]
    rows = caller.get(f"slice/{part}/exportForTraining").body["exportedRows"]
    names = ["v-0", "v-1", "v-2", "v-3", "v-4", "w-0", "w-1"]
    assert [row["item"]["reference_id"] for row in rows] == names
    for size in (1, 2, 3, 5):
        assert pages(caller, f"slice/{part}/exportForTrainingPage", size) == rows
    assert caller.get(f"slice/{part}/class_labels").body == {"data": ["car"]}


def by_scene(caller: Caller, scenes: str, **fields: Any) -> Any:
    body = {"pageToken": None, "pageSize": 10, "sliceId": None, "onlyMostRecentTask": True, **fields}
    return caller.post(f"dataset/{scenes}/exportForTrainingByScene", body)


def test_scenes_are_exported_track_by_track(caller: Caller, scenes: str) -> None:
    annotate(
        caller,
        scenes,
        *(box(f"v-{number}", track_reference_id="own", metadata={"track_id": "no"}) for number in (0, 2)),
        box("v-1", "x", metadata={"track_reference_id": "said", "track_id": "no"}),
        box("v-2", "y", metadata={"track_id": "7"}),
        polygon("v-3", [(1, 2), (11, 2), (6, 22)], "own id", label="boat"),
        category("v-3"),
    )
    first = by_scene(caller, scenes, pageSize=1).body
    (row,) = first["data"]
    listed = caller.get(f"dataset/{scenes}/scenes_list").body["scenes"]
    about = {"type": "video", "metadata": {"city": "x"}, "fileLocation": None}
    assert row["scene"] == {"id": listed[0]["id"], "reference_id": "v", **about}
    assert {name: [one["key"] for one in track["frames"]] for name, track in row["annotations"].items()} == {
        "own": ["0", "2"],
        "said": ["1"],
        "7": ["2"],
        "own id": ["3"],
    }
    frame = row["annotations"]["own"]["frames"][1]
    place = {name: frame[name] for name in ("left", "top", "width", "height")}
    assert place == {"left": 10, "top": 20.25, "width": 30.0, "height": 40.1}
    assert frame["dataset_item_id"] == caller.get(f"dataset/{scenes}/refloc/v-2").body["item"]["id"]
    boat = row["annotations"]["own id"]
    assert (boat["label"], boat["frames"][0]["width"], boat["frames"][0]["type"]) == ("boat", 10, "polygon")
    rest = by_scene(caller, scenes, pageToken=first["nextPageToken"]).body
    assert [(one["scene"]["reference_id"], one["annotations"]) for one in rest["data"]] == [("w", {})]
    assert rest["nextPageToken"] is None
    made = caller.post(f"dataset/{scenes}/create_slice", {"name": "s", "reference_ids": ["w"]}).body["slice_id"]
    assert by_scene(caller, scenes, sliceId=made).body["data"] == rest["data"]


def test_annotations_that_form_no_tracks_are_said_to(caller: Caller, scenes: str, items_id: str) -> None:
    annotate(caller, scenes, box("w-0", "a"), box("w-1", "b"))
    answer = by_scene(caller, scenes)
    assert (answer.status, "name no tracks" in answer.error) == (400, True)
    annotate(caller, scenes, box("v-0", None))
    answer = by_scene(caller, scenes)
    assert (answer.status, "neither a track_reference_id nor an annotation_id" in answer.error) == (400, True)
    assert by_scene(caller, items_id).status == 400
    part = caller.post(f"dataset/{items_id}/create_slice", {"name": "s", "allow_empty": 1}).body["slice_id"]
    assert by_scene(caller, scenes, sliceId=part).status == 400
