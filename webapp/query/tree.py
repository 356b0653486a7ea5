"""The one tree of a query, as pure values. `at` is where a part begins and ends in the text, in characters from 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: Span


@dataclass(frozen=True, slots=True)
class Text:
    """`is_bare`: written without quotes. `is_date`: an unquoted date, compared with texts that begin with one."""

    value: str
    at: Span
    is_bare: bool = False
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    at: Span


@dataclass(frozen=True, slots=True)
class Path:
    """`metadata.camera` is the steps ("metadata", "camera"); `run` is what stands after an @."""

    steps: tuple[str, ...]
    at: Span
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first`, then each operator, one of + - %, with what it is applied to, from left to right."""

    first: Operand
    rest: tuple[tuple[str, Operand], ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of `root` (annotations, predictions) that each meet the whole condition: their number, and alone
    whether there are any.
    """

    root: str
    condition: Condition
    at: Span
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """`word` is one of = < <= > >= IN, BETWEEN, CONTAINS, STARTS WITH, EXISTS; it is true or false, never unknown."""

    word: str
    operands: tuple[Operand, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition
    at: Span


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]
    at: Span


Literal = Number | Text | Truth
Operand = Number | Text | Truth | Path | Arithmetic | Objects
Condition = Test | Not | All | Some | Objects
Node = Operand | Condition
LITERALS = (Number, Text, Truth)
CONDITIONS = (Test, Not, All, Some, Objects)


def parts_of(node: Node) -> tuple[Node, ...]:
    if isinstance(node, All | Some):
        return node.parts
    if isinstance(node, Test):
        return node.operands
    if isinstance(node, Not):
        return (node.part,)
    if isinstance(node, Objects):
        return (node.condition,)
    if isinstance(node, Arithmetic):
        return (node.first, *(operand for _, operand in node.rest))
    return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, the first being 1, without recursion."""
    waiting: list[tuple[Node, int]] = [(node, 1)]
    while waiting:
        one, depth = waiting.pop()
        yield one, depth
        waiting += [(part, depth + 1) for part in reversed(parts_of(one))]


def depth(node: Node) -> int:
    return max(level for _, level in walk(node))
