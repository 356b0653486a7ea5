"""What columns can tell of a query: for each row of a segment whether it matches certainly, possibly, or not at all.

Every test is true or false, as in compile.py; what columns do not hold (labels, slices, other tables) is possible.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from webapp.query.columns.building import MAX_STEPS
from webapp.query.columns.building import Path as Steps
from webapp.query.columns.column import FALSE, FIRST_NUMBER, MISSING, TRUE, UNREAD, Column, Floats
from webapp.query.columns.store import Asked
from webapp.query.compile import KINDS
from webapp.query.fields import OBJECT_FIELDS
from webapp.query.scope import Subject, is_slice
from webapp.query.tree import (
    LITERALS,
    All,
    Arithmetic,
    Condition,
    Literal,
    Not,
    Number,
    Operand,
    Path,
    Some,
    Test,
    Text,
    Truth,
    walk,
)

Mask = NDArray[np.bool_]
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WHOLE = 9007199254740991.0
ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# Where the metadata of the row itself stands, by what the query is about.
ROOTS = {Subject.ITEMS: ("metadata",), Subject.SCENES: ("scene", "metadata")}


# What stands behind `annotations` and is no class.
NO_CLASSES = {*OBJECT_FIELDS, "metadata", "position", "dimensions"}


class Unknown(Exception):
    """Columns cannot tell."""


class Found(NamedTuple):
    """`yes`: the rows that match for certain; `may`: those and the ones that only SQL can tell.

    They are one array where columns tell it of each row.
    """

    yes: Mask
    may: Mask


def steps_of(path: Path, subject: Subject) -> Steps | None:
    """The steps of a field that is metadata of the row itself, None for any other."""
    root = ROOTS.get(subject)
    if root is None or path.run is not None or path.steps[: len(root)] != root:
        return None
    steps = path.steps[len(root) :]
    return steps if 0 < len(steps) <= MAX_STEPS else None


def class_of(path: Path, subject: Subject) -> str | None:
    """The class whose annotations a path counts where a number is asked for, "" for all; None for any other path."""
    if subject is not Subject.ITEMS or path.run is not None or len(path.steps) != 2 or path.steps[0] != "annotations":
        return None
    name = path.steps[1]
    if name == "count":
        return ""
    return name if name and name not in NO_CLASSES else None


def asked_of(tree: Condition, subject: Subject) -> Asked:
    """What a query names of columns."""
    paths = [node for node, _ in walk(tree) if isinstance(node, Path)]
    fields = {steps for path in paths if (steps := steps_of(path, subject)) is not None}
    return Asked(fields, {name for path in paths if (name := class_of(path, subject)) is not None})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Of the rows of one segment; a field that no row has is None."""

    subject: Subject
    row_count: int
    columns: Mapping[Steps, Column | None]
    counts: Mapping[str, Column]

    def found(self, node: Condition) -> Found:
        if isinstance(node, Not):
            yes, may = self.found(node.part)
            neither = ~may
            return Found(neither, neither if yes is may else ~yes)
        if isinstance(node, All | Some):
            word = operator.and_ if isinstance(node, All) else operator.or_
            parts = [self.found(part) for part in node.parts]
            yes = reduce(word, [part.yes for part in parts])
            is_known = all(part.yes is part.may for part in parts)
            return Found(yes, yes if is_known else reduce(word, [part.may for part in parts]))
        try:
            if isinstance(node, Test) and not is_slice(node.operands[0]):
                return self.test(node)
        except Unknown:
            pass
        return Found(self.none(), ~self.none())

    def none(self) -> Mask:
        return np.zeros(self.row_count, np.bool_)

    def column(self, path: Path) -> Column | None:
        name = class_of(path, self.subject)
        if name is not None and name in self.counts:
            return self.counts[name]
        steps = steps_of(path, self.subject)
        if steps is None or steps not in self.columns:
            raise Unknown
        return self.columns[steps]

    def test(self, node: Test) -> Found:
        self.refuse_other_than_counts(node)
        refuse_bare_fields(node)
        others = [place for place, one in enumerate(node.operands) if not isinstance(one, LITERALS)]
        if len(others) == 1 and isinstance(path := node.operands[others[0]], Path):
            column = self.column(path)
            if column is None:
                return Found(none := self.none(), none)
            yes, may = OneField(node, others[0], column).found()
            certain, unsure = rows_with(column, yes), rows_with(column, may & ~yes)
            return Found(certain, certain | unsure if unsure.any() else certain)
        return self.of_several(node)

    def refuse_other_than_counts(self, node: Test) -> None:
        """Raise Unknown where a class is not certainly asked for a number: it may be a taxonomy and its answer."""
        said = [one for one in node.operands if isinstance(one, Path) and class_of(one, self.subject) is not None]
        beside = [one for one in node.operands if one not in said]
        is_number = all(isinstance(one, Number | Arithmetic) for one in beside)
        if said and (node.word not in (*ORDER, "IN", "BETWEEN") or not beside or not is_number):
            raise Unknown

    def of_several(self, node: Test) -> Found:
        """A test of several fields, or of what is calculated from some, row by row."""
        if node.word not in KINDS or node.word == "STARTS WITH":
            raise Unknown
        values = [self.numbers(one) for one in node.operands]
        wanted = [value for value, _ in values]
        if node.word == "IN":
            yes = reduce(operator.or_, [wanted[0] == one for one in wanted[1:]])
        else:
            yes = compared(node.word, wanted)
        may = yes | reduce(operator.or_, [unread for _, unread in values])
        if not any(isinstance(one, Arithmetic) for one in node.operands):
            may |= reduce(operator.and_, [self.can_be_else(one) for one in node.operands])
        return Found(yes, may)

    def can_be_else(self, operand: Operand) -> Mask:
        """Where an operand is a text or a truth, which are compared in SQL alone here."""
        if isinstance(operand, Path):
            column = self.column(operand)
            return self.none() if column is None else else_of(column)[column.codes]
        return np.full(self.row_count, not isinstance(operand, Number))

    def numbers(self, operand: Operand) -> tuple[Floats, Mask]:
        """An operand as numbers, NaN where it is none, and where only SQL can tell."""
        if isinstance(operand, Path):
            column = self.column(operand)
            if column is None:
                return np.full(self.row_count, np.nan), self.none()
            values = np.full(column.size, np.nan)
            values[FIRST_NUMBER : column.first_text] = column.numbers
            return values[column.codes], column.codes == UNREAD
        if isinstance(operand, LITERALS):
            value = operand.value if isinstance(operand, Number) else np.nan
            return np.full(self.row_count, value), self.none()
        if isinstance(operand, Arithmetic):
            return self.arithmetic(operand)
        raise Unknown

    def arithmetic(self, node: Arithmetic) -> tuple[Floats, Mask]:
        is_remainder = node.rest[0][0] == "%"
        total, unread = self.term(node.first, is_bounded=not is_remainder)
        for sign, operand in node.rest:
            value, more = self.term(operand, is_bounded=not is_remainder)
            unread = unread | more
            total = CALCULATED[sign](total, value)
        return total, unread

    def term(self, operand: Operand, *, is_bounded: bool) -> tuple[Floats, Mask]:
        values, unread = self.numbers(operand)
        if is_bounded and isinstance(operand, Path):
            values = np.where(np.abs(values) <= 1e300, values, np.nan)
        return values, unread


def remainder(left: Floats, right: Floats) -> Floats:
    """As sql.py says it: of whole numbers that a float holds exactly, with the sign of the left one."""
    with np.errstate(invalid="ignore"):
        is_whole = (np.abs(left) <= WHOLE) & (np.abs(right) <= WHOLE) & (left % 1 == 0) & (right % 1 == 0)
        found: Floats = np.where(is_whole & (right != 0), np.fmod(left, right), np.nan)
    return found


CALCULATED: dict[str, Callable[[Floats, Floats], Floats]] = {"+": operator.add, "-": operator.sub, "%": remainder}


def compared(word: str, values: Sequence[Any]) -> Any:
    """How values of one kind compare; NaN never does."""
    if word == "BETWEEN":
        return (values[0] >= values[1]) & (values[0] <= values[2])
    return ORDER[word](values[0], values[1])


def refuse_bare_fields(node: Test) -> None:
    """Raise Unknown where a bare word stands for a field of the row: beside what is a number only."""
    is_number = isinstance(node.operands[0], Arithmetic | Number)
    if is_number and any(isinstance(one, Text) and one.is_bare for one in node.operands):
        raise Unknown


def rows_with(column: Column, marked: Mask) -> Mask:
    """The rows whose codes are marked. Codes side by side are compared, which is ten times as fast as looking up."""
    codes = np.flatnonzero(marked)
    if not codes.size:
        return np.zeros(len(column.codes), np.bool_)
    first, last = codes[0], codes[-1]
    found: Mask
    if first == last:
        found = column.codes == column.codes.dtype.type(first)
    elif last - first + 1 == len(codes):
        found = (column.codes >= column.codes.dtype.type(first)) & (column.codes <= column.codes.dtype.type(last))
    else:
        found = marked[column.codes]
    return found


def else_of(column: Column) -> Mask:
    """By code, whether it is a text or a truth."""
    found = np.zeros(column.size, np.bool_)
    found[[FALSE, TRUE]] = True
    found[column.first_text : column.first_list] = True
    return found


@dataclass(frozen=True, slots=True)
class OneField:
    """A test of one field, at this place among the operands, and of values: asked once of each different value."""

    node: Test
    place: int
    column: Column

    def found(self) -> Found:
        yes = np.zeros(self.column.size, np.bool_)
        if self.node.word == "EXISTS":
            yes[MISSING + 1 :] = True
            return Found(yes, yes)
        may = np.zeros(self.column.size, np.bool_)
        may[UNREAD] = True
        if self.node.word == "CONTAINS":
            self.containing(yes, may)
        elif self.node.word == "IN":
            for literal in self.literals():
                self.mark("=", [literal], yes)
        else:
            self.mark(self.node.word, self.literals(), yes)
        return Found(yes, yes | may)

    def literals(self) -> list[Literal]:
        return [one for one in self.node.operands if isinstance(one, LITERALS)]

    def mark(self, word: str, literals: Sequence[Literal], yes: Mask) -> None:
        """Mark the values that compare so, kind by kind."""
        column = self.column
        if all(isinstance(one, Number) for one in literals) and word != "STARTS WITH":
            values = self.with_literals(column.numbers, literals)
            yes[FIRST_NUMBER : column.first_text] |= compared(word, values)
        elif all(isinstance(one, Text) for one in literals):
            self.mark_texts(word, literals, yes[column.first_text : column.first_list])
        elif word == "=" and isinstance(literals[0], Truth):
            yes[TRUE if literals[0].value else FALSE] = True

    def with_literals(self, value: Any, literals: Sequence[Literal]) -> list[Any]:
        values: list[Any] = [one.value for one in literals]
        values.insert(self.place, value)
        return values

    def mark_texts(self, word: str, literals: Sequence[Literal], yes: Mask) -> None:
        texts, first = self.column.texts, str(literals[0].value)
        if word == "=":
            yes[bisect_left(texts, first) : bisect_right(texts, first)] = True
            return
        if word == "STARTS WITH":
            if self.place != 0:
                raise Unknown
            fitting: Iterable[bool] = (text.startswith(first) for text in texts)
        elif word == "BETWEEN":
            triples = (self.with_literals(text, literals) for text in texts)
            fitting = (low <= value <= high for value, low, high in triples)
        else:
            fitting = (ORDER[word](*self.with_literals(text, literals)) for text in texts)
        found = np.fromiter(fitting, np.bool_, len(texts))
        if any(isinstance(one, Text) and one.is_date for one in literals):
            found &= np.fromiter((DATE.match(text) is not None for text in texts), np.bool_, len(texts))
        yes |= found

    def containing(self, yes: Mask, may: Mask) -> None:
        """A text within a text, or an element of a list."""
        column, wanted = self.column, self.node.operands[1]
        if self.place != 0 or not isinstance(wanted, LITERALS):
            raise Unknown
        if isinstance(wanted, Text):
            inside = np.fromiter((wanted.value in text for text in column.texts), np.bool_, len(column.texts))
            yes[column.first_text : column.first_list] = inside
        lists = slice(column.first_list, column.size)
        if isinstance(wanted, Number) and wanted.value % 1:
            # A database may read a fraction in a list by a hair's breadth otherwise.
            may[lists] = True
        else:
            held = (has(text, wanted) for text in column.lists)
            yes[lists] = np.fromiter(held, np.bool_, len(column.lists))


def has(text: str, wanted: Literal) -> bool:
    """Whether a list of JSON has the element."""
    kinds: tuple[type, ...] = (int, float) if isinstance(wanted, Number) else (type(wanted.value),)
    return any(type(one) in kinds and one == wanted.value for one in msgspec.json.decode(text))
