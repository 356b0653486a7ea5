"""Conditions as text: what parser.py reads back as the very same field and value."""

from __future__ import annotations

import re
from decimal import Decimal

from webapp.query.fields import CONFIDENCE, OBJECT_FIELDS
from webapp.query.parser import parse
from webapp.query.tree import Some

BARE = re.compile(r"[^\W\d]\w*")
# Words that are not a name's own where the grammar looks for more.
WORDS = {"and", "or", "not", "in", "between", "contains", "starts", "with", "exists", "is", "missing"}
# What is not a class behind `annotations.`.
NOT_CLASSES = {name.split(".")[0] for name in (*OBJECT_FIELDS, *CONFIDENCE)} | {"count", "metadata"}


def step(name: str) -> str:
    """A key or a class as a step of a path, in quotes where it needs them."""
    return name if BARE.fullmatch(name) and name.lower() not in WORDS else quoted(name)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def value(of: str | bool | float | Decimal) -> str:  # noqa: FBT001 (a value of JSON)
    """A literal. A decimal number is written in full."""
    if isinstance(of, str):
        return quoted(of)
    if isinstance(of, bool):
        return "true" if of else "false"
    return f"{of.normalize():f}" if isinstance(of, Decimal) else repr(of)


def has_class(name: str, root: str = "annotations") -> str:
    """That there is an annotation, or a prediction, of this class, also among the several of a mask."""
    if name in NOT_CLASSES:
        return f"{root}[label = {quoted(name)} OR labels CONTAINS {quoted(name)}]"
    return f"{root}.{step(name)} > 0"


def both(text: str, condition: str) -> str:
    """The query, empty for none, narrowed by a condition that has no OR of its own outside of brackets.

    Raises QuerySyntaxError for a query that is none.
    """
    if not text:
        return condition
    return f"({text}) AND {condition}" if isinstance(parse(text), Some) else f"{text} AND {condition}"
