"""Labelling projects over the wire: items in place, files with links, and results."""

from __future__ import annotations

import pytest

from tests import make
from tests.wire.caller import Caller
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.labels.models import LabellingProject

VALUE = {"x": 10, "y": 10, "width": 10, "height": 10, "rectanglelabels": ["sign"]}
REGION = {"id": "a", "type": "rectanglelabels", "value": VALUE}


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 3, width=640, height=480)


@pytest.fixture
def project(owner: Viewer, items: list[Item]) -> LabellingProject:
    return make.make_project(owner, classes=[{"name": "sign", "shape": "box"}])


def test_items_are_given_in_place_and_come_out_with_their_addresses(
    owner: Viewer, caller: Caller, dataset: Dataset, items: list[Item], project: LabellingProject
) -> None:
    body = {"dataset_id": dataset.public_id, "reference_ids": ["item-0", "item-1"]}
    assert caller.post("labelling/Signs/items", body).body == {"project_id": project.public_id, "new": 2}
    found = make.make_slice(owner, dataset, items)
    given = caller.post(f"labelling/{project.public_id}/items", {"slice_id": found.public_id})
    assert given.body["new"] == 1
    told = caller.get("labelling/Signs/manifest").body
    assert [one["link"] for one in told["tasks"]] == [f"{make.MEDIA}/item-{number}.jpg" for number in range(3)]
    assert told["has_private_addresses"]
    assert len(caller.get("labelling/Signs/coco").body["images"]) == 3
    assert len(caller.get("labelling/Signs/label-studio").body) == 3
    assert "RectangleLabels" in caller.get("labelling/Signs/interface").body["config"]
    missing = caller.post("labelling/Signs/items", body | {"reference_ids": ["item-9"]})
    assert (missing.status, "'item-9'" in missing.error) == (404, True)
    assert caller.post("labelling/Signs/items", {}).status == 400
    assert caller.get("labelling/Signs/manifest?days=15").status == 400


def test_results_are_stored_or_refused_with_a_line_for_each_fault(
    caller: Caller, dataset: Dataset, project: LabellingProject
) -> None:
    caller.post("labelling/Signs/items", {"dataset_id": dataset.public_id, "reference_ids": ["item-0"]})
    (task,) = caller.get("labelling/Signs/label-studio").body
    file = [task | {"annotations": [{"result": [REGION]}]}]
    wrong = [task | {"annotations": [{"result": [REGION | {"type": "brushlabels"}, {}]}]}]
    lines = caller.post("labelling/Signs/results", wrong).error.splitlines()
    assert lines[0] == "Nothing of the file was stored."
    assert lines[1].startswith("[0].annotations[0].result[0]: a brush paints a mask")
    assert len(lines) == 3
    stored = caller.post("labelling/Signs/results", file).body
    assert stored == {"project_id": project.public_id, "tasks": 1, "labels": 1, "removed": 0}
    again = caller.get(f"dataset/{dataset.public_id}/refloc/item-0").body["annotations"]["box"]
    assert [one["metadata"]["labelling_task"] for one in again] == [task["data"]["task_id"]]
