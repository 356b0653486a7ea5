"""Making slices by chance: a random sample, or one with its share of each value of a metadata field."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

from django.db import transaction
from pyroaring import BitMap64

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.actions.slices import keep_slice, locked_slice, members_of
from webapp.datasets.field_values import MISSING, members_by_value
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.datasets.sampling import MAX_SAMPLE, SamplePlan, drawn, drawn_by_stratum, some_seed
from webapp.privacy.refusals import Invalid

KEYS_AT_ONCE = 10_000


@transaction.atomic
def sample_slice(viewer: Viewer, dataset: Dataset, *, name: str, plan: SamplePlan, source: Slice | None) -> Slice:
    """A sample without repetition of the dataset, or of one of its slices; all members where there are fewer.

    The same plan over the same members is the same sample, on either database; the slice keeps the plan.
    """
    dataset = locked_dataset(viewer, dataset)
    kind, keys = whole_of(viewer, dataset, source)
    if not keys:
        raise Invalid("There is nothing to draw a sample from yet.")
    made_of = {"size": plan.size, "seed": plan.seed, "from": (source or dataset).public_id}
    if plan.field is None:
        # A sample to look at, not a secret.
        chosen = drawn(keys, plan.size, random.Random(plan.seed))
    else:
        strata = members_by_value(Item if kind == Slice.Kind.ITEMS else Scene, dataset.pk, keys, plan.field)
        if set(strata) == {MISSING}:
            raise Invalid(f"None of these {noun_of(kind)}s has a metadata field {plan.field[:100]!r}.")
        chosen = drawn_by_stratum(strata, plan)
        made_of |= {"by": plan.field, "shares": plan.shares.value, "strata": len(strata)}
    return keep_slice(viewer, dataset, name=name, kind=kind, keys=chosen, recipe={"sample": made_of})


def whole_of(viewer: Viewer, dataset: Dataset, source: Slice | None) -> tuple[Slice.Kind, BitMap64]:
    """What a sample is drawn from, of a locked dataset: its members, or the slice's as they are now."""
    if source is not None:
        if source.dataset_id != dataset.pk:
            raise Invalid("The slice to draw from belongs to another dataset.")
        found = locked_slice(viewer, source)
        return Slice.Kind(found.kind), found.keys()
    kind = Slice.Kind.SCENES if dataset.is_scene else Slice.Kind.ITEMS
    pks: Any = members_of(viewer, dataset, kind).values_list("pk", flat=True)
    keys, read = BitMap64(), pks.iterator(chunk_size=KEYS_AT_ONCE)
    while some := list(islice(read, KEYS_AT_ONCE)):
        keys.update(some)
    return kind, keys


def noun_of(kind: Slice.Kind) -> str:
    return "item" if kind == Slice.Kind.ITEMS else "scene"


@transaction.atomic
def build_slice(
    viewer: Viewer, dataset: Dataset, *, name: str, sample_size: int, source: Slice | None, seed: int | None = None
) -> Slice:
    """The wire's random sample: names are unique per dataset here, and nothing to draw from is an empty slice."""
    viewer.require(Permission.CURATE)
    if not 1 <= sample_size <= MAX_SAMPLE:
        raise Invalid("sampleSize must be a whole number from 1 to 1000000.")
    dataset = locked_dataset(viewer, dataset)
    if Slice.objects.visible_to(viewer).filter(dataset_id=dataset.pk, name=checked_name(name)).exists():
        raise Invalid(f"a slice named {name!r} exists in this dataset; choose another name.")
    plan = SamplePlan(sample_size, some_seed() if seed is None else seed)
    kind, keys = whole_of(viewer, dataset, source)
    if not keys:
        return keep_slice(viewer, dataset, name=name, kind=kind, keys=keys)
    return sample_slice(viewer, dataset, name=name, plan=plan, source=source)
