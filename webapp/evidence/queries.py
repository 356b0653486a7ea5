"""Reads for the officer: connections, the state of the record, and what the courier does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from webapp.accounts.audit import ACTS
from webapp.accounts.audit_check import stored_head
from webapp.accounts.chain import Head
from webapp.accounts.viewer import Permission, Viewer
from webapp.courier.egress_log import CONNECTIONS
from webapp.courier.models import EgressEntry
from webapp.datasets.models import Item
from webapp.evidence.models import RecordCheck
from webapp.promotions.models import CourierStop, OriginRule, Promotion, PromotionItem
from webapp.promotions.states import OPEN_TO_COURIER, ItemState

# A result that no row has: no end was written down.
UNENDED = "none"
Kind = EgressEntry.Kind


@dataclass(frozen=True, slots=True)
class Connection:
    """A row of the record with the row of its end; `end` None while none is written down."""

    begun: EgressEntry
    end: EgressEntry | None
    reference_id: str | None


def connections(
    viewer: Viewer,
    *,
    promotion_pk: int | None = None,
    origin: str = "",
    result: str = "",
    older_than: int | None = None,
    limit: int = 100,
) -> list[Connection]:
    """The team's connections, newest first, from below the position `older_than`; `result` may be UNENDED."""
    viewer.require(Permission.SEE_PRIVATE)
    mine = EgressEntry.objects.filter(team_id=viewer.team_id)
    by_end = bool(result) and result != UNENDED
    rows = mine.filter(kind=Kind.ENDED if by_end else Kind.CONNECT)
    if promotion_pk is not None:
        rows = rows.filter(promotion_pk=promotion_pk)
    if origin:
        rows = rows.filter(origin=origin)
    if by_end:
        rows = rows.filter(result=result)
    elif result:
        rows = rows.exclude(Exists(mine.filter(kind=Kind.ENDED, entry=OuterRef("position"))))
    if older_than is not None:
        rows = rows.filter(position__lt=older_than)
    found = list(rows.order_by("-position")[:limit])
    return _with_ends(viewer, mine, found) if not by_end else _with_beginnings(viewer, mine, found)


def _with_ends(viewer: Viewer, mine: QuerySet[EgressEntry], begun: Sequence[EgressEntry]) -> list[Connection]:
    ends = {one.entry: one for one in mine.filter(entry__in=[row.position for row in begun])}
    names = _names(viewer, begun)
    return [Connection(row, ends.get(row.position), names.get(row.item_pk)) for row in begun]


def _with_beginnings(viewer: Viewer, mine: QuerySet[EgressEntry], ends: Sequence[EgressEntry]) -> list[Connection]:
    begun = {one.position: one for one in mine.filter(position__in=[row.entry for row in ends])}
    names = _names(viewer, ends)
    return [Connection(begun.get(row.entry or 0, row), row, names.get(row.item_pk)) for row in ends]


def _names(viewer: Viewer, rows: Sequence[EgressEntry]) -> dict[int, str]:
    """The reference ids of items that are there still."""
    found = Item.objects.visible_to(viewer).filter(pk__in={row.item_pk for row in rows})
    return dict(found.values_list("pk", "reference_id"))


def origins_asked_for(viewer: Viewer) -> list[str]:
    """Every origin that a promotion of the team has items at."""
    mine = Promotion.objects.visible_to(viewer).values("pk")
    rows = PromotionItem.objects.filter(promotion_id__in=mine).order_by("origin")
    return list(rows.values_list("origin", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the team's two chains end now, and the last recomputation, None where there was none."""

    acts: Head
    connections: Head
    check: RecordCheck | None


def heads(viewer: Viewer) -> Heads:
    viewer.require(Permission.SEE_PRIVATE)
    checks = RecordCheck.objects.select_related("asked_by").filter(team_id=viewer.team_id).order_by("-pk")
    return Heads(stored_head(ACTS, viewer.team_id), stored_head(CONNECTIONS, viewer.team_id), checks.first())


@dataclass(frozen=True, slots=True)
class CourierState:
    """What the courier may do and does for a team, as far as the database tells.

    `stop` None: nobody stopped it. `paused` are origins. `last_at` is when it last connected, None for never.
    """

    is_on: bool
    stop: CourierStop | None
    paused: tuple[str, ...]
    fetching: int
    waiting: int
    last_at: datetime | None


def courier_state(viewer: Viewer) -> CourierState:
    viewer.require(Permission.SEE_PRIVATE)
    open_now = Promotion.objects.visible_to(viewer).filter(state__in=OPEN_TO_COURIER)
    items = PromotionItem.objects.filter(promotion_id__in=open_now.values("pk"))
    paused = OriginRule.objects.filter(origin__team_id=viewer.team_id, paused_at__isnull=False)
    last = EgressEntry.objects.filter(team_id=viewer.team_id, kind=Kind.CONNECT).order_by("-position")
    totals = open_now.aggregate(asked=Sum("item_count"), stored=Sum("stored_count"), attention=Sum("attention_count"))
    unfinished = (totals["asked"] or 0) - (totals["stored"] or 0) - (totals["attention"] or 0)
    fetching = items.filter(state=ItemState.FETCHING, lease_until__gt=timezone.now()).count() if unfinished else 0
    return CourierState(
        is_on=settings.COURIER_IS_ON,
        stop=CourierStop.objects.select_related("stopped_by").filter(team_id=viewer.team_id).first(),
        paused=tuple(paused.order_by("origin__origin").values_list("origin__origin", flat=True)),
        fetching=fetching,
        waiting=max(0, unfinished - fetching),
        last_at=last.values_list("at", flat=True).first(),
    )
