"""What follows the end of a promotion: its rows let go of, its copies deleted, some hundred a transaction.

The act that ends it changes one row, whatever its size: links and tasks look at the promotion's state
(promotions/opening.py), so from its commit on nothing of it opens. What was begun goes on after a kill where it was.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count

from webapp.accounts.audit import record_of_team
from webapp.promotions.actions.copies import ENDED, LIVE, UNFINISHED, let_rows_go, lock_dataset
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState

# What takes no longer than a page may, and lets go of locks often.
ROWS_AT_ONCE = 500
# Of an append that nobody decided on even the list goes.
FORGOTTEN = "forgotten"


def end_items(promotion: Promotion, why: str = ENDED, *, at_once: int | None = None) -> tuple[int, int]:
    """Let go of all of a locked promotion that ends: how many copies go, and how many will not be made.

    At once where that is at most so many rows (None: ROWS_AT_ONCE); else it is left to the courier's process, and
    `clearing` says so.
    """
    at_once = ROWS_AT_ONCE if at_once is None else at_once
    rows = PromotionItem.objects.filter(promotion_id=promotion.pk)
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    gone, left = counts.get(ItemState.STORED, 0), sum(counts.get(state, 0) for state in UNFINISHED)
    is_small = sum(counts.values() if why == FORGOTTEN else (gone, left)) <= at_once
    if is_small:
        clear_rows(promotion, why, most=at_once)
    kept = Promotion.objects.unscoped().filter(pk=promotion.pk)
    kept.update(stored_count=0, attention_count=0, clearing=None if is_small else why)
    promotion.refresh_from_db(fields=["stored_count", "attention_count", "clearing"], from_queryset=kept)
    return gone, left


def next_to_clear() -> int | None:
    """The key of the oldest promotion that ended and has not let go of everything; None where there is none."""
    rows = Promotion.objects.unscoped().filter(clearing__isnull=False).order_by("pk")
    return rows.values_list("pk", flat=True).first()


@transaction.atomic
def clear_some(promotion_pk: int) -> bool:
    """Let go of ROWS_AT_ONCE rows of a promotion that ended, or fewer; whether any may be left.

    When none is, that is written down: from then on no copy of it is named anywhere.
    """
    rows = Promotion.objects.unscoped().filter(pk=promotion_pk, clearing__isnull=False)
    lock_dataset(rows.values_list("dataset_id", flat=True).first())
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None or found.clearing is None:
        return False
    if clear_rows(found, found.clearing, most=ROWS_AT_ONCE) == ROWS_AT_ONCE:
        return True
    rows.update(clearing=None)
    if found.clearing != FORGOTTEN:
        gone = PromotionItem.objects.filter(promotion_id=found.pk, state=ItemState.GONE).count()
        record_of_team(found.team_id, "promotion.cleared", subject=found.public_id, copies=gone)
    return False


def clear_rows(promotion: Promotion, why: str, *, most: int) -> int:
    """Let go of at most so many rows of a locked promotion; how many there were."""
    rows = PromotionItem.objects.filter(promotion_id=promotion.pk)
    if why == FORGOTTEN:
        pks = list(rows.values_list("pk", flat=True)[:most])
        return PromotionItem.objects.filter(pk__in=pks).delete()[0]
    pks = list(rows.filter(state__in=LIVE).values_list("pk", flat=True)[:most])
    return sum(let_rows_go(promotion, PromotionItem.objects.filter(pk__in=pks), why))
