"""The addresses of masks, for moves of a dataset's media."""

from __future__ import annotations

from webapp.datasets.addresses import Holder, register_holder
from webapp.labels.models import Annotation, Kind, LabelCount, Prediction


def register() -> None:
    register_holder("annotation", Holder("mask", Annotation, "mask_url", None, has_masks))
    register_holder("prediction", Holder("mask", Prediction, "mask_url", None, has_predicted_masks))


def has_masks(dataset_pk: int) -> bool:
    """Labels have no index by kind, so only a dataset that is counted to have masks is looked through."""
    return LabelCount.objects.filter(dataset_id=dataset_pk, run=None, kind=Kind.MASK, count__gt=0).exists()


def has_predicted_masks(dataset_pk: int) -> bool:
    rows = LabelCount.objects.filter(dataset_id=dataset_pk, kind=Kind.MASK, count__gt=0)
    return rows.exclude(run=None).exists()
