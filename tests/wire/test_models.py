"""Models and their runs: made, tagged, merged, copied, deleted, and whose they are."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.wire.caller import Caller, run_jobs
from tests.wire.labels import (
    box,
    fill,
    make_model,
    predict,
)
from webapp.accounts.viewer import Viewer


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    fill(caller, items_id, "one", "a/b", "three")
    return items_id


@pytest.fixture
def model(caller: Caller) -> str:
    return make_model(caller, metadata={"speed": 1.5}, tags=["a"])


def test_models_are_made_listed_tagged_and_deleted(caller: Caller, model: str, filled: str) -> None:
    about = {"id": model, "name": "Model", "ref_id": "m", "metadata": {"speed": 1.5}, "tags": ["a"]}
    assert caller.get(f"model/{model}").body == {**about, "trained_slice_ids": []}
    assert caller.get("models/").body == {"models": [{**about, "trained_slice_ids": []}]}
    assert caller.post("models/add", {"name": "n", "reference_id": "m"}).status == 409
    assert caller.post(f"model/{model}/tag", {"tags": ["b", "a"]}).body["tags"] == ["a", "b"]
    assert caller.delete(f"model/{model}/tag", {"tags": ["a", "x"]}).body["tags"] == ["b"]
    answer = caller.delete(f"model/{model}/tag", {"tags": ["x"]})
    assert answer.status == 400
    assert answer.body == {"error": "Deleted 0 tags from model. The specified tag(s) were not found."}
    part = caller.post(f"dataset/{filled}/create_slice", {"name": "s", "allow_empty": 1}).body["slice_id"]
    trained = {"trained_slice_ids": [part]}
    assert caller.post(f"model/{model}/trainedSliceId", trained).body["trained_slice_ids"] == [part]
    assert caller.get(f"model/{model}").body["trained_slice_ids"] == [part]
    assert caller.delete(f"model/{model}/trainedSliceId", trained).body["trained_slice_ids"] == []
    assert caller.post(f"model/{model}/trainedSliceId", {"trained_slice_ids": ["slc_x"]}).status == 404
    assert caller.delete(f"model/{model}").body == {"msg": "Model deletion running in an async job"}
    assert (caller.get(f"model/{model}").status, caller.get("models").body) == (404, {"models": []})
    assert make_model(caller) != model


def test_runs_are_made_for_a_model_or_a_dataset(caller: Caller, model: str, filled: str) -> None:
    body = {"name": "r", "reference_id": "m", "metadata": {"a": 1}, "annotation_metadata_schema": None}
    bound = caller.post(f"dataset/{filled}/modelRun/create", body).body["model_run_id"]
    body = {"name": "free", "reference_id": None, "metadata": {}}
    free = caller.post(f"model/{model}/modelRun/create", body).body["model_run_id"]
    assert set(caller.get(f"model/{model}/modelRun?family=true").body) == {bound, free}
    assert caller.get(f"dataset/{filled}/model_runs").body == [bound]
    assert caller.get(f"dataset/{filled}/info").body["model_run_ids"] == [bound]
    assert caller.get(f"model/{bound}").body["id"] == model
    about = {"model_id": model, "model_run_id": bound, "name": "r", "metadata": {"a": 1}, "dataset_ids": [filled]}
    assert caller.get(f"modelRun/{bound}/info").body == {**about, "status": "Created"}
    assert caller.post(f"modelRun/{bound}/commit", {}).body == {"model_run_id": bound}
    assert caller.get(f"modelRun/{bound}/info").body["status"] == "Completed"
    assert caller.post(f"modelRun/{bound}/commit", {"class_agnostic": True}).status == 400
    for bad in ({"name": "r"}, {"name": "r", "reference_id": "nobody's"}):
        assert caller.post(f"dataset/{filled}/modelRun/create", bad).status in (400, 404)
    assert "message" in caller.delete(f"modelRun/{bound}").body
    assert caller.get(f"dataset/{filled}/model_runs").body == []
    assert caller.get(f"modelRun/{bound}/info").status == 404


def test_runs_are_merged_and_copied(caller: Caller, model: str, filled: str) -> None:
    body = {"name": "r", "reference_id": "m"}
    runs = [caller.post(f"dataset/{filled}/modelRun/create", body).body["model_run_id"] for _ in range(2)]
    for place, run in enumerate(runs):
        predict(
            caller, f"dataset/{filled}/modelRun/{run}/uploadPredictions", box("one", "same"), box("three", str(place))
        )
    merged = caller.post("modelRun/merge", {"model_run_ids": runs, "name": "both"}).body
    assert (merged["dataset_ids"], caller.get(f"job/{merged['job_id']}/info").body["job_id"]) == (
        [filled],
        merged["job_id"],
    )
    run_jobs()
    assert len(caller.get(f"modelRun/{merged['model_run_id']}/ungrouped").body["box"]) == 4
    assert caller.post("modelRun/merge", {"model_run_ids": runs[:1]}).status == 400
    copied = caller.post(f"model/{model}/predictions/copyFromRun", {"model_run_id": runs[0]}).body
    counts = (copied["predictions_copied"], copied["predictions_skipped_unsupported"], copied["model_id"])
    assert counts == (2, 0, model)
    assert [one["annotation_id"] for one in caller.get(f"model/{model}/predictions/refloc/three").body["predictions"]]


def test_roles_decide_who_has_models(
    caller: Caller, model: str, filled: str, teammate: Viewer, stranger: Viewer, labeler: Viewer, approver: Viewer
) -> None:
    upload = f"dataset/{filled}/model/{model}/uploadPredictions"
    predict(caller, upload, box("one"))
    (run,) = caller.get(f"model/{model}/modelRun").body
    people = [Caller(one, Client()) for one in (teammate, stranger, labeler, approver)]
    for path in (
        f"model/{model}",
        f"model/{model}/modelRun",
        f"modelRun/{run}/info",
        f"modelRun/{run}/ungrouped",
        f"modelRun/{run}/refloc/one",
        f"model/{model}/predictions/refloc/one",
        f"dataset/{filled}/model/{model}/export",
    ):
        assert [one.get(path).status for one in people] == [200, 404, 404, 200], path
    assert [len(one.get("models").body["models"]) for one in people] == [1, 0, 0, 1]
    assert [predict(one, upload, box("one")).status for one in people] == [403, 404, 404, 200]
    changes = [("POST", f"model/{model}/tag", {"tags": ["x"]}), ("POST", f"modelRun/{run}/commit", {})]
    changes += [("POST", f"model/{model}/modelRun/create", {"name": "r"}), ("DELETE", f"modelRun/{run}", {})]
    changes += [("POST", f"modelRun/{run}/uploadPredictions", {"annotations": []}), ("DELETE", f"model/{model}", {})]
    for method, path, body in changes:
        assert [one.send(method, path, body).status for one in people[:3]] == [403, 404, 404], path
    assert [one.post("models/add", {"name": "n", "reference_id": "n"}).status for one in people[:1]] == [403]
