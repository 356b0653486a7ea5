"""Results that are not taken, where in the file each fault is, and what is left of a refused file: nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import make
from tests.exchange.files import bring, handed, labelled_in_studio, region
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.exchange import results
from webapp.exchange.faults import ResultsRefused
from webapp.labels import actions, queries
from webapp.labels.models import Annotation, LabellingProject, Taxonomy
from webapp.privacy.refusals import Invalid, NotAllowed, TooLarge

CLASSES = [
    {"name": "sign", "shape": "box"},
    {"name": "road", "shape": "mask"},
    {"name": "corner", "shape": "keypoints"},
    {"name": "night", "shape": "category"},
    {"name": "day", "shape": "category"},
    {"name": "curb", "shape": "line"},
]
BOX = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
SIGN = region("a1", "sign", **BOX)
COCO_BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]}


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 3, width=640, height=480)


@pytest.fixture
def project(owner: Viewer, labeler: Viewer, dataset: Dataset, items: list[Item]) -> LabellingProject:
    made = make.make_project(owner, labeler, classes=CLASSES)
    actions.label_in_place(owner, made, dataset, [one.pk for one in items])
    return made


def studio(owner: Viewer, project: LabellingProject, *regions: Any) -> list[dict[str, Any]]:
    """The file of a project in which these were drawn on its first item."""
    return labelled_in_studio(handed(owner, project, "label-studio"), {"item-0": list(regions)})


def in_coco(owner: Viewer, project: LabellingProject, *annotations: Any) -> dict[str, Any]:
    file: dict[str, Any] = handed(owner, project, "coco")
    return file | {"annotations": list(annotations)}


def faults(viewer: Viewer, project: LabellingProject, file: Any, **options: Any) -> list[str]:
    with pytest.raises(ResultsRefused) as refused:
        bring(viewer, project, file, **options)
    assert not Annotation.objects.visible_to(viewer).exists()
    assert {one.status for one in queries.tasks(viewer, project)} == {"pending"}
    return [str(one) for one in refused.value.faults]


def annotations(viewer: Viewer) -> list[tuple[str, str, Any]]:
    rows = Annotation.objects.visible_to(viewer).order_by("pk")
    return [(one.kind, one.label, json.loads(one.geometry)) for one in rows]


def test_regions_become_annotations_in_pixels_that_say_where_they_are_from(
    owner: Viewer, project: LabellingProject, dataset: Dataset
) -> None:
    traced = region("b", "road", kind="polygonlabels", points=[[0, 0], [100, 0], [50, 100]])
    corner = region("c", "corner", kind="keypointlabels", x=25, y=75, width=0.4)
    night = {"id": "d", "type": "choices", "from_name": "category", "to_name": "image", "value": {"choices": ["night"]}}
    taken = bring(owner, project, studio(owner, project, SIGN, traced, corner, night))
    assert (taken.tasks, taken.labels, taken.removed) == (1, 4, 0)
    assert annotations(owner) == [
        ("box", "sign", {"x": 64, "y": 96, "width": 192, "height": 192}),
        ("polygon", "road", {"vertices": [{"x": 0, "y": 0}, {"x": 640, "y": 0}, {"x": 320, "y": 480}]}),
        (
            "keypoints",
            "corner",
            {"keypoints": [{"x": 160, "y": 360, "visible": True}], "names": ["corner"], "skeleton": []},
        ),
        ("category", "night", {}),
    ]
    task = queries.tasks(owner, project)[0]
    assert (task.status, task.audit_status, task.completed_at is not None) == ("completed", "pending", True)
    for one in Annotation.objects.visible_to(owner):
        assert one.metadata == {"labelling_project": "Signs", "labelling_task": task.public_id}
        assert one.task_id == task.public_id
    entry = AuditEntry.objects.get(action="project.results")
    assert entry.details == {"tasks": 1, "form": "label-studio", "labels": 4, "removed": 0}
    assert Taxonomy.objects.visible_to(owner).get(dataset=dataset).labels == ["night"]


def test_later_result_replaces_the_earlier_one_of_its_task_and_nothing_else(
    owner: Viewer, project: LabellingProject, dataset: Dataset, items: list[Item]
) -> None:
    make.annotate(owner, dataset, [make.draft_label(owner, "item-0", type="category", label="day")])
    make.make_annotations(owner, dataset, items[:1], per_item=1)
    night = {"id": "d", "type": "choices", "value": {"choices": ["night"]}}
    bring(owner, project, studio(owner, project, SIGN, night))
    moved = region("a2", "sign", **BOX | {"x": 20})
    taken = bring(owner, project, studio(owner, project, moved))
    assert (taken.labels, taken.removed) == (1, 2)
    assert [(kind, label) for kind, label, _ in annotations(owner)] == [
        ("category", "day"),
        ("box", "car"),
        ("box", "sign"),
    ]


def test_skipped_and_undone_tasks_are_passed_over(owner: Viewer, project: LabellingProject) -> None:
    file = studio(owner, project, SIGN)
    file[0]["annotations"][0]["was_cancelled"] = True
    file.append({"data": handed(owner, project, "label-studio")[1]["data"], "annotations": []})
    assert bring(owner, project, file).tasks == 0
    assert annotations(owner) == []


def test_image_without_annotations_is_done_only_when_somebody_says_so(owner: Viewer, project: LabellingProject) -> None:
    file = in_coco(owner, project, COCO_BOX)
    assert bring(owner, project, file).tasks == 1
    assert bring(owner, project, file, empty_is_done=True).tasks == 3


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"value": SIGN["value"] | {"x": 101}}, "value.x is 101; percent of the picture"),
        ({"value": SIGN["value"] | {"x": 80}}, "ends at 110 % and 60 %, outside of the picture"),
        ({"value": SIGN["value"] | {"x": True}}, "value.x must be a number"),
        ({"value": SIGN["value"] | {"rotation": 12}}, "it is turned"),
        ({"image_rotation": 90}, "it is turned"),
        ({"original_width": 320}, "the picture was 320 pixels wide there; here it is 640"),
        ({"value": BOX | {"rectanglelabels": ["ship"]}}, "no class 'ship'"),
        ({"value": BOX | {"rectanglelabels": ["curb"]}}, "'curb' is labelled as line here, not as box"),
        ({"value": BOX | {"rectanglelabels": ["sign", "road"]}}, "a list of one label"),
        ({"type": "brushlabels"}, "a brush paints a mask"),
        ({"type": "rectangle"}, "the rectangle has no label"),
        ({"type": ["ellipselabels"]}, "type is"),
        ({"value": None}, "value must be an object"),
        ({"id": ""}, "id must be a whole number or a text"),
    ],
)
def test_bad_region_is_named_by_its_place(
    changed: dict[str, Any], sentence: str, owner: Viewer, project: LabellingProject
) -> None:
    (fault,) = faults(owner, project, studio(owner, project, region("ok", "sign", **BOX), SIGN | changed))
    assert fault.startswith("[0].annotations[0].result[1]: ")
    assert sentence in fault


def test_region_that_rounding_put_outside_is_taken_to_the_edge(owner: Viewer, project: LabellingProject) -> None:
    bring(owner, project, studio(owner, project, region("a", "sign", x=-1e-9, y=0, width=100.0000001, height=50)))
    assert annotations(owner) == [("box", "sign", {"x": 0, "y": 0, "width": 640, "height": 240})]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"task_id": "task_x"}, "this project has no task 'task_x'"),
        ({"task_id": None, "reference_id": "item-9"}, "no task of the reference id 'item-9'"),
        ({"task_id": None, "reference_id": None}, "neither task_id nor reference_id"),
        ({"reference_id": "item-1"}, "is of 'item-0', not 'item-1'"),
        ({"project_id": "lab_x"}, "this is of the project 'lab_x'"),
    ],
)
def test_task_that_is_not_the_projects_is_refused(
    changed: dict[str, Any], sentence: str, owner: Viewer, project: LabellingProject
) -> None:
    file = studio(owner, project, SIGN)
    file[0]["data"] |= changed
    (fault,) = faults(owner, project, file)
    assert fault.startswith("[0]: ")
    assert sentence in fault


def test_reference_id_of_two_datasets_is_refused_and_a_task_id_tells_them_apart(
    owner: Viewer, project: LabellingProject
) -> None:
    other = make.make_dataset(owner, name="Docks")
    actions.label_in_place(owner, project, other, [make.make_items(owner, other, 1)[0].pk])
    file = studio(owner, project, SIGN)
    assert len(file) == 2
    assert bring(owner, project, file).tasks == 2
    del file[0]["data"]["task_id"]
    with pytest.raises(ResultsRefused, match="2 tasks of this project have the reference id 'item-0'"):
        bring(owner, project, file)


def test_duplicates_are_refused(owner: Viewer, project: LabellingProject) -> None:
    file = studio(owner, project, SIGN)
    assert "has a result in this file already" in faults(owner, project, file * 2)[0]
    assert "the id 'a1' stands twice" in faults(owner, project, studio(owner, project, SIGN, SIGN))[0]
    file[0]["annotations"] *= 2
    assert "2 people's annotations" in faults(owner, project, file)[0]
    assert (
        "annotations[1]: the id '1' stands twice" in faults(owner, project, in_coco(owner, project, *[COCO_BOX] * 2))[0]
    )
    choices = [{"id": name, "type": "choices", "value": {"choices": [name]}} for name in ("night", "day")]
    assert "two choices" in faults(owner, project, studio(owner, project, *choices))[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"image_id": 9}, "annotations[1]: image_id is 9"),
        ({"image_id": "1"}, "image_id is '1'; a whole number"),
        ({"category_id": 99}, "category_id is 99, and no category"),
        ({"bbox": [1, 2, 3]}, "bbox has 3 numbers"),
        ({"bbox": [1, 2, -3, 4]}, "the box is -3 wide"),
        ({"bbox": [1, 2, "3", 4]}, "bbox must be a list of numbers"),
        ({"bbox": [1000, 2, 3, 4]}, "annotations[1]: the box reaches from (1000, 2)"),
        ({"bbox": None}, "has nothing of that kind"),
        ({"segmentation": {"counts": [1], "size": [480, 640]}}, "a run-length mask"),
        ({"category_id": 2, "segmentation": [[1, 2, 3, 4]]}, "segmentation[0] has 4 numbers"),
        ({"id": None}, "id must be"),
    ],
)
def test_bad_coco_annotation_is_named_by_its_place(
    changed: dict[str, Any], sentence: str, owner: Viewer, project: LabellingProject
) -> None:
    (fault,) = faults(owner, project, in_coco(owner, project, COCO_BOX, COCO_BOX | {"id": 2} | changed))
    assert fault.startswith("annotations[1]: ")
    assert sentence in fault


def test_coco_images_are_held_to_their_tasks(owner: Viewer, project: LabellingProject) -> None:
    file = in_coco(owner, project, COCO_BOX)
    scaled = {"images": [file["images"][0] | {"width": 64}]}
    assert "images[0]: the picture was 64 pixels wide" in faults(owner, project, file | scaled)[0]
    twice = {"images": [file["images"][0], file["images"][1] | {"id": 1}]}
    assert "images[1]: the id 1 stands twice" in faults(owner, project, file | twice)[0]
    assert "info: this is of the project" in faults(owner, project, file | {"info": {"project": "lab_x"}})[0]
    # Most tools keep nothing but the file's name.
    plain = {"images": [{"id": 1, "file_name": "item-0", "width": 640, "height": 480}]}
    assert bring(owner, project, file | plain).labels == 1


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'[\n {"data": {"x": NaN}}]', "line 2, column 17: NaN and Infinity"),
        (b'[{"data": 1}', "this is not JSON"),
        (b"", "this is not JSON"),
        (b"null", "a COCO file is an object"),
        (b'{"images": [], "annotations": []}', "a COCO file is an object"),
        (b'{"images": [7], "annotations": [], "categories": []}', "images[0]: this must be an object"),
        (b'[{"data": {"a": 1, "a": 2}}]', "[0]: the key 'a' stands twice"),
        (b'[{"id": 1, "image": "x", "label": []}]', "[0]: data is missing; export the results as JSON"),
        (b"\xff\xfe[]", "this is not JSON"),
        (b"[" * 5000, "this is not JSON"),
    ],
)
def test_file_that_is_no_results_is_refused(
    raw: bytes, sentence: str, owner: Viewer, project: LabellingProject
) -> None:
    assert sentence in faults(owner, project, raw)[0]


def test_fifty_faults_are_told_and_no_more(owner: Viewer, project: LabellingProject) -> None:
    bad = [region(f"r{number}", "ship", **BOX) for number in range(80)]
    assert len(faults(owner, project, studio(owner, project, *bad))) == 50


def test_file_beyond_the_limit_is_refused_unread(
    owner: Viewer, project: LabellingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MAX_BYTES", 10)
    with pytest.raises(TooLarge, match="has 11 bytes"):
        bring(owner, project, b" " * 11)


def test_days_are_held_to_two_weeks(owner: Viewer, project: LabellingProject) -> None:
    for days in ("0", "15", "-1", "1.5", "x"):
        with pytest.raises(Invalid, match="from 1 to 14"):
            handed(owner, project, "manifest", days=days)


def test_who_is_not_of_the_project_brings_nothing(
    teammate: Viewer, owner: Viewer, labeler: Viewer, stranger: Viewer, project: LabellingProject, team: Any
) -> None:
    other = make.make_viewer(team, role="labeler")
    for viewer in (teammate, stranger, other):
        with pytest.raises(NotAllowed):
            bring(viewer, project, studio(owner, project, SIGN))
    # To a labeler an item without a copy is not there.
    with pytest.raises(ResultsRefused, match="no task"):
        bring(labeler, project, studio(owner, project, SIGN))
    assert annotations(owner) == []
