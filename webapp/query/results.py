"""What an Ask shows: a block of rows from a place, the key at every so many rows, all keys.

There are no offsets. A place in a list is a row's key; what the list is sorted by is read from that row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Slice
from webapp.labels import queries as label_queries
from webapp.privacy.refusals import NotFound
from webapp.query.asks import Ask, Mode
from webapp.query.columns.evaluate import steps_of
from webapp.query.columns.narrowing import END, LEVELS, Candidates, Narrowing, SortedKeys, narrowing
from webapp.query.columns.sorting import Sorted, sorted_rows
from webapp.query.expression import Among, Matches
from webapp.query.on_items import OnItems, is_about_items
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
# More candidates than this, and more than a quarter of all, are no help to the database.
MANY_KEYS = 10_000
GONE = "The row that this list was to go on from is gone. Load the page again."


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


@dataclass(frozen=True)
class Rows:
    """The rows of an Ask: all that it might show, and those that it does."""

    ask: Ask
    every: QuerySet[Any]
    shown: QuerySet[Any]
    order: Order
    owners: QuerySet[Any]
    """Whose keys the narrowing has: the rows themselves, or of objects the items that they are on."""
    narrowing: Narrowing | None = None
    """What columns know of the query."""
    in_order: Sorted | None = None
    """All of them by what they are ordered by, where columns know that."""

    @property
    def among(self) -> str:
        """Whose keys the candidates are."""
        if self.ask.mode is Mode.MEMBERS:
            return "pk"
        is_of_scenes = self.ask.within is not None and self.ask.within.kind == Slice.Kind.SCENES
        return "item__scene_id" if is_of_scenes else "item_id"

    @property
    def is_lazy(self) -> bool:
        """Whether rows in the order of their keys are found segment by segment, and no slice says where they are."""
        is_whole = self.ask.within is None and self.ask.mode is Mode.MEMBERS
        return self.narrowing is not None and self.order.is_by_key and is_whole

    @cached_property
    def candidates(self) -> Candidates | None:
        """What columns and a slice leave to look at: keys that are known to hold all matches."""
        within = self.ask.within
        found = self.narrowing.candidates(self.owners) if self.narrowing is not None else None
        if within is not None:
            keys = SortedKeys.of(within.keys())
            is_exact = not self.ask.text or (found is not None and found.is_exact)
            found = Candidates(found.keys.among(keys) if found is not None else keys, is_exact, len(keys))
        is_of_run = self.ask.said_by is not None and self.ask.mode is Mode.MEMBERS
        return replace(found, is_exact=False) if found is not None and is_of_run else found

    @cached_property
    def on_items(self) -> OnItems | None:
        """Objects on so many candidates that it is quicker to look at all objects; None for any other rows."""
        if self.among != "item_id" or self.candidates is None or len(self.candidates.keys) <= MANY_KEYS:
            return None
        return OnItems(self.every, self.candidates.keys)

    @property
    def exactly(self) -> SortedKeys | None:
        """The keys of the rows shown, where they are known without asking."""
        known = self.candidates if self.among == "pk" else None
        return known.keys if known is not None and known.is_exact else None


def page(
    viewer: Viewer,
    ask: Ask,
    *,
    from_: int | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = MAX_ROWS,
    is_strict: bool = False,
) -> Block:
    """The rows from the one with the key `from_` on, behind `after`, or the last ones before `before`.

    Without any of them, the first rows. Raises QuerySyntaxError, QueryTooSlow, Invalid for an unknown order, and
    NotFound where the place was that of a row which is gone; in an order by key only for `from_`, where `is_strict`.
    """
    rows = rows_of(viewer, ask)
    if is_strict and from_ is not None and not rows.every.filter(pk=from_).exists():
        raise NotFound(GONE)
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
        if rows.in_order is not None:
            return Outline(rows.in_order.chosen(slice(None, None, STEP)), len(rows.in_order), total, total, None)
        if not rows.order.is_by_key:
            anchors, count = every_nth(read_keys(rows.order.sorted(narrowed(rows, rows.shown))), 0)
            return Outline(anchors, count, total, total, None)
        return outlined(rows, total, continues or Progress(-1, 0, 0))


def keys(viewer: Viewer, ask: Ask, *, but: BitMap64 | None = None) -> BitMap64:
    """The keys of all rows shown but those, or for objects of the items they are on, in one read."""
    # Keys have no order, and to make one would take time.
    rows = rows_of(viewer, replace(ask, sort=""))
    left_out = but or BitMap64()
    found = BitMap64()
    if rows.exactly is not None:
        return rows.exactly.bitmap() - left_out
    with in_time():
        if rows.on_items is not None:
            return items_of(rows, rows.on_items, left_out)
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


def items_of(rows: Rows, known: OnItems, left_out: BitMap64) -> BitMap64:
    """The keys of the items that the objects shown are on."""
    found = BitMap64()
    for window in known.windows(None, LAST_WINDOW, LAST_WINDOW):
        chosen = BitMap64(fitting(rows, window.keys)) - left_out
        if len(chosen) == len(window.keys):
            found.update(window.item_keys)
        else:
            item_of = dict(zip(window.keys, window.item_keys, strict=True))
            found.update(item_of[pk] for pk in chosen)
    return found


def rows_of(viewer: Viewer, ask: Ask) -> Rows:
    """The rows of an ask, as the viewer may see them; which of them match is compiled here and asked later."""
    every = everything(viewer, ask.dataset, ask.subject, ask.said_by)
    if ask.mode is Mode.OBJECTS:
        # A crop is of what has a place in its picture.
        every = every.filter(left__isnull=False)
    elif ask.said_by is not None:
        said = label_queries.scenes_of_run if ask.subject is Subject.SCENES else label_queries.items_of_run
        every = said(viewer, ask.dataset, ask.said_by)
    wanted = matching(viewer, ask.dataset, ask.text, ask.subject, ask.run) if ask.text else None
    shown = every.filter(wanted) if wanted is not None else every
    order = order_of(ask)
    owners, known = every, narrowing(ask.dataset, wanted) if wanted is not None else None
    if ask.mode is Mode.OBJECTS:
        owners, known = everything(viewer, ask.dataset, Subject.ITEMS, None), narrowing_of_items(ask, wanted)
    return Rows(ask, every, shown, order, owners, known, in_order_of(ask, order, wanted))


def narrowing_of_items(ask: Ask, wanted: Matches | None) -> Narrowing | None:
    """What columns know of the items that objects are on, where the query asks nothing else."""
    is_of_scenes = ask.within is not None and ask.within.kind == Slice.Kind.SCENES
    if wanted is None or is_of_scenes or not is_about_items(wanted.tree):
        return None
    return narrowing(ask.dataset, Matches(wanted.tree, replace(wanted.scope, subject=Subject.ITEMS)))


def in_order_of(ask: Ask, order: Order, wanted: Matches | None) -> Sorted | None:
    """The rows shown in an order by metadata, where columns know all of it."""
    level, path = LEVELS.get(ask.subject), steps_of(order.field, ask.subject) if order.field is not None else None
    if level is None or path is None or ask.said_by is not None:
        return None
    members = SortedKeys.of(ask.within.keys()).values if ask.within is not None else None
    is_falling = any(part.is_falling for part in order.parts)
    return sorted_rows(ask.dataset, level, path, wanted, is_falling=is_falling, within=members)


def narrowed(rows: Rows, found: QuerySet[Any]) -> QuerySet[Any]:
    """These rows, of the candidates only, unless they are most of what there is."""
    known = rows.candidates
    if known is None or (rows.ask.within is None and len(known.keys) > max(MANY_KEYS, known.row_count // 4)):
        return found
    return found.filter(Among(known.keys, rows.among))


def place_of(rows: Rows, pk: int) -> Place:
    place = rows.order.place_of(rows.every, pk)
    if place is None:
        raise NotFound(GONE)
    return place


def keys_from(
    rows: Rows, place: Place | None, limit: int, *, backwards: bool = False, inclusive: bool = False
) -> list[int]:
    """So many keys from a place on."""
    if rows.in_order is not None:
        start = rows.in_order.place(place[-1], is_behind=inclusive is backwards) if place is not None else 0
        if start is not None:
            return keys_in_order(rows, rows.in_order, start, limit, backwards=backwards)
    if rows.is_lazy or (rows.order.is_by_key and (rows.on_items is not None or is_among_rows(rows))):
        return keys_among(rows, place, limit, backwards=backwards, inclusive=inclusive)
    found = narrowed(rows, rows.shown)
    if place is not None:
        found = rows.order.following(found, place, backwards=backwards, inclusive=inclusive)
    elif found is rows.shown:
        found = rows.order.walked(found)
    return list(rows.order.sorted(found, backwards=backwards).values_list("pk", flat=True)[:limit])


def is_among_rows(rows: Rows) -> bool:
    return rows.among == "pk" and rows.candidates is not None


def keys_among(rows: Rows, place: Place | None, limit: int, *, backwards: bool, inclusive: bool) -> list[int]:
    """The same of candidates in the order of their keys, asked some at a time."""
    falls = rows.order.is_falling is not backwards
    found: list[int] = []
    start = place[-1] if place is not None else None
    for piece in pieces_of(rows, start, limit, falls=falls, inclusive=inclusive):
        fitting = rows.shown.filter(piece).order_by("-pk" if falls else "pk")
        # With a limit PostgreSQL walks the index past all rows rather than look up the few keys that are named.
        some = fitting if isinstance(piece, Among) else fitting[: limit - len(found)]
        found += some.values_list("pk", flat=True)
        if len(found) >= limit:
            break
    return found[:limit]


def keys_in_order(rows: Rows, known: Sorted, start: int, limit: int, *, backwards: bool) -> list[int]:
    """The same of all rows in the order that columns know, each of them asked for besides."""
    found: list[int] = []
    size = limit
    while len(found) < limit and (start > 0 if backwards else start < len(known)):
        some = known.chosen(slice(max(0, start - size), start) if backwards else slice(start, start + size))
        fitting = set(rows.shown.filter(Among(some)).values_list("pk", flat=True))
        found += [pk for pk in (reversed(some) if backwards else some) if pk in fitting]
        start, size = start - size if backwards else start + size, min(2 * size, LAST_WINDOW)
    return found[:limit]


def pieces_of(rows: Rows, start: int | None, size: int, *, falls: bool, inclusive: bool) -> Iterator[Among | Q]:
    """Conditions that lead to the rows behind a key, in order."""
    if rows.is_lazy and rows.narrowing is not None:
        low = 0 if start is None or falls else start + (not inclusive)
        end = END if start is None or not falls else start + inclusive
        return rows.narrowing.pieces(size, low, end, falls=falls)
    return (Among(some) for some in parts_of(rows, start, size, falls=falls, inclusive=inclusive))


def parts_of(rows: Rows, start: int | None, size: int, *, falls: bool, inclusive: bool = False) -> Iterator[list[int]]:
    """The candidates behind a key, or the objects on them, in pieces that grow."""
    if rows.on_items is not None:
        for window in rows.on_items.windows(start, size, LAST_WINDOW, falls=falls, inclusive=inclusive):
            yield window.keys
        return
    listed = rows.candidates.keys if rows.candidates is not None else SortedKeys.of(BitMap64())
    place = 0 if not falls else len(listed)
    if start is not None:
        # How many keys are below the start, and with it.
        below, upto = (listed.rank(start - 1) if start > 0 else 0), listed.rank(start)
        place = (upto if inclusive else below) if falls else (below if inclusive else upto)
    while place > 0 if falls else place < len(listed):
        low, high = (max(0, place - size), place) if falls else (place, min(len(listed), place + size))
        yield listed[low:high]
        place, size = (low if falls else high), min(2 * size, LAST_WINDOW)


def outlined(rows: Rows, total: int, progress: Progress) -> Outline:
    """Anchors and counts, window after window until the time is over."""
    if rows.exactly is not None:
        listed = rows.exactly.values
        anchors = (listed[::-1] if rows.order.is_falling else listed)[::STEP].tolist()
        return Outline(anchors, len(listed), total, total, None)
    if rows.among == "item_id" and rows.candidates is not None and rows.on_items is None:
        # Few items have few objects.
        anchors, count = every_nth(read_keys(rows.order.sorted(narrowed(rows, rows.shown))), 0)
        return Outline(anchors, count, total, total, None)
    ending = time.monotonic() + OUTLINE_SECONDS
    key, count, looked_at = progress
    anchors = []
    size = FIRST_WINDOW
    while True:
        started = time.monotonic()
        window, last, held = window_of(rows, key, size)
        some, found = every_nth(window, count)
        anchors += some
        count, looked_at = count + found, looked_at + held
        if last is None:
            return Outline(anchors, count, looked_at, max(total, looked_at), None)
        key = last
        now = time.monotonic()
        if now > ending:
            return Outline(anchors, count, looked_at, total, Progress(key, count, looked_at))
        size = min(2 * size, LAST_WINDOW) if now - started < WINDOW_SECONDS else max(size // 2, FIRST_WINDOW)


def window_of(rows: Rows, key: int, size: int) -> tuple[Iterator[list[int]], int | None, int]:
    """The keys shown among the next so many rows, the key of the last of those, None at the end, and their number."""
    falls = rows.order.is_falling
    start = key if key >= 0 else None
    if rows.on_items is not None:
        known = rows.on_items.window(start, size, falls=falls)
        return iter([fitting(rows, known.keys)]), known.last, known.held
    if is_among_rows(rows):
        some = next(parts_of(rows, start, size, falls=falls), [])
        window = rows.order.sorted(rows.shown.filter(Among(some)))
        return read_keys(window), (some[0] if falls else some[-1]) if len(some) == size else None, len(some)
    order = "-pk" if falls else "pk"
    later = {"pk__lt" if falls else "pk__gt": start} if start is not None else {}
    edge = rows.every.filter(**later).order_by(order).values_list("pk", flat=True)[size - 1 : size].first()
    within = later | ({"pk__gte" if falls else "pk__lte": edge} if edge is not None else {})
    window = rows.order.sorted(narrowed(rows, rows.shown.filter(**within)))
    return read_keys(window), edge, size if edge is not None else rows.every.filter(**within).count()


def fitting(rows: Rows, keys: list[int]) -> list[int]:
    """Those of the objects on candidates that are shown, in their order."""
    if not keys or (rows.candidates is not None and rows.candidates.is_exact):
        return keys
    found = {pk for some in read_keys(rows.shown.filter(Among(keys)).order_by()) for pk in some}
    return [pk for pk in keys if pk in found]


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
    if ask.within is not None and rows.among == "pk":
        return ask.within.size
    if ask.mode is Mode.OBJECTS:
        return sum(count for _, _, count in label_queries.class_counts(viewer, ask.dataset, ask.said_by))
    return ask.dataset.scene_count if ask.subject is Subject.SCENES else ask.dataset.item_count
