"""A project's tasks in COCO's form: pictures and categories, with annotations only where they were asked for.

An image has `coco_url`, the link, and besides COCO's own words `task_id` and `reference_id`, by which results find
their way back; `file_name` is the reference id, because most tools keep nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.exchange.handing_out import TaskOut, Terms, parts
from webapp.exchange.known_labels import KnownLabels
from webapp.exchange.manifest import encode, json_list, moment, project_head
from webapp.labels.geometry import polygon_area
from webapp.labels.models import LabellingProject
from webapp.labels.queries import LabelRow


def coco(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[bytes]:
    """The parts of the JSON text."""
    head = project_head(viewer, project, terms)
    info = head | {"description": project.name, "date_created": head["made_at"]}
    yield encode({"info": info, "licenses": []})[:-1] + b',"images":'
    yield from json_list(image_rows(viewer, project, terms))
    yield b',"annotations":'
    if terms.with_labels:
        yield from json_list(annotation_rows(viewer, project, terms))
    else:
        yield b"[]"
    yield b',"categories":' + encode(categories_of(project)) + b"}\n"


def categories_of(project: LabellingProject) -> list[dict[str, Any]]:
    """The classes that have a place in a picture; one of two shapes is one category. Ids count from 1."""
    shapes: dict[str, list[str]] = {}
    for one in project.ontology.get("classes", ()):
        if one["shape"] not in ("category", "line"):
            shapes.setdefault(one["name"], []).append(one["shape"])
    return [
        {"id": number, "name": name, "supercategory": "", "shapes": some}
        for number, (name, some) in enumerate(shapes.items(), 1)
    ]


def image_rows(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[list[dict[str, Any]]]:
    number = count(1)
    for tasks in parts(viewer, project, terms):
        yield [image_out(next(number), one) for one in tasks]


def image_out(number: int, task: TaskOut) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": number,
        "file_name": task.reference_id,
        "coco_url": task.link,
        "width": task.width,
        "height": task.height,
        "task_id": task.id,
        "reference_id": task.reference_id,
        "link_ends_at": moment(task.ends),
    }
    return said | {"private": True} if task.is_private else said


def annotation_rows(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[list[dict[str, Any]]]:
    """Boxes and polygons of the project's classes; image ids are told by counting the tasks once more."""
    ids = {one["name"]: one["id"] for one in categories_of(project)}
    known, image, number = KnownLabels(viewer, project), count(1), count(1)
    for tasks in parts(viewer, project, terms):
        said = known.of(tasks)
        yield [
            made | {"id": next(number), "image_id": image_id, "category_id": ids[row.label]}
            for task, image_id in zip(tasks, image, strict=False)
            for row in said.get(task.item_pk, ())
            if (made := annotation_out(row)) is not None
        ]


def annotation_out(row: LabelRow) -> dict[str, Any] | None:
    geometry: dict[str, Any] = msgspec.json.decode(row.geometry)
    if row.kind == "box":
        box = [geometry["x"], geometry["y"], geometry["width"], geometry["height"]]
        return {"bbox": box, "segmentation": [], "area": box[2] * box[3], "iscrowd": 0}
    if row.kind == "polygon" and row.left is not None and row.top is not None:
        points: Sequence[tuple[float, float]] = [(one["x"], one["y"]) for one in geometry["vertices"]]
        box = [row.left, row.top, (row.right or 0) - row.left, (row.bottom or 0) - row.top]
        flat = [number for point in points for number in point]
        return {"bbox": box, "segmentation": [flat], "area": polygon_area(points), "iscrowd": 0}
    return None
