"""What is measured of one dataset, on whichever database Django was started with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

PAGE = 100
RARE = "metadata.myriad = 7"
SQLITE, POSTGRESQL = "json_extract(metadata, '$.{}')", "(metadata ->> '{}')"
AMBULANCE = "EXISTS (SELECT 1 FROM labels_annotation AS one WHERE one.item_id = item.id AND one.label = 'ambulance')"
# A query, and the shortest SQL that finds the same, without types, teams or missing values.
PREDICATES: dict[str, tuple[str, Callable[[Callable[[str], str]], str]]] = {
    "50 %": ("metadata.side = left", lambda key: f"{key('side')} = 'left'"),
    "1 %": ("metadata.percent = 7", lambda key: f"{key('percent#')} = 7"),
    "0.01 %": ("metadata.myriad = 7", lambda key: f"{key('myriad#')} = 7"),
    "two fields": (
        "metadata.side = left AND metadata.percent < 50",
        lambda key: f"{key('side')} = 'left' AND {key('percent#')} < 50",
    ),
    "a class": (
        "annotations.ambulance > 0",
        lambda _: AMBULANCE,
    ),
    "a class, 1 %": (
        "annotations.ambulance > 0 AND metadata.percent = 7",
        lambda key: f"{AMBULANCE} AND {key('percent#')} = 7",
    ),
}
FACETS = {"values of weather": "metadata.weather", "bins of speed": "metadata.speed"}
# What is slow is measured a few times only.
SLOW_ROUNDS = 3
Times = dict[str, list[float]]


def timed(times: Times, step: str, run: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    found = run()
    times.setdefault(step, []).append((time.perf_counter() - started) * 1000)
    return found


@contextmanager
def without_columns() -> Iterator[None]:
    from webapp.query.columns import upkeep

    kept, upkeep.MIN_ROWS = upkeep.MIN_ROWS, 10**12
    try:
        yield
    finally:
        upkeep.MIN_ROWS = kept


def key_of(vendor: str) -> Callable[[str], str]:
    """How a key is read in plain SQL; a # behind it says that it is a number."""

    def read(name: str) -> str:
        if vendor == "sqlite":
            return SQLITE.format(name.rstrip("#"))
        found = POSTGRESQL.format(name.rstrip("#"))
        return f"{found}::float8" if name.endswith("#") else found

    return read


def plain(dataset: Any, where: str, what: str) -> list[Any]:
    from django.db import connection

    end = "" if what == "COUNT(*)" else f" ORDER BY id LIMIT {PAGE + 1}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM datasets_item AS item WHERE dataset_id = {dataset.pk} AND {where}{end}")
        return [row[0] for row in cursor.fetchall()]


def ask_predicates(viewer: Any, dataset: Any, rounds: int) -> dict[str, Times]:
    """First pages and exact counts: with columns, without, and in plain SQL; all three find the same."""
    from django.db import connection

    from webapp.query import queries, results
    from webapp.query.asks import Ask

    key, found = key_of(connection.vendor), {}
    for place in range(rounds):
        for name, (text, write) in PREDICATES.items():
            times: Times = found.setdefault(name, {})
            ask, where = Ask(dataset, text=text), write(key)
            page = timed(times, "page", lambda ask=ask: results.page(viewer, ask, limit=PAGE)).keys
            count = timed(times, "count", lambda text=text: queries.count(viewer, dataset, text, seconds=60)).found
            if place >= SLOW_ROUNDS:
                continue
            with without_columns():
                by_sql = timed(times, "page, SQL", lambda ask=ask: results.page(viewer, ask, limit=PAGE)).keys
                counted = timed(times, "count, SQL", lambda text=text: queries.count(viewer, dataset, text, seconds=60))
            shortest = timed(times, "page, plain", lambda where=where: plain(dataset, where, "id, metadata, url"))
            (total,) = timed(times, "count, plain", lambda where=where: plain(dataset, where, "COUNT(*)"))
            assert page == by_sql == shortest[:PAGE], name
            assert count == counted.found == total, name
    return found


def ask_facets(viewer: Any, dataset: Any, rounds: int) -> dict[str, Times]:
    """Facets over everything and over one row in a hundred; those of SQL are samples where there are many rows."""
    from webapp.query import facets
    from webapp.query.facet_fields import facet_fields

    fields, found = facet_fields(dataset), {}
    for place in range(rounds):
        for name, path in FACETS.items():
            for text in ("", "metadata.percent = 7"):
                times: Times = found.setdefault(f"{name}{', 1 %' if text else ''}", {})
                run = partial(facets.facet, viewer, dataset, fields[path], text)
                made = timed(times, "columns", run)
                assert made.is_exact
                if place < SLOW_ROUNDS:
                    with without_columns():
                        timed(times, "SQL", run)
    return found


def ask_orders(viewer: Any, dataset: Any, rounds: int) -> dict[str, Times]:
    from webapp.query import results
    from webapp.query.asks import Ask

    found: dict[str, Times] = {}
    for place in range(rounds):
        for name, text in (("by speed", ""), ("by speed, 1 %", "metadata.percent = 7")):
            times = found.setdefault(name, {})
            run = partial(results.page, viewer, Ask(dataset, text=text, sort="-metadata.speed"), limit=PAGE)
            page = timed(times, "columns", run)
            if place < SLOW_ROUNDS:
                with without_columns():
                    assert timed(times, "SQL", run).keys == page.keys
    return found


def build(viewer: Any, dataset: Any) -> tuple[float, int]:
    """Seconds that making the columns takes, and their bytes."""
    from django.db.models import Sum
    from django.db.models.functions import Length

    from webapp.jobs.actions import enqueue
    from webapp.jobs.worker import work
    from webapp.query import job_kinds
    from webapp.query.columns import upkeep
    from webapp.query.columns.models import ColumnChunk

    # The dataset has only just been filled, and nobody is filling it still.
    job_kinds.QUIET_SECONDS = 0
    enqueue(viewer, upkeep.KIND, dataset_pk=dataset.pk, params={})
    started = time.perf_counter()
    work(threading.Event(), until_idle=True)
    seconds = time.perf_counter() - started
    of_dataset = ColumnChunk.objects.filter(segment__dataset_id=dataset.pk)
    return seconds, of_dataset.aggregate(size=Sum(Length("blob")))["size"]


def first_page(times: Times, step: str, viewer: Any, dataset: Any) -> Any:
    """The first page of one item in ten thousand."""
    from webapp.query import results
    from webapp.query.asks import Ask

    return timed(times, step, partial(results.page, viewer, Ask(dataset, text=RARE), limit=PAGE)).keys


def ask_after_changes(viewer: Any, dataset: Any, rounds: int) -> Times:
    """What the rare predicate takes right after an append, and after a deletion, with old columns among the others."""
    from tests import make
    from webapp.datasets import actions
    from webapp.datasets.models import Item
    from webapp.query import queries

    times: Times = {}
    for place in range(rounds):
        dataset = make.reload(viewer, dataset)
        before = queries.count(viewer, dataset, RARE).found
        drafts = [make.draft_item(viewer, f"late-{place}-{n}", metadata={"myriad": n}) for n in range(100)]
        make.append(viewer, dataset, drafts)
        dataset = make.reload(viewer, dataset)
        page = first_page(times, "page after an append", viewer, dataset)
        count = timed(times, "count after an append", partial(queries.count, viewer, dataset, RARE))
        assert count.found == before + 1
        actions.delete_item(viewer, dataset, Item.objects.unscoped().get(pk=page[0]))
        dataset = make.reload(viewer, dataset)
        assert page[0] not in first_page(times, "page after a deletion", viewer, dataset)
    return times


def ingest(viewer: Any, dataset: Any, rounds: int) -> Times:
    """Appends of a thousand items to a dataset with columns, with its upkeep and without, in turns."""
    from tests import make
    from webapp.datasets import changes

    times: Times = {}
    listeners = list(changes.LISTENERS)
    for place in range(2 * rounds):
        drafts = [
            make.draft_item(viewer, f"batch-{place}-{n}", metadata={"speed": n, "side": "left"}) for n in range(1000)
        ]
        is_kept = place % 2 == 0
        changes.LISTENERS[:] = listeners if is_kept else []
        timed(times, "upkeep" if is_kept else "none", lambda drafts=drafts: make.append(viewer, dataset, drafts))
    changes.LISTENERS[:] = listeners
    return times


def annotating(viewer: Any, dataset: Any, rounds: int) -> Times:
    """A thousand more annotations of a dataset with columns, one an item, with their upkeep and without, in turns."""
    from tests import make
    from webapp.datasets.models import Item
    from webapp.labels import changes

    times: Times = {}
    listeners = list(changes.LISTENERS)
    rows = Item.objects.unscoped().filter(dataset_id=dataset.pk).order_by("pk")
    for place in range(2 * rounds):
        items = list(rows[place * 1000 : (place + 1) * 1000])
        is_kept = place % 2 == 0
        changes.LISTENERS[:] = listeners if is_kept else []
        run = partial(make.make_annotations, viewer, dataset, items, per_item=1)
        timed(times, "upkeep" if is_kept else "none", run)
    changes.LISTENERS[:] = listeners
    return times
