"""What one may go on with while writing a query: the names a dataset knows, and the values that a field has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.labels import queries as label_queries
from webapp.labels.models import Annotation, LabellingTask, Prediction
from webapp.privacy.redaction import redact
from webapp.query.examples import LEVELS
from webapp.query.expression import Value
from webapp.query.facet_fields import facet_fields
from webapp.query.facet_rows import sample
from webapp.query.facets import answers
from webapp.query.fields import (
    CONFIDENCE,
    LABELLING,
    OBJECT_FIELDS,
    OWN_FIELDS,
    ROOTS,
    SCALE_FIELDS,
    SCENE_FIELDS,
    TASK_ID,
    TYPES,
    Fields,
)
from webapp.query.parser import condition, parse
from webapp.query.refusals import Misused, QuerySyntaxError
from webapp.query.saved import saved_queries
from webapp.query.scope import Scope, Subject, scope_of
from webapp.query.sources import Aliases, View
from webapp.query.sql import DIALECTS, Dialect, Kind, Sql, joined, put
from webapp.query.time_limit import QueryTooSlow, strictly_in_time
from webapp.query.tree import Path, Test
from webapp.query.writing import step

MAX_VALUES = 50
MAX_TEXT = 200
MAX_CLASSES = 1_000
MAX_SLICES = 500
# Of the fields that a page has in it, each some 30 characters.
MAX_AT_HAND = 500
# Values are counted in no more rows than this, and rare ones looked for in the first so many that begin alike.
SAMPLE_ROWS = 20_000
SEARCHED_ROWS = 500
# Tasks have no count kept of them: no more than so many are counted.
MOST_TASKS = 100_000
SECONDS = 1.0
TYPE_OF_KIND = {Kind.NUMBER: "number", Kind.TEXT: "string", Kind.LIST: "list"}


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a query of a dataset may have in it."""

    fields: list[tuple[str, str]]
    """Each path as a query has it, and what it holds: number, string, boolean, list, date, class, any, slice."""
    runs: list[str]
    slices: list[str]
    live_slices: list[str]


@dataclass(frozen=True, slots=True)
class Values:
    """What a field holds: texts, most frequent first, each with how often it was seen, None where nobody counted."""

    texts: list[tuple[str, int | None]]
    lowest: float | None
    highest: float | None
    is_exact: bool
    """Whether all rows were counted."""


def known_names(viewer: Viewer, dataset: Dataset) -> Known:
    runs = label_queries.runs_of_dataset(viewer, dataset)
    classes = [label for _, label, _ in label_queries.class_counts(viewer, dataset)]
    taxonomies = [one.name for one in label_queries.taxonomies(viewer, dataset)]
    return Known(
        fields=list(fields_of(dataset, classes, taxonomies, has_runs=bool(runs))),
        runs=list(dict.fromkeys(run.name for run in runs)),
        slices=list(dict.fromkeys(one.name for one in dataset_queries.slices(viewer, dataset, limit=MAX_SLICES))),
        live_slices=[one.name for one in saved_queries(viewer, dataset, only_live=True)],
    )


def names_at_hand(dataset: Dataset, classes: Sequence[str], *, has_runs: bool) -> list[tuple[str, str]]:
    """Of those fields the first MAX_AT_HAND, without a look at the database: what a page can have in it."""
    return list(islice(fields_of(dataset, classes, (), has_runs=has_runs), MAX_AT_HAND))


def fields_of(
    dataset: Dataset, classes: Sequence[str], taxonomies: Sequence[str], *, has_runs: bool
) -> Iterator[tuple[str, str]]:
    """Its own metadata first, then what every dataset has, then labels."""
    of_facets = {field.path: field.type for field in facet_fields(dataset).values() if field.key is not None}
    yield from ((path, kind) for path, kind in of_facets.items() if not path.startswith("annotations."))
    yield from (("width", "number"), ("height", "number"), ("reference_id", "string"), ("created_at", "date"))
    yield "slice", "slice"
    if dataset.is_scene:
        yield "frame", "number"
        yield from ((f"scene.{name}", TYPE_OF_KIND[kind]) for name, (kind, _) in SCENE_FIELDS.items())
    yield from of_labels("annotations", classes, taxonomies)
    yield from ((path, kind) for path, kind in of_facets.items() if path.startswith("annotations."))
    if has_runs:
        yield from of_labels("predictions", classes, taxonomies)
        for key, kind in sorted(dataset.field_types.get("prediction", {}).items()):
            yield f"{LEVELS['prediction']}.{step(key)}", kind
    yield from ((f"{LABELLING}.{name}", "date" if name.endswith("_at") else "string") for name in SCALE_FIELDS)


def of_labels(root: str, classes: Sequence[str], taxonomies: Sequence[str]) -> Iterator[tuple[str, str]]:
    fields = OBJECT_FIELDS | (CONFIDENCE if root == "predictions" else {})
    yield f"{root}.count", "number"
    known = {"count", "metadata", "position", "dimensions", *fields, *TYPES}
    named = islice(dict.fromkeys(filter(None, classes)), MAX_CLASSES)
    yield from ((f"{root}.{step(name)}", "class") for name in named if name not in known)
    yield from ((f"{root}.{step(name)}", "string") for name in taxonomies if name not in known)
    yield from ((f"{root}.{name}", TYPE_OF_KIND[kind]) for name, (kind, _) in fields.items())
    yield from ((f"{root}.{name}.count", "number") for name in TYPES if name != "mask")


def values(viewer: Viewer, dataset: Dataset, field: str, prefix: str) -> Values:
    """What the field has that begins with `prefix`, in capitals or not. Raises QuerySyntaxError for no field.

    Where looking takes longer than SECONDS, what was found until then.
    """
    asked = parse(f"{field} EXISTS")
    if not (isinstance(asked, Test) and isinstance(asked.operands[0], Path)):
        raise QuerySyntaxError(field, (0, len(field)), "this names no field.")
    path = asked.operands[0]
    if path.steps == (LABELLING, TASK_ID):
        # Ids are made from keys, and nobody knows one by heart.
        return Values([], None, None, is_exact=True)
    subject = subject_of(dataset, path)
    try:
        found = scope_of(viewer, dataset, condition(asked), subject, None)
        # Rows of the one run are chosen from, so that its name is no other source than theirs.
        scope, path = Scope(subject, dataset.pk, {None: found.runs.get(path.run)}), Path(path.steps, path.at)
        views = Fields(scope, DIALECTS[connection.vendor], subject.value).views(path)
    except Misused as fault:
        raise fault.within(field) from None
    rows = rows_of(viewer, dataset, subject, scope)
    texts: list[tuple[str, int | None]] = []
    lowest = highest = None
    some, weight = sample(rows, "pk", SAMPLE_ROWS / max(1, total_of(viewer, dataset, subject)))
    try:
        with strictly_in_time(SECONDS):
            if is_own(views.get(Kind.NUMBER)):
                lowest, highest = range_of(some, views[Kind.NUMBER])
            texts += texts_of(some, views, prefix, weight)
        if weight != 1 and prefix and len(texts) < MAX_VALUES and is_own(views.get(Kind.TEXT)):
            with strictly_in_time(SECONDS):
                texts += searched(rows, views[Kind.TEXT], prefix, {text for text, _ in texts})
    except QueryTooSlow:
        pass
    # What is an address of media is nobody's to read over a shoulder.
    return Values([one for one in texts if redact(one[0]) == one[0]], lowest, highest, weight == 1)


def subject_of(dataset: Dataset, path: Path) -> Subject:
    """Whose rows have the field."""
    if path.steps[0] == LABELLING:
        return Subject.TASKS
    if path.steps[0] in ROOTS:
        return Subject.ANNOTATIONS if path.steps[0] == "annotations" else Subject.PREDICTIONS
    is_of_scene = path.steps[0] == "scene" or (dataset.is_scene and path.steps[0] in OWN_FIELDS)
    return Subject.SCENES if is_of_scene else Subject.ITEMS


def rows_of(viewer: Viewer, dataset: Dataset, subject: Subject, scope: Scope) -> QuerySet[Any]:
    if subject is Subject.ITEMS:
        return dataset_queries.items(viewer, dataset)
    if subject is Subject.SCENES:
        return dataset_queries.scenes(viewer, dataset)
    if subject is Subject.TASKS:
        return LabellingTask.objects.visible_to(viewer).filter(item__dataset_id=dataset.pk)
    if subject is Subject.ANNOTATIONS:
        return Annotation.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    run = scope.runs.get(None)
    said = Prediction.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    return said.filter(run_id=run) if run is not None else said.none()


def total_of(viewer: Viewer, dataset: Dataset, subject: Subject) -> int:
    """About how many rows there are; of predictions as many as of the largest run."""
    if subject in (Subject.ITEMS, Subject.SCENES):
        return dataset.item_count if subject is Subject.ITEMS else dataset.scene_count
    if subject is Subject.TASKS:
        return rows_of(viewer, dataset, subject, Scope(subject, dataset.pk))[:MOST_TASKS].count()
    return sum(count for _, _, count in label_queries.class_counts(viewer, dataset))


def is_own(view: View | None) -> bool:
    """Whether the value is the row's own, so that reading the rows reads the values."""
    return view is not None and len(view.sources) == 1 and view.sources[0].of is None


def reading(rows: QuerySet[Any], view: View, kind: models.Field[Any, Any], *, listed: bool = False) -> Sql:
    """A SELECT of the value as `text`, where the row is one that has the field."""

    def write(dialect: Dialect, one: str) -> Sql:
        value = view.read(Aliases(one, one))
        filters = [each.sql(dialect, one) for each in view.sources[0].filters]
        if not filters:
            return value
        return put("CASE WHEN {held} THEN {value} END", held=joined(" AND ", filters), value=value)

    read: dict[str, Any] = {"text": Value(write, kind)}
    if listed:
        read["key"] = Value(lambda _, one: Sql(f"{one}.id"), models.BigIntegerField())
    text, params = (
        rows.order_by()
        .annotate(**{f"its_{name}": one for name, one in read.items()})
        .values_list(*(f"its_{name}" for name in read))
        .query.sql_with_params()
    )
    return Sql(text, tuple(params))


def range_of(rows: QuerySet[Any], view: View) -> tuple[float | None, float | None]:
    selected = reading(rows, view, models.FloatField())
    ((low, high),) = answers(
        Sql(f"SELECT MIN(its_text), MAX(its_text) FROM ({selected.text}) AS said", selected.params)
    )
    return low, high


def texts_of(rows: QuerySet[Any], views: Any, prefix: str, weight: float) -> list[tuple[str, int | None]]:
    """The most frequent texts that begin so, alone and in lists, estimated where the rows are a sample."""
    counts: dict[str, int] = {}
    dialect = DIALECTS[connection.vendor]
    if is_own(views.get(Kind.TEXT)):
        counts |= most_frequent(reading(rows, views[Kind.TEXT], models.TextField()), prefix)
    if is_own(views.get(Kind.LIST)):
        matched = reading(rows, views[Kind.LIST], models.TextField(), listed=True)
        named = Sql(f"SELECT its_text AS listed, its_key AS key FROM ({matched.text}) AS all_said", matched.params)
        said = put("WITH matched AS ({named}) {elements}", named=named, elements=dialect.elements("matched", "listed"))
        listed = Sql(f"SELECT text AS its_text FROM ({said.text}) AS in_lists", said.params)
        for text, count in most_frequent(listed, prefix).items():
            counts[text] = counts.get(text, 0) + count
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MAX_VALUES]
    return [(text, round(count * weight)) for text, count in most]


def most_frequent(selected: Sql, prefix: str) -> dict[str, int]:
    begins = beginning(prefix)
    statement = put(
        f"SELECT its_text, COUNT(*) AS found FROM ({{selected}}) AS said WHERE LENGTH(its_text) <= {MAX_TEXT}"
        f" AND its_text <> '' AND {{begins}} GROUP BY its_text ORDER BY found DESC, its_text LIMIT {MAX_VALUES}",
        selected=selected,
        begins=begins,
    )
    return dict(answers(statement))


def searched(rows: QuerySet[Any], view: View, prefix: str, seen: set[str]) -> list[tuple[str, int | None]]:
    """Texts that begin so and were not in the sample, of the first rows that have any."""
    selected = reading(rows, view, models.TextField())
    statement = put(
        f"SELECT its_text FROM ({{selected}}) AS said WHERE LENGTH(its_text) <= {MAX_TEXT} AND its_text <> ''"
        f" AND {{begins}} LIMIT {SEARCHED_ROWS}",
        selected=selected,
        begins=beginning(prefix),
    )
    found = sorted({text for (text,) in answers(statement)} - seen)
    return [(text, None) for text in found[: MAX_VALUES - len(seen)]]


def beginning(prefix: str) -> Sql:
    dialect = DIALECTS[connection.vendor]
    return dialect.starts(Sql("LOWER(its_text)"), put("LOWER({prefix})", prefix=dialect.literal(prefix)))
