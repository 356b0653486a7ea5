"""Out to a labelling tool and back, with COCO's own annotations: what comes back is what was drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import make
from tests.exchange.files import bring, handed, labelled_in_studio
from tests.shared_data import shared
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels import actions, queries
from webapp.labels.models import Annotation, LabelCount, LabellingProject

Shapes = dict[str, list[tuple[str, str, Any]]]


@pytest.fixture
def instances() -> Any:
    return json.loads(shared("images/coco_cc/instances.json").read_text())


@pytest.fixture
def project(owner: Viewer, dataset: Dataset, instances: Any) -> LabellingProject:
    """All photographs, to be labelled in place with COCO's classes."""
    drafts = [
        make.draft_item(owner, one["file_name"], width=one["width"], height=one["height"])
        for one in instances["images"]
    ]
    make.append(owner, dataset, drafts)
    classes = [{"name": one["name"], "shape": shape} for one in instances["categories"] for shape in ("box", "polygon")]
    made = make.make_project(owner, classes=[*classes, {"name": "person", "shape": "keypoints"}])
    keys = make.queries.items(owner, dataset).values_list("pk", flat=True)
    actions.label_in_place(owner, made, dataset, keys)
    return made


def stored(viewer: Viewer, dataset: Dataset) -> Shapes:
    """What the items' annotations are, by reference id, sorted."""
    items = dict(make.queries.items(viewer, dataset).values_list("pk", "reference_id"))
    found: Shapes = {}
    for row in queries.labels_of_items(viewer, dataset, list(items)):
        shape = (row.kind, row.label, json.loads(row.geometry))
        found.setdefault(items[row.item_pk or 0], []).append(shape)
    return {name: sorted(shapes, key=repr) for name, shapes in found.items()}


def drawn_in_coco(file: Any, instances: Any) -> Any:
    """The handed-out file as somebody fills it with COCO's annotations, crowds left out."""
    names = {one["id"]: one["file_name"] for one in instances["images"]}
    images = {one["file_name"]: one["id"] for one in file["images"]}
    categories = {one["name"]: one["id"] for one in file["categories"]}
    words = {one["id"]: one["name"] for one in instances["categories"]}
    file["annotations"] = [
        one | {"image_id": images[names[one["image_id"]]], "category_id": categories[words[one["category_id"]]]}
        for one in instances["annotations"]
        if not one["iscrowd"]
    ]
    return file


def expected_polygons(instances: Any) -> Shapes:
    names = {one["id"]: one["file_name"] for one in instances["images"]}
    words = {one["id"]: one["name"] for one in instances["categories"]}
    found: Shapes = {}
    for one in instances["annotations"]:
        for part in () if one["iscrowd"] else one["segmentation"]:
            vertices = [{"x": x, "y": y} for x, y in zip(part[::2], part[1::2], strict=True)]
            shape = ("polygon", words[one["category_id"]], {"vertices": vertices})
            found.setdefault(names[one["image_id"]], []).append(shape)
    return {name: sorted(shapes, key=repr) for name, shapes in found.items()}


def test_cocos_polygons_come_back_to_the_last_digit_and_twice_is_as_once(
    owner: Viewer, dataset: Dataset, project: LabellingProject, instances: Any
) -> None:
    file = drawn_in_coco(handed(owner, project, "coco"), instances)
    taken = bring(owner, project, file, empty_is_done=True)
    expected = expected_polygons(instances)
    assert stored(owner, dataset) == expected
    assert taken.tasks == 123
    assert taken.labels == sum(map(len, expected.values()))
    counts = counted(dataset)
    assert sum(counts.values()) == taken.labels

    again = bring(owner, project, file, empty_is_done=True)
    assert (again.labels, again.removed) == (taken.labels, 0)
    assert stored(owner, dataset) == expected
    assert counted(dataset) == counts


def counted(dataset: Dataset) -> dict[tuple[str, str], int]:
    rows = LabelCount.objects.filter(dataset_id=dataset.pk, run=None, count__gt=0)
    return {(kind, label): count for kind, label, count in rows.values_list("kind", "label", "count")}


def test_known_labels_handed_out_to_either_tool_come_back_as_they_were(
    owner: Viewer, dataset: Dataset, project: LabellingProject, instances: Any
) -> None:
    bring(owner, project, drawn_in_coco(handed(owner, project, "coco"), instances))
    before = stored(owner, dataset)
    assert before

    file = handed(owner, project, "coco", with_labels=True)
    taken = bring(owner, project, file)
    assert stored(owner, dataset) == before
    assert taken.removed == taken.labels > 1000

    tasks = handed(owner, project, "label-studio", with_labels=True)
    regions = {one["data"]["reference_id"]: one["predictions"][0]["result"] for one in tasks if "predictions" in one}
    bring(owner, project, labelled_in_studio(tasks, regions))
    after = stored(owner, dataset)
    assert after.keys() == before.keys()
    for name, shapes in after.items():
        assert near(shapes) == near(before[name])


def near(shapes: list[tuple[str, str, Any]]) -> list[Any]:
    """To a millionth of a pixel."""
    return sorted(
        [kind, label, [(round(one["x"], 6), round(one["y"], 6)) for one in geometry["vertices"]]]
        for kind, label, geometry in shapes
    )


def test_keypoints_of_persons_come_back(
    owner: Viewer, dataset: Dataset, project: LabellingProject, instances: Any
) -> None:
    people = json.loads(shared("images/coco_cc/person_keypoints.json").read_text())
    file = drawn_in_coco(handed(owner, project, "coco"), instances)
    posed = [one for one in people["annotations"] if one["num_keypoints"] and not one["iscrowd"]]
    names = {one["id"]: one["file_name"] for one in people["images"]}
    images = {one["file_name"]: one["id"] for one in file["images"]}
    person = people["categories"][0]
    file["categories"] = [person]
    file["annotations"] = [one | {"image_id": images[names[one["image_id"]]]} for one in posed]
    taken = bring(owner, project, file)
    assert taken.labels == len(posed) > 50
    row = Annotation.objects.visible_to(owner).get(annotation_id=f"{project.public_id}-{posed[0]['id']}")
    geometry = json.loads(row.geometry)
    flat = [number for one in geometry["keypoints"] for number in (one["x"], one["y"], one["visible"])]
    assert flat == posed[0]["keypoints"]
    assert geometry["names"] == person["keypoints"]
    assert geometry["skeleton"][0] == [15, 13]
