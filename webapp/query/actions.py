"""Keeping what a query finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from pyroaring import BitMap64

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.actions.slices import keep_change, keep_slice, locked_slice
from webapp.datasets.models import Dataset, Slice
from webapp.privacy.redaction import redact
from webapp.privacy.refusals import Conflict, Invalid
from webapp.query import results
from webapp.query.asks import Ask
from webapp.query.scope import Subject


def slice_of_matches(viewer: Viewer, ask: Ask, *, name: str, but: Iterable[int] = ()) -> Slice:
    """A slice of all that an ask shows, but the rows with these keys; of objects the items they are on.

    Raises QuerySyntaxError, and Invalid when nothing matches.
    """
    viewer.require(Permission.CURATE)
    checked_name(name)
    left_out = BitMap64(but)
    with matches(viewer, ask, left_out) as (locked, keys):
        if not keys:
            raise Invalid("Nothing matches this query, so there is nothing to make a slice of.")
        return keep_slice(viewer, locked, name=name, kind=kind_of(ask), keys=keys, recipe=recipe_of(ask, left_out))


def append_matches(viewer: Viewer, slice_: Slice, ask: Ask, *, but: Iterable[int] = ()) -> int:
    """Add all that an ask shows, but the rows with these keys, to a slice of its dataset; how many were new to it."""
    viewer.require(Permission.CURATE)
    require_same_kind(slice_, ask)
    with matches(viewer, ask, BitMap64(but)) as (_, keys):
        locked = locked_slice(viewer, slice_)
        before = locked.keys()
        after = before | keys
        keep_change(viewer, locked, after, "slice.append", len(after) - len(before))
        return len(after) - len(before)


def remove_matches(viewer: Viewer, slice_: Slice, ask: Ask, *, but: Iterable[int] = ()) -> int:
    """Take all that an ask shows, but the rows with these keys, out of a slice of its dataset; how many were in it."""
    viewer.require(Permission.CURATE)
    require_same_kind(slice_, ask)
    with matches(viewer, ask, BitMap64(but)) as (_, keys):
        locked = locked_slice(viewer, slice_)
        before = locked.keys()
        leaving = before & keys
        keep_change(viewer, locked, before - leaving, "slice.remove", len(leaving))
        return len(leaving)


def require_same_kind(slice_: Slice, ask: Ask) -> None:
    if slice_.kind != kind_of(ask):
        raise Conflict(f"{slice_.name} holds {Slice.Kind(slice_.kind).label}; what is shown here is of another kind.")


@contextmanager
def matches(viewer: Viewer, ask: Ask, but: BitMap64) -> Iterator[tuple[Dataset, BitMap64]]:
    """The locked dataset, in a transaction, and the keys that match.

    To look through a large dataset takes seconds, so it is done before the lock is taken, and again under the lock only
    where the dataset has changed meanwhile.
    """
    keys = results.keys(viewer, ask, but=but)
    with transaction.atomic():
        locked = locked_dataset(viewer, ask.dataset)
        if locked.version != ask.dataset.version:
            keys = results.keys(viewer, ask, but=but)
        yield locked, keys


def kind_of(ask: Ask) -> Slice.Kind:
    return Slice.Kind.SCENES if ask.members is Subject.SCENES else Slice.Kind.ITEMS


def recipe_of(ask: Ask, but: BitMap64) -> dict[str, Any]:
    """What was asked for, to be asked again; whoever looks for an item by its address has typed the address."""
    text = redact(ask.text)
    told: dict[str, Any] = {
        "text": text,
        "is_redacted": text != ask.text,
        "run": ask.said_by.public_id if ask.said_by is not None else None,
        "predictions": ask.run.public_id if ask.run is not None else None,
        "mode": str(ask.mode),
        "sort": ask.sort,
        "slice": ask.within.public_id if ask.within is not None else None,
        "but": len(but),
    }
    return {"query": {name: value for name, value in told.items() if value}}
