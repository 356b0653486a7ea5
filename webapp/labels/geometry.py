"""Geometry of labels as pure code: what each kind may hold, what bounds it, and how much two shapes overlap.

Coordinates are pixels of the image, x right and y down from the outer corner of its first pixel. Numbers are written
as they were sent: a whole number stays whole, a fraction keeps every digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import msgspec

from webapp.datasets.drafts import name_of_type
from webapp.privacy.refusals import Invalid

# Left, top, right, bottom.
Bounds = tuple[float, float, float, float]
Point = tuple[float, float]

MAX_COORDINATE = 1_000_000
MAX_POINTS = 10_000
NUMBERS = (int, float)

encode = msgspec.json.Encoder().encode


def box(geometry: object) -> tuple[str, Bounds]:
    """`{x, y, width, height}`: the JSON text to store and the bounds; raises Invalid."""
    try:
        x, y, width, height = geometry["x"], geometry["y"], geometry["width"], geometry["height"]  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        refuse_keys(geometry, ("x", "y", "width", "height"))
    if len(geometry) != 4:  # type: ignore[arg-type]
        refuse_keys(geometry, ("x", "y", "width", "height"))
    for name, value in (("x", x), ("y", y), ("width", width), ("height", height)):
        # What is not a number compares as false to either side.
        if type(value) not in NUMBERS or not -MAX_COORDINATE <= value <= MAX_COORDINATE:
            checked_number(value, f"geometry.{name}")
    if width < 0 or height < 0:
        raise Invalid(f"the box is {width} wide and {height} high; both must be 0 or more.")
    return encode(geometry).decode(), (x, y, x + width, y + height)


def line(geometry: object) -> tuple[str, Bounds]:
    return path(geometry, 2, "a line")


def polygon(geometry: object) -> tuple[str, Bounds]:
    return path(geometry, 3, "a polygon")


def path(geometry: object, least: int, noun: str) -> tuple[str, Bounds]:
    """`{vertices: [{x, y}]}`."""
    found = checked_keys(geometry, ("vertices",))["vertices"]
    vertices = checked_list(found, "geometry.vertices")
    if len(vertices) < least:
        raise Invalid(f"geometry.vertices has {len(vertices)} points; {noun} takes {least} or more.")
    points = [point(one, f"geometry.vertices[{index}]") for index, one in enumerate(vertices)]
    return encode(geometry).decode(), bounds_of(points)


def point(value: object, name: str) -> Point:
    try:
        x, y = value["x"], value["y"]  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        refuse_keys(value, ("x", "y"), name)
    if len(value) != 2:  # type: ignore[arg-type]
        refuse_keys(value, ("x", "y"), name)
    for axis, number in (("x", x), ("y", y)):
        if type(number) not in NUMBERS or not -MAX_COORDINATE <= number <= MAX_COORDINATE:
            checked_number(number, f"{name}.{axis}")
    return x, y


def keypoints(geometry: object) -> tuple[str, Bounds | None]:
    """`{keypoints: [{x, y, visible}], names, skeleton}`; x and y are null only where `visible` is not true."""
    values = checked_keys(geometry, ("keypoints", "names", "skeleton"), optional=("skeleton",))
    found = checked_list(values["keypoints"], "geometry.keypoints")
    if not found:
        raise Invalid("geometry.keypoints is empty; one point or more is accepted.")
    placed = [keypoint(one, f"geometry.keypoints[{index}]") for index, one in enumerate(found)]
    # Who annotates writes 0, 0 for what cannot be seen (COCO): that bounds nothing.
    seen = [place for place, one in zip(placed, found, strict=True) if one["visible"]]
    check_names(values["names"], len(found))
    check_skeleton(values.get("skeleton"), len(found))
    points = [one for one in seen or placed if one is not None]
    return encode(geometry).decode(), bounds_of(points) if points else None


def keypoint(value: object, name: str) -> Point | None:
    values = checked_keys(value, ("x", "y", "visible"), name, optional=("x", "y"))
    visible = values["visible"]
    if type(visible) not in (bool, int):
        raise Invalid(f"{name}.visible must be true or false, not {name_of_type(visible)}.")
    x, y = values.get("x"), values.get("y")
    if x is None or y is None:
        if visible:
            raise Invalid(f"{name} is visible and has no place; send x and y as numbers.")
        for axis, number in (("x", x), ("y", y)):
            if number is not None:
                checked_number(number, f"{name}.{axis}")
        return None
    return checked_number(x, f"{name}.x"), checked_number(y, f"{name}.y")


def check_names(value: object, count: int) -> None:
    names = checked_list(value, "geometry.names")
    if len(names) != count:
        raise Invalid(f"geometry.names has {len(names)} entries for {count} keypoints; each point needs one name.")
    if any(type(one) is not str for one in names):
        raise Invalid("geometry.names must be a list of texts.")
    repeated = next((one for index, one in enumerate(names) if one in names[:index]), None) if count < 300 else None
    if repeated is not None or len(set(names)) != count:
        raise Invalid(f"geometry.names repeats {str(repeated)[:80]!r}; each point needs a name of its own.")


def check_skeleton(value: object, count: int) -> None:
    if value is None:
        return
    for index, pair in enumerate(checked_list(value, "geometry.skeleton")):
        ends = checked_list(pair, f"geometry.skeleton[{index}]")
        if len(ends) != 2 or any(type(end) is not int or not 0 <= end < count for end in ends):
            raise Invalid(f"geometry.skeleton[{index}] must be two numbers of keypoints, each from 0 to {count - 1}.")


def cuboid(geometry: object) -> tuple[str, None]:
    """`{position: {x, y, z}, dimensions: {x, y, z}, yaw}`, in the scene's own units: it has no place in an image."""
    values = checked_keys(geometry, ("position", "dimensions", "yaw"))
    triple(values["position"], "geometry.position")
    if min(triple(values["dimensions"], "geometry.dimensions")) < 0:
        raise Invalid("geometry.dimensions holds a number below 0; each must be 0 or more.")
    checked_number(values["yaw"], "geometry.yaw")
    return encode(geometry).decode(), None


def triple(value: object, name: str) -> tuple[float, float, float]:
    values = checked_keys(value, ("x", "y", "z"), name)
    x, y, z = (checked_number(values[axis], f"{name}.{axis}") for axis in ("x", "y", "z"))
    return x, y, z


def nothing(geometry: object) -> tuple[str, None]:
    """A category's geometry: `{}`, or none."""
    if geometry is not None:
        checked_keys(geometry, ())
    return "{}", None


# By kind; a mask and a multicategory are made by drafts.py, for what they hold stands outside `geometry`.
SHAPES: dict[str, Callable[[object], tuple[str, Bounds | None]]] = {
    "box": box,
    "line": line,
    "polygon": polygon,
    "keypoints": keypoints,
    "cuboid": cuboid,
    "category": nothing,
    "multicategory": nothing,
}


def checked_keys(
    value: object, names: Sequence[str], name: str = "geometry", optional: Sequence[str] = ()
) -> dict[str, Any]:
    """`value`, an object of just these keys, where the optional ones may be missing."""
    if not isinstance(value, dict):
        refuse_keys(value, names, name)
    if any(one not in names for one in value) or any(one not in value and one not in optional for one in names):
        refuse_keys(value, [one for one in names if one not in optional or one in value], name)
    return value


def refuse_keys(value: object, names: Sequence[str], name: str = "geometry") -> NoReturn:
    """Raise Invalid for what is no object of just these keys."""
    accepted = f"an object with {', '.join(names)}" if names else "an empty object"
    if type(value) is not dict:
        raise Invalid(f"{name} must be {accepted}, not {name_of_type(value)}.")
    missing = [one for one in names if one not in value]
    if missing:
        raise Invalid(f"{name} has no {missing[0]!r}; {accepted} is accepted.")
    unknown = next(str(one)[:80] for one in value if one not in names)
    raise Invalid(f"{name} has the unknown key {unknown!r}; {accepted} is accepted. Put the rest into metadata.")


def checked_list(value: object, name: str) -> list[Any]:
    if type(value) is not list:
        raise Invalid(f"{name} must be a list, not {name_of_type(value)}.")
    if len(value) > MAX_POINTS:
        raise Invalid(f"{name} has {len(value)} entries; at most {MAX_POINTS} are accepted.")
    return value


def checked_number(value: Any, name: str) -> float:
    if type(value) not in NUMBERS:
        raise Invalid(f"{name} must be a number, not {name_of_type(value)}.")
    if not -MAX_COORDINATE <= value <= MAX_COORDINATE:
        raise Invalid(f"{name} is {value!r:.60}; numbers from -{MAX_COORDINATE} to {MAX_COORDINATE} are accepted.")
    return value  # type: ignore[no-any-return]


def bounds_of(points: Iterable[Point]) -> Bounds:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def box_area(bounds: Bounds) -> float:
    return (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])


def box_iou(one: Bounds, other: Bounds) -> float:
    """How much two boxes overlap, 0 to 1; 0 where both are empty."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (box_area(one) + box_area(other) - shared)


def polygon_area(points: Sequence[Point]) -> float:
    """The area in square pixels, whichever way round the points go; a polygon that crosses itself has less."""
    turned = [*points[1:], points[0]]
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(points, turned, strict=True))) / 2
