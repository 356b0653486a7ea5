"""Results as Label Studio exports them (JSON, not JSON-MIN): rectangles, polygons, keypoints and choices.

A task is matched by `data.task_id`, else by `data.reference_id`. One that was skipped, or that nobody did, is passed
over. Brushes are refused: nothing here keeps a mask that is not a picture of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from webapp.exchange.coco_results import ROWS_AT_ONCE, checked_object, objects
from webapp.exchange.drafting import Drafting, check_size, checked_result_id
from webapp.exchange.faults import Faults
from webapp.exchange.matching import Classes, Known, KnownTasks
from webapp.labels.actions import TaskResult
from webapp.labels.drafts import LabelDraft
from webapp.privacy.refusals import Invalid

# What rounding makes of a region that ends at the picture's edge.
TOLERANCE = 1e-6
Size = tuple[float, float]


class LabelStudioResults:
    """One file of results for one project."""

    def __init__(
        self, rows: list[msgspec.Raw], tasks: KnownTasks, classes: Classes, drafting: Drafting, faults: Faults
    ) -> None:
        self.rows, self.tasks, self.classes, self.drafting, self.faults = rows, tasks, classes, drafting, faults

    def batches(self) -> Iterator[list[TaskResult]]:
        """The results of some tasks at a time; stops when there are faults enough."""
        batch: list[TaskResult] = []
        size = 0
        for index, row in enumerate(objects(self.rows)):
            try:
                result = self.result(f"[{index}]", checked_object(row))
            except Invalid as refusal:
                self.faults.add(f"[{index}]", refusal.sentence)
                result = None
            if result is not None:
                batch.append(result)
                size += len(result.drafts) + 1
            if size >= ROWS_AT_ONCE:
                yield batch
                self.drafting.forget()
                batch, size = [], 0
            if self.faults.are_enough:
                return
        yield batch

    def result(self, place: str, row: dict[str, Any]) -> TaskResult | None:
        data = row.get("data")
        if type(data) is not dict:
            raise Invalid("data is missing; export the results as JSON, not as JSON-MIN.")
        self.tasks.check_project(data.get("project_id"))
        task = self.tasks.take(data.get("task_id"), data.get("reference_id"))
        done = self.one_annotation(place, row)
        if done is None:
            return None
        where, annotation = done
        regions = annotation.get("result")
        if type(regions) is not list:
            raise Invalid(f"{where}.result must be a list.")
        drafts: list[LabelDraft] = []
        met: set[str] = set()
        for index, region in enumerate(regions):
            at = f"{where}.result[{index}]"
            try:
                drafts.append(self.draft(at, task, checked_object(region), met))
            except Invalid as refusal:
                self.faults.add(at, refusal.sentence)
        if sum(one.kind == "category" for one in drafts) > 1:
            raise Invalid("two choices are made for the picture as a whole; one is accepted.")
        return TaskResult(task.id, task.item_pk, task.dataset_pk, drafts)

    def one_annotation(self, place: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """The task's annotation with its place; None when there is none, or it was skipped."""
        annotations = row.get("annotations")
        if type(annotations) is not list:
            raise Invalid("annotations is missing; export the results as JSON, not as JSON-MIN.")
        done = [
            (f"{place}.annotations[{index}]", one)
            for index, one in enumerate(map(checked_object, annotations))
            if not one.get("was_cancelled")
        ]
        if len(done) > 1:
            raise Invalid(f"{len(done)} people's annotations are of this task; keep one of them.")
        return done[0] if done else None

    def draft(self, place: str, task: Known, region: dict[str, Any], met: set[str]) -> LabelDraft:
        kind = region.get("type")
        read = READERS.get(kind) if type(kind) is str else None
        if read is None:
            raise Invalid(NOT_TAKEN.get(str(kind), f"type is {str(kind)[:40]!r}; {', '.join(READERS)} are accepted."))
        result_id = checked_result_id(region.get("id"))
        if result_id in met:
            raise Invalid(f"the id {result_id[:80]!r} stands twice in this annotation; each region needs its own.")
        met.add(result_id)
        value = region.get("value")
        if type(value) is not dict:
            raise Invalid("value must be an object.")
        label = one_label(value, str(kind))
        if kind == "choices":
            self.classes.check(label, "category")
            return self.drafting.draft(place, task, result_id, "category", label, None)
        shape, accepted = SHAPES[str(kind)]
        self.classes.check(label, *accepted)
        return self.drafting.draft(place, task, result_id, shape, label, read(value, size_of(region, task), label))


def one_label(value: dict[str, Any], key: str) -> str:
    labels = value.get(key)
    if type(labels) is not list or len(labels) != 1 or type(labels[0]) is not str:
        raise Invalid(f"value.{key} must be a list of one label.")
    return labels[0]


def size_of(region: dict[str, Any], task: Known) -> Size:
    """The picture's width and height in pixels."""
    if region.get("image_rotation", 0) not in (0, None) or region.get("value", {}).get("rotation", 0) not in (0, None):
        raise Invalid("it is turned; draw it upright, or as a polygon.")
    width, height = region.get("original_width"), region.get("original_height")
    check_size(task, width, height)
    across, down = task.width or width, task.height or height
    if type(across) is not int or type(down) is not int or across < 1 or down < 1:
        raise Invalid("original_width and original_height must be the picture's size in pixels.")
    return across, down


def percent(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{name} must be a number from 0 to 100.")
    if not -TOLERANCE <= value <= 100 + TOLERANCE:
        raise Invalid(f"{name} is {value!r:.40}; percent of the picture, from 0 to 100, are accepted.")
    return min(100.0, max(0.0, value))


def rectangle(value: dict[str, Any], size: Size, _label: str) -> dict[str, float]:
    x, y = percent(value.get("x"), "value.x"), percent(value.get("y"), "value.y")
    width, height = percent(value.get("width"), "value.width"), percent(value.get("height"), "value.height")
    if x + width > 100 + 2 * TOLERANCE or y + height > 100 + 2 * TOLERANCE:
        raise Invalid(f"the rectangle ends at {x + width:g} % and {y + height:g} %, outside of the picture.")
    across, down = size[0] / 100, size[1] / 100
    return {"x": x * across, "y": y * down, "width": width * across, "height": height * down}


def polygon(value: dict[str, Any], size: Size, _label: str) -> dict[str, Any]:
    points = value.get("points")
    if type(points) is not list or any(type(one) is not list or len(one) != 2 for one in points):
        raise Invalid("value.points must be a list of pairs, x and y.")
    places = [
        (percent(x, f"value.points[{index}][0]"), percent(y, f"value.points[{index}][1]"))
        for index, (x, y) in enumerate(points)
    ]
    return {"vertices": [{"x": x * size[0] / 100, "y": y * size[1] / 100} for x, y in places]}


def keypoint(value: dict[str, Any], size: Size, label: str) -> dict[str, Any]:
    """A point is an annotation of its own, named as its class."""
    x, y = percent(value.get("x"), "value.x"), percent(value.get("y"), "value.y")
    point = {"x": x * size[0] / 100, "y": y * size[1] / 100, "visible": True}
    return {"keypoints": [point], "names": [label], "skeleton": []}


def choice(_value: dict[str, Any], _size: Size, _label: str) -> None:
    return None


READERS: dict[str, Callable[[dict[str, Any], Size, str], Any]] = {
    "rectanglelabels": rectangle,
    "polygonlabels": polygon,
    "keypointlabels": keypoint,
    "choices": choice,
}
# What each is stored as, and the shapes of the classes that may be drawn so.
SHAPES = {
    "rectanglelabels": ("box", ("box",)),
    "polygonlabels": ("polygon", ("polygon", "mask")),
    "keypointlabels": ("keypoints", ("keypoints",)),
}
NOT_TAKEN = {
    "brushlabels": "a brush paints a mask, and masks are not taken; trace it as a polygon.",
    "brush": "a brush paints a mask, and masks are not taken; trace it as a polygon.",
    "rectangle": "the rectangle has no label; give it one.",
    "polygon": "the polygon has no label; give it one.",
    "keypoint": "the point has no label; give it one.",
    "relation": "relations between regions are not kept; remove it.",
}
