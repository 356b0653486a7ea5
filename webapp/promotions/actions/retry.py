"""Trying again what needed attention: the same addresses under the same approval, other addresses under a new one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Slice
from webapp.jobs.actions import open_job
from webapp.privacy.refusals import Conflict
from webapp.promotions.actions.copies import CHANGED
from webapp.promotions.actions.moving import JOB_KIND, move, seen
from webapp.promotions.actions.request import Asked, request_promotion
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State


@transaction.atomic
def retry(viewer: Viewer, promotion: Promotion) -> int:
    """Have the courier try what needs attention again, since somebody mended the host: how many items.

    Raises NotFound, NotAllowed, and Conflict where nothing needs attention or the promotion has ended.
    """
    found = locked(viewer, promotion)
    items = PromotionItem.objects.filter(promotion_id=found.pk, state=ItemState.ATTENTION)
    count = items.update(state=ItemState.WAITING, tries=0, ready_at=None, failure="", sentence="", partial=None)
    if not count:
        raise Conflict("Nothing of this request needs attention.")
    rows = Promotion.objects.unscoped().filter(pk=found.pk)
    rows.update(attention_count=F("attention_count") - count)
    if found.state == State.PARTLY_SHARED:
        # Its job has ended; whoever watches gets another.
        dataset_pk, params = found.dataset_id, {"promotion": found.public_id}
        job = open_job(viewer, JOB_KIND, dataset_pk=dataset_pk, params=params, total_steps=found.item_count)
        move(found, State.RUNNING, refusal="so nothing is tried again.", finished_at=None, job_pk=job.pk)
    record(viewer, "promotion.retry", subject=found.public_id, items=count)
    return count


def locked(viewer: Viewer, promotion: Promotion) -> Promotion:
    viewer.require(Permission.CURATE)
    found = seen(viewer, promotion)
    rows = Promotion.objects.unscoped().select_for_update(of=("self",), no_key=True)
    found = rows.get(pk=found.pk)
    if found.state not in (State.RUNNING, State.PARTLY_SHARED):
        raise Conflict(f"This request is {found.get_state_display()}, so nothing is tried again.")
    return found


@transaction.atomic
def ask_again(viewer: Viewer, promotion: Promotion) -> Asked:
    """A new request for the items that have other addresses now than were approved, for the same project.

    Raises NotFound, NotAllowed, and Conflict where there are none.
    """
    viewer.require(Permission.CURATE)
    found = seen(viewer, promotion)
    changed = PromotionItem.objects.filter(promotion_id=found.pk, failure=CHANGED)
    keys = BitMap64(changed.values_list("item_pk", flat=True))
    if not keys or found.dataset is None:
        raise Conflict("No item of this request has another address now.")
    return request_promotion(
        viewer,
        found.dataset,
        Slice.Kind.ITEMS,
        keys,
        way=Promotion.Way.PAGE,
        reason=found.reason or "Asked for again, with other addresses.",
        project=found.project,
        for_days=found.for_days,
    )
