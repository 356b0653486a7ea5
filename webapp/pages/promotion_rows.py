"""A promotion as a row: of the team's list, of a dataset's, and at the head of its own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.pages.cells import dataset_href
from webapp.promotions.actions.moving import is_askers
from webapp.promotions.models import Promotion
from webapp.promotions.states import State

# The mark beside a state's word, as css/components/badge.css knows them.
MARKS = {
    State.REQUESTED: "queued",
    State.REJECTED: "errored",
    State.WITHDRAWN: "cancelled",
    State.APPROVED: "queued",
    State.RUNNING: "running",
    State.PARTLY_SHARED: "warning",
    State.SHARED: "completed",
    State.REVOKED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """One promotion."""

    id: str
    """Its public id."""
    href: str
    """Its own page."""
    item_count: int
    """How many images were asked for."""
    stored_count: int
    """How many of them have a copy now."""
    attention_count: int
    """How many need somebody to act."""
    dataset_name: str
    """The dataset, as it was called when it was asked."""
    dataset_href: str | None
    """Its grid; None when it is gone."""
    slice_name: str
    """The slice it was asked for; empty for a selection, an append, or a slice that is gone."""
    slice_href: str | None
    """That slice's page."""
    reason: str
    """Why; empty for an append that asked."""
    way: str
    """By which door it came: `page`, `append`, `slice` or `api`."""
    project: str
    """Who shall label it; empty for nobody in particular."""
    project_href: str | None
    """That project's page."""
    for_days: int | None
    """For how many days; None for no end."""
    expires_at: datetime | None
    """Until when, once it is approved; None for no end."""
    requested_by: str
    """Who asked."""
    requested_at: datetime
    """When."""
    state: str
    """Its state."""
    state_text: str
    """Its state in words."""
    mark: str
    """The mark beside those words."""
    may_withdraw: bool
    """Whether the viewer may take the request back."""
    decide_href: str | None
    """Where the viewer decides on it; None for who may not, and when there is nothing to decide."""


def promotion_row(viewer: Viewer, found: Promotion) -> PromotionRow:
    within = found.slice if found.slice is not None and found.slice.deleted_at is None else None
    dataset = found.dataset if found.dataset is not None and found.dataset.deleted_at is None else None
    state = State(found.state)
    return PromotionRow(
        id=found.public_id,
        href=promotion_href(found),
        item_count=found.item_count,
        stored_count=found.stored_count,
        attention_count=found.attention_count,
        dataset_name=found.dataset_name,
        dataset_href=dataset_href(dataset.public_id) if dataset is not None else None,
        slice_name=within.name if within is not None else "",
        slice_href=reverse("pages:slice", args=[within.public_id]) if within is not None else None,
        reason=found.reason,
        way=found.way,
        project=found.project.name if found.project is not None else "",
        project_href=reverse("pages:labelling-project", args=[found.project.public_id])
        if found.project is not None
        else None,
        for_days=found.for_days,
        expires_at=found.expires_at,
        requested_by=found.requested_by.email,
        requested_at=found.requested_at,
        state=str(state),
        state_text=state.label,
        mark=MARKS[state],
        may_withdraw=may_withdraw(viewer, found),
        decide_href=decide_href(viewer, found),
    )


def promotion_href(found: Promotion) -> str:
    return reverse("pages:promotion", args=[found.public_id])


def may_withdraw(viewer: Viewer, found: Promotion) -> bool:
    if found.state == State.APPROVED:
        return is_askers(viewer, found)
    is_wish = found.way == Promotion.Way.APPEND and viewer.may(Permission.CURATE)
    return found.state == State.REQUESTED and (is_wish or is_askers(viewer, found))


def decide_href(viewer: Viewer, found: Promotion) -> str | None:
    """The administration's page where this is decided."""
    may = viewer.may(Permission.DECIDE) and not is_askers(viewer, found)
    if not may or found.state != State.REQUESTED:
        return None
    return reverse("admin:promotions_promotion_decide", args=[found.pk])
