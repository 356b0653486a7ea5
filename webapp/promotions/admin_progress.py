"""How far the copying of one promotion is, for the decision's page: counts in words, and whether it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import JsonResponse
from django.utils.text import capfirst

from webapp.promotions.models import CourierStop, Promotion, PromotionItem
from webapp.promotions.states import OPEN_TO_COURIER, ItemState, State


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of items; `left` will not be copied, `gone` were. `is_clearing`: links are closed, copies there yet."""

    state: str
    going: int
    stored: int
    attention: int
    left: int
    gone: int
    is_live: bool
    is_clearing: bool
    is_stopped: bool

    @property
    def total(self) -> int:
        return self.going + self.stored + self.attention

    @property
    def copied(self) -> int:
        return self.stored + self.gone


def progress_of(promotion: Promotion) -> Progress:
    states = PromotionItem.objects.filter(promotion_id=promotion.pk).order_by()
    counts = dict.fromkeys(ItemState.values, 0) | dict(states.values_list("state").annotate(count=Count("pk")))
    return Progress(
        state=State(promotion.state).label,
        going=counts[ItemState.WAITING] + counts[ItemState.FETCHING],
        stored=counts[ItemState.STORED],
        attention=counts[ItemState.ATTENTION],
        left=counts[ItemState.LEFT],
        gone=counts[ItemState.GONE],
        is_live=promotion.state in OPEN_TO_COURIER,
        is_clearing=promotion.clearing is not None and counts[ItemState.STORED] > 0,
        is_stopped=CourierStop.objects.filter(team_id=promotion.team_id).exists(),
    )


def progress(promotion: Promotion) -> JsonResponse:
    """For the page's script, which asks while the courier is at work."""
    found = progress_of(promotion)
    counts = {"stored": found.stored, "attention": found.attention, "going": found.going, "gone": found.gone}
    is_live = found.is_live or found.is_clearing
    return JsonResponse({**counts, "state": capfirst(found.state), "is_live": is_live})
