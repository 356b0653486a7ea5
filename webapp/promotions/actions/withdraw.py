"""Taking a request back before anything of it is copied."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy.refusals import NotAllowed
from webapp.promotions.actions.clearing import FORGOTTEN, end_items
from webapp.promotions.actions.copies import ENDED
from webapp.promotions.actions.moving import end_job, is_askers, move, seen
from webapp.promotions.models import Promotion
from webapp.promotions.states import State


@transaction.atomic
def withdraw(viewer: Viewer, promotion: Promotion) -> Promotion:
    """Take a request back while it waits, or while no copy was begun.

    Who asked may; and any editor while nobody has decided on what an append asked for by itself. Raises NotFound,
    NotAllowed, and Conflict where copies were begun: those are revoked.
    """
    found = seen(viewer, promotion)
    is_unseen = found.way == Promotion.Way.APPEND and found.decided_by_id is None
    if not (is_askers(viewer, found) or (is_unseen and viewer.may(Permission.CURATE))):
        raise NotAllowed("Only who asked may withdraw a request.")
    move(found, State.WITHDRAWN, refusal="so it cannot be withdrawn.", withdrawn_at=timezone.now())
    # The list of what a person asked for is kept; what an append did by itself would only pile up.
    is_wish = found.way == Promotion.Way.APPEND and found.decided_at is None
    end_items(found, FORGOTTEN if is_wish else ENDED)
    record(viewer, "promotion.withdraw", subject=found.public_id, count=found.item_count)
    end_job(found, by=viewer.email, reason="")
    return found
