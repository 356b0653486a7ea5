"""Annotating: one verb, whether a request or a job calls it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset
from webapp.labels.actions.storing import LabelOutcome, Target, store
from webapp.labels.drafts import LabelDraft


@transaction.atomic
def annotate(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[LabelDraft], *, update: bool, keep_refused: bool = False
) -> LabelOutcome:
    """Store a batch of annotations in their order.

    One whose identity its item has already is ignored and counted, or, with `update`, overwritten whole; twice in a
    batch is as in two batches. A label of an unknown item fails nothing. Without `keep_refused` the first bad row
    raises RowRefused and nothing is stored; with it, bad rows are returned and the rest is stored.
    """
    target = Target(locked_dataset(viewer, dataset), None)
    return store(viewer, target, drafts, update=update, keep_refused=keep_refused)
