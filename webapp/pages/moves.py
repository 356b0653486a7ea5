"""`/datasets/ds_…/moves/`: media moved to another host or folder; its addresses follow, and can be put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.moves import (
    Example,
    Prefixes,
    checked_prefixes,
    items_at,
    moves,
    preview_move,
    start_move,
    take_back_move,
)
from webapp.datasets.models import AddressMove, Dataset
from webapp.jobs.models import Job
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.words import counted
from webapp.privacy import public_id
from webapp.promotions.queries import waiting_among

LIST_SIZE = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do."""

    counts: tuple[str, ...]
    """How many of each medium, in words; none where no address begins so."""
    total: int
    """How many addresses."""
    signed: int
    """How many of them carry a query, where signatures are."""
    shared: int
    """How many items have a copy here that would go."""
    waiting: int
    """How many items wait in a request to share, and would be taken out of it."""
    examples: tuple[Example, ...]
    """Some of them, without their query."""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move that was made."""

    id: str
    """Its public id."""
    before: str
    """The prefix that addresses had."""
    after: str
    """The prefix they were given."""
    made_by: str
    """Who."""
    made_at: datetime
    """When."""
    moved: int
    """How many addresses were moved so far."""
    state: str
    """`running`, `taking back`, `stopped`, `done` or `taken back`."""
    job_href: str | None
    """The newest of its jobs."""
    put_back: int
    """How many have their old address again."""
    taken_back_by: str
    """Who took it back; empty for nobody."""
    taken_back_at: datetime | None
    """When."""
    may_take_back: bool
    """Whether it can be taken back now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesPage(Page):
    """A dataset's moves."""

    template: ClassVar[str] = "pages/moves.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    prefixes: Prefixes
    """What stands in the form."""
    preview: Preview | None
    """What it would do; None before it was asked."""
    moves: tuple[MoveRow, ...]
    """The moves that were made, newest first."""
    refusal: Refusal | None
    """Why something was not done."""


@person
def dataset_moves(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    if request.method == "POST":
        verbs = {
            "preview-move": lambda request, viewer: preview(request, viewer, dataset),
            "move": lambda request, viewer: move(request, viewer, dataset),
            "take-back": lambda request, viewer: take_back(request, viewer, dataset),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def typed(request: HttpRequest) -> Prefixes:
    return Prefixes(request.POST.get("before", ""), request.POST.get("after", ""))


def asked(request: HttpRequest, viewer: Viewer) -> Prefixes:
    return checked_prefixes(viewer, typed(request).before, typed(request).after)


def preview(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    prefixes = asked(request, viewer)
    found = preview_move(viewer, dataset, prefixes)
    shown = Preview(
        counts=tuple(counted(count, noun) for noun, count in found.counts),
        total=found.total,
        signed=found.signed,
        shared=found.shared,
        waiting=waiting_among(viewer, dataset, items_at(viewer, dataset, prefixes.before)),
        examples=found.examples,
    )
    return show(request, viewer, dataset, prefixes=prefixes, preview=shown)


def move(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    start_move(viewer, dataset, asked(request, viewer))
    say(request, "Moving the addresses. It can be taken back below when the job has ended.")
    return redirect(reverse("pages:dataset-moves", args=[dataset.public_id]))


def take_back(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    take_back_move(viewer, dataset, request.POST.get("move", ""))
    say(request, "Putting the old addresses back, wherever the moved one still stands.")
    return redirect(reverse("pages:dataset-moves", args=[dataset.public_id]))


def show(
    request: HttpRequest,
    viewer: Viewer,
    dataset: Dataset,
    *,
    prefixes: Prefixes | None = None,
    preview: Preview | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    found = moves(viewer, dataset, limit=LIST_SIZE)
    jobs = Job.objects.visible_to(viewer).in_bulk([pk for one in found if (pk := one.back_job_pk or one.job_pk)])
    page = MovesPage(
        title=f"Moves of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="settings"),
        prefixes=prefixes or typed(request),
        preview=preview,
        moves=tuple(row_of(one, jobs.get(one.back_job_pk or one.job_pk or 0)) for one in found),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def row_of(one: AddressMove, job: Job | None) -> MoveRow:
    state = state_of(one, job)
    job_pk = one.back_job_pk or one.job_pk
    return MoveRow(
        id=one.public_id,
        before=one.before,
        after=one.after,
        made_by=one.made_by.email,
        made_at=one.made_at,
        moved=one.moved,
        state=state,
        job_href=reverse("pages:job", args=[public_id.encode("job", job_pk)]) if job_pk is not None else None,
        put_back=one.put_back,
        taken_back_by=one.taken_back_by.email if one.taken_back_by is not None else "",
        taken_back_at=one.taken_back_at,
        may_take_back=state in ("done", "stopped") and one.moved > 0,
    )


def state_of(one: AddressMove, job: Job | None) -> str:
    if one.taken_back_at is not None:
        return "taken back"
    if job is not None and job.is_live:
        return "running" if one.back_job_pk is None else "taking back"
    return "done" if job is not None and job.state == Job.State.COMPLETED else "stopped"
