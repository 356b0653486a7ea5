"""What a query knows of labelling, beyond the examples of the paper: ids of tasks, scenes and objects, suggestions."""

from __future__ import annotations

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels import queries as label_queries
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.query import queries
from webapp.query.hints import hint
from webapp.query.refusals import QuerySyntaxError
from webapp.query.suggestions import known_names, values


@pytest.fixture
def signs(owner: Viewer, scene_dataset: Dataset) -> LabellingProject:
    """A project on two frames of one scene; one of them is accepted."""
    for name in ("pier", "gate"):
        make.make_scene(owner, scene_dataset, name)
    project = make.make_project(owner)
    done = ["pier-0"]
    make.give_tasks(owner, scene_dataset, project, ["pier-0", "pier-2"], completed=done, accepted=done)
    make.annotate(owner, scene_dataset, [make.draft_label(owner, name) for name in ("pier-0", "gate-0")])
    return project


def tasks(owner: Viewer, project: LabellingProject) -> list[LabellingTask]:
    return list(label_queries.tasks(owner, project))


def found(owner: Viewer, dataset: Dataset, text: str) -> list[str]:
    return sorted(queries.items(owner, dataset, text).values_list("reference_id", flat=True))


def test_task_is_found_by_its_id(owner: Viewer, scene_dataset: Dataset, signs: LabellingProject) -> None:
    first, second = (one.public_id for one in tasks(owner, signs))
    for text, expected in {
        f"scale_metadata.task_id = {first}": ["pier-0"],
        f'"{second}" = scale_metadata.task_id': ["pier-2"],
        f"scale_metadata.task_id IN ({first}, {second}, abc)": ["pier-0", "pier-2"],
        f"scale_metadata.task_id EXISTS AND scale_metadata.task_id != {first}": ["pier-2"],
        f"scale_metadata[task_id = {first} AND task_status = completed]": ["pier-0"],
        # Not the key, and no id of anything else.
        f'scale_metadata.task_id = "{tasks(owner, signs)[0].pk}"': [],
        f"scale_metadata.task_id = {signs.public_id}": [],
        "scale_metadata.task_id = none": [],
    }.items():
        assert found(owner, scene_dataset, text) == expected, text
    for text in (
        "scale_metadata.task_id STARTS WITH task",
        "reference_id IN (pier) AND scale_metadata.task_id < task_b",
        "scale_metadata.task_id = metadata.index",
        "scale_metadata[task_id BETWEEN a AND b]",
    ):
        with pytest.raises(QuerySyntaxError, match="a task is asked for with"):
            found(owner, scene_dataset, text)


def test_what_is_asked_of_scenes_and_objects(owner: Viewer, scene_dataset: Dataset, signs: LabellingProject) -> None:
    for text, scenes, labels in (
        ("scale_metadata.task_status = completed", ["pier"], ["pier-0"]),
        ("scale_metadata[project_name = Signs] = 2", ["pier"], []),
        ("scale_metadata.project_name IS MISSING", ["gate"], ["gate-0"]),
        ("scale_metadata[audit_status = accepted] AND reference_id STARTS WITH pier", ["pier"], ["pier-0"]),
    ):
        chosen = queries.scenes(owner, scene_dataset, text)
        assert list(chosen.values_list("reference_id", flat=True)) == scenes, text
        objects = queries.annotations(owner, scene_dataset, text)
        assert list(objects.values_list("item__reference_id", flat=True)) == labels, text


def test_slice_is_asked_for_inside_of_brackets(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    make.make_slice(owner, dataset, items[:2])
    make.give_tasks(owner, dataset, make.make_project(owner), ["item-1", "item-2"])
    assert found(owner, dataset, "scale_metadata[slice = Night AND status = pending]") == ["item-1"]


def test_values_are_suggested_with_the_most_frequent_first(
    owner: Viewer, stranger: Viewer, scene_dataset: Dataset, signs: LabellingProject
) -> None:
    other = make.make_project(owner, name="Ships")
    make.give_tasks(owner, scene_dataset, other, ["gate-0"])
    # What another dataset has is no value here.
    elsewhere = make.make_dataset(owner, name="Elsewhere")
    make.make_items(owner, elsewhere, 3)
    make.give_tasks(owner, elsewhere, make.make_project(owner, name="Sails"), ["item-0", "item-1", "item-2"])

    def texts(field: str, prefix: str = "", viewer: Viewer = owner) -> list[tuple[str, int | None]]:
        return values(viewer, scene_dataset, f"scale_metadata.{field}", prefix).texts

    assert texts("project_name") == [("Signs", 2), ("Ships", 1)]
    assert texts("project_name", "sh") == [("Ships", 1)]
    assert texts("task_status") == [("pending", 2), ("completed", 1)]
    assert texts("audit_status") == [("accepted", 1)]
    assert texts("task_id") == []
    assert texts("project_name", viewer=stranger) == []
    known = dict(known_names(owner, scene_dataset).fields)
    assert known["scale_metadata.completed_at"] == "date"
    said = hint(owner, scene_dataset, "scale_metadata.project_name = signs", None, has_matches=False)
    assert said is not None
    assert said.query == 'scale_metadata.project_name = "Signs"'
