"""Reading the rows that meet a query, where columns leave few to look at; SQL has the last word on each of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from django.db import models
from django.db.models import QuerySet

from webapp.query.columns.narrowing import LAST_KEY, Keys, Span, joined, spans
from webapp.query.expression import Matches

Row = TypeVar("Row", bound=models.Model)
# Keys that one statement is given.
MAX_KEYS = 10_000


class Count(NamedTuple):
    """How many rows were `found` among the first `looked_at` in key order; exact if that was all of them."""

    found: int
    looked_at: int
    is_exact: bool


def next_rows(
    rows: QuerySet[Row], wanted: Matches, *, after: int | None = None, before: int | None = None, count: int
) -> list[Row]:
    """At most `count` of the rows that match: the next after a key, or, against key order, the next before one.

    `rows` are any of the dataset that the query is about.
    """
    is_descending = before is not None
    low, high = -1 if after is None else after, LAST_KEY if before is None else before
    matching = rows.filter(wanted).order_by("-pk" if is_descending else "pk")
    found: list[Row] = []
    asked = spans(wanted, after=low, before=high, is_descending=is_descending)
    if asked is None:
        return list(matching.filter(pk__gt=low, pk__lt=high)[:count])
    for part in parts(asked, count, is_descending=is_descending):
        chosen = matching.filter(pk__in=part.tolist() if not isinstance(part, Span) else [])
        if isinstance(part, Span):
            chosen = matching.filter(pk__gte=part.first, pk__lte=part.last)
        found += chosen[: count - len(found)]
        if len(found) >= count:
            break
    return found


def parts(asked: Iterator[Span], size: int, *, is_descending: bool) -> Iterator[Keys | Span]:
    """The keys that may match, some at a time and ever more, and between them the spans that have no columns."""
    waiting: list[Keys] = []
    size = max(1, min(size, MAX_KEYS))
    for span in asked:
        keys = span.candidates()
        if keys is not None:
            waiting.append(keys[::-1] if is_descending else keys)
        while waiting and (keys is None or sum(map(len, waiting)) >= size):
            together = joined(waiting)
            if len(together):
                yield together[:size]
            waiting = [together[size:]] if len(together) > size else []
            size = min(4 * size, MAX_KEYS)
        if keys is None:
            yield span
    together = joined(waiting)
    for start in range(0, len(together), MAX_KEYS):
        yield together[start : start + MAX_KEYS]


def count_all(rows: QuerySet[Any], wanted: Matches, *, seconds: float, step: int) -> Count:
    """How many rows match, where `rows` are all of the dataset that the query is about, for about so many seconds."""
    asked = spans(wanted)
    if asked is None:
        return count_rows(rows, wanted, seconds=seconds, step=step)
    ending = time.monotonic() + seconds
    found = looked_at = 0
    for span in asked:
        if span.yes is None or span.maybe is None:
            within = rows.filter(pk__gte=span.first, pk__lte=span.last)
            more = count_rows(within, wanted, seconds=ending - time.monotonic(), step=step)
        else:
            more = count_span(rows, wanted, span, ending)
        found, looked_at = found + more.found, looked_at + more.looked_at
        if not more.is_exact:
            return Count(found, looked_at, is_exact=False)
    return Count(found, looked_at, is_exact=True)


def count_span(rows: QuerySet[Any], wanted: Matches, span: Span, ending: float) -> Count:
    """Count what columns know, and ask of the rest."""
    yes, maybe = span.yes if span.yes is not None else [], span.maybe if span.maybe is not None else []
    found = len(yes)
    for start in range(0, len(maybe), MAX_KEYS):
        some = np.asarray(maybe[start : start + MAX_KEYS])
        if time.monotonic() > ending:
            sure = int(np.searchsorted(np.asarray(yes), some[0]))
            return Count(found - len(yes) + sure, span.row_count * start // len(maybe), is_exact=False)
        found += rows.filter(wanted, pk__in=some.tolist()).order_by().count()
    return Count(found, span.row_count, is_exact=True)


def count_rows(rows: QuerySet[Any], wanted: Matches, *, seconds: float, step: int) -> Count:
    """How many of any rows match, some thousand at a time, by SQL alone."""
    ending = time.monotonic() + seconds
    found, looked_at, after = 0, 0, -1
    while True:
        later = rows.filter(pk__gt=after).order_by("pk")
        last = later.values_list("pk", flat=True)[step - 1 : step].first()
        window = later if last is None else later.filter(pk__lte=last)
        found += window.filter(wanted).order_by().count()
        if last is None:
            return Count(found, looked_at + window.count(), is_exact=True)
        looked_at, after = looked_at + step, last
        if time.monotonic() > ending:
            return Count(found, looked_at, is_exact=False)
