"""Keeping what a query finds."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from pyroaring import BitMap64

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.actions.slices import keep_slice
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.privacy.redaction import redact
from webapp.privacy.refusals import Invalid
from webapp.query import queries
from webapp.query.time_limit import in_time

# What is held at once while half a million keys are read.
KEYS_A_STEP = 10_000


def slice_of_matches(
    viewer: Viewer,
    dataset: Dataset,
    text: str,
    *,
    name: str,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
) -> Slice:
    """A slice of all of `queries.members` that meet the query. Raises QuerySyntaxError, and Invalid when none does.

    To look through a large dataset takes seconds, so it is done before the lock is taken, and again under the lock only
    where the dataset has changed meanwhile.
    """
    viewer.require(Permission.CURATE)
    checked_name(name)
    found = queries.members(viewer, dataset, said_by=said_by)
    found = found.filter(queries.condition(viewer, dataset, text, run=run))
    keys = keys_of(found)
    with transaction.atomic():
        locked = locked_dataset(viewer, dataset)
        if locked.version != dataset.version:
            keys = keys_of(found)
        if not keys:
            raise Invalid("Nothing matches this query, so there is nothing to make a slice of.")
        kind = Slice.Kind.SCENES if dataset.is_scene else Slice.Kind.ITEMS
        # Whoever looks for an item by its address has typed the address.
        said: dict[str, Any] = {"query": redact(text), "run": run.public_id if run is not None else None}
        return keep_slice(viewer, locked, name=name, kind=kind, keys=keys, **said)


def keys_of(rows: QuerySet[Any]) -> BitMap64:
    """The keys of the rows in one read, of which no row is loaded. Raises QueryTooSlow."""
    keys = BitMap64()
    with in_time():
        read = rows.order_by().values_list("pk", flat=True).iterator(chunk_size=KEYS_A_STEP)
        while some := list(islice(read, KEYS_A_STEP)):
            keys.update(some)
    return keys
