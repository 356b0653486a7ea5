"""Asking in the query language: pages, refusals, and what another team gets."""

import pytest

from tests import make
from tests.wire.caller import Caller, item
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries

BOXES = "dataset/{}/queryObjectsPage"


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    rows = [item(f"i{number}", metadata={"n": number}) for number in range(7)]
    assert caller.post(f"dataset/{items_id}/append", {"items": rows}).status == 200
    return items_id


def test_pages_of_a_query_hold_every_item_once_in_order(caller: Caller, filled: str) -> None:
    names, token = [], None
    for _ in range(3):
        body = {"query": "metadata.n % 2 = 0", "pageToken": token, "pageSize": 2}
        page = caller.post(f"dataset/{filled}/queryItemsPage", body).body
        names += [one["reference_id"] for one in page["items"]]
        token = page["nextPageToken"]
        if token is None:
            break
    assert names == ["i0", "i2", "i4", "i6"]
    exported = caller.post(f"dataset/{filled}/exportForTrainingPage", {"query": "metadata.n > 4"}).body["data"]
    assert [row["item"]["reference_id"] for row in exported] == ["i5", "i6"]


def test_the_export_of_a_slice_says_where_a_query_goes(caller: Caller, owner: Viewer, filled: str) -> None:
    dataset = queries.dataset(owner, filled)
    some = make.make_slice(owner, dataset, list(queries.items(owner, dataset).filter(reference_id__in=["i1", "i2"])))
    refused = caller.post(f"slice/{some.public_id}/exportForTrainingPage", {"query": "metadata.n = 1"})
    assert (refused.status, "slice =" in refused.body["error"]) == (400, True)
    body = {"query": f"slice = {some.public_id} AND metadata.n > 1"}
    (row,) = caller.post(f"dataset/{filled}/exportForTrainingPage", body).body["data"]
    assert row["item"]["reference_id"] == "i2"


@pytest.mark.parametrize("route", ["queryItemsPage", "queryScenesPage", "queryObjectsPage", "exportForTrainingPage"])
def test_a_bad_query_is_refused_with_its_place(caller: Caller, filled: str, route: str) -> None:
    body = {"query": "annotations.count bad syntax", "patch_mode": "ground_truth_only"}
    body = body if route == "queryObjectsPage" else {"query": body["query"]}
    refused = caller.post(f"dataset/{filled}/{route}", body)
    assert refused.status == 400
    assert refused.body["error"].startswith('query, line 1, column 19: found "bad"; expected a comparison')


def test_pages_of_objects_hold_every_one_once(caller: Caller, owner: Viewer, filled: str) -> None:
    dataset = queries.dataset(owner, filled)
    items = list(queries.items(owner, dataset).order_by("pk"))
    make.make_annotations(owner, dataset, items, per_item=2)
    make.make_annotations(owner, dataset, items[:3], per_item=3, label="dog")
    run = make.make_run(owner, dataset)
    make.make_predictions(owner, run, dataset, items[:5], per_item=1)
    counts = {}
    for mode in ("ground_truth_only", "predictions_only", "iou", "false_positive", "false_negative"):
        found, token = [], None
        while True:
            body = {"query": "metadata.n >= 1", "patch_mode": mode, "pageToken": token, "pageSize": 4}
            page = caller.post(BOXES.format(filled), body).body
            found += page["items"]
            token = page["nextPageToken"]
            if token is None:
                break
        keys = [str(one.get("id") or (one["model_prediction_id"], one["ground_truth_annotation_id"])) for one in found]
        assert len(set(keys)) == len(keys)
        counts[mode] = len(keys)
    # Items 1 to 6 have two cars each; 1 and 2 also a dog in a third place, and 1 to 4 a predicted car on the first.
    assert counts == {
        "ground_truth_only": 14,
        "predictions_only": 4,
        "iou": 4,
        "false_positive": 0,
        "false_negative": 10,
    }


def test_objects_need_a_run_and_a_mode(caller: Caller, filled: str) -> None:
    asked = {"query": "metadata.n = 1", "patch_mode": "predictions_only"}
    assert "no model run has predictions" in caller.post(BOXES.format(filled), asked).body["error"]
    assert caller.post(BOXES.format(filled), {**asked, "patch_mode": "ground_truth_only"}).body["items"] == []
    assert caller.post(BOXES.format(filled), {**asked, "patch_mode": "all"}).status == 400
    assert caller.post(BOXES.format(filled), {**asked, "model_run_id": "run_a"}).status == 404


def test_another_teams_dataset_is_not_there(stranger: Viewer, filled: str) -> None:
    body = {"query": "metadata.n = 1", "patch_mode": "ground_truth_only"}
    other = Caller(stranger)
    assert other.post(BOXES.format(filled), body).status == 404
    assert other.post(f"dataset/{filled}/queryItemsPage", {"query": "metadata.n = 1"}).status == 404
