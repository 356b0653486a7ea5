"""What a query means, in plain Python over plain values: written from docs/query-language.md, never from the compiler.

A row is a `Row`; a label is a dictionary of its fields. Slow and short on purpose.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from webapp.query.tree import (
    All,
    Arithmetic,
    Condition,
    Not,
    Number,
    Objects,
    Operand,
    Path,
    Some,
    Test,
    Text,
    Truth,
    walk,
)

Label = dict[str, Any]
TYPES = {"box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory", "segmentation"}
FIELDS = {"label", "labels", "type", "annotation_id", "task_id", "track", "taxonomy", "area", "confidence"}
OF_PICTURES = {"metadata", "width", "height", "frame"}
SYNONYMS = {"task_audit_status": "audit_status", "status": "task_status", "project": "project_name"}
WORDS = {"width", "height", "frame", "area"}
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass
class Row:
    """What a query is asked of: an item is its own only picture; a scene's pictures are its frames.

    A picture's `tasks` are those it is labelled in, each a dictionary of its fields.
    """

    fields: dict[str, Any]
    pictures: list[dict[str, Any]]
    scene: dict[str, Any]
    labels: dict[str, list[Label]]
    is_label: Label | None = None
    slices: set[str] = field(default_factory=set)


def holds(node: Condition, row: Row, inside: Label | None = None) -> bool:
    if isinstance(node, Some):
        return any(holds(part, row, inside) for part in node.parts)
    if isinstance(node, All):
        return all(holds(part, row, inside) for part in node.parts)
    if isinstance(node, Not):
        return not holds(node.part, row, inside)
    if isinstance(node, Objects):
        return any(holds(node.condition, row, one) for one in candidates(row, node.root))
    if isinstance(node.operands[0], Path) and node.operands[0].steps[0] in ("slice", "slice_id"):
        return any(isinstance(name, Text) and name.value in row.slices for name in node.operands[1:])
    asked = {part.steps[0] for part, _ in walk(node) if isinstance(part, Path)}
    labels = [] if inside is None else [inside]
    if inside is None:
        labels = [one for root in ("annotations", "predictions") if root in asked for one in candidates(row, root)]
    pictures = row.pictures if asked & OF_PICTURES else row.pictures[:1]
    tasks = candidates(row, "scale_metadata") if "scale_metadata" in asked else []
    return any(
        fits(node, [Reading(row, label, picture, task, inside is not None) for _ in node.operands], kind)
        for label in [*labels, None]
        for picture in pictures
        for task in [*tasks, None]
        for kind in ("number", "text", "truth", "list")
    )


def candidates(row: Row, root: str) -> list[Label]:
    """The labels, or the tasks, of which one is to fit: a label that is asked itself is the only one."""
    if root == "scale_metadata":
        return [task for picture in row.pictures for task in picture["tasks"]]
    if row.is_label is not None and row.is_label["root"] == root:
        return [row.is_label]
    return row.labels[root]


def fits(node: Test, readings: list[Reading], kind: str) -> bool:
    if node.word == "EXISTS":
        return readings[0].is_there(node.operands[0])
    first = readings[0].value(node.operands[0], kind)
    if first is None:
        return False
    if node.word == "IN":
        return any(isinstance(one, LITERAL[kind]) and one.value == first for one in node.operands[1:])
    if kind == "list":
        wanted = node.operands[1]
        return node.word == "CONTAINS" and any(
            of_kind(each, name) == getattr(wanted, "value", None) and isinstance(wanted, LITERAL[name])
            for each in first
            for name in ("number", "text", "truth")
            if of_kind(each, name) is not None
        )
    rest = [reading.value(operand, kind) for reading, operand in zip(readings[1:], node.operands[1:], strict=True)]
    if any(each is None for each in rest):
        return False
    if kind == "text" and any(isinstance(one, Text) and one.is_date for one in node.operands):
        asked = [value for value, one in zip([first, *rest], node.operands, strict=True) if isinstance(one, Path)]
        if not all(DATE.match(each) for each in asked):
            return False
    return compares(node.word, kind, first, rest)


def compares(word: str, kind: str, first: Any, rest: list[Any]) -> bool:
    if word == "CONTAINS":
        return kind == "text" and rest[0] in first
    if word == "STARTS WITH":
        return kind == "text" and first.startswith(rest[0])
    if kind == "truth" and word != "=":
        return False
    if word == "BETWEEN":
        return bool(rest[0] <= first <= rest[1])
    return ORDER[word](first, rest[0])


LITERAL: dict[str, Any] = {"number": Number, "text": Text, "truth": Truth, "list": ()}


def of_kind(value: Any, kind: str) -> Any:
    if kind == "number":
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    wanted = {"text": str, "truth": bool, "list": list}[kind]
    return value if isinstance(value, wanted) else None


@dataclass
class Reading:
    """One way to read the fields: with this label for those of labels, this picture and this task for theirs."""

    row: Row
    label: Label | None
    picture: dict[str, Any]
    task: dict[str, Any] | None
    is_inside: bool

    def value(self, operand: Operand, kind: str) -> Any:
        if isinstance(operand, Number | Text | Truth):
            if kind == "number" and isinstance(operand, Text) and operand.is_bare and operand.value in WORDS:
                # Where only a number makes sense, a bare word is a field.
                return self.value(Path((operand.value,), operand.at), kind)
            return operand.value if isinstance(operand, LITERAL[kind]) else None
        if isinstance(operand, Objects):
            is_of_tasks = operand.root == "scale_metadata"
            asked = candidates(self.row, operand.root) if is_of_tasks else self.row.labels[operand.root]
            count = sum(holds(operand.condition, self.row, one) for one in asked)
            return float(count) if kind == "number" else None
        if isinstance(operand, Arithmetic):
            return self.arithmetic(operand) if kind == "number" else None
        if kind == "number" and (name := self.counted(operand)) is not None:
            return float(name)
        return of_kind(self.raw(operand, kind), kind)

    def arithmetic(self, node: Arithmetic) -> float | None:
        total = self.term(node.first, node.rest[0][0])
        for sign, part in node.rest:
            other = self.term(part, sign)
            if total is None or other is None:
                return None
            total = calculated(sign, total, other)
        return None if total is None else float(total)

    def term(self, operand: Operand, sign: str) -> float | None:
        value = self.value(operand, "number")
        is_vast = sign != "%" and isinstance(operand, Path) and value is not None and abs(value) > 1e300
        return None if is_vast else value

    def counted(self, path: Path) -> int | None:
        """How many labels a path counts, None if it counts none."""
        if self.is_inside or path.steps[0] not in ("annotations", "predictions"):
            return None
        labels, steps = self.row.labels[path.steps[0]], path.steps[1:]
        if steps == ("count",):
            shapes = [one for one in labels if one["type"] not in ("category", "multicategory")]
            return len(shapes if path.steps[0] == "predictions" else labels)
        if len(steps) == 2 and steps[0] in TYPES:
            labels, steps = [one for one in labels if one["type"] == steps[0]], steps[1:]
            if steps == ("count",):
                return len(labels)
        if len(steps) == 1 and steps[0] not in ("area", "confidence"):
            return sum(steps[0] in names(one) for one in labels)
        return None

    def raw(self, path: Path, kind: str) -> Any:
        steps = path.steps
        if self.is_inside:
            return self.of_label(steps)
        if steps[0] == "scale_metadata":
            return below(self.task, (SYNONYMS.get(steps[1], steps[1]),))
        if steps[0] == "metadata":
            return below(self.picture["metadata"], steps[1:])
        if steps[0] in ("annotations", "predictions"):
            return self.of_labels(steps[0], steps[1:], kind)
        if steps[:2] == ("scene", "metadata"):
            return below(self.row.scene["metadata"], steps[2:])
        if steps[0] == "scene":
            return self.row.scene[".".join(steps[1:])]
        if steps[0] in ("width", "height", "frame"):
            return self.picture[steps[0]]
        return self.row.fields.get(steps[0])

    def of_labels(self, root: str, steps: tuple[str, ...], kind: str) -> Any:
        if self.label is None or self.label["root"] != root:
            return None
        if steps[0] in TYPES and len(steps) > 1:
            if self.label["type"] != steps[0]:
                return None
            steps = steps[1:]
        if steps[0] in ("metadata", "position", "dimensions"):
            return self.of_label(steps)
        if len(steps) == 1:
            if steps[0] in FIELDS:
                return self.of_label(steps)
            if self.label["taxonomy"] != steps[0]:
                return None
            return self.label["labels"] if kind == "list" else self.label["label"]
        if steps[0] not in names(self.label):
            return None
        is_own = steps[1] in ("metadata", "area", "confidence", "track") or (
            steps[1] in ("position", "dimensions") and len(steps) == 3
        )
        return self.of_label(steps[1:]) if is_own else below(self.label["metadata"], steps[1:])

    def of_label(self, steps: tuple[str, ...]) -> Any:
        return below(self.label, (SYNONYMS.get(steps[0], steps[0]), *steps[1:]))

    def is_there(self, operand: Operand) -> bool:
        assert isinstance(operand, Path)
        steps = operand.steps
        is_name = not self.is_inside and steps[0] in ("annotations", "predictions") and len(steps) == 2
        if is_name and steps[1] not in FIELDS:
            label = self.label
            of_root = label is not None and label["root"] == steps[0]
            return of_root and (steps[1] in names(label) or label["taxonomy"] == steps[1])
        return self.raw(operand, "text") is not None


def names(label: Label) -> list[str]:
    return label["labels"] if label["labels"] is not None else [label["label"]]


def below(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def calculated(sign: str, left: float, right: float) -> float | None:
    if sign == "%":
        whole = all(abs(one) < 2**53 and one == int(one) for one in (left, right) if abs(one) < 2**53)
        fits = abs(left) < 2**53 and abs(right) < 2**53
        return math.fmod(left, right) if fits and whole and right else None
    return left + right if sign == "+" else left - right
