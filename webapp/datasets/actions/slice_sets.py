"""Making slices of slices: what two of them hold together, in common, or one without the other."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from django.db import transaction
from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.actions.slices import keep_slice, locked_slice
from webapp.datasets.models import Slice
from webapp.privacy.refusals import Invalid


class SetOperation(StrEnum):
    """What is made of two slices, the first of which is "here" and the second "there"."""

    UNION = "union"
    INTERSECTION = "intersection"
    DIFFERENCE = "difference"


OPERATIONS: dict[SetOperation, Callable[[BitMap64, BitMap64], BitMap64]] = {
    SetOperation.UNION: lambda here, there: here | there,
    SetOperation.INTERSECTION: lambda here, there: here & there,
    SetOperation.DIFFERENCE: lambda here, there: here - there,
}


@transaction.atomic
def combine_slices(viewer: Viewer, operation: SetOperation, here: Slice, there: Slice, *, name: str) -> Slice:
    """A new slice of the members of two of the same dataset; no rows are read."""
    require_comparable(here, there)
    dataset = locked_dataset(viewer, here.dataset)
    first, second = locked_slice(viewer, here), locked_slice(viewer, there)
    keys = OPERATIONS[operation](first.keys(), second.keys())
    recipe = {"operation": operation.value, "of": [first.public_id, second.public_id]}
    return keep_slice(viewer, dataset, name=name, kind=Slice.Kind(first.kind), keys=keys, recipe=recipe)


def require_comparable(here: Slice, there: Slice) -> None:
    if here.dataset_id != there.dataset_id:
        raise Invalid("These two slices belong to different datasets, so they have nothing in common.")
    if here.kind != there.kind:
        raise Invalid("One of these slices holds items and the other scenes; choose two that hold the same.")
    if here.pk == there.pk:
        raise Invalid("This is one slice twice; choose another to compare it with.")
