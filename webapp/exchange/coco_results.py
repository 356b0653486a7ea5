"""Results in COCO's form: boxes, polygons and keypoints. Run-length masks are refused: trace them as polygons.

An image is matched by `task_id`, else by `reference_id`, else by `file_name`, which is then a reference id. COCO cannot
say that a picture was looked at and holds nothing, so images without annotations count as labelled only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from webapp.datasets import strict_json
from webapp.exchange.drafting import Drafting, check_size, checked_result_id
from webapp.exchange.faults import Faults
from webapp.exchange.matching import Classes, Known, KnownTasks
from webapp.labels.actions import TaskResult
from webapp.labels.drafts import LabelDraft
from webapp.privacy.refusals import Invalid

ROWS_AT_ONCE = 2_000
Rows = list[msgspec.Raw]


class CocoFile(msgspec.Struct):
    """The file, its rows not yet read."""

    images: Rows
    annotations: Rows
    categories: Rows
    info: msgspec.Raw = msgspec.Raw(b"{}")


class OfImage(msgspec.Struct):
    image_id: Any


class CocoResults:
    """One file of results for one project."""

    def __init__(self, file: CocoFile, tasks: KnownTasks, classes: Classes, drafting: Drafting, faults: Faults) -> None:
        self.file, self.tasks, self.classes, self.drafting, self.faults = file, tasks, classes, drafting, faults
        self.names: dict[int, tuple[str, dict[str, Any]]] = {}
        self.met: set[str] = set()

    def batches(self, *, empty_is_done: bool) -> Iterator[list[TaskResult]]:
        """The results of some images at a time; stops when there are faults enough."""
        self.read_head()
        by_image = self.sorted_by_image()
        if self.faults.found:
            return
        batch: list[TaskResult] = []
        size = 0
        for task, places in by_image:
            if places or empty_is_done:
                batch.append(self.result(task, places))
                size += len(places) + 1
            if size >= ROWS_AT_ONCE:
                yield batch
                self.drafting.forget()
                batch, size = [], 0
            if self.faults.are_enough:
                return
        yield batch

    def read_head(self) -> None:
        info = strict_json.read(bytes(self.file.info))
        if type(info) is dict:
            self.attempt("info", lambda: self.tasks.check_project(info.get("project")))
        for index, row in enumerate(objects(self.file.categories)):
            self.attempt(f"categories[{index}]", lambda row=row: self.read_category(row))

    def read_category(self, row: Any) -> None:
        values = checked_object(row)
        number, name = whole_number(values.get("id"), "id"), values.get("name")
        if number in self.names:
            raise Invalid(f"the id {number} stands twice; each category needs its own.")
        # Categories that nothing is of may be any: most tools export the list they began with.
        self.names[number] = (str(name), values)

    def sorted_by_image(self) -> list[tuple[Known, list[int]]]:
        """Each image's task with the places of its annotations in the file."""
        images: dict[int, tuple[Known, list[int]]] = {}
        for index, row in enumerate(objects(self.file.images)):
            self.attempt(f"images[{index}]", lambda row=row: self.read_image(row, images))
            if self.faults.are_enough:
                break
        if self.faults.found:
            return []
        for index, raw in enumerate(self.file.annotations):
            place = f"annotations[{index}]"
            try:
                number = whole_number(msgspec.json.decode(raw, type=OfImage).image_id, "image_id")
            except msgspec.DecodeError:
                self.faults.add(place, "this must be an object with image_id, category_id and id.")
                continue
            except Invalid as refusal:
                self.faults.add(place, refusal.sentence)
                continue
            if number in images:
                images[number][1].append(index)
            else:
                self.faults.add(place, f"image_id is {number}, and no image in the file has this id.")
        return list(images.values())

    def read_image(self, row: Any, images: dict[int, tuple[Known, list[int]]]) -> None:
        values = checked_object(row)
        number = whole_number(values.get("id"), "id")
        if number in images:
            raise Invalid(f"the id {number} stands twice; each image needs its own.")
        named = values.get("reference_id")
        if values.get("task_id") is None and named is None:
            named = values.get("file_name")
        task = self.tasks.take(values.get("task_id"), named)
        check_size(task, values.get("width"), values.get("height"))
        images[number] = (task, [])

    def result(self, task: Known, places: Sequence[int]) -> TaskResult:
        rows = objects([self.file.annotations[index] for index in places])
        drafts: list[LabelDraft] = []
        for index, row in zip(places, rows, strict=True):
            place = f"annotations[{index}]"
            self.attempt(place, lambda row=row, place=place: drafts.extend(self.drafts_of(task, place, row)))
        return TaskResult(task.id, task.item_pk, task.dataset_pk, drafts)

    def drafts_of(self, task: Known, place: str, row: Any) -> list[LabelDraft]:
        values = checked_object(row)
        result_id = checked_result_id(values.get("id"))
        if result_id in self.met:
            raise Invalid(f"the id {result_id[:80]!r} stands twice; each annotation needs its own.")
        self.met.add(result_id)
        name, category = self.names.get(whole_number(values.get("category_id"), "category_id"), ("", None))
        if category is None:
            raise Invalid(f"category_id is {values['category_id']}, and no category in the file has this id.")
        shapes = self.shapes_of(name, values, category)
        many = len(shapes) > 1
        return [
            self.drafting.draft(place, task, f"{result_id}-{part}" if many else result_id, kind, name, geometry)
            for part, (kind, geometry) in enumerate(shapes, 1)
        ]

    def shapes_of(self, name: str, values: dict[str, Any], category: dict[str, Any]) -> list[tuple[str, Any]]:
        """What an annotation is, as its class is drawn; several polygons are several annotations."""
        accepted, segmentation = self.classes.of(name), values.get("segmentation")
        if type(segmentation) is dict:
            raise Invalid("segmentation is a run-length mask, and masks are not taken; trace it as polygons.")
        if "keypoints" in accepted and values.get("keypoints"):
            return [("keypoints", keypoints_of(values["keypoints"], category))]
        if segmentation and accepted & {"polygon", "mask"}:
            return [("polygon", polygon_of(one, part)) for part, one in enumerate(checked_list(segmentation))]
        if values.get("bbox") and "box" in accepted:
            return [("box", box_of(values["bbox"]))]
        shapes = " or ".join(sorted(accepted))
        raise Invalid(f"{name[:80]!r} is labelled as {shapes} here, and this has nothing of that kind.")

    def attempt(self, place: str, read: Any) -> None:
        try:
            read()
        except Invalid as refusal:
            self.faults.add(place, refusal.sentence)


def objects(rows: Sequence[msgspec.Raw]) -> Iterator[Any]:
    """The rows' values, read strictly some at a time; an Invalid stands for one that is refused."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield from strict_json.read_lines([bytes(one) for one in rows[start : start + ROWS_AT_ONCE]])


def checked_object(row: Any) -> dict[str, Any]:
    if isinstance(row, Invalid):
        raise row
    if type(row) is not dict:
        raise Invalid("this must be an object.")
    return row


def checked_list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Invalid("segmentation must be a list of polygons.")
    return value


def whole_number(value: Any, name: str) -> int:
    if type(value) is not int:
        raise Invalid(f"{name} is {str(value)[:40]!r}; a whole number is accepted.")
    return value


def numbers_of(value: Any, name: str) -> list[float]:
    if type(value) is not list or any(type(one) not in (int, float) for one in value):
        raise Invalid(f"{name} must be a list of numbers.")
    return value


def box_of(value: Any) -> dict[str, float]:
    numbers = numbers_of(value, "bbox")
    if len(numbers) != 4:
        raise Invalid(f"bbox has {len(numbers)} numbers; x, y, width and height are accepted.")
    return dict(zip(("x", "y", "width", "height"), numbers, strict=True))


def polygon_of(value: Any, part: int) -> dict[str, Any]:
    numbers = numbers_of(value, f"segmentation[{part}]")
    if len(numbers) < 6 or len(numbers) % 2:
        raise Invalid(f"segmentation[{part}] has {len(numbers)} numbers; x and y of three points or more are accepted.")
    return {"vertices": [{"x": x, "y": y} for x, y in zip(numbers[::2], numbers[1::2], strict=True)]}


def keypoints_of(value: Any, category: dict[str, Any]) -> dict[str, Any]:
    """COCO's triples by the names of their category; its skeleton counts from 1, ours from 0."""
    numbers, names = numbers_of(value, "keypoints"), category.get("keypoints")
    if type(names) is not list or len(numbers) != 3 * len(names):
        raise Invalid(f"keypoints has {len(numbers)} numbers; three for each of its category's keypoints are accepted.")
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    if any(flag not in (0, 1, 2) for flag in numbers[2::3]):
        raise Invalid("keypoints has a visibility other than 0, 1 and 2.")
    pairs = category.get("skeleton") or []
    if type(pairs) is not list or any(type(pair) is not list for pair in pairs):
        raise Invalid("the skeleton of its category must be a list of pairs.")
    skeleton = [[whole_number(end, "skeleton") - 1 for end in pair] for pair in pairs]
    points = [{"x": x, "y": y, "visible": int(flag)} for x, y, flag in triples]
    return {"keypoints": points, "names": names, "skeleton": skeleton}
