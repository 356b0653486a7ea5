"""Sums of what runs say, read from the counts that are kept and never from the predictions themselves.

A mask or a multicategory counts once for each of its classes, as the counts do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from webapp.accounts.viewer import Viewer
from webapp.labels.models import CONFIDENCE_BUCKETS, LabelCount, ModelRun, RunDataset


@dataclass(frozen=True, slots=True)
class ClassOfRun:
    """What a run says of one class."""

    kind: str
    """The kind of label, such as `box`."""
    label: str
    """The class."""
    count: int
    """How many there are."""
    buckets: tuple[int, ...]
    """How many of them have a confidence in each twentieth from 0 to 1."""


def counts(viewer: Viewer) -> QuerySet[LabelCount]:
    """What is counted of the team's datasets."""
    return LabelCount.objects.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None, count__gt=0)


def predictions_by_model(viewer: Viewer, model_pks: Sequence[int]) -> dict[int, int]:
    """How many predictions the runs of each model have, by its key; models without are left out."""
    summed = counts(viewer).filter(run__model__in=model_pks, run__deleted_at=None).order_by()
    return dict(summed.values_list("run__model_id").annotate(sum=Sum("count")))


def predictions_by_run(viewer: Viewer, runs: Sequence[ModelRun]) -> dict[int, dict[int, int]]:
    """How many predictions each run has on each of its datasets, by their keys; 0 where it may have some."""
    pks = [run.pk for run in runs]
    attached = RunDataset.objects.filter(
        run__in=pks, dataset__team_id=viewer.team_id, dataset__deleted_at=None
    ).order_by("dataset_id")
    found: dict[int, dict[int, int]] = {pk: {} for pk in pks}
    for run_pk, dataset_pk in attached.values_list("run_id", "dataset_id"):
        found[run_pk][dataset_pk] = 0
    summed = (
        counts(viewer).filter(run__in=pks).values_list("run_id", "dataset_id").annotate(sum=Sum("count")).order_by()
    )
    for run_pk, dataset_pk, count in summed:
        found[run_pk][dataset_pk] = count
    return found


def classes_by_run(viewer: Viewer, runs: Sequence[ModelRun]) -> dict[int, int]:
    """How many classes each run names, by its key; runs that name none are left out."""
    named = counts(viewer).filter(run__in=[run.pk for run in runs]).order_by()
    return dict(named.values_list("run_id").annotate(named=Count("label", distinct=True)))


def classes_of_run(viewer: Viewer, run: ModelRun) -> list[ClassOfRun]:
    """What a run says over all its datasets, the most frequent class first."""
    summed = counts(viewer).filter(run=run).values_list("kind", "label", "bucket").annotate(sum=Sum("count")).order_by()
    found: dict[tuple[str, str], list[int]] = {}
    for kind, label, bucket, count in summed:
        # The last place holds those without a confidence, whose bucket is -1.
        found.setdefault((kind, label), [0] * (CONFIDENCE_BUCKETS + 1))[bucket] += count
    made = [ClassOfRun(kind, label, sum(held), tuple(held[:-1])) for (kind, label), held in found.items()]
    return sorted(made, key=lambda one: (-one.count, one.label, one.kind))
