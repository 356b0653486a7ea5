"""Real labels as the SDK's objects: COCO's annotations of 123 photographs, and what two detectors say of them.

Used with two versions of the SDK, so it imports nothing but that. Every object goes in as a box; its polygons, one for
each of its parts, and the key points of persons beside it. A crowd's run-length mask is metadata of its box, for masks
are pictures behind URLs here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nucleus import (
    BoxAnnotation,
    BoxPrediction,
    DatasetItem,
    Keypoint,
    KeypointsAnnotation,
    KeypointsPrediction,
    Point,
    PolygonAnnotation,
)

MEDIA = "https://media.harbor.example"
OBJECTS, POLYGONS, PERSONS = 1117, 1219, 69
BOXES, POSES = 4195, 90
# Below this a detector's point is a guess.
VISIBLE = 0.3


class Coco:
    """`data` is the folder that holds images/coco_cc and predictions/coco_cc."""

    def __init__(self, data: Path) -> None:
        self.instances = read(data / "images/coco_cc/instances.json")
        self.keypoints = read(data / "images/coco_cc/person_keypoints.json")
        self.boxes = read(data / "predictions/coco_cc/centernet_bbox_results.json")
        self.poses = read(data / "predictions/coco_cc/movenet_keypoints_results.json")
        self.names = {one["id"]: one["name"] for one in self.instances["categories"]}
        person = self.keypoints["categories"][0]
        # COCO counts from 1.
        self.points = person["keypoints"]
        self.skeleton = [[start - 1, end - 1] for start, end in person["skeleton"]]

    def items(self) -> list[DatasetItem]:
        return [
            DatasetItem(
                image_location=f"{MEDIA}/{one['file_name']}",
                reference_id=reference(one["id"]),
                width=one["width"],
                height=one["height"],
            )
            for one in self.instances["images"]
        ]

    def annotations(self) -> list[Any]:
        objects = self.instances["annotations"]
        persons = [one for one in self.keypoints["annotations"] if one["num_keypoints"]]
        boxes = [self.box(one) for one in objects]
        polygons = [polygon for one in objects if not one["iscrowd"] for polygon in self.polygons(one)]
        assert (len(boxes), len(polygons), len(persons)) == (OBJECTS, POLYGONS, PERSONS)
        return [*boxes, *polygons, *map(self.person, persons)]

    def box(self, one: dict[str, Any]) -> BoxAnnotation:
        left, top, width, height = one["bbox"]
        crowd = {"rle": one["segmentation"]} if one["iscrowd"] else {}
        return BoxAnnotation(
            self.names[one["category_id"]],
            left,
            top,
            width,
            height,
            reference(one["image_id"]),
            annotation_id=f"box/{one['id']}",
            metadata={"area": one["area"], "iscrowd": one["iscrowd"], **crowd},
        )

    def polygons(self, one: dict[str, Any]) -> Iterator[PolygonAnnotation]:
        for part, ring in enumerate(one["segmentation"]):
            yield PolygonAnnotation(
                self.names[one["category_id"]],
                [Point(x, y) for x, y in zip(ring[::2], ring[1::2])],  # noqa: B905 (old SDKs' way)
                reference(one["image_id"]),
                annotation_id=f"polygon/{one['id']}/{part}",
                metadata={"object": one["id"], "area": one["area"]},
            )

    def person(self, one: dict[str, Any]) -> KeypointsAnnotation:
        """COCO tells three states apart; a point that nobody has placed has no x and y here."""
        points = [
            Keypoint(x, y, visible == 2) if visible else Keypoint(None, None, False)
            for x, y, visible in triples(one["keypoints"])
        ]
        return KeypointsAnnotation(
            "person",
            points,
            self.points,
            reference(one["image_id"]),
            self.skeleton,
            annotation_id=f"keypoints/{one['id']}",
            metadata={"object": one["id"]},
        )

    def predictions(self) -> list[Any]:
        boxes = [self.found(place, one) for place, one in enumerate(self.boxes)]
        poses = [self.pose(place, one) for place, one in enumerate(self.poses)]
        assert (len(boxes), len(poses)) == (BOXES, POSES)
        return [*boxes, *poses]

    def found(self, place: int, one: dict[str, Any]) -> BoxPrediction:
        left, top, width, height = one["bbox"]
        name = self.names[one["category_id"]]
        return BoxPrediction(
            name,
            left,
            top,
            width,
            height,
            reference(one["image_id"]),
            one["score"],
            annotation_id=f"found/{place}",
            class_pdf={name: one["score"], "background": 1 - one["score"]},
        )

    def pose(self, place: int, one: dict[str, Any]) -> KeypointsPrediction:
        return KeypointsPrediction(
            "person",
            [Keypoint(x, y, score >= VISIBLE) for x, y, score in triples(one["keypoints"])],
            self.points,
            self.skeleton,
            reference(one["image_id"]),
            one["score"],
            annotation_id=f"pose/{place}",
            metadata={"scores": one["keypoints"][2::3]},
        )


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def reference(image_id: int) -> str:
    """With a slash and a space, as files crawled from a folder have them."""
    return f"coco cc/{image_id}"


def triples(values: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    return zip(values[::3], values[1::3], values[2::3])  # noqa: B905 (as above)


def texts(labels: Iterable[Any]) -> list[str]:
    """What the SDK would send of these labels, in one order: equal texts are equal to the last digit."""
    return sorted(json.dumps({**one.to_payload(), "item_id": None}, sort_keys=True) for one in labels)


def in_rows(rows: Iterable[dict[str, Any]], key: str = "annotations") -> list[Any]:
    """All labels in the rows of an export."""
    return [one for row in rows for labels in row[key].values() for one in labels]


def in_groups(groups: dict[str, list[Any]]) -> list[Any]:
    return [one for labels in groups.values() for one in labels]
