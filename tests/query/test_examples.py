"""Every example of docs/query-language.md, on the seven pictures that it describes; the answers there are by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import scene_draft
from webapp.datasets.models import Dataset, Item
from webapp.labels import actions as label_actions
from webapp.labels.models import LabellingTask
from webapp.query import queries as query_queries
from webapp.query.refusals import QuerySyntaxError

PAPER = (Path(__file__).resolve().parents[2] / "docs" / "query-language.md").read_text()
FOUND = re.compile(r"^\| `(.+?)` \| ((?:[pg]\d ?)+|all|none) \|$", re.MULTILINE)
REFUSED = re.compile(r"^\| `(.+?)` \| (.+) \|$", re.MULTILINE)
AUTONOMY = {"camera": "rear", "timeofday": "night", "sequence_id": "abcdef"}
METADATA: dict[str, dict[str, Any]] = {
    "p0": {**AUTONOMY, "speed_mph": 60, "frame_number": 0, "review_status": "accepted"},
    "p1": {
        "camera": "front",
        "speed_mph": 80,
        "sequence_id": "abcdef",
        "frame_number": 3,
        "review_status": "rejected",
    },
    "p2": {**AUTONOMY, "speed_mph": 75, "frame_number": 5, "tags": ["fog", "wet"]},
    "p3": {"at": "2021-03-02T08:00:00Z"},
    "g0": {"camera": "Front"},
    "g1": {"speed_mph": "fast"},
    "g2": {"speed_mph": None, "note": "50% _sure_"},
}
SHAPES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "p0": [("traffic light", {"metadata": {"color": "yellow"}}), *[("traffic light", {})] * 3, ("truck", {})],
    "p1": [*[("truck", {})] * 2, *[("bus", {})] * 3, *[("stop sign", {})] * 2],
    "p2": [
        ("pedestrian", {"geometry": {"x": 600, "y": 700, "width": 5, "height": 3}}),
        ("dress", {"type": "category", "taxonomy_name": "clothing_type"}),
    ],
    "g0": [("trousers", {"type": "category", "taxonomy_name": "clothing_type"})],
    "g1": [("traffic sign", {"metadata": {"color": "yellow", "distance_to_device": 200}, "track_reference_id": "t1"})],
    "g2": [
        ("car", {"metadata": {"color": "red"}, "geometry": {"x": 10, "y": 20, "width": 700, "height": 700}}),
        ("car", {"metadata": {"color": "blue"}, "geometry": {"x": 10, "y": 20, "width": 10, "height": 10}}),
    ],
}
COMPLETED = {"p0": "2021-03-01", "p1": "2021-07-01", "p2": "2020-12-31"}
GUESSES = {"p0": [("pedestrian", 0.9), ("pedestrian", 0.8), ("pedestrian", 0.2)], "g2": [("car", 0.95)]}


@pytest.fixture
def pier(owner: Viewer) -> Dataset:
    """The pictures that the paper describes."""
    free = {"speed_mph": {"type": "json"}}
    dataset = actions.create_dataset(
        owner, name="Pier", is_scene=True, use_privacy_mode=True, item_metadata_schema=free
    )
    policy = origin_policy(owner)
    for name, letter, metadata in (("pier", "p", {"foo": "baz"}), ("gate", "g", {})):
        frames = [
            make.draft_item(owner, one, metadata=METADATA[one], policy=policy, **size(one))
            for one in METADATA
            if one[0] == letter
        ]
        draft = scene_draft(
            reference_id=name, metadata=metadata, video_url=None, frame_rate=5, frames=frames, policy=policy
        )
        actions.append_scenes(owner, dataset, [draft], update=False)
    label_actions.add_taxonomy(
        owner, dataset, name="clothing_type", kind="category", labels=["dress", "trousers"], update=False
    )
    label(owner, dataset)
    send_to_labelling(owner, dataset)
    return make.reload(owner, dataset)


def send_to_labelling(owner: Viewer, dataset: Dataset) -> None:
    project, signs = make.make_project(owner, name="Test Project"), make.make_project(owner, name="Signs")
    done = {"completed": list(COMPLETED), "accepted": ["p0", "p1"], "rejected": ["p2"]}
    make.give_tasks(owner, dataset, project, [*COMPLETED, "g0"], **done)
    make.give_tasks(owner, dataset, signs, ["p0", "g1"])
    for name, day in COMPLETED.items():
        task = LabellingTask.objects.visible_to(owner).filter(project=project, item__reference_id=name)
        LabellingTask.objects.visible_to(owner).filter(pk__in=list(task.values_list("pk", flat=True))).update(
            completed_at=f"{day}T12:00:00Z"
        )


def size(name: str) -> dict[str, int]:
    return {"width": 1080, "height": 1920} if name == "g2" else {"width": 1920, "height": 1080}


def label(owner: Viewer, dataset: Dataset) -> None:
    place = {"x": 10, "y": 20, "width": 50, "height": 40}
    drafts = [
        make.draft_label(owner, name, label=word, **({"type": "box", "geometry": place} | fields))
        if "taxonomy_name" not in fields
        else make.draft_label(owner, name, label=word, **fields)
        for name, shapes in SHAPES.items()
        for word, fields in shapes
    ]
    segments = [{"label": "road", "index": 1}, {"label": "car", "index": 2}]
    drafts.append(make.draft_label(owner, "g0", type="mask", segments=segments))
    make.annotate(owner, dataset, drafts)
    old, new = (make.make_run(owner, dataset, name=name) for name in ("old", "new"))
    guessed = [
        make.draft_label(owner, name, label=word, confidence=confidence, geometry=place)
        for name, guesses in GUESSES.items()
        for word, confidence in guesses
    ]
    label_actions.predict(owner, new, dataset, guessed, update=False)
    label_actions.predict(owner, old, dataset, [make.draft_label(owner, "g0", confidence=1)], update=False)
    night = Item.objects.visible_to(owner).filter(dataset_id=dataset.pk, reference_id__in=["p0", "p2"])
    actions.create_slice(owner, dataset, name="night", item_pks=night.values_list("pk", flat=True))


def test_every_example_finds_what_the_paper_says(owner: Viewer, pier: Dataset) -> None:
    examples = FOUND.findall(PAPER)
    everything = sorted(queries.items(owner, pier).values_list("reference_id", flat=True))
    wrong = {}
    for text, answer in examples:
        expected = {"all": everything, "none": []}.get(answer, sorted(answer.split()))
        rows = query_queries.items(owner, pier, text)
        found = sorted(rows.values_list("reference_id", flat=True))
        if found != expected:
            wrong[text] = found
    assert wrong == {}
    assert len(examples) > 70


def test_every_refusal_says_what_the_paper_says(owner: Viewer, pier: Dataset) -> None:
    refused = REFUSED.findall(PAPER.partition("## What is refused")[2])
    for text, reason in refused:
        with pytest.raises(QuerySyntaxError) as caught:
            query_queries.items(owner, pier, text)
        assert reason in caught.value.sentence
        _, line, caret = caught.value.sentence.split("\n")
        assert (line, len(caret.rstrip("^")) + 1) == (text, caught.value.column)
    assert len(refused) > 15


def test_what_is_asked_of_scenes(owner: Viewer, pier: Dataset) -> None:
    answers = {
        "metadata.camera = Front": ["gate"],
        "metadata.camera = Front OR annotations.truck = 3": ["gate", "pier"],
        "scene.metadata.foo = baz AND frame = 3": ["pier"],
        "annotations.count = 14 AND reference_id = pier": ["pier"],
        "annotations[label = car] = 2 AND scene.tracks.count = 1": ["gate"],
        "slice = night": ["pier"],
    }
    for text, expected in answers.items():
        found = query_queries.scenes(owner, pier, text).order_by("reference_id")
        assert list(found.values_list("reference_id", flat=True)) == expected, text


def test_what_is_asked_of_objects(owner: Viewer, pier: Dataset) -> None:
    annotations = {
        "annotations.metadata.color = yellow": ["traffic light", "traffic sign"],
        "annotations.label = car AND annotations.area > 1000": ["car"],
        "annotations[label = car] >= 2": ["car", "car"],
        "annotations.truck = 1 AND annotations.label != truck": ["traffic light"] * 4,
        "metadata.camera = Front AND slice != night": ["", "trousers"],
        "predictions.pedestrian > 0 AND annotations.truck.area EXISTS": ["truck"],
        "annotations.car.area < predictions.area": ["car"],
        "annotations.pedestrian.area - annotations.pedestrian.dimensions.x = 10": ["pedestrian"],
    }
    for text, expected in annotations.items():
        found = query_queries.annotations(owner, pier, text).order_by("label")
        assert list(found.values_list("label", flat=True)) == expected, text
    run = next(one for one in make_runs(owner, pier) if one.name == "new")
    text = "predictions.confidence > 0.5 AND metadata.timeofday = night AND predictions@old.count = 0"
    found = query_queries.predictions(owner, pier, text, run=run).order_by("confidence")
    assert list(found.values_list("confidence", flat=True)) == [0.8, 0.9]


def make_runs(owner: Viewer, dataset: Dataset) -> list[Any]:
    from webapp.labels import queries as label_queries

    return label_queries.runs_of_dataset(owner, dataset)
