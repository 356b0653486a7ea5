"""The way back: all of a promotion, or items of it that are deleted or lead elsewhere now.

Ending one changes its state, which closes its links, and a few rows more; what it copied goes by and by (clearing.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import Note, record, record_of_team
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Conflict, NotAllowed
from webapp.promotions.actions import clearing
from webapp.promotions.actions.copies import DELETED, LIVE, UNFINISHED, let_go, lock_dataset
from webapp.promotions.actions.decide import checked_words
from webapp.promotions.actions.finishing import finish_if_done
from webapp.promotions.actions.moving import end_job, may_take_back, move, seen
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State

HAS_COPIES = (State.APPROVED, State.RUNNING, State.PARTLY_SHARED, State.SHARED)
REFUSAL = "so there is nothing to revoke."


@transaction.atomic
def revoke(viewer: Viewer, promotion: Promotion, *, reason: str = "") -> Promotion:
    """End a promotion that was approved: no more is copied, all links close and the copies go. The record stays.

    The copies of a large one go afterwards: `clearing` is set meanwhile. Who asked may, and who decides. Raises
    NotFound, NotAllowed, and Conflict where there is nothing to revoke.
    """
    found = seen(viewer, promotion)
    if not may_take_back(viewer, found):
        raise NotAllowed("Only who asked, an approver or an admin may revoke what was shared.")
    reason = checked_words(reason)
    lock_dataset(found.dataset_id)
    move(
        found,
        State.REVOKED,
        refusal=REFUSAL,
        revoked_at=timezone.now(),
        revoked_by_id=viewer.user_id,
        revoked_reason=reason,
    )
    gone, left = clearing.end_items(found)
    record(viewer, "promotion.revoke", subject=found.public_id, copies=gone, not_copied=left)
    end_job(found, by=viewer.email, reason=reason)
    return found


def expire(*, limit: int = 100) -> int:
    """Revoke promotions whose last day has passed, at most `limit`, each in a transaction: how many there were."""
    due = Promotion.objects.unscoped().filter(state__in=HAS_COPIES, expires_at__lte=timezone.now())
    return sum(expire_one(found) for found in due.order_by("expires_at", "pk")[:limit])


@transaction.atomic
def expire_one(found: Promotion) -> bool:
    """Revoke one promotion that is due; False where somebody ended it in the meantime."""
    lock_dataset(found.dataset_id)
    reason = f"It was approved until {found.expires_at:%Y-%m-%d %H:%M} UTC."
    try:
        move(found, State.REVOKED, refusal=REFUSAL, revoked_at=timezone.now(), revoked_reason=reason)
    except Conflict:
        return False
    gone, left = clearing.end_items(found)
    record_of_team(found.team_id, "promotion.expire", subject=found.public_id, copies=gone, not_copied=left)
    end_job(found, by="", reason=reason)
    return True


def take_out(dataset: Dataset, item_pks: Sequence[int], why: str) -> list[Note]:
    """Take items of a locked dataset out of all promotions, because they go or have other addresses now.

    What to record of it is returned, for the verb that does so when it has locked all else.
    """
    notes = []
    for found in holding(dataset, item_pks):
        gone, left = let_go(found, why, item_pks)
        if gone:
            details = {"dataset": dataset.public_id, "copies": gone, "not_copied": left, "why": why}
            notes.append(Note("promotion.revoke", found.public_id, details))
        settle(found)
    return notes


def holding(dataset: Dataset, item_pks: Sequence[int]) -> list[Promotion]:
    """The promotions that hold copies of these items or may yet, locked, in the order of their keys."""
    live = PromotionItem.objects.filter(item_pk__in=item_pks, state__in=LIVE, promotion__clearing=None)
    pks = sorted(set(live.values_list("promotion_id", flat=True)))
    if not pks:
        return []
    rows = Promotion.objects.unscoped().filter(pk__in=pks, dataset_id=dataset.pk).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def close_all(dataset: Dataset) -> list[Note]:
    """End all promotions of a locked dataset that is about to be hidden; what to record is returned."""
    notes, at_once = [], clearing.ROWS_AT_ONCE
    rows = Promotion.objects.unscoped().filter(dataset_id=dataset.pk, state__in=[State.REQUESTED, *HAS_COPIES])
    for found in rows.order_by("pk").select_for_update(no_key=True):
        was_waiting = found.state == State.REQUESTED
        gone, left = clearing.end_items(found, DELETED, at_once=at_once)
        at_once = max(0, at_once - gone - left)
        leave(found, "The dataset was deleted.")
        action = "promotion.withdraw" if was_waiting else "promotion.revoke"
        details = {"dataset": dataset.public_id, "copies": gone, "not_copied": left, "why": DELETED}
        notes.append(Note(action, found.public_id, details))
    return notes


def settle(found: Promotion) -> bool:
    """End a locked promotion of which nothing is left, or nothing but what was copied or needs a person.

    Whether it ended now.
    """
    states = PromotionItem.objects.filter(promotion_id=found.pk).values_list("state", flat=True)
    there = {ItemState(state) for state in states.distinct().order_by()}
    if not there & {*UNFINISHED, ItemState.STORED}:
        return leave(found, "None of its items is left: they were deleted, or have other addresses.")
    return finish_if_done(found)


def leave(found: Promotion, reason: str) -> bool:
    """End a locked promotion that nobody ends in person."""
    now = timezone.now()
    if found.state == State.REQUESTED:
        move(found, State.WITHDRAWN, refusal=REFUSAL, withdrawn_at=now)
    elif found.state in HAS_COPIES:
        move(found, State.REVOKED, refusal=REFUSAL, revoked_at=now, revoked_reason=reason)
    else:
        return False
    end_job(found, by="", reason=reason)
    return True
