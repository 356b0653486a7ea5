"""Deciding on a request, which somebody else than its asker does. From here on the courier may copy."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed
from webapp.promotions.actions.clearing import end_items
from webapp.promotions.actions.moving import MAX_REASON, end_job, is_askers, move, seen
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State


@transaction.atomic
def approve(viewer: Viewer, promotion: Promotion, *, reason: str = "") -> Promotion:
    """Let the courier copy what is frozen in the request, from now on and for as many days as it asks for.

    Raises NotFound, NotAllowed for whoever may not decide or asked themselves, and Conflict where it does not wait,
    or has nothing left to copy.
    """
    found = to_decide(viewer, promotion)
    now = timezone.now()
    expires_at = now + timedelta(days=found.for_days) if found.for_days is not None else None
    decided(viewer, found, State.APPROVED, reason=checked_words(reason), expires_at=expires_at)
    refuse_empty(found)
    details = {"count": found.item_count, "project": found.project.public_id if found.project is not None else None}
    expires = expires_at.isoformat() if expires_at is not None else None
    record(viewer, "promotion.approve", subject=found.public_id, **details, expires=expires)
    return found


@transaction.atomic
def reject(viewer: Viewer, promotion: Promotion, *, reason: str) -> Promotion:
    """Refuse the request for good, with a reason that its asker reads. Raises as `approve` does."""
    found = to_decide(viewer, promotion)
    reason = checked_words(reason)
    if not reason:
        raise Invalid("Say why it is rejected: whoever asked reads it.")
    decided(viewer, found, State.REJECTED, reason=reason)
    end_items(found)
    record(viewer, "promotion.reject", subject=found.public_id, count=found.item_count)
    end_job(found, by=viewer.email, reason=reason)
    return found


def to_decide(viewer: Viewer, promotion: Promotion) -> Promotion:
    """The promotion, for somebody who may decide on it."""
    found = seen(viewer, promotion)
    viewer.require(Permission.DECIDE)
    if viewer.api_key_id is not None:
        raise NotAllowed("Requests are decided on by a person who has signed in, not by a program's key.")
    if is_askers(viewer, found):
        raise NotAllowed("You asked for this yourself; somebody else decides.")
    return found


def refuse_empty(promotion: Promotion) -> None:
    dataset, project = promotion.dataset, promotion.project
    if dataset is None or dataset.deleted_at is not None:
        raise Conflict("The dataset of this request is gone, so there is nothing to approve.")
    if project is not None and project.archived_at is not None:
        raise Conflict(f"The labelling project {project.name} is archived; reject the request, or open the project.")
    if not PromotionItem.objects.filter(promotion_id=promotion.pk, state=ItemState.WAITING).exists():
        raise Conflict("No item of this request can be copied any more: they were deleted, or have other addresses.")


def decided(viewer: Viewer, found: Promotion, to: State, *, reason: str, **changes: object) -> None:
    move(
        found,
        to,
        refusal="so there is nothing to decide.",
        decided_by_id=viewer.user_id,
        decided_at=timezone.now(),
        decision_reason=reason,
        **changes,
    )


def checked_words(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > MAX_REASON or "\0" in reason:
        raise Invalid(f"A reason has at most {MAX_REASON} characters of plain text.")
    return reason
