"""Reads about edits, tags and labelling requests. Each takes the viewer first; what one may not see is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from webapp.accounts.viewer import Viewer
from webapp.datasets.bearers import BEARERS
from webapp.datasets.deltas import pieces_of, unpacked
from webapp.datasets.models import Dataset, Edit, Slice
from webapp.privacy import public_id

MAX_SUGGESTED = 200
TAGGED_ROWS = 1_000


class Changed(NamedTuple):
    """What one key of one row holds after an edit: its public id, the key, and the value in a list, or none."""

    id: str
    field: str
    value: list[Any]


def edits(viewer: Viewer, dataset: Dataset, *, before: int | None = None, limit: int = 100) -> list[Edit]:
    """The dataset's edits, newest first, those older than `before` where it is given.

    They come without what undoes them; `is_still_kept` says whether it is there.
    """
    rows = Edit.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    is_kept = ExpressionWrapper(~Q(delta=b""), output_field=BooleanField())
    related = rows.select_related("made_by", "undone_by").defer("delta", "touched")
    return list(related.annotate(is_still_kept=is_kept).order_by("-pk")[:limit])


def newest_own_edit(viewer: Viewer, dataset: Dataset) -> Edit | None:
    rows = Edit.objects.visible_to(viewer).filter(dataset_id=dataset.pk, made_by_id=viewer.user_id)
    return rows.order_by("-pk").first()


def changed_by(edit: Edit, limit: int) -> list[Changed]:
    """The first so many keys that an edit of metadata changed, as they are since."""
    if edit.kind != Edit.Kind.METADATA or not edit.is_kept:
        return []
    field, delta = unpacked(edit.delta)
    cells = next(pieces_of(delta), [])[:limit]
    return [
        Changed(public_id.encode(BEARERS[one.level].prefix, one.pk), field, [one.after.value] if one.after else [])
        for one in cells
    ]


def tags_of_team(viewer: Viewer) -> list[str]:
    """Tags that the team's newest datasets and slices have, in the alphabet's order: what a field suggests."""
    tables: Sequence[Any] = (Dataset, Slice)
    found: set[str] = set()
    for table in tables:
        rows = table.objects.visible_to(viewer).exclude(tags=[]).order_by("-pk")
        for tags in rows.values_list("tags", flat=True)[:TAGGED_ROWS]:
            found.update(tags)
    return sorted(found)[:MAX_SUGGESTED]
