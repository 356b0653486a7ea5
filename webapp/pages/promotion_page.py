"""`/promotions/prm_…`: what was asked, who decided, each item's fate, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Item
from webapp.jobs.models import Job
from webapp.pages.door import Refusal, carry_out, feed, person
from webapp.pages.frame import Page, render, say
from webapp.pages.jobs import Progress
from webapp.pages.paging import Paging, address, paging
from webapp.pages.promotion_rows import PromotionRow, promotion_href, promotion_row
from webapp.pages.words import counted, in_bytes, sentence_case
from webapp.privacy import public_id
from webapp.promotions import queries
from webapp.promotions.actions.copies import CHANGED, LIVE
from webapp.promotions.actions.moving import may_take_back
from webapp.promotions.actions.retry import ask_again, retry
from webapp.promotions.actions.revoke import HAS_COPIES, revoke
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import OPEN_TO_COURIER, ItemState, State

LIST_SIZE = 100
# The mark beside the word of an item's state.
MARKS = {
    ItemState.WAITING: "queued",
    ItemState.FETCHING: "running",
    ItemState.STORED: "completed",
    ItemState.ATTENTION: "warning",
    ItemState.LEFT: "cancelled",
    ItemState.GONE: "cancelled",
}


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host that the items are on."""

    origin: str
    """Scheme, host and port."""
    count: int
    """How many items."""


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """The items of one state, or all of them."""

    text: str
    """The state in words."""
    count: int
    """How many."""
    href: str
    """Their list."""
    current: bool
    """Whether it is the one shown."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of the frozen list."""

    id: str
    """The item's public id."""
    reference_id: str
    """What its dataset calls it; empty when it is gone."""
    href: str | None
    """Its page; None when it is gone."""
    origin: str
    """The host it was asked for from."""
    state_text: str
    """Its state in words."""
    mark: str
    """The mark beside those words."""
    sentence: str
    """Why it was not copied, or is no longer."""
    size: str
    """How large the copy is or was; empty without one."""
    sha256: str
    """The hash of its bytes; empty without one."""
    stored_at: datetime | None
    """When it was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPage(Page):
    """One promotion."""

    template: ClassVar[str] = "pages/promotion.html"
    room: ClassVar[str] = "promotions"

    promotion: PromotionRow
    """What it is, and how far."""
    progress: Progress | None
    """How far the copying is, or after the end the deletion of what was copied; None while neither goes on."""
    is_clearing: bool
    """Whether it has ended, and not all of its copies are deleted yet."""
    progress_href: str
    """Where that is told."""
    job_href: str | None
    """The job that its asker watches."""
    hosts: tuple[HostRow, ...]
    """Where its items are."""
    decided_by: str
    """Who decided; empty while nobody has."""
    decided_at: datetime | None
    """When."""
    decision_reason: str
    """Their words."""
    ended_by: str
    """Who revoked it; empty for nobody in person."""
    ended_at: datetime | None
    """When it was withdrawn or revoked."""
    ended_reason: str
    """Why it was revoked."""
    choices: tuple[ItemChoice, ...]
    """The parts of the list."""
    items: tuple[ItemRow, ...]
    """The items of this page."""
    paging: Paging
    """Where the list goes on."""
    may_revoke: bool
    """Whether the viewer may end it."""
    to_retry: int
    """How many items the viewer may have tried again."""
    to_ask_again: int
    """How many have other addresses, which the viewer may ask for anew."""
    refusal: Refusal | None
    """Why something was not done."""


@person
def promotion(request: HttpRequest, viewer: Viewer, promotion_id: str) -> HttpResponse:
    found = queries.promotion(viewer, promotion_id)
    if request.method == "POST":
        verbs = {
            "withdraw": lambda request, viewer: take_back(request, viewer, found),
            "revoke": lambda request, viewer: end(request, viewer, found),
            "retry": lambda request, viewer: try_again(request, viewer, found),
            "ask-again": lambda request, viewer: ask_anew(request, viewer, found),
        }
        return carry_out(
            request,
            viewer,
            verbs,
            lambda refusal: show(request, viewer, queries.promotion(viewer, promotion_id), refusal=refusal),
        )
    return show(request, viewer, found)


@feed("GET")
def promotion_progress(request: HttpRequest, viewer: Viewer, promotion_id: str) -> HttpResponse:
    found = queries.promotion(viewer, promotion_id)
    progress = progress_of(found, queries.state_counts(viewer, found) if found.clearing is not None else {})
    return HttpResponse(msgspec.json.encode(progress), content_type="application/json")


def take_back(request: HttpRequest, viewer: Viewer, found: Promotion) -> HttpResponse:
    withdraw(viewer, found)
    say(request, "Withdrew the request. Nothing of it was shared.")
    return redirect(promotion_href(found))


def end(request: HttpRequest, viewer: Viewer, found: Promotion) -> HttpResponse:
    ended = revoke(viewer, found, reason=request.POST.get("reason", ""))
    if ended.clearing is None:
        say(request, "Revoked. The links are closed and the copies are deleted; this record stays.")
    else:
        say(request, "Revoked. The links are closed; the copies are being deleted. This record stays.")
    return redirect(promotion_href(found))


def try_again(request: HttpRequest, viewer: Viewer, found: Promotion) -> HttpResponse:
    count = retry(viewer, found)
    say(request, f"{counted(count, 'image')} will be tried again.")
    return redirect(promotion_href(found))


def ask_anew(request: HttpRequest, viewer: Viewer, found: Promotion) -> HttpResponse:
    asked = ask_again(viewer, found)
    count = counted(asked.promotion.item_count, "image")
    say(request, f"Asked for {count} with other addresses. Nothing is shared until somebody else approves it.")
    return redirect(promotion_href(asked.promotion))


def show(request: HttpRequest, viewer: Viewer, found: Promotion, *, refusal: Refusal | None = None) -> HttpResponse:
    counts = queries.state_counts(viewer, found)
    rows, links = items_shown(request, viewer, found)
    may_curate, is_clearing = viewer.may(Permission.CURATE), clears(found, counts)
    page = PromotionPage(
        title=f"{counted(found.item_count, 'image')} of {found.dataset_name}",
        promotion=promotion_row(viewer, found),
        progress=progress_of(found, counts) if found.state in OPEN_TO_COURIER or is_clearing else None,
        is_clearing=is_clearing,
        progress_href=reverse("pages:promotion-progress", args=[found.public_id]),
        job_href=job_href(viewer, found),
        hosts=tuple(HostRow(one.origin, one.count) for one in queries.hosts_of(found)),
        decided_by=found.decided_by.email if found.decided_by is not None else "",
        decided_at=found.decided_at,
        decision_reason=found.decision_reason,
        ended_by=found.revoked_by.email if found.revoked_by is not None else "",
        ended_at=found.revoked_at or found.withdrawn_at,
        ended_reason=found.revoked_reason,
        choices=item_choices(request, found, counts),
        items=item_rows(viewer, found, rows),
        paging=links,
        may_revoke=found.state in HAS_COPIES and may_take_back(viewer, found),
        to_retry=found.attention_count if may_curate and found.state in (State.RUNNING, State.PARTLY_SHARED) else 0,
        to_ask_again=changed_count(viewer, found) if may_curate else 0,
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def job_href(viewer: Viewer, found: Promotion) -> str | None:
    job = Job.objects.visible_to(viewer).filter(pk=found.job_pk).first() if found.job_pk is not None else None
    return reverse("pages:job", args=[job.public_id]) if job is not None else None


def changed_count(viewer: Viewer, found: Promotion) -> int:
    return queries.items_of(viewer, found).filter(failure=CHANGED).count()


def items_shown(request: HttpRequest, viewer: Viewer, found: Promotion) -> tuple[Sequence[PromotionItem], Paging]:
    """The rows of this page of the list, which begins after an item's id."""
    state = request.GET.get("state", "")
    rows = queries.items_of(viewer, found, state=ItemState(state) if state in ItemState.values else None)
    after = public_id.decode("di", request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(item_pk__gt=after)
    listed = list(rows.order_by("item_pk")[: LIST_SIZE + 1])
    shown = listed[:LIST_SIZE]
    return shown, paging(request, "di", after=shown[-1].item_pk if len(listed) > LIST_SIZE else None)


def item_choices(request: HttpRequest, found: Promotion, counts: dict[ItemState, int]) -> tuple[ItemChoice, ...]:
    shown = request.GET.get("state", "")
    parts = [("", "All", sum(counts.values()))]
    parts += [(str(one), sentence_case(words_of(found, one)[0]), counts[one]) for one in ItemState if one in counts]
    return tuple(
        ItemChoice(text, count, address(request, state=name or None, after=None), name == shown)
        for name, text, count in parts
    )


def item_rows(viewer: Viewer, found: Promotion, rows: Sequence[PromotionItem]) -> tuple[ItemRow, ...]:
    named = Item.objects.visible_to(viewer).filter(pk__in=[row.item_pk for row in rows])
    names = dict(named.values_list("pk", "reference_id"))
    return tuple(item_row(found, names.get(row.item_pk), row) for row in rows)


def item_row(found: Promotion, name: str | None, row: PromotionItem) -> ItemRow:
    item_id, dataset_id = public_id.encode("di", row.item_pk), found.dataset.public_id if found.dataset else ""
    text, mark = words_of(found, ItemState(row.state))
    return ItemRow(
        id=item_id,
        reference_id=name or "",
        href=reverse("pages:item", args=[dataset_id, item_id]) if name is not None and dataset_id else None,
        origin=row.origin,
        state_text=text,
        mark=mark,
        sentence=row.sentence,
        size=in_bytes(row.byte_count) if row.byte_count is not None else "",
        sha256=row.sha256,
        stored_at=row.stored_at,
    )


def words_of(found: Promotion, state: ItemState) -> tuple[str, str]:
    """A state of its items in words, and the mark beside them."""
    if found.clearing is None or state not in LIVE:
        return state.label, MARKS[state]
    return ("to be deleted" if state == ItemState.STORED else ItemState.LEFT.label), "cancelled"


def clears(found: Promotion, counts: Mapping[ItemState, int]) -> bool:
    return found.clearing is not None and ItemState.STORED in counts


def progress_of(found: Promotion, counts: Mapping[ItemState, int]) -> Progress:
    """How far the copying is, or the deletion of copies, in a job's words, for the same bar.

    `counts` of its items in each state are asked for of one that has ended alone.
    """
    gone, is_clearing = counts.get(ItemState.GONE, 0), clears(found, counts)
    is_live = is_clearing or found.state in OPEN_TO_COURIER
    return {
        "id": found.public_id,
        "state": "running" if is_live else "completed",
        "state_text": "links closed, deleting copies" if is_clearing else State(found.state).label,
        "done": gone if is_clearing else found.stored_count,
        "total": gone + counts[ItemState.STORED] if is_clearing else found.item_count,
        "errors": found.attention_count,
        "is_live": is_live,
        "is_stopping": False,
        "took_s": None,
    }
