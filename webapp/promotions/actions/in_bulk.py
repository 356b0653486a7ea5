"""Deciding on many requests at once, within limits: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy.refusals import Conflict, Invalid
from webapp.promotions.actions.decide import approve, reject
from webapp.promotions.models import Promotion
from webapp.promotions.states import State

MOST_REQUESTS = 20
MOST_ITEMS = 5_000
MOST_DISMISSED = 500


@transaction.atomic
def approve_many(viewer: Viewer, pks: Sequence[int], *, item_count: int, reason: str = "") -> list[Promotion]:
    """Approve these requests, which are for `item_count` items together as the approver read them.

    Raises Invalid beyond the limits, and Conflict when one does not wait any more or they are for other numbers now.
    """
    found = waiting(viewer, pks)
    if len(found) > MOST_REQUESTS or sum(one.item_count for one in found) > MOST_ITEMS:
        raise Invalid(f"At most {MOST_REQUESTS} requests for {MOST_ITEMS} items are approved together. Choose fewer.")
    if sum(one.item_count for one in found) != item_count:
        raise Conflict("These are not the numbers that you read. Look at them again; nothing was approved.")
    return [approve(viewer, one, reason=reason) for one in found]


@transaction.atomic
def reject_many(viewer: Viewer, pks: Sequence[int], *, reason: str) -> list[Promotion]:
    """Reject these requests, for one reason. Raises as `approve_many` does; the limit is of requests alone."""
    if len(set(pks)) > MOST_DISMISSED:
        raise Invalid(f"At most {MOST_DISMISSED} requests are rejected together.")
    return [reject(viewer, one, reason=reason) for one in waiting(viewer, pks)]


def dismissible(viewer: Viewer, *, dataset_pk: int, requester_pk: int) -> list[int]:
    """Keys of the oldest waiting requests of somebody's appends to a dataset that the viewer may dismiss."""
    viewer.require(Permission.DECIDE)
    mine = Q(requested_by_id=viewer.user_id) | Q(api_key__user_id=viewer.user_id)
    rows = Promotion.objects.visible_to(viewer).filter(
        state=State.REQUESTED, way=Promotion.Way.APPEND, dataset_id=dataset_pk, requested_by_id=requester_pk
    )
    return list(rows.exclude(mine).order_by("pk").values_list("pk", flat=True)[:MOST_DISMISSED])


def waiting(viewer: Viewer, pks: Sequence[int]) -> list[Promotion]:
    """These requests, locked in the order of their keys; raises Conflict unless all of them wait."""
    rows = Promotion.objects.visible_to(viewer).filter(pk__in=set(pks), state=State.REQUESTED).order_by("pk")
    found = list(rows.select_for_update(of=("self",), no_key=True))
    if not found or len(found) != len(set(pks)):
        raise Conflict("Some of these do not wait any more. Load the list again; nothing was decided.")
    return found
