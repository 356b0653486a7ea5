"""`/datasets/ds_…/requests/`: asking for labels by people outside. Nothing here shares anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import edit_queries, queries
from webapp.datasets.actions.labelling_requests import Asked, request_labelling, withdraw_request
from webapp.datasets.models import Dataset, PromotionRequest, Slice
from webapp.pages.chosen import members_chosen
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, feed, person
from webapp.pages.feeds import Chosen, answer, parsed
from webapp.pages.frame import Page, render, say
from webapp.pages.paging import Paging, key_from, paging
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid

VERB = "request-labelling"
LIST_SIZE = 100
NOT_SHARED = "Nothing is shared until somebody else approves it."


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The form that asks, as it was filled in."""

    reason: str
    """Why."""
    project: str
    """Who shall label it, in the team's own words."""
    days: str
    """For how many days; empty for no end."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request."""

    id: str
    """Its public id."""
    item_count: int
    """How many images."""
    slice_name: str
    """The slice it was asked for; empty for a selection, an append, or a slice that is gone."""
    slice_href: str | None
    """That slice's page."""
    reason: str
    """Why; empty for an append that asked."""
    project: str
    """Who shall label it; empty likewise."""
    for_days: int | None
    """For how many days; None for no end."""
    requested_by: str
    """Who asked."""
    requested_at: datetime
    """When."""
    state: str
    """Its state in a word."""
    waits: bool
    """Whether nobody has decided yet."""
    may_withdraw: bool
    """Whether the viewer may take it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsPage(Page):
    """A dataset's labelling requests, newest first."""

    template: ClassVar[str] = "pages/labelling_requests.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    requests: tuple[RequestRow, ...]
    """The requests of this page."""
    paging: Paging
    """Where the list goes on."""
    refusal: Refusal | None
    """Why one was not withdrawn."""


class NewRequest(Chosen, kw_only=True):
    """What was chosen, why, for whom and, in days, for how long."""

    reason: str = ""
    project: str = ""
    days: int | None = None


@person
def requests(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {"withdraw": lambda request, viewer: withdraw(request, viewer, dataset)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def withdraw(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    found = withdraw_request(viewer, dataset, request.POST.get("request", ""))
    say(request, f"Withdrew the request for {counted(found.item_count, 'image')}.")
    return redirect(href_of(dataset))


@feed("POST")
def new_request(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Ask for what was chosen to be labelled; says what of it, and where the request is."""
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    body = parsed(request, NewRequest)
    kind, keys = members_chosen(viewer, dataset, body)
    within = queries.slice_(viewer, body.matching.slice) if body.matching is not None and body.matching.slice else None
    asked = request_labelling(
        viewer, dataset, kind, keys, reason=body.reason, project=body.project, for_days=body.days, within=within
    )
    said = {"id": asked.request.public_id, "count": asked.request.item_count, "href": href_of(dataset)}
    return answer(said | {"said": in_words(asked)}, status=201)


def ask_for_slice(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    """Ask for a slice as it is now, by the form on its page."""
    form = form_from(request)
    asked = request_labelling(
        viewer,
        found.dataset,
        Slice.Kind(found.kind),
        found.keys(),
        reason=form.reason,
        project=form.project,
        for_days=days_of(form),
        within=found,
    )
    say(request, in_words(asked))
    return redirect(href_of(found.dataset))


def form_from(request: HttpRequest) -> RequestForm:
    return RequestForm(*(request.POST.get(name, "") for name in ("reason", "project", "days")))


def days_of(form: RequestForm) -> int | None:
    text = form.days.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Invalid(f"For how long is a whole number of days, not {text[:40]!r}.")
    return int(text)


def in_words(asked: Asked) -> str:
    """What was recorded, what was left out of it, and who had asked for some of it before."""
    words = [f"Asked for {counted(asked.request.item_count, 'private image')} to be labelled. {NOT_SHARED}"]
    if asked.left_out:
        words.append(
            f"{counted(asked.left_out, 'image')} not private {'is' if asked.left_out == 1 else 'are'} left out."
        )
    if asked.known:
        words.append(f"Already asked for: {asked.known}.")
    return " ".join(words)


def href_of(dataset: Dataset) -> str:
    return reverse("pages:dataset-requests", args=[dataset.public_id])


def show(request: HttpRequest, viewer: Viewer, dataset: Dataset, *, refusal: Refusal | None = None) -> HttpResponse:
    rows = edit_queries.labelling_requests(viewer, dataset)
    after = key_from(request, "after", "prq")
    listed = list((rows.filter(pk__lt=after) if after is not None else rows)[: LIST_SIZE + 1])
    found = listed[:LIST_SIZE]
    page = RequestsPage(
        title=f"Requests of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="requests"),
        requests=tuple(row_of(viewer, one) for one in found),
        paging=paging(request, "prq", after=found[-1].pk if len(listed) > LIST_SIZE else None),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def row_of(viewer: Viewer, found: PromotionRequest) -> RequestRow:
    within = found.slice if found.slice is not None and found.slice.deleted_at is None else None
    waits = found.state == PromotionRequest.State.REQUESTED
    return RequestRow(
        id=found.public_id,
        item_count=found.item_count,
        slice_name=within.name if within is not None else "",
        slice_href=reverse("pages:slice", args=[within.public_id]) if within is not None else None,
        reason=found.reason,
        project=found.project,
        for_days=found.for_days,
        requested_by=found.requested_by.email,
        requested_at=found.requested_at,
        state="waits for a decision" if waits else found.get_state_display(),
        waits=waits,
        may_withdraw=waits and found.requested_by_id == viewer.user_id and viewer.may(Permission.CURATE),
    )
