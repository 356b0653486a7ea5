"""COCO's labels and a detector's, in and out through every door of the newest SDK: equal to the last digit."""

from __future__ import annotations

from typing import Any

import pytest
from nucleus import Dataset, NucleusClient
from nucleus.errors import NucleusAPIError

from tests.sdk.coco_labels import BOXES, OBJECTS, PERSONS, POLYGONS, POSES, Coco, in_groups, in_rows, reference, texts
from tests.sdk.conftest import finished
from tests.shared_data import SHARED_DATA, shared


@pytest.fixture(scope="module")
def coco() -> Coco:
    shared("images/coco_cc")
    return Coco(SHARED_DATA)


@pytest.fixture
def photographs(client: NucleusClient, coco: Coco) -> Dataset:
    """A privacy dataset of the 123 photographs, without labels."""
    dataset = client.create_dataset("coco", use_privacy_mode=True)
    finished(dataset.append(coco.items()))
    return dataset


def test_annotations_come_out_of_every_export_as_they_went_in(photographs: Dataset, coco: Coco) -> None:
    sent = coco.annotations()
    count = OBJECTS + POLYGONS + PERSONS
    stored = photographs.annotate(sent, batch_size=1000)
    assert stored == {"dataset_id": photographs.id, "annotations_processed": count, "annotations_ignored": 0}
    again = photographs.annotate(sent)
    assert (again["annotations_processed"], again["annotations_ignored"]) == (0, count)
    wanted = texts(sent)
    assert texts(in_rows(photographs.items_and_annotations())) == wanted
    assert texts(in_rows(photographs.items_and_annotation_generator(page_size=50))) == wanted
    names = [one.reference_id for one in coco.items()]
    assert texts(one for name in names for one in in_groups(photographs.refloc(name)["annotations"])) == wanted
    part = photographs.create_slice("all", names)
    assert texts(in_rows(part.items_and_annotations())) == wanted
    assert texts(in_rows(part.items_and_annotation_generator())) == wanted
    assert len(part.export_raw_json()) == count + sum(1 for name in names if not photographs_labels(sent, name))
    one = sent[OBJECTS]
    assert photographs.ground_truth_loc(one.reference_id, one.annotation_id) == one
    classes = sorted({one.label for one in sent})
    assert photographs.export_class_labels() == photographs.export_class_labels(part.id) == classes
    assert photographs.evaluation_label_schema() == {"gt_labels": classes, "prediction_labels": []}


def photographs_labels(labels: list[Any], name: str) -> list[Any]:
    return [one for one in labels if one.reference_id == name]


def test_annotations_sent_as_a_job_are_the_same(photographs: Dataset, coco: Coco) -> None:
    sent = coco.annotations()
    status = finished(photographs.annotate(sent, asynchronous=True))
    counts = {"total": len(sent), "processed": len(sent), "ignored": 0, "errored": 0, "datasetId": photographs.id}
    assert (status["job_type"], status["message"]) == ("uploadAnnotations", {"annotation_upload": counts})
    assert texts(in_rows(photographs.items_and_annotation_generator())) == texts(sent)
    finished(photographs.delete_annotations([reference(790)]))
    assert photographs.refloc(reference(790))["annotations"] == {}
    finished(photographs.delete_annotations())
    assert in_rows(photographs.items_and_annotations()) == []


def test_what_a_detector_says_comes_out_of_every_export_as_it_went_in(
    client: NucleusClient, photographs: Dataset, coco: Coco
) -> None:
    model = client.create_model("CenterNet and MoveNet", "detectors", {"speed": 1.5}, tags=["real"])
    sent = coco.predictions()
    stored = photographs.upload_predictions(model, sent, batch_size=2000)
    assert (stored["predictions_processed"], stored["predictions_ignored"]) == (BOXES + POSES, 0)
    (run_id,) = model.model_runs()
    assert photographs.model_runs == [run_id]
    wanted = texts(sent)
    assert texts(in_groups(photographs.export_predictions(model))) == wanted
    part = photographs.create_slice("all", [one.reference_id for one in coco.items()])
    assert texts(in_rows(part.export_predictions(model), "predictions")) == wanted
    assert texts(in_rows(part.export_predictions_generator(model), "predictions")) == wanted
    run: Any = client.get_model_run(run_id, photographs.id)
    assert texts(in_groups(run.ungrouped_export())) == wanted
    name = sent[0].reference_id
    of_one = texts(one for one in sent if one.reference_id == name)
    assert texts(in_groups(photographs.predictions_refloc(model, name))) == of_one
    assert texts(in_groups(photographs.predictions_iloc(model, 0))) == of_one
    assert texts(in_groups(run.refloc(name))) == texts(in_groups(run.iloc(0))) == of_one
    item_id = photographs.refloc(name)["item"].dataset_item_id
    assert texts(in_groups(run.loc(item_id))) == of_one
    assert texts(in_groups(model.predictions_refloc(name))) == texts(in_groups(model.predictions_iloc(0))) == of_one
    assert texts(in_groups(model.predictions_loc(item_id))) == of_one
    found = photographs.prediction_loc(model, name, sent[0].annotation_id)
    assert texts([found]) == texts([run.prediction_loc(name, sent[0].annotation_id)]) == texts(sent[:1])
    other = client.get_model(model_run_id=photographs.create_model_run("later", "detectors").model_run_id)
    assert other == model


def test_predictions_sent_as_a_job_to_a_run_are_the_same(
    client: NucleusClient, photographs: Dataset, coco: Coco
) -> None:
    model = client.create_model("CenterNet and MoveNet", "detectors")
    run = model.create_run("later")
    sent = coco.predictions()
    job: Any = photographs.upload_predictions_for_model_run(run.model_run_id, sent, asynchronous=True)
    status = finished(job)
    counts = {"total": len(sent), "processed": len(sent), "ignored": 0, "errored": 0, "datasetId": photographs.id}
    assert (status["job_type"], status["message"]) == ("uploadPredictions", {"prediction_upload": counts})
    assert texts(in_groups(photographs.export_predictions(model))) == texts(sent)
    assert client.delete_model(model.id) == {"msg": "Model deletion running in an async job"}
    with pytest.raises(NucleusAPIError):
        photographs.export_predictions(model)
