"""Ending a promotion of which no item waits any more."""

from __future__ import annotations

from django.utils import timezone

from webapp.promotions.actions.moving import end_job, move
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State

ON_THE_WAY = (ItemState.WAITING, ItemState.FETCHING)


def finish_if_done(promotion: Promotion) -> bool:
    """End a locked, running promotion when nothing of it waits: shared, or partly where some was not copied.

    Its job ends with it. False where something waits still, or it does not run.
    """
    items = PromotionItem.objects.filter(promotion_id=promotion.pk)
    if promotion.state != State.RUNNING or items.filter(state__in=ON_THE_WAY).exists():
        return False
    is_whole = not items.exclude(state=ItemState.STORED).exists()
    to = State.SHARED if is_whole else State.PARTLY_SHARED
    move(promotion, to, refusal="so it is not finished.", finished_at=timezone.now())
    decider = promotion.decided_by
    end_job(promotion, by=decider.email if decider is not None else "", reason=promotion.decision_reason)
    return True
