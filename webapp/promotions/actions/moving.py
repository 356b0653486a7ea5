"""Moving a promotion from one state to the next, and ending the job that stands for it."""

from __future__ import annotations

from typing import Any

from webapp.accounts.viewer import Permission, Viewer
from webapp.jobs.actions import close_job
from webapp.jobs.models import Job
from webapp.privacy.refusals import Conflict, NotFound
from webapp.promotions.models import Promotion
from webapp.promotions.states import FOLLOWS, State

JOB_KIND = "promotion"
MAX_REASON = 2_000
GOOD_ENDS = frozenset({State.SHARED, State.PARTLY_SHARED})


def move(promotion: Promotion, to: State, *, refusal: str, **changes: Any) -> None:
    """Take a promotion to the state `to`, with other columns, if its state in the database now may come before it.

    `promotion` is brought up to date. Raises Conflict where it may not: the present state, and `refusal`.
    """
    before = [state for state, followers in FOLLOWS.items() if to in followers]
    rows = Promotion.objects.unscoped().filter(pk=promotion.pk)
    moved = rows.filter(state__in=before).update(state=to, **changes)
    promotion.refresh_from_db(from_queryset=rows)
    if not moved:
        raise Conflict(f"This request is {promotion.get_state_display()}, {refusal}")


def seen(viewer: Viewer, promotion: Promotion) -> Promotion:
    """The promotion as it is now, for who may see it; raises NotFound for everybody else."""
    rows = Promotion.objects.visible_to(viewer).select_related("requested_by", "api_key", "decided_by", "project")
    found = rows.filter(pk=promotion.pk).first()
    if found is None:
        raise NotFound("There is no such request.")
    return found


def is_askers(viewer: Viewer, promotion: Promotion) -> bool:
    """Whether the viewer asked for it, by their own hand or by a key of theirs."""
    owner = promotion.api_key.user_id if promotion.api_key is not None else None
    return viewer.user_id in (promotion.requested_by_id, owner)


def may_take_back(viewer: Viewer, promotion: Promotion) -> bool:
    """Whether the viewer may undo what was decided: who asked, and who decides."""
    return is_askers(viewer, promotion) or viewer.may(Permission.DECIDE)


def end_job(promotion: Promotion, *, by: str, reason: str) -> None:
    """End the promotion's job as its state says; the last thing of a transaction.

    `by` is the address of who decided or took it back; "" for nobody. `reason` are their words.
    """
    message: dict[str, Any] = {"promotion": promotion.public_id, "state": str(promotion.state)}
    if promotion.state in GOOD_ENDS:
        message |= {"stored": promotion.stored_count, "attention": promotion.attention_count}
        close_job(
            promotion.job_pk,
            Job.State.COMPLETED,
            {**message, "by": by, "reason": reason},
            done_steps=promotion.item_count,
        )
        return
    who = f" by {by}" if by else ""
    why = f": {reason}" if reason else "."
    final = f"This request was {State(promotion.state).label}{who}{why}"
    # `by` is the wire's word for whose doing a failed job is.
    message |= {"final_error": final, "by": "user", "reason": reason}
    close_job(promotion.job_pk, Job.State.ERRORED, message, done_steps=promotion.stored_count)
