"""What goes with items, scenes and datasets: their places in promotions (datasets/departures.py calls it)."""

from __future__ import annotations

from webapp.datasets.departures import Departure, register_departure
from webapp.promotions.models import PromotionItem


def register() -> None:
    register_departure(Departure(lambda *_: None, lambda *_: None, lambda *_: False, is_copy))


def is_copy(file_pk: int) -> bool:
    return PromotionItem.objects.filter(file_id=file_pk).exists()
