"""`/promotions/` and `/datasets/ds_…/requests/`: what was asked to be shared, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.promotion_rows import PromotionRow, promotion_row
from webapp.pages.words import counted
from webapp.promotions import queries
from webapp.promotions.actions.wishes import dismiss
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion
from webapp.promotions.states import State

LIST_SIZE = 100
APPENDS = "appends"
SHOWN: dict[str, tuple[str, tuple[State, ...]]] = {
    "": ("All", ()),
    "waiting": ("Waiting", (State.REQUESTED,)),
    "copying": ("Copying", (State.APPROVED, State.RUNNING)),
    "shared": ("Shared", (State.PARTLY_SHARED, State.SHARED)),
    "ended": ("Ended", (State.REJECTED, State.WITHDRAWN, State.REVOKED)),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of the list."""

    text: str
    """Its name."""
    href: str
    """Its address."""
    current: bool
    """Whether it is the one shown."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What appends asked for by themselves and nobody has looked at."""

    appends: int
    """How many appends."""
    items: int
    """How many images in all."""
    href: str
    """The list of them."""
    is_shown: bool
    """Whether that is the list shown."""
    back_href: str
    """The list without them."""
    may_dismiss: bool
    """Whether the viewer may let go of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionsPage(Page):
    """Promotions of the team, or of one dataset, newest first."""

    template: ClassVar[str] = "pages/promotions.html"
    room: ClassVar[str] = "promotions"

    dataset: DatasetHead | None
    """The dataset whose promotions these are; None for the team's."""
    promotions: tuple[PromotionRow, ...]
    """The promotions of this page."""
    choices: tuple[Choice, ...]
    """The parts of the list."""
    wishes: Wishes | None
    """What appends asked for; None where none waits."""
    to_decide: int
    """How many wait for this viewer to decide."""
    paging: Paging
    """Where the list goes on."""
    refusal: Refusal | None
    """Why something was not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRequestsPage(PromotionsPage):
    """The promotions of one dataset, inside that dataset's own pages."""

    room: ClassVar[str] = "datasets"


@person
def promotions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    return answer(request, viewer, None)


@person
def dataset_requests(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    return answer(request, viewer, dataset_queries.dataset(viewer, dataset_id))


def answer(request: HttpRequest, viewer: Viewer, dataset: Dataset | None) -> HttpResponse:
    if request.method == "POST":
        verbs = {
            "withdraw": take_back,
            "dismiss": lambda request, viewer: let_go(request, viewer, dataset),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def take_back(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    found = withdraw(viewer, queries.promotion(viewer, request.POST.get("promotion", "")))
    say(request, f"Withdrew the request for {counted(found.item_count, 'image')}.")
    return redirect(request.get_full_path())


def let_go(request: HttpRequest, viewer: Viewer, dataset: Dataset | None) -> HttpResponse:
    count = dismiss(viewer, dataset)
    say(request, f"Dismissed what {counted(count, 'append')} asked for. Nothing was shared.")
    return redirect(request.path)


def show(
    request: HttpRequest, viewer: Viewer, dataset: Dataset | None, *, refusal: Refusal | None = None
) -> HttpResponse:
    shown = request.GET.get("show", "")
    rows = part_of(queries.promotions(viewer, dataset=dataset), shown)
    after = key_from(request, "after", "prm")
    listed = list((rows.filter(pk__lt=after) if after is not None else rows)[: LIST_SIZE + 1])
    found = listed[:LIST_SIZE]
    kind = PromotionsPage if dataset is None else DatasetRequestsPage
    page = kind(
        title="Promotions" if dataset is None else f"Requests of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="requests") if dataset is not None else None,
        promotions=tuple(promotion_row(viewer, one) for one in found),
        choices=choices(request, shown),
        wishes=wishes_of(request, viewer, dataset, shown),
        to_decide=queries.to_decide(viewer, dataset=dataset).count() if viewer.may(Permission.DECIDE) else 0,
        paging=paging(request, "prm", after=found[-1].pk if len(listed) > LIST_SIZE else None),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def part_of(rows: QuerySet[Promotion], shown: str) -> QuerySet[Promotion]:
    """The rows of one part: what appends asked for by themselves is apart until somebody decides on it."""
    if shown == APPENDS:
        return rows.filter(way=Promotion.Way.APPEND, state=State.REQUESTED)
    states = SHOWN.get(shown, SHOWN[""])[1]
    rows = rows.exclude(way=Promotion.Way.APPEND, state__in=[State.REQUESTED, State.WITHDRAWN])
    return rows.filter(state__in=states) if states else rows


def choices(request: HttpRequest, shown: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(text, address(request, show=name or None, after=None), name == shown)
        for name, (text, _) in SHOWN.items()
    )


def wishes_of(request: HttpRequest, viewer: Viewer, dataset: Dataset | None, shown: str) -> Wishes | None:
    appends, items = queries.wish_counts(viewer, dataset=dataset)
    if not appends:
        return None
    return Wishes(
        appends=appends,
        items=items,
        href=address(request, show=APPENDS, after=None),
        is_shown=shown == APPENDS,
        back_href=address(request, show=None, after=None),
        may_dismiss=viewer.may(Permission.CURATE),
    )
