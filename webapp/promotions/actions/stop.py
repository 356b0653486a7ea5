"""The switch of a team: while it is off, the courier asks for no byte on its behalf."""

from __future__ import annotations

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy.refusals import Conflict, Invalid
from webapp.promotions.actions.decide import checked_words
from webapp.promotions.models import CourierStop

MAX_REASON = 500


@transaction.atomic
def stop_copying(viewer: Viewer, *, reason: str) -> CourierStop:
    """Stop all copying for the team at once; a copy that is going on ends unfinished. Raises Invalid, Conflict."""
    viewer.require(Permission.DECIDE)
    reason = checked_words(reason)
    if not 1 <= len(reason) <= MAX_REASON:
        raise Invalid(f"Say why copying is stopped, in 1 to {MAX_REASON} characters.")
    values = {"stopped_by_id": viewer.user_id, "reason": reason}
    made, is_new = CourierStop.objects.get_or_create(team_id=viewer.team_id, defaults=values)
    if not is_new:
        raise Conflict(f"Copying is stopped already, by {made.stopped_by.email} on {made.stopped_at:%Y-%m-%d}.")
    record(viewer, "promotion.stop", subject=viewer.team_name)
    return made


@transaction.atomic
def go_on_copying(viewer: Viewer) -> None:
    """Let what was approved be copied again. Raises Conflict where nothing is stopped."""
    viewer.require(Permission.DECIDE)
    if not CourierStop.objects.filter(team_id=viewer.team_id).delete()[0]:
        raise Conflict("Copying is not stopped.")
    record(viewer, "promotion.go-on", subject=viewer.team_name)
