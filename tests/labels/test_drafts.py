"""What a label may hold: numbers go out as they came in, and what is wrong is said in the sender's words."""

import json
from typing import Any

import pytest

from tests import make
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.labels.geometry import box_iou, polygon_area
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid

POLICY = OriginPolicy(frozenset(), locked=False)
BOX = {"x": 1, "y": 2, "width": 3, "height": 4}
KEYPOINTS = {"keypoints": [{"x": 1, "y": 2, "visible": True}], "names": ["nose"], "skeleton": None}
CUBOID = {"position": {"x": 1, "y": 2, "z": 3}, "dimensions": {"x": 1, "y": 2, "z": 0}, "yaw": -0.1}


def draft(**fields: Any) -> LabelDraft:
    fields = {"type": "box", "label": "car", "reference_id": "a", "policy": POLICY} | fields
    if fields["type"] == "box":
        fields.setdefault("geometry", BOX)
    return label_draft(**fields)


@pytest.mark.parametrize(
    ("kind", "geometry", "text", "bounds"),
    [
        (
            "box",
            {"x": 0.1, "y": -3, "width": 1e-7, "height": 12.0},
            '{"x":0.1,"y":-3,"width":1e-7,"height":12.0}',
            (0.1, -3, 0.1 + 1e-7, 9),
        ),
        (
            "line",
            {"vertices": [{"x": 5, "y": 6.25}, {"y": 1, "x": 2}]},
            '{"vertices":[{"x":5,"y":6.25},{"y":1,"x":2}]}',
            (2, 1, 5, 6.25),
        ),
        (
            "keypoints",
            {
                "keypoints": [{"x": None, "y": None, "visible": False}, {"x": 3, "y": 4.5, "visible": True}],
                "names": ["nose", "tail"],
                "skeleton": [[0, 1]],
            },
            """{"keypoints":[{"x":null,"y":null,"visible":false},{"x":3,"y":4.5,"visible":true}],\
"names":["nose","tail"],"skeleton":[[0,1]]}""",
            (3, 4.5, 3, 4.5),
        ),
        (
            "cuboid",
            CUBOID,
            '{"position":{"x":1,"y":2,"z":3},"dimensions":{"x":1,"y":2,"z":0},"yaw":-0.1}',
            None,
        ),
        ("category", None, "{}", None),
    ],
)
def test_geometry_goes_out_as_it_came_in(kind: str, geometry: Any, text: str, bounds: Any) -> None:
    made = draft(type=kind, geometry=geometry)
    assert (made.geometry, made.bounds) == (text, bounds)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"type": "circle"}, r"type is 'circle'; box, line, polygon, .*mask are accepted"),
        ({"type": None}, "type is 'None'"),
        ({"label": ""}, "label has 0 characters; 1 to 200"),
        ({"label": 7}, "label must be a text, not a number"),
        ({"label": "x" * 201}, "label has 201 characters"),
        ({"reference_id": None}, "reference_id must be a text, not null"),
        ({"annotation_id": "x" * 1025}, "annotation_id has 1025 characters"),
        ({"metadata": [1]}, "metadata must be an object"),
        ({"confidence": 1.01}, "confidence is 1.01; numbers from 0 to 1"),
        ({"confidence": float("nan")}, "confidence is nan"),
        ({"confidence": True}, "confidence must be a number from 0 to 1, not true or false"),
        ({"class_pdf": {"car": 2}}, r"class_pdf\['car'\] is 2"),
        ({"embedding_vector": [1e39]}, "float32"),
        ({"embedding_vector": [float("inf")]}, "finite"),
        ({"taxonomy_name": "weather"}, "a box takes no taxonomy_name"),
        ({"geometry": None}, "geometry must be an object with x, y, width, height, not null"),
        ({"geometry": {**BOX, "z": 1}}, "geometry has the unknown key 'z'"),
        ({"geometry": {"x": 1, "y": 2, "width": 3}}, "geometry has no 'height'"),
        ({"geometry": {**BOX, "width": -1}}, "the box is -1 wide and 4 high"),
        ({"geometry": {**BOX, "x": float("nan")}}, "geometry.x is nan"),
        ({"geometry": {**BOX, "x": True}}, "geometry.x must be a number, not true or false"),
        ({"geometry": {**BOX, "y": 1_000_001}}, "geometry.y is 1000001; numbers from -1000000 to 1000000"),
        ({"type": "polygon", "geometry": {"vertices": [{"x": 1, "y": 1}] * 2}}, "2 points; a polygon takes 3"),
        ({"type": "line", "geometry": {"vertices": [{"x": 1, "y": 1}]}}, "1 points; a line takes 2"),
        ({"type": "line", "geometry": {"vertices": [{"x": 1, "y": 1}, {"x": 1}]}}, r"vertices\[1\] has no 'y'"),
        ({"type": "line", "geometry": {"vertices": [{"x": 1, "y": "2"}] * 2}}, r"vertices\[0\].y must be a number"),
        ({"type": "line", "geometry": {"vertices": [{"x": 1, "y": 2}] * 10_001}}, "10001 entries; at most 10000"),
        (
            {"type": "keypoints", "geometry": {**KEYPOINTS, "keypoints": [{"x": None, "y": 2, "visible": True}]}},
            r"keypoints\[0\] is visible and has no place",
        ),
        ({"type": "keypoints", "geometry": {**KEYPOINTS, "names": []}}, "0 entries for 1 keypoints"),
        ({"type": "keypoints", "geometry": {**KEYPOINTS, "skeleton": [[0, 1]]}}, r"skeleton\[0\].* from 0 to 0"),
        (
            {"type": "keypoints", "geometry": {"keypoints": KEYPOINTS["keypoints"] * 2, "names": ["nose", "nose"]}},
            "names repeats 'nose'",
        ),
        ({"type": "cuboid", "geometry": {**CUBOID, "dimensions": {"x": -1, "y": 1, "z": 1}}}, "below 0"),
        ({"type": "cuboid", "geometry": {**CUBOID, "yaw": None}}, "geometry.yaw must be a number, not null"),
        ({"type": "category", "geometry": {"x": 1}}, "must be an empty object|unknown key 'x'"),
        ({"type": "multicategory", "labels": "car"}, "labels must be a list"),
        ({"type": "multicategory", "labels": ["car", ""]}, r"labels\[1\] has 0 characters"),
        ({"type": "mask", "segments": [], "mask_url": "/tmp/a.png"}, "mask_url is refused"),
        ({"type": "mask", "segments": [{"label": "x", "index": -1}], "mask_url": "-"}, r"annotations\[0\].index"),
        ({"type": "mask", "segments": [{"label": "x", "index": "1.5"}], "mask_url": "-"}, r"annotations\[0\].index"),
        ({"type": "mask", "segments": [{"label": "x", "index": 1, "id": 2}], "mask_url": "-"}, "unknown key 'id'"),
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        draft(**fields)
    assert len(refusal.value.sentence) < 300


def test_mask_index_may_be_the_text_of_the_sdks_own_example_or_null_and_is_kept_as_sent() -> None:
    segments = [{"label": "grass", "index": "1"}, {"label": "road", "index": None}, {"label": "bus", "index": 3}]
    mask = draft(type="mask", segments=segments, mask_url=f"{make.MEDIA}/a.png")
    assert json.loads(mask.geometry)["annotations"] == segments


def test_identity_is_the_senders_id_with_its_task_or_what_an_item_has_one_of() -> None:
    mask = draft(type="mask", segments=[], mask_url=f"{make.MEDIA}/a.png", annotation_id="x")
    identities = [
        draft(annotation_id="x").identity,
        draft(annotation_id="x", task_id="t").identity,
        draft(annotation_id="category:").identity,
        draft(type="category").identity,
        draft(type="category", taxonomy_name="weather").identity,
        draft(type="multicategory", labels=["a"]).identity,
        mask.identity,
        draft(annotation_id="ü" * 1024).identity,
        draft(annotation_id="ü" * 1023 + "u").identity,
    ]
    assert None not in identities
    assert len(set(identities)) == len(identities)
    assert max(len(one or "") for one in identities) <= 240
    assert draft().identity is None


def test_overlap_and_area() -> None:
    assert box_iou((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert box_iou((0, 0, 2, 2), (2, 0, 3, 3)) == 0
    assert box_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0
    assert polygon_area([(0, 0), (0, 2), (3, 2), (3, 0)]) == 6


def test_keypoints_are_bounded_by_those_that_are_seen() -> None:
    points = [{"x": 5, "y": 6, "visible": True}, {"x": 9, "y": 7, "visible": 1}, {"x": 0, "y": 0, "visible": False}]
    names = ["nose", "eye", "ear"]
    assert draft(type="keypoints", geometry={"keypoints": points, "names": names}).bounds == (5, 6, 9, 7)
    unseen = [{**one, "visible": False} for one in points]
    assert draft(type="keypoints", geometry={"keypoints": unseen, "names": names}).bounds == (0, 0, 9, 7)
