"""Asking a dataset in the query language. Each takes the viewer first and finds only what they may see."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.queries import Page
from webapp.labels import queries as label_queries
from webapp.labels.models import Annotation, ModelRun, Prediction
from webapp.query.columns.narrowing import candidates, narrowing
from webapp.query.compile import compiled
from webapp.query.expression import Among, Matches
from webapp.query.parser import parse
from webapp.query.refusals import Misused
from webapp.query.scope import Subject, scope_of
from webapp.query.sql import DIALECTS

COUNT_SECONDS = 2.0
ROWS_A_STEP = 20_000


class Count(NamedTuple):
    """How many rows were `found` among the first `looked_at` in key order; exact if that was all of them."""

    found: int
    looked_at: int
    is_exact: bool


def items(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun | None = None) -> QuerySet[Item]:
    """The items that meet the query, unordered; `run` is what `predictions` means, else the newest that has any.

    Raises QuerySyntaxError.
    """
    return asked(viewer, dataset, text, Subject.ITEMS, run)


def scenes(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun | None = None) -> QuerySet[Scene]:
    """The scenes that meet it; what is asked of items holds if it does for one frame."""
    return asked(viewer, dataset, text, Subject.SCENES, run)


def members(viewer: Viewer, dataset: Dataset, *, said_by: ModelRun | None = None) -> QuerySet[Any]:
    """The scenes of a dataset of scenes, the items of any other; with `said_by` those it says something of."""
    if said_by is not None:
        found = label_queries.scenes_of_run if dataset.is_scene else label_queries.items_of_run
        return found(viewer, dataset, said_by)
    return dataset_queries.scenes(viewer, dataset) if dataset.is_scene else dataset_queries.items(viewer, dataset)


def annotations(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun | None = None) -> QuerySet[Annotation]:
    """The annotations of items that meet it: fields of annotations are asked of each, all others of its item."""
    return asked(viewer, dataset, text, Subject.ANNOTATIONS, run)


def predictions(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun) -> QuerySet[Prediction]:
    """The same of a run's predictions."""
    return asked(viewer, dataset, text, Subject.PREDICTIONS, run)


def count(
    viewer: Viewer,
    dataset: Dataset,
    text: str,
    *,
    subject: Subject = Subject.ITEMS,
    run: ModelRun | None = None,
    seconds: float = COUNT_SECONDS,
    step: int = ROWS_A_STEP,
) -> Count:
    """How many rows meet the query, counted some thousand at a time for about so many seconds at most."""
    wanted = matching(viewer, dataset, text, subject, run)
    every = everything(viewer, dataset, subject, run)
    known = candidates(dataset, every, wanted)
    if known is None:
        return count_of(every, wanted, seconds=seconds, step=step)
    found = (
        len(known.keys)
        if known.is_exact
        else sum(every.filter(wanted, Among(some)).count() for some in known.keys.parts(step))
    )
    return Count(found, known.row_count, is_exact=True)


def count_of(rows: QuerySet[Any], wanted: Matches, *, seconds: float, step: int) -> Count:
    """How many of these rows are wanted, by SQL alone."""
    ending = time.monotonic() + seconds
    found, looked_at, after = 0, 0, 0
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


def paged(
    viewer: Viewer, dataset: Dataset, text: str, subject: Subject, *, run: ModelRun | None = None
) -> Callable[[int | None, int], Page[Any]]:
    """Reads pages of rows that meet the query, in the order of their keys: takes the key to go on after, and a limit.

    Raises QuerySyntaxError.
    """
    every, wanted = everything(viewer, dataset, subject, run), matching(viewer, dataset, text, subject, run)

    def read(after: int | None, limit: int) -> Page[Any]:
        limit = min(limit, dataset_queries.MAX_PAGE)
        found = next_rows(dataset, every, wanted, after, limit + 1)
        more, found = len(found) > limit, found[:limit]
        return Page(found, found[-1].pk if more else None, found[0].pk if found and after is not None else None)

    return read


def next_rows(dataset: Dataset, every: QuerySet[Any], wanted: Matches, after: int | None, count: int) -> list[Any]:
    """The next rows that match, which SQL says of each; columns tell where to look."""
    rows, first = every.filter(wanted).order_by("pk"), 0 if after is None else after + 1
    known = narrowing(dataset, wanted)
    if known is None:
        return list(rows.filter(pk__gte=first)[:count])
    found: list[Any] = []
    for piece in known.pieces(count, first):
        found += rows.filter(piece) if isinstance(piece, Among) else rows.filter(piece)[: count - len(found)]
        if len(found) >= count:
            break
    return found[:count]


def asked(viewer: Viewer, dataset: Dataset, text: str, subject: Subject, run: ModelRun | None) -> QuerySet[Any]:
    condition = matching(viewer, dataset, text, subject, run)
    return everything(viewer, dataset, subject, run).filter(condition)


def everything(viewer: Viewer, dataset: Dataset, subject: Subject, run: ModelRun | None) -> QuerySet[Any]:
    """The rows that a query about this subject chooses from; labels of scenes as a whole are none of them."""
    if subject is Subject.ITEMS:
        return dataset_queries.items(viewer, dataset)
    if subject is Subject.SCENES:
        return dataset_queries.scenes(viewer, dataset)
    if subject is Subject.ANNOTATIONS:
        return Annotation.objects.visible_to(viewer).filter(dataset_id=dataset.pk, item__isnull=False)
    said = Prediction.objects.visible_to(viewer).filter(dataset_id=dataset.pk, item__isnull=False)
    return said.filter(run_id=run.pk) if run is not None else said.none()


def matching(
    viewer: Viewer, dataset: Dataset, text: str, subject: Subject, run: ModelRun | None, *, via: tuple[int, ...] = ()
) -> Matches:
    """The query as a condition on rows of its subject; `via` are keys of live slices that it may not ask for."""
    tree = parse(text)
    try:
        scope = scope_of(viewer, dataset, tree, subject, run, via=via)
        # So that what fits no field is refused here, and not where rows are read.
        compiled(tree, scope, DIALECTS[connection.vendor], "row")
    except Misused as fault:
        raise fault.within(text) from None
    return Matches(tree, scope)
