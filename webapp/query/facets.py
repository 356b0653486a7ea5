"""What the rows of a query hold in one field: counts of values, bins of numbers, times; drawn by the pages' charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

from django.db import connection

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.query import facet_sql
from webapp.query.facet_bars import Bar, bins_of, named, times_of
from webapp.query.facet_fields import LABEL_ROOTS, PREDICTION, FacetField
from webapp.query.facet_rows import EXACT_ROWS, SAMPLE_ROWS, Rows, rows_by_columns, rows_of
from webapp.query.sources import labels_of
from webapp.query.sql import Dialect, Kind, Sql
from webapp.query.time_limit import in_time
from webapp.query.writing import has_class

SECONDS, EXACT_SECONDS = 10.0, 20.0


class Shape(Enum):
    """How a facet is drawn. TEXT has too many different values to draw; NOTHING has none."""

    NUMBERS = "numbers"
    VALUES = "values"
    TIMES = "times"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts are of rows; where not `is_exact` they are estimated from a sample of `looked_at`."""

    field: FacetField
    shape: Shape
    total: int
    """How many rows match."""
    looked_at: int
    bars: tuple[Bar, ...]
    missing: Bar
    other_count: int
    """How many rows have something there that is of another kind or too large to draw."""
    kind_count: int
    """How many different values there are."""
    is_exact: bool
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None


def facet(
    viewer: Viewer,
    dataset: Dataset,
    field: FacetField,
    text: str,
    *,
    most: int = SAMPLE_ROWS,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Facet:
    """The field over what the query finds, an empty one all. Raises QuerySyntaxError, and QueryTooSlow.

    `run` is what `predictions` means; with `said_by` only what that run says something of counts, with `within` only
    what is in that slice of the dataset. Counted is a sample where more than `most` rows match; with EXACT_ROWS
    practically none.
    """
    if field.key is None and not text and said_by is None and within is None:
        return kept_classes(viewer, dataset, field, run)
    with in_time(SECONDS if most < EXACT_ROWS else EXACT_SECONDS):
        return made(viewer, dataset, field, text, most, run=run, said_by=said_by, within=within)


def made(
    viewer: Viewer,
    dataset: Dataset,
    field: FacetField,
    text: str,
    most: int,
    *,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Facet:
    """The same, counted now: by columns where they know the field and the query, else row by row in the database."""
    rows = None if said_by is not None else rows_by_columns(viewer, dataset, field, text, run, within)
    if rows is None:
        rows = rows_of(viewer, dataset, field.level, text, most, run=run, said_by=said_by, within=within)
    if field.key is None:
        return classes(rows, field)
    kind = field.type if field.type != "any" else prevailing(rows, field)
    if kind == "number":
        return numbers(rows, field)
    return values(rows, field, {"boolean": Kind.TRUTH, "list": Kind.LIST}.get(kind, Kind.TEXT))


def reading(field: FacetField, kind: Kind) -> Callable[[Dialect, str], Sql]:
    if field.column is not None:
        is_there = " IS NOT NULL" if kind is Kind.PRESENT else ""
        return lambda _, one: Sql(f"CAST({one}.{field.column} AS double precision){is_there}")
    return lambda dialect, one: dialect.json(f"{one}.metadata", (field.key or "",), kind)


def key(_: Dialect, one: str) -> Sql:
    return Sql(f"{one}.id")


def truth(field: FacetField, dialect: Dialect, one: str) -> Sql:
    value = reading(field, Kind.TRUTH)(dialect, one)
    return Sql(f"CASE {value.text} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END", value.params)


def prevailing(rows: Rows, field: FacetField) -> str:
    """The type that most rows have there."""
    if rows.counts is not None:
        return rows.counts.prevailing()
    asked = {"number": Kind.NUMBER, "text": Kind.TEXT, "truth": Kind.TRUTH, "listed": Kind.LIST}
    selected = rows.sql(**{name: reading(field, kind) for name, kind in asked.items()})
    ((*counts,),) = answers(Sql(facet_sql.KINDS.format(rows=selected.text), selected.params))
    return max(zip(counts, ("number", "string", "boolean", "list"), strict=True), key=lambda one: one[0])[1]


def numbers(rows: Rows, field: FacetField) -> Facet:
    if rows.counts is not None:
        found = rows.counts.number_answer()
    else:
        selected = rows.sql(number=reading(field, Kind.NUMBER), present=reading(field, Kind.PRESENT))
        found = answers(facet_sql.numbers(selected))
    total, present, count, low, high, added, whole, up, down = found[0][:9]
    bins = [(place, rows.counted(each)) for *_, place, each in found if each is not None]
    return Facet(
        field=field,
        shape=Shape.NUMBERS if count else Shape.NOTHING,
        total=rows.counted(total),
        looked_at=total,
        bars=tuple(
            bins_of(field.condition, bins, up, down, low, high, is_whole=whole == count, is_of_many=field.is_of_frames)
        )
        if count
        else (),
        missing=missing_of(rows, field, total - present),
        other_count=rows.counted(present - count),
        kind_count=len(bins),
        is_exact=rows.weight == 1,
        lowest=low,
        mean=added / count if count else None,
        highest=high,
    )


def values(rows: Rows, field: FacetField, kind: Kind) -> Facet:
    word = "CONTAINS" if kind is Kind.LIST else "="
    bar = partial(named, field.condition, word, is_truth=kind is Kind.TRUTH)
    if rows.counts is not None:
        return counted_values(rows, field, rows.counts.value_answer(kind), bar)
    read = reading(field, kind)
    written: dict[str, Callable[[Dialect, str], Sql]] = {"text": partial(truth, field) if kind is Kind.TRUTH else read}
    fitting = "listed" if kind is Kind.LIST else "text"
    if kind is Kind.LIST:
        written = {"text": lambda *_: Sql("NULL"), "key": key, "listed": read}
    selected = rows.sql(**written, present=reading(field, Kind.PRESENT))
    found = answers(facet_sql.values(selected, rows.dialect, fitting=fitting, has_lists=kind is Kind.LIST))
    return counted_values(rows, field, found, bar)


def classes(rows: Rows, field: FacetField) -> Facet:
    """Labels by class, as kept counts have them: a mask counts once for each of its classes, in the total too."""
    selected = rows.sql(
        text=lambda _, one: Sql(f"NULLIF({one}.label, '')"),
        key=key,
        listed=labels_of,
        present=lambda *_: Sql("TRUE"),
    )
    found = answers(facet_sql.values(selected, rows.dialect, fitting="key", has_lists=True, is_of_values=True))
    made = counted_values(rows, field, found, partial(class_bar, field), has_times=False)
    return replace(made, missing=Bar("", 0, None), other_count=0)


def class_bar(field: FacetField, label: str, count: int) -> Bar:
    return Bar(label, count, has_class(label, LABEL_ROOTS[field.level]) if len(label) <= facet_sql.MAX_TEXT else None)


def kept_classes(viewer: Viewer, dataset: Dataset, field: FacetField, run: ModelRun | None) -> Facet:
    """The classes of all annotations, or of all that the run predicts, which are kept counted."""
    counts: dict[str, int] = {}
    for _, label, count in label_queries.class_counts(viewer, dataset, run if field.level == PREDICTION else None):
        counts[label] = counts.get(label, 0) + count
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    total = sum(counts.values())
    return Facet(
        field=field,
        shape=Shape.VALUES if counts else Shape.NOTHING,
        total=total,
        looked_at=total,
        bars=tuple(class_bar(field, label, count) for label, count in most[: facet_sql.MAX_VALUES]),
        missing=Bar("", 0, None),
        other_count=0,
        kind_count=len(counts),
        is_exact=True,
    )


def counted_values(
    rows: Rows,
    field: FacetField,
    found: Sequence[tuple[Any, ...]],
    bar: Callable[[str, int], Bar],
    *,
    has_times: bool = True,
) -> Facet:
    total, present, fitting, letters, kinds = found[0][:5]
    counts = [(value, rows.counted(count)) for *_, value, count in found if value is not None]
    counts.sort(key=lambda one: (-one[1], one[0]))
    shape = Shape.VALUES if counts else Shape.NOTHING
    if has_times and letters and kinds <= facet_sql.MAX_VALUES:
        shape = Shape.TIMES
    elif kinds > facet_sql.MAX_VALUES and field.key is not None:
        shape = Shape.TEXT
    bars: Sequence[Bar] = ()
    if shape is Shape.TIMES:
        bars = times_of(field.condition, counts, letters)
    elif shape is Shape.VALUES:
        bars = [bar(value, count) for value, count in counts]
    return Facet(
        field=field,
        shape=shape,
        total=rows.counted(total),
        looked_at=total,
        bars=tuple(bars),
        missing=missing_of(rows, field, total - present),
        other_count=rows.counted(present - fitting),
        kind_count=kinds,
        is_exact=rows.weight == 1,
    )


def missing_of(rows: Rows, field: FacetField, count: int) -> Bar:
    # Of a frame that lacks a value no query of scenes can ask.
    may_ask = field.key is not None and not field.is_of_frames
    return Bar("", rows.counted(count), field.condition(lambda path: f"{path} IS MISSING") if may_ask else None)


def answers(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
