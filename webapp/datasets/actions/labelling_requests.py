"""Asking for private items to be labelled by people outside. Nothing here shares anything."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset, Item, PromotionRequest, Slice
from webapp.privacy import public_id
from webapp.privacy.redaction import redact
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound

MAX_REQUESTED = 500_000
MAX_REASON = 2_000
MAX_DAYS = 3_650
KEYS_AT_ONCE = 10_000


class Asked(NamedTuple):
    """A request that was recorded. `left_out` of what was chosen is not private; `known` says who asked before."""

    request: PromotionRequest
    left_out: int
    known: str


@transaction.atomic
def request_labelling(
    viewer: Viewer,
    dataset: Dataset,
    kind: Slice.Kind,
    keys: BitMap64,
    *,
    reason: str,
    project: str,
    for_days: int | None = None,
    within: Slice | None = None,
) -> Asked:
    """Record the wish to have these items, or the frames of these scenes, labelled for so many days (None: no end).

    The list is frozen; items that are not private are left out of it. Raises Invalid where none is private, and
    Conflict where all of them are asked for already.
    """
    dataset = locked_dataset(viewer, dataset)
    reason, project = reason.strip(), project.strip()
    check_words(reason, for_days)
    checked_name(project)
    chosen, private = items_of(viewer, dataset, kind, keys)
    if not private:
        raise Invalid("None of these is a private image, so there is nothing to ask for.")
    if len(private) > MAX_REQUESTED:
        raise Invalid(f"{len(private)} images at once; at most {MAX_REQUESTED} are asked for together. Choose a part.")
    known = who_asked_before(viewer, dataset, private)
    made = PromotionRequest(
        dataset=dataset,
        slice=within,
        requested_by_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        reason=reason,
        project=project,
        for_days=for_days,
        items=private.serialize(),
        item_count=len(private),
    )
    made.save()
    details = {"dataset": dataset.public_id, "count": len(private), "project": redact(project)}
    record(viewer, "promotion.request", subject=made.public_id, **details)
    return Asked(made, chosen - len(private), known)


def check_words(reason: str, for_days: int | None) -> None:
    if not 1 <= len(reason) <= MAX_REASON or "\0" in reason:
        raise Invalid(f"Say why, in 1 to {MAX_REASON} characters: somebody else decides by it.")
    if for_days is not None and not 1 <= for_days <= MAX_DAYS:
        raise Invalid(f"For how long is a whole number of days from 1 to {MAX_DAYS}.")


def items_of(viewer: Viewer, dataset: Dataset, kind: Slice.Kind, keys: BitMap64) -> tuple[int, BitMap64]:
    """How many images these items are or these scenes have, and the keys of those that are private."""
    rows = Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    column = "pk__in" if kind == Slice.Kind.ITEMS else "scene_id__in"
    count, private, listed = 0, BitMap64(), list(keys)
    for start in range(0, len(listed), KEYS_AT_ONCE):
        found = rows.filter(**{column: listed[start : start + KEYS_AT_ONCE]})
        for pk, is_private in found.values_list("pk", "is_private").iterator(chunk_size=KEYS_AT_ONCE):
            count += 1
            if is_private:
                private.add(pk)
    return count, private


def who_asked_before(viewer: Viewer, dataset: Dataset, private: BitMap64) -> str:
    """Who asked for how many of these already and waits; raises Conflict where one request has them all."""
    waiting = PromotionRequest.objects.visible_to(viewer).filter(
        dataset_id=dataset.pk, state=PromotionRequest.State.REQUESTED
    )
    words = []
    for one in waiting.select_related("requested_by").order_by("-pk").iterator(chunk_size=20):
        common = private.intersection_cardinality(one.keys())
        if common == len(private) and one.reason:
            raise Conflict(
                f"All {common} are asked for already, by {one.requested_by.email} on"
                f" {one.requested_at:%Y-%m-%d} for {one.project}; that request waits."
            )
        if common:
            words.append(f"{common} by {one.requested_by.email} on {one.requested_at:%Y-%m-%d}")
    return "; ".join(words[:3])


@transaction.atomic
def withdraw_request(viewer: Viewer, dataset: Dataset, request_id: str) -> PromotionRequest:
    """Take a request back while it waits; only who made it may."""
    dataset = locked_dataset(viewer, dataset)
    pk = public_id.decode("prq", request_id)
    rows = PromotionRequest.objects.visible_to(viewer).filter(dataset_id=dataset.pk).select_for_update(of=("self",))
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound("There is no such request in this dataset.")
    if found.requested_by_id != viewer.user_id:
        raise NotAllowed("Only who asked may withdraw a request.")
    if found.state != PromotionRequest.State.REQUESTED:
        raise Conflict(f"This request is {found.get_state_display()}, so it cannot be withdrawn.")
    found.state, found.withdrawn_at = PromotionRequest.State.WITHDRAWN, timezone.now()
    found.save(update_fields=["state", "withdrawn_at"])
    record(viewer, "promotion.withdraw", subject=found.public_id, dataset=dataset.public_id)
    return found
