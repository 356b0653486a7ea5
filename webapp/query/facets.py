"""What the rows of a query hold in one field: counts of values, bins of numbers, times; drawn by the pages' charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

from django.db import connection, models
from django.db.models import F, QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.query import facet_sql
from webapp.query.columns.counting import Counts, counts_of
from webapp.query.expression import Value
from webapp.query.facet_bars import Bar, bins_of, named, times_of
from webapp.query.facet_fields import ITEM, LABEL_ROOTS, PREDICTION, SCENE, FacetField
from webapp.query.facet_members import Members, members_of
from webapp.query.queries import everything, matching
from webapp.query.scope import Subject
from webapp.query.sources import labels_of
from webapp.query.sql import DIALECTS, Dialect, Kind, Sql
from webapp.query.time_limit import in_time
from webapp.query.writing import has_class

# A facet is made of no more rows that match than this, found among no more than that.
SAMPLE_ROWS = 20_000
LOOKED_AT_ROWS = 1_000_000
# An exact count is asked for later, in the background, of no more than this.
EXACT_ROWS = 10_000_000
# How many are looked at to learn how many match.
ESTIMATE_ROWS = 20_000
# Keys are spread over a prime, so that no pattern in their order is met or missed by the sample.
PRIME, FACTOR = 65_521, 40_503
SECONDS, EXACT_SECONDS = 10.0, 20.0
OUTPUTS: dict[str, models.Field[Any, Any]] = {"number": models.FloatField(), "present": models.BooleanField()}


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


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to count, and how many rows each of them stands for."""

    found: QuerySet[Any]
    weight: float
    dialect: Dialect
    counts: Counts | None = None
    """What they hold in the field, where columns know it."""

    def sql(self, **values: Callable[[Dialect, str], Sql]) -> Sql:
        """A SELECT of these values by name."""
        read = {name: Value(write, OUTPUTS.get(name, models.TextField())) for name, write in values.items()}
        text, params = self.found.order_by().annotate(**read).values(*read).query.sql_with_params()
        return Sql(text, tuple(params))

    def counted(self, count: int) -> int:
        return round(count * self.weight)


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


def rows_of(
    viewer: Viewer,
    dataset: Dataset,
    level: str,
    text: str,
    most: int,
    *,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Rows:
    """The rows that match, or a sample of them by key."""
    if within is not None and level == SCENE and within.kind == Slice.Kind.ITEMS:
        return scenes_of(viewer, dataset, within, text, run=run, said_by=said_by)
    subject = Subject.SCENES if level == SCENE else Subject.ITEMS
    every, key = owners_of(viewer, dataset, subject, said_by), "pk"
    wanted: Any = models.Q(matching(viewer, dataset, text, subject, run)) if text else models.Q()
    members = members_of(within, level) if within is not None else None
    total = dataset.scene_count if level == SCENE else dataset.item_count
    if members is not None and members.of == "pk":
        total = len(members.keys)
    if level in LABEL_ROOTS:
        is_narrowed = bool(text) or said_by is not None
        wanted = models.Q(item_id__in=every.filter(wanted).values("pk")) if is_narrowed else models.Q()
        labels = Subject.PREDICTIONS if level == PREDICTION else Subject.ANNOTATIONS
        every, key = everything(viewer, dataset, labels, run), "item_id"
        said = label_queries.class_counts(viewer, dataset, run if level == PREDICTION else None)
        total = sum(count for _, _, count in said)
    dialect = DIALECTS[connection.vendor]
    if total <= most:
        return Rows(sample(every, key, 1, members)[0].filter(wanted), 1.0, dialect)
    matched = float(total)
    # Before the query, which takes longer: SQLite asks in the order of the words.
    if wanted or members is not None:
        some, weight = sample(every, key, ESTIMATE_ROWS / total, members)
        matched = some.filter(wanted).count() * weight
    some, weight = sample(every, key, min(LOOKED_AT_ROWS / total, most / max(matched, 1.0)), members)
    return Rows(some.filter(wanted), weight, dialect)


def scenes_of(
    viewer: Viewer, dataset: Dataset, within: Slice, text: str, *, run: ModelRun | None, said_by: ModelRun | None
) -> Rows:
    """The scenes that a slice of frames has frames of that match: where there are frames to choose, scenes are few."""
    frames = owners_of(viewer, dataset, Subject.ITEMS, said_by).filter(members_of(within, ITEM).among())
    if text:
        frames = frames.filter(matching(viewer, dataset, text, Subject.ITEMS, run))
    scenes = everything(viewer, dataset, Subject.SCENES, None)
    return Rows(scenes.filter(pk__in=frames.order_by().values("scene_id")), 1.0, DIALECTS[connection.vendor])


def rows_by_columns(
    viewer: Viewer, dataset: Dataset, field: FacetField, text: str, run: ModelRun | None, within: Slice | None
) -> Rows | None:
    """All rows that match, counted already; None where columns cannot tell of each."""
    if field.key is None or field.column is not None or field.level in LABEL_ROOTS:
        return None
    subject = Subject.SCENES if field.level == SCENE else Subject.ITEMS
    members = members_of(within, field.level) if within is not None else None
    if members is not None and members.of != "pk":
        return None
    wanted = matching(viewer, dataset, text, subject, run) if text else None
    counts = counts_of(dataset, field.level, (field.key,), wanted, members.keys if members is not None else None)
    if counts is None:
        return None
    return Rows(everything(viewer, dataset, subject, None), 1.0, DIALECTS[connection.vendor], counts)


def owners_of(viewer: Viewer, dataset: Dataset, subject: Subject, said_by: ModelRun | None) -> QuerySet[Any]:
    """The items or scenes that count, before the query."""
    if said_by is None:
        return everything(viewer, dataset, subject, None)
    found = label_queries.scenes_of_run if subject is Subject.SCENES else label_queries.items_of_run
    return found(viewer, dataset, said_by)


def sample(rows: QuerySet[Any], key: str, share: float, members: Members | None = None) -> tuple[QuerySet[Any], float]:
    """About this share of the rows, the same ones each time, and how many each stands for."""
    if share >= 1:
        return (rows if members is None else rows.filter(members.among())), 1.0
    below = max(1, round(share * PRIME))
    if members is not None and members.of == key:
        # The same as below, of keys that are at hand.
        return rows.filter(members.among(members.keys % PRIME * FACTOR % PRIME < below)), PRIME / below
    some = rows.alias(place=F(key) % PRIME * FACTOR % PRIME).filter(place__lt=below)
    return (some if members is None else some.filter(members.among())), PRIME / below


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
