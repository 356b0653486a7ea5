"""A project's tasks as a list that Label Studio imports as it is, and the labelling interface to go with them.

Label Studio keeps `data` as it came and exports it again with the results: `task_id` in it finds the task. It counts in
percent of the picture's width and height.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.exchange.handing_out import TaskOut, Terms, parts
from webapp.exchange.known_labels import KnownLabels
from webapp.exchange.manifest import json_list, moment
from webapp.labels.models import LabellingProject
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id

# By the tag of the interface the shapes that are drawn with it. A mask is traced, as no brush can come back.
TAGS = {
    "RectangleLabels": ("box",),
    "PolygonLabels": ("polygon", "mask"),
    "KeyPointLabels": ("keypoints",),
    "Choices": ("category",),
}
NAMES = {"RectangleLabels": "box", "PolygonLabels": "polygon", "KeyPointLabels": "keypoints", "Choices": "category"}
KINDS = {"box": "rectanglelabels", "polygon": "polygonlabels"}


def label_studio(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[bytes]:
    """The parts of the JSON text."""
    known = KnownLabels(viewer, project) if terms.with_labels else None
    pieces = (tasks_out(project, known, tasks) for tasks in parts(viewer, project, terms))
    yield from json_list(pieces)
    yield b"\n"


def tasks_out(project: LabellingProject, known: KnownLabels | None, tasks: list[TaskOut]) -> list[dict[str, Any]]:
    said = known.of(tasks) if known is not None else {}
    return [task_out(project, one, said.get(one.item_pk, [])) for one in tasks]


def task_out(project: LabellingProject, task: TaskOut, rows: list[LabelRow]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "image": task.link,
        "task_id": task.id,
        "reference_id": task.reference_id,
        "project_id": project.public_id,
        "link_ends_at": moment(task.ends),
    }
    made: dict[str, Any] = {"data": data | {"private": True} if task.is_private else data}
    shapes = [shape for row in rows if (shape := region(row, task)) is not None]
    return made | {"predictions": [{"model_version": "transom", "result": shapes}]} if shapes else made


def region(row: LabelRow, task: TaskOut) -> dict[str, Any] | None:
    """A box or a polygon as a region; None for what is neither, or where the picture's size is not known."""
    kind = KINDS.get(row.kind)
    if kind is None or not task.width or not task.height:
        return None
    geometry = msgspec.json.decode(row.geometry)
    across, down = 100 / task.width, 100 / task.height
    value: dict[str, Any] = {kind: [row.label]}
    if row.kind == "box":
        value |= {"x": geometry["x"] * across, "y": geometry["y"] * down, "rotation": 0}
        value |= {"width": geometry["width"] * across, "height": geometry["height"] * down}
    else:
        value |= {"points": [[one["x"] * across, one["y"] * down] for one in geometry["vertices"]], "closed": True}
    return {
        "id": public_id.encode("ann", row.pk),
        "type": kind,
        "from_name": row.kind,
        "to_name": "image",
        "original_width": task.width,
        "original_height": task.height,
        "image_rotation": 0,
        "value": value,
    }


def interface(project: LabellingProject) -> str:
    """The labelling interface of the project's classes, in Label Studio's XML. Lines it cannot draw are left out."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Image", name="image", value="$image", zoom="true", zoomControl="true")
    classes = project.ontology.get("classes", ())
    for tag, shapes in TAGS.items():
        drawn = {one["name"]: one.get("description", "") for one in classes if one["shape"] in shapes}
        if not drawn:
            continue
        control = ElementTree.SubElement(view, tag, name=NAMES[tag], toName="image")
        if tag == "RectangleLabels":
            # A turned box is refused when it comes back.
            control.set("canRotate", "false")
        if tag == "Choices":
            control.set("choice", "single")
        for name, hint in drawn.items():
            entry = ElementTree.SubElement(control, "Choice" if tag == "Choices" else "Label", value=name)
            if hint:
                entry.set("hint", hint)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"
