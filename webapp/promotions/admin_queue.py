"""The queue: what waits for a decision, wishes of people apart from those of appends; and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, F, Min, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from webapp.accounts.admin_site import deciding_viewers
from webapp.accounts.viewer import Viewer
from webapp.privacy.refusals import Invalid, NotFound, Refused
from webapp.promotions.actions.in_bulk import MOST_DISMISSED, MOST_ITEMS, MOST_REQUESTS, dismissible, reject_many
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import State

PAGE = 25
GROUPS = 100
# Hosts are counted on the fly, so not for a page whose requests name more items than this.
COUNTED_ITEMS = 100_000
UNINTENDED = "Nobody meant to ask: an append said upload_to_scale, which is the client's default."
# How a state is marked, beside its words.
MARKS = {
    State.REQUESTED: "queued",
    State.APPROVED: "running",
    State.RUNNING: "running",
    State.PARTLY_SHARED: "warning",
    State.SHARED: "completed",
    State.REJECTED: "errored",
    State.WITHDRAWN: "cancelled",
    State.REVOKED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A request in a list. `hosts` None: too many items to count them here. `is_mine`: somebody else decides."""

    promotion: Promotion
    href: str
    hosts: tuple[str, ...] | None
    mark: str
    is_mine: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The waiting requests that one person's appends to one dataset made."""

    key: str
    href: str
    dataset_name: str
    team_name: str
    requester: str
    count: int
    item_count: int
    first: datetime
    may_decide: bool


def queue(request: HttpRequest, rows: QuerySet[Promotion], context: dict[str, Any]) -> HttpResponse:
    viewers = {viewer.team_id: viewer for viewer in deciding_viewers(request)}
    refusal = ""
    if request.method == "POST":
        try:
            return dismiss(request, viewers)
        except Refused as refused:
            refusal = refused.sentence
    shown = "decided" if request.GET.get("show") == "decided" else "waiting"
    listed, next_href = page_of(request, rows, shown)
    group = group_of(request)
    context |= {
        "title": "Promotions",
        "shown": shown,
        "rows": rows_of(listed, request, viewers),
        "next": next_href,
        "is_first": not number_from(request, "after"),
        "group": listed[0] if group and listed else None,
        "groups": [] if group or shown == "decided" else groups_of(rows, viewers),
        "waiting_count": rows.filter(state=State.REQUESTED).count(),
        "has_teams": len({one.team_id for one in listed}) > 1,
        "reason": UNINTENDED,
        "refusal": refusal,
        "limits": {"requests": MOST_REQUESTS, "items": MOST_ITEMS, "dismissed": MOST_DISMISSED},
        "may_decide": bool(viewers),
    }
    return TemplateResponse(request, "admin/promotions/queue.html", context, status=409 if refusal else 200)


def page_of(request: HttpRequest, rows: QuerySet[Promotion], shown: str) -> tuple[list[Promotion], str | None]:
    """The rows of this page, and the address of the next: what waits by age, what was decided newest first."""
    after = number_from(request, "after")
    if shown == "decided":
        rows = rows.exclude(state=State.REQUESTED).order_by("-pk")
        rows = rows.filter(pk__lt=after) if after else rows
    else:
        rows = rows.filter(state=State.REQUESTED, pk__gt=after).order_by("pk")
        rows = of_group(request, rows)
    found = list(rows[: PAGE + 1])
    if len(found) <= PAGE:
        return found, None
    said = {name: value for name, value in request.GET.items() if name in ("show", "dataset", "requester")}
    return found[:PAGE], f"?{urlencode({**said, 'after': found[PAGE - 1].pk})}"


def of_group(request: HttpRequest, rows: QuerySet[Promotion]) -> QuerySet[Promotion]:
    """What appends asked for is listed only where one of their groups is opened."""
    group = group_of(request)
    if group is None:
        return rows.exclude(way=Promotion.Way.APPEND)
    dataset, requester = group
    return rows.filter(way=Promotion.Way.APPEND, dataset_id=dataset, requested_by_id=requester)


def group_of(request: HttpRequest) -> tuple[int, int] | None:
    requester = number_from(request, "requester")
    return (number_from(request, "dataset"), requester) if requester else None


def groups_of(rows: QuerySet[Promotion], viewers: Mapping[int, Viewer]) -> list[Group]:
    of_appends = rows.filter(state=State.REQUESTED, way=Promotion.Way.APPEND).select_related(None).order_by()
    keys = ("team_id", "dataset_id", "requested_by_id")
    found = of_appends.values(
        *keys, named=F("dataset_name"), team_name=F("team__name"), requester=F("requested_by__email")
    ).annotate(count=Count("pk"), item_sum=Sum("item_count"), first=Min("requested_at"))
    return [
        Group(
            key="-".join(str(one[key] or 0) for key in keys),
            href=f"?{urlencode({'dataset': one['dataset_id'] or 0, 'requester': one['requested_by_id']})}",
            dataset_name=one["named"],
            team_name=one["team_name"],
            requester=one["requester"],
            count=one["count"],
            item_count=one["item_sum"],
            first=one["first"],
            may_decide=one["team_id"] in viewers and viewers[one["team_id"]].user_id != one["requested_by_id"],
        )
        for one in found.order_by("first")[:GROUPS]
    ]


def rows_of(listed: Sequence[Promotion], request: HttpRequest, viewers: Mapping[int, Viewer]) -> list[Row]:
    hosts = hosts_of_each(listed)
    return [
        Row(
            promotion=one,
            href=reverse("admin:promotions_promotion_decide", args=[one.pk]),
            hosts=hosts.get(one.pk),
            mark=MARKS[State(one.state)],
            is_mine=one.requested_by_id == request.user.pk,
            may_decide=one.team_id in viewers and one.requested_by_id != request.user.pk,
        )
        for one in listed
    ]


def hosts_of_each(listed: Sequence[Promotion]) -> dict[int, tuple[str, ...]]:
    """The origins of these promotions' items, in one statement; the largest ones are left out beyond COUNTED_ITEMS."""
    chosen, total = [], 0
    for one in sorted(listed, key=lambda one: one.item_count):
        total += one.item_count
        if total <= COUNTED_ITEMS:
            chosen.append(one.pk)
    found: dict[int, tuple[str, ...]] = dict.fromkeys(chosen, ())
    pairs = PromotionItem.objects.filter(promotion_id__in=chosen).order_by("origin")
    for pk, origin in pairs.values_list("promotion_id", "origin").distinct():
        found[pk] = (*found[pk], origin)
    return found


def dismiss(request: HttpRequest, viewers: Mapping[int, Viewer]) -> HttpResponse:
    """Reject what one person's appends asked for, as many as go at once."""
    words = request.POST.get("group", "").split("-")
    if len(words) != 3 or not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
        raise Invalid("Choose which requests to dismiss.")
    team, dataset, requester = (int(word) for word in words)
    if team not in viewers:
        raise NotFound("There are no such requests.")
    pks = dismissible(viewers[team], dataset_pk=dataset, requester_pk=requester)
    done = reject_many(viewers[team], pks, reason=request.POST.get("reason", ""))
    messages.success(request, f"Dismissed: {len(done)} requests of appends. Nothing of them was copied.")
    return redirect(reverse("admin:promotions_promotion_changelist"))


def number_from(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
