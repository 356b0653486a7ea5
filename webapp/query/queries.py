"""Asking a dataset in the query language. Each takes the viewer first and finds only what they may see."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Item, Scene
from webapp.labels.models import Annotation, ModelRun, Prediction
from webapp.query.compile import compiled
from webapp.query.expression import Matches
from webapp.query.parser import parse
from webapp.query.refusals import Misused, QuerySyntaxError
from webapp.query.scope import Subject, scope_of
from webapp.query.sql import DIALECTS

Row = TypeVar("Row", bound=Model)
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
    condition = matching(viewer, dataset, text, Subject.ITEMS, run)
    return dataset_queries.items(viewer, dataset).filter(condition)


def scenes(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun | None = None) -> QuerySet[Scene]:
    """The scenes that meet it; what is asked of items holds if it does for one frame."""
    condition = matching(viewer, dataset, text, Subject.SCENES, run)
    return dataset_queries.scenes(viewer, dataset).filter(condition)


def annotations(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun | None = None) -> QuerySet[Annotation]:
    """The annotations of items that meet it: fields of annotations are asked of each, all others of its item."""
    condition = matching(viewer, dataset, text, Subject.ANNOTATIONS, run)
    return Annotation.objects.visible_to(viewer).filter(condition, dataset_id=dataset.pk, item__isnull=False)


def predictions(viewer: Viewer, dataset: Dataset, text: str, *, run: ModelRun) -> QuerySet[Prediction]:
    """The same of a run's predictions."""
    condition = matching(viewer, dataset, text, Subject.PREDICTIONS, run)
    rows = Prediction.objects.visible_to(viewer).filter(run_id=run.pk, dataset_id=dataset.pk, item__isnull=False)
    return rows.filter(condition)


def matching(viewer: Viewer, dataset: Dataset, text: str, subject: Subject, run: ModelRun | None) -> Matches:
    """The query as a condition on rows of its subject."""
    tree = parse(text)
    try:
        scope = scope_of(viewer, dataset, tree, subject, run)
        # So that what fits no field is refused here, and not where rows are read.
        compiled(tree, scope, DIALECTS[connection.vendor], "row")
    except Misused as fault:
        raise QuerySyntaxError(text, fault.at, fault.reason) from None
    return Matches(tree, scope)


def count(
    everything: QuerySet[Row],
    narrowed: Callable[[QuerySet[Row]], QuerySet[Row]],
    *,
    seconds: float = COUNT_SECONDS,
    step: int = ROWS_A_STEP,
) -> Count:
    """Count what `narrowed` leaves of `everything`, some thousand rows at a time, for at most about so many seconds."""
    ending = time.monotonic() + seconds
    found, looked_at, after = 0, 0, 0
    while True:
        window: Any = everything.filter(pk__gt=after).order_by("pk")
        last = window.values_list("pk", flat=True)[step - 1 : step].first()
        rows = window if last is None else window.filter(pk__lte=last)
        found += narrowed(rows.order_by()).count()
        if last is None:
            return Count(found, looked_at + rows.count(), is_exact=True)
        looked_at, after = looked_at + step, last
        if time.monotonic() > ending:
            return Count(found, looked_at, is_exact=False)
