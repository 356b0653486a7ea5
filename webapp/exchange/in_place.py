"""Labelling without promoting: items given to a project where they are, for people who reach their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.actions import label_in_place
from webapp.labels.actions.projects import MAX_TASKS
from webapp.labels.models import LabellingProject
from webapp.privacy.refusals import Invalid, NotFound

NAMES_AT_ONCE = 5_000


def give_slice_in_place(viewer: Viewer, project: LabellingProject, found: Slice) -> int:
    """Give a project a slice's items, or all frames of its scenes; how many it did not have."""
    viewer.require(Permission.CURATE)
    keys = found.keys()
    if len(keys) > MAX_TASKS:
        raise Invalid(f"The slice has {len(keys)} members; at most {MAX_TASKS} items are given to a project together.")
    pks = list(keys)
    if found.kind == Slice.Kind.SCENES:
        frames = queries.items(viewer, found.dataset)
        pks = [
            pk
            for part in queries.chunks(pks)
            for pk in frames.filter(scene_id__in=part).values_list("pk", flat=True)[: MAX_TASKS + 1]
        ]
    else:
        # What was deleted since the slice was made is no longer there to be labelled.
        rows = queries.items(viewer, found.dataset)
        pks = [pk for part in queries.chunks(pks) for pk in rows.filter(pk__in=part).values_list("pk", flat=True)]
    if not pks:
        raise Invalid("The slice holds no items.")
    return label_in_place(viewer, project, found.dataset, pks)


def give_items_in_place(
    viewer: Viewer, project: LabellingProject, dataset: Dataset, reference_ids: Sequence[str]
) -> int:
    """Give a project the items of a dataset with these reference ids; how many it did not have."""
    viewer.require(Permission.CURATE)
    names = list(dict.fromkeys(reference_ids))
    if not 1 <= len(names) <= MAX_TASKS:
        raise Invalid(f"reference_ids names {len(names)} items; 1 to {MAX_TASKS} are accepted.")
    rows = queries.items(viewer, dataset)
    found: dict[str, int] = {}
    for start in range(0, len(names), NAMES_AT_ONCE):
        part = names[start : start + NAMES_AT_ONCE]
        found.update(rows.filter(reference_id__in=part).values_list("reference_id", "pk"))
    missing = next((one for one in names if one not in found), None)
    if missing is not None:
        raise NotFound(f"There is no item with the reference id {missing[:200]!r} in this dataset.")
    return label_in_place(viewer, project, dataset, found.values())
