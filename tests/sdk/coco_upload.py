"""The facts of coco_queries.py as the SDK's objects, sent to two datasets: photographs, and the same as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nucleus import (
    BoxAnnotation,
    BoxPrediction,
    CategoryAnnotation,
    CategoryPrediction,
    Dataset,
    DatasetItem,
    Keypoint,
    KeypointsAnnotation,
    NucleusClient,
    Point,
    PolygonAnnotation,
    Segment,
    SegmentationAnnotation,
    VideoScene,
)

from tests.live import Person
from tests.sdk.coco_labels import MEDIA
from tests.sdk.coco_queries import CLOTHES, TAXONOMY, Facts, Mark, Photograph
from tests.sdk.conftest import finished

Place = Callable[[Photograph], str]


@dataclass(frozen=True, slots=True)
class Coco:
    """`items` holds the photographs by themselves, `scenes` as the frames of scenes."""

    facts: Facts
    items: Dataset
    scenes: Dataset


def at_harbor(one: Photograph) -> str:
    return f"{MEDIA}/{one.file_name}"


def upload(client: NucleusClient, facts: Facts, place: Place = at_harbor) -> Coco:
    """Send everything; `place` says where a photograph's file is."""
    items = client.create_dataset("COCO", use_privacy_mode=True)
    finished(items.append([item(one, place) for one in facts.photographs]))
    scenes = client.create_dataset("COCO in scenes", is_scene=True, use_privacy_mode=True)
    sent = [
        VideoScene(one.reference_id, 1, items=[item(frame, place) for frame in one.frames], metadata=one.metadata)
        for one in facts.scenes
    ]
    finished(scenes.append(sent, asynchronous=True))
    model = client.create_model("CenterNet", f"centernet {items.id}")
    for dataset in (items, scenes):
        dataset.add_taxonomy(TAXONOMY, "category", list(CLOTHES))
        dataset.annotate([annotation(facts, one, mark) for one in facts.photographs for mark in one.annotations])
        dataset.upload_predictions(model, list(predictions(facts.photographs)))
    return Coco(facts, items, scenes)


def give_tasks(person: Person, coco: Coco) -> None:
    """Send photographs of both datasets to the projects that the facts say; `person` is an editor of their team."""
    projects = dict.fromkeys(task.project for one in coco.facts.photographs for task in one.tasks)
    for dataset in (coco.items, coco.scenes):
        for name in projects:
            mine = [(one.reference_id, task) for one in coco.facts.photographs for task in one.tasks]
            mine = [(where, task) for where, task in mine if task.project == name]
            tasks = {
                "names": [where for where, _ in mine],
                "completed": [where for where, task in mine if task.is_completed],
                **{word: [where for where, task in mine if task.verdict == word] for word in ("accepted", "rejected")},
            }
            words = {"email": person.email, "team": person.team, "dataset": dataset.id}
            person.live.ask_clerk("give_tasks", **words, project=name, tasks=tasks)


def item(one: Photograph, place: Place) -> DatasetItem:
    return DatasetItem(place(one), one.reference_id, metadata=one.metadata, width=one.width, height=one.height)


def annotation(facts: Facts, one: Photograph, mark: Mark) -> Any:
    label, where, named = mark.labels[0], one.reference_id, {"annotation_id": mark.name, "metadata": mark.metadata}
    if mark.kind == "box":
        return BoxAnnotation(label, *sides(mark), where, **named)
    if mark.kind == "polygon":
        return PolygonAnnotation(label, [Point(*point) for point in mark.points if point], where, **named)
    if mark.kind == "keypoints":
        points = [Keypoint(*point) if point else Keypoint(None, None, False) for point in mark.points]
        return KeypointsAnnotation(label, points, facts.points, where, **named)
    if mark.kind == "segmentation":
        segments = [Segment(each, number) for number, each in enumerate(mark.labels, 1)]
        return SegmentationAnnotation(f"{MEDIA}/masks/{one.file_name}.png", segments, where, mark.name)
    return CategoryAnnotation(label, where, TAXONOMY)


def predictions(photographs: Iterable[Photograph]) -> Iterable[Any]:
    for one in photographs:
        for mark in one.predictions:
            (label,) = mark.labels
            if mark.kind == "category":
                yield CategoryPrediction(label, one.reference_id, TAXONOMY, mark.confidence)
            else:
                yield BoxPrediction(label, *sides(mark), one.reference_id, mark.confidence, annotation_id=mark.name)


def sides(mark: Mark) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = (point for point in mark.points if point)
    return left, top, right - left, bottom - top
