"""What an Ask shows: a block of rows from a place, the key at every so many rows, all keys.

There are no offsets. A place in a list is a row's key; what the list is sorted by is read from that row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Slice
from webapp.labels import queries as label_queries
from webapp.privacy.refusals import NotFound
from webapp.query.asks import Ask, Mode
from webapp.query.expression import Among
from webapp.query.ordering import Order, Place, order_of
from webapp.query.queries import everything, matching
from webapp.query.scope import Subject
from webapp.query.time_limit import in_time

MAX_ROWS = 500
STEP = 250
# An outline goes on in another answer after so long, and looks at so many rows at once to notice the time.
OUTLINE_SECONDS = 0.4
FIRST_WINDOW, LAST_WINDOW = 2_000, 64_000
WINDOW_SECONDS = 0.1
KEYS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """Keys in order. `after` and `before` are keys to go on from; None where there is nothing more."""

    keys: list[int]
    after: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """The keys at every 250th position among those found so far, and how many are found among the `looked_at` rows.

    `anchors` are those that this step found. `continues` is what the next step begins with, None at the end.
    """

    anchors: list[int]
    count: int
    looked_at: int
    total: int
    continues: Progress | None


class Progress(NamedTuple):
    """How far an outline got: the key looked at last, how many were found, among how many rows."""

    key: int
    found: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Keys among which all that match are; where they are not `exact` the database is asked of each."""

    keys: BitMap64
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an Ask: all that it might show, and those that it does."""

    every: QuerySet[Any]
    shown: QuerySet[Any]
    order: Order
    candidates: Candidates | None = None
    among: str = field(default="pk")
    """Whose keys the candidates are."""


def page(
    viewer: Viewer,
    ask: Ask,
    *,
    from_: int | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = MAX_ROWS,
) -> Block:
    """The rows from the one with the key `from_` on, behind `after`, or the last ones before `before`.

    Without any of them, the first rows. Raises QuerySyntaxError, QueryTooSlow, Invalid for an unknown order, and
    NotFound where the place was that of a row which is gone.
    """
    rows = rows_of(viewer, ask)
    limit = min(limit, MAX_ROWS)
    with in_time():
        if before is not None:
            found = keys_from(rows, place_of(rows, before), limit + 1, backwards=True)
            more, found = len(found) > limit, found[:limit][::-1]
            return Block(found, found[-1] if found else None, found[0] if more else None)
        start = after if after is not None else from_
        place = place_of(rows, start) if start is not None else None
        found = keys_from(rows, place, limit + 1, inclusive=after is None)
    more, found = len(found) > limit, found[:limit]
    return Block(found, found[-1] if more else None, found[0] if found and start is not None else None)


def outline(viewer: Viewer, ask: Ask, *, continues: Progress | None = None) -> Outline:
    """The next step of finding where everything is; in an order by key at most about half a second's work.

    Raises QuerySyntaxError, QueryTooSlow and Invalid.
    """
    rows = rows_of(viewer, ask)
    total = total_of(viewer, ask, rows)
    with in_time():
        if not rows.order.is_by_key:
            anchors, count = every_nth(read_keys(rows.order.sorted(narrowed(rows, rows.shown))), 0)
            return Outline(anchors, count, total, total, None)
        return outlined(rows, total, continues or Progress(-1, 0, 0))


def keys(viewer: Viewer, ask: Ask, *, but: BitMap64 | None = None) -> BitMap64:
    """The keys of all rows shown but those, or for objects of the items they are on, in one read."""
    rows = rows_of(viewer, ask)
    left_out = but or BitMap64()
    found = BitMap64()
    with in_time():
        wanted = narrowed(rows, rows.shown).order_by()
        if ask.mode is Mode.OBJECTS:
            if left_out:
                wanted = wanted.exclude(Among(left_out))
            for some in read_keys(wanted, "item_id"):
                found.update(some)
            return found
        for some in read_keys(wanted):
            found.update(some)
    return found - left_out


def rows_of(viewer: Viewer, ask: Ask) -> Rows:
    """The rows of an ask, as the viewer may see them; which of them match is compiled here and asked later."""
    every = everything(viewer, ask.dataset, ask.subject, ask.said_by)
    if ask.mode is Mode.OBJECTS:
        # A crop is of what has a place in its picture.
        every = every.filter(left__isnull=False)
    elif ask.said_by is not None:
        said = label_queries.scenes_of_run if ask.subject is Subject.SCENES else label_queries.items_of_run
        every = said(viewer, ask.dataset, ask.said_by)
    shown = every.filter(matching(viewer, ask.dataset, ask.text, ask.subject, ask.run)) if ask.text else every
    return Rows(every, shown, order_of(ask), *candidates_of(ask))


def candidates_of(ask: Ask) -> tuple[Candidates | None, str]:
    """Keys that are known to hold all matches before the database is asked, and the column they are keys of.

    A slice is such keys. Whoever keeps values by column can give better ones here.
    """
    if ask.within is None:
        return None, "pk"
    is_exact = not ask.text and ask.said_by is None and ask.mode is Mode.MEMBERS
    found = Candidates(ask.within.keys(), is_exact)
    if ask.mode is Mode.MEMBERS:
        return found, "pk"
    return found, "item_id" if ask.within.kind == Slice.Kind.ITEMS else "item__scene_id"


def narrowed(rows: Rows, found: QuerySet[Any]) -> QuerySet[Any]:
    """These rows, of the candidates only."""
    return found if rows.candidates is None else found.filter(Among(rows.candidates.keys, rows.among))


def place_of(rows: Rows, pk: int) -> Place:
    place = rows.order.place_of(rows.every, pk)
    if place is None:
        raise NotFound("The row that this list was to go on from is gone. Load the page again.")
    return place


def keys_from(
    rows: Rows, place: Place | None, limit: int, *, backwards: bool = False, inclusive: bool = False
) -> list[int]:
    """So many keys from a place on."""
    if rows.order.is_by_key and rows.candidates is not None and rows.among == "pk":
        return keys_among(rows, place, limit, backwards=backwards, inclusive=inclusive)
    found = narrowed(rows, rows.shown)
    if place is not None:
        found = rows.order.following(found, place, backwards=backwards, inclusive=inclusive)
    return list(rows.order.sorted(found, backwards=backwards).values_list("pk", flat=True)[:limit])


def keys_among(rows: Rows, place: Place | None, limit: int, *, backwards: bool, inclusive: bool) -> list[int]:
    """The same of candidates in the order of their keys, asked some at a time."""
    falls = rows.order.is_falling is not backwards
    found: list[int] = []
    for some in parts_of(rows, place[-1] if place is not None else None, limit, falls=falls, inclusive=inclusive):
        fitting = rows.shown.filter(Among(some))
        found += fitting.order_by("-pk" if falls else "pk").values_list("pk", flat=True)
        if len(found) >= limit:
            break
    return found[:limit]


def parts_of(rows: Rows, start: int | None, size: int, *, falls: bool, inclusive: bool = False) -> Iterator[list[int]]:
    """The candidates behind a key, in pieces that grow."""
    listed = rows.candidates.keys if rows.candidates is not None else BitMap64()
    place = 0 if not falls else len(listed)
    if start is not None:
        # How many keys are below the start, and with it.
        below, upto = (listed.rank(start - 1) if start > 0 else 0), listed.rank(start)
        place = (upto if inclusive else below) if falls else (below if inclusive else upto)
    while place > 0 if falls else place < len(listed):
        low, high = (max(0, place - size), place) if falls else (place, min(len(listed), place + size))
        yield list(listed[low:high])
        place, size = (low if falls else high), min(2 * size, LAST_WINDOW)


def outlined(rows: Rows, total: int, progress: Progress) -> Outline:
    """Anchors and counts, window after window until the time is over."""
    ending = time.monotonic() + OUTLINE_SECONDS
    key, count, looked_at = progress
    anchors: list[int] = []
    size = FIRST_WINDOW
    while True:
        started = time.monotonic()
        window, last, held = window_of(rows, key, size)
        some, found = every_nth(read_keys(window), count)
        anchors += some
        count, looked_at = count + found, looked_at + held
        if last is None:
            return Outline(anchors, count, looked_at, max(total, looked_at), None)
        key = last
        now = time.monotonic()
        if now > ending:
            return Outline(anchors, count, looked_at, total, Progress(key, count, looked_at))
        size = min(2 * size, LAST_WINDOW) if now - started < WINDOW_SECONDS else max(size // 2, FIRST_WINDOW)


def window_of(rows: Rows, key: int, size: int) -> tuple[QuerySet[Any], int | None, int]:
    """The rows shown among the next so many, the key of the last of those or None at the end, and how many they are."""
    falls = rows.order.is_falling
    start = key if key >= 0 else None
    if rows.candidates is not None and rows.among == "pk":
        some = next(parts_of(rows, start, size, falls=falls), [])
        window = rows.order.sorted(rows.shown.filter(Among(some)))
        return window, (some[0] if falls else some[-1]) if len(some) == size else None, len(some)
    order = "-pk" if falls else "pk"
    later = {"pk__lt" if falls else "pk__gt": start} if start is not None else {}
    edge = rows.every.filter(**later).order_by(order).values_list("pk", flat=True)[size - 1 : size].first()
    within = later | ({"pk__gte" if falls else "pk__lte": edge} if edge is not None else {})
    window = rows.order.sorted(narrowed(rows, rows.shown.filter(**within)))
    return window, edge, size if edge is not None else rows.every.filter(**within).count()


def every_nth(read: Iterator[list[int]], position: int) -> tuple[list[int], int]:
    """The keys at every 250th position, of which the first is `position`, and how many were read."""
    anchors: list[int] = []
    start = position
    for some in read:
        anchors += some[-position % STEP :: STEP]
        position += len(some)
    return anchors, position - start


def read_keys(rows: QuerySet[Any], column: str = "pk") -> Iterator[list[int]]:
    """The keys in order, some thousand at a time, without an object for any."""
    try:
        text, params = rows.values_list(column).query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        while some := cursor.fetchmany(KEYS_AT_ONCE):
            yield [row[0] for row in some]


def total_of(viewer: Viewer, ask: Ask, rows: Rows) -> int:
    """How many rows there are to look at, as far as that is known without counting them."""
    if rows.candidates is not None and rows.among == "pk":
        return len(rows.candidates.keys)
    if ask.mode is Mode.OBJECTS:
        return sum(count for _, _, count in label_queries.class_counts(viewer, ask.dataset, ask.said_by))
    return ask.dataset.scene_count if ask.subject is Subject.SCENES else ask.dataset.item_count
