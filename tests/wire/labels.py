"""Labels as the newest SDK sends them, and the ways of sending them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import make
from tests.wire.caller import ROOT, Answer, Caller, answer_of, item

MASK = f"{make.MEDIA}/masks/1.png?sig=%2B"


def box(reference_id: str | None, name: str | None = "b", **fields: Any) -> dict[str, Any]:
    return {
        "label": "car",
        "type": "box",
        "geometry": {"x": 10, "y": 20.25, "width": 30.0, "height": 40.1},
        "reference_id": reference_id,
        "annotation_id": name,
        "metadata": {},
        "embedding_vector": None,
        "track_reference_id": None,
        "task_id": None,
        **fields,
    }


def polygon(reference_id: str, points: Iterable[tuple[Any, Any]], name: str = "p", **fields: Any) -> dict[str, Any]:
    vertices = [{"x": x, "y": y} for x, y in points]
    return box(reference_id, name, type="polygon", geometry={"vertices": vertices}, **fields)


def category(reference_id: str, label: str = "night", **fields: Any) -> dict[str, Any]:
    return {
        "label": label,
        "type": "category",
        "geometry": {},
        "reference_id": reference_id,
        "metadata": {},
        "track_reference_id": None,
        "task_id": None,
        **fields,
    }


def mask(reference_id: str, url: str = MASK, **fields: Any) -> dict[str, Any]:
    return {
        "type": "mask",
        "mask_url": url,
        "annotations": [{"label": "sea", "index": 1}, {"label": "quay", "index": 2, "metadata": {"old": True}}],
        "annotation_id": None,
        "reference_id": reference_id,
        **fields,
    }


def one_of_each(reference_id: str) -> list[dict[str, Any]]:
    """All kinds but the mask, with numbers that a careless reader would change."""
    points = [{"x": 1.10, "y": 2, "visible": True}, {"x": None, "y": None, "visible": False}]
    cuboid = {
        "position": {"x": -1.5, "y": 2e-7, "z": 0},
        "dimensions": {"x": 4, "y": 1.9, "z": 1.5},
        "yaw": 0.1 + 0.2,
    }
    return [
        box(reference_id, geometry={"x": 217.62, "y": 240, "width": 38.99, "height": 57.75}, metadata={"a": 1481.5}),
        box(reference_id, "l", type="line", geometry={"vertices": [{"x": 1, "y": 2}, {"x": 1e-7, "y": 12.0}]}),
        polygon(reference_id, [(1 / 3, 2), (3, 4), (5, 6.5)], track_reference_id="t1", task_id="task"),
        box(
            reference_id,
            "k",
            type="keypoints",
            geometry={"keypoints": points, "names": ["a", "b"], "skeleton": [[0, 1]]},
        ),
        {"label": "car", "type": "cuboid", "geometry": cuboid, "reference_id": reference_id},
        category(reference_id),
        {
            "labels": ["wet", "cold"],
            "type": "multicategory",
            "geometry": {},
            "reference_id": reference_id,
            "metadata": {},
            "track_reference_id": None,
            "task_id": None,
        },
    ]


def fill(caller: Caller, dataset_id: str, *names: str) -> None:
    answer = caller.post(f"dataset/{dataset_id}/append", {"items": [item(name) for name in names]})
    assert answer.body["new_items"] == len(names), answer.body


def annotate(caller: Caller, dataset_id: str, *rows: Any, update: bool = False) -> Answer:
    """As the SDK does in one call, masks in their own list."""
    masks = [row for row in rows if type(row) is dict and row.get("type") == "mask"]
    others = [row for row in rows if row not in masks]
    body = {"update": update, "annotations": others, "segmentations": masks}
    return caller.post(f"dataset/{dataset_id}/annotate", {key: value for key, value in body.items() if value != []})


def annotate_later(caller: Caller, dataset_id: str, lines: Iterable[Any] | bytes, *, update: bool = False) -> Answer:
    """The job's final status."""
    request_id = caller.upload(dataset_id, lines)
    started = caller.post(f"dataset/{dataset_id}/annotate?async=1", {"requestId": request_id, "update": update})
    assert started.status == 200, started.body
    return caller.run(started)


def send_masks(caller: Caller, path: str, rows: Any, files: list[tuple[str, bytes]], *, update: bool = False) -> Answer:
    """A form as the SDK makes it."""
    text = json.dumps({"segmentations": rows, "update": update})
    parts = [SimpleUploadedFile(name, content, "image/png") for name, content in files]
    raw = encode_multipart(BOUNDARY, {"serialized_request": text, "mask": parts})
    return answer_of(
        caller.client.generic("POST", f"{ROOT}/{path}", raw, content_type=MULTIPART_CONTENT, headers=caller.headers)
    )


def of_item(caller: Caller, dataset_id: str, reference_id: str) -> dict[str, list[dict[str, Any]]]:
    found = caller.get(f"dataset/{dataset_id}/refloc/{reference_id}").body["annotations"]
    return dict(found)


def make_model(caller: Caller, reference_id: str = "m", **fields: Any) -> str:
    body = {"name": "Model", "reference_id": reference_id, "metadata": {}, **fields}
    return str(caller.post("models/add", body).body["model_id"])


def predict(caller: Caller, path: str, *rows: Any, **fields: Any) -> Answer:
    return caller.post(path, {"update": False, "annotations": list(rows), **fields})


def names_in(groups: dict[str, list[dict[str, Any]]]) -> list[str]:
    return sorted(one["annotation_id"] for labels in groups.values() for one in labels)


def item_id(caller: Caller, dataset_id: str, reference_id: str) -> str:
    return str(caller.get(f"dataset/{dataset_id}/refloc/{reference_id}").body["item"]["id"])
