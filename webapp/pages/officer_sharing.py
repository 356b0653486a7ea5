"""What the officer reads of sharing: promotions, connections, both chains and the courier, each in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.evidence.queries import Connection, CourierState, Heads
from webapp.pages.words import ago, counted
from webapp.privacy import public_id
from webapp.promotions import queries
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import State

SHOWN_PROMOTIONS = 10
# Items that wait so long while nothing is asked for make one wonder whether a courier runs at all.
LONG_SILENCE = timedelta(minutes=10)
STATES = {
    "requested": "queued",
    "approved": "queued",
    "running": "running",
    "shared": "completed",
    "partly": "warning",
    "rejected": "cancelled",
    "withdrawn": "cancelled",
    "revoked": "cancelled",
}
# What the last word of a connection means.
RESULTS = {
    "stored": "brought the file",
    "redirected": "was sent elsewhere",
    "approval": "not what was approved",
    "withdrawn": "approval withdrawn, or stopped",
    "name": "name not found",
    "address": "address not allowed",
    "unreachable": "not reached",
    "certificate": "certificate refused",
    "redirect": "redirect refused",
    "link": "link expired or refused",
    "host": "host was not ready",
    "answer": "answer refused",
    "size": "too large",
    "slow": "too slow",
    "cut-short": "broke off",
    "changed": "file changed meanwhile",
    "content": "not the declared media",
    "storage": "could not be kept here",
    "none": "no end on record",
}


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """One promotion, as the officer reads it."""

    id: str
    """Its public id."""
    href: str
    """Its page."""
    dataset: str
    """The name that its dataset had."""
    project: str
    """The labelling project that it is for; empty for none."""
    asked_by: str
    """Who asked, and by which key where a program did."""
    asked_at: datetime
    """When."""
    reason: str
    """Why, in their words; empty for an append."""
    decided_by: str
    """Who decided; empty while nobody has."""
    decided_at: datetime | None
    """When they did."""
    decision: str
    """Their words."""
    ended: str
    """Who took it back and when it ends or ended; empty where there is nothing to say."""
    item_count: int
    """How many items were asked for."""
    stored_count: int
    """How many have a copy now."""
    attention_count: int
    """How many need a person."""
    hosts: tuple[tuple[str, int], ...]
    """The origins of the items, and how many are at each."""
    state: str
    """The state, for its color."""
    state_text: str
    """The state, in words."""


def newest_promotions(viewer: Viewer) -> tuple[PromotionLine, ...]:
    found = list(queries.promotions(viewer)[:SHOWN_PROMOTIONS])
    hosts = hosts_of([one.pk for one in found])
    return tuple(promotion_line(one, hosts[one.pk]) for one in found)


def state_counts(viewer: Viewer) -> tuple[tuple[str, int], ...]:
    """How many of the team's promotions are in each state, in words."""
    rows = Promotion.objects.visible_to(viewer).order_by().values("state").annotate(count=Count("pk"))
    found = {row["state"]: row["count"] for row in rows}
    return tuple((State(state).label, found[state]) for state in STATES if state in found)


def hosts_of(promotion_pks: Sequence[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """The origins of the items of promotions that the viewer has seen, the one of most first."""
    rows = PromotionItem.objects.filter(promotion_id__in=promotion_pks).values("promotion_id", "origin")
    found: dict[int, tuple[tuple[str, int], ...]] = defaultdict(tuple)
    for row in rows.annotate(count=Count("pk")).order_by("-count", "origin"):
        found[row["promotion_id"]] += ((row["origin"], row["count"]),)
    return found


def promotion_line(one: Promotion, hosts: tuple[tuple[str, int], ...]) -> PromotionLine:
    key = f", key {one.api_key.name}" if one.api_key is not None else ""
    return PromotionLine(
        id=one.public_id,
        href=promotion_href(one.public_id),
        dataset=one.dataset_name,
        project=one.project.name if one.project is not None else "",
        asked_by=f"{one.requested_by}{key}",
        asked_at=one.requested_at,
        reason=one.reason,
        decided_by=str(one.decided_by) if one.decided_by is not None else "",
        decided_at=one.decided_at,
        decision=one.decision_reason,
        ended=how_it_ends(one),
        item_count=one.item_count,
        stored_count=one.stored_count,
        attention_count=one.attention_count,
        hosts=hosts,
        state=STATES[one.state],
        state_text=one.get_state_display(),
    )


def how_it_ends(one: Promotion) -> str:
    if one.revoked_at is not None:
        who = f"by {one.revoked_by}" if one.revoked_by is not None else "by itself"
        return f"{who} on {one.revoked_at:%Y-%m-%d}"
    if one.expires_at is not None and one.was_approved:
        return f"until {one.expires_at:%Y-%m-%d}"
    return ""


def promotion_href(promotion_id: str) -> str:
    return f"/promotions/{promotion_id}"


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """One connection of the courier, with its end."""

    position: int
    """Its place in the record."""
    at: str
    """When its row was committed, to the second, in UTC."""
    item: str
    """The item's public id."""
    reference_id: str
    """The item's reference id; empty where it is gone."""
    promotion: str
    """The promotion's public id."""
    promotion_href: str
    """The promotion's page."""
    origin: str
    """Where it led."""
    address: str
    """The network address that it was pinned to."""
    hop: int
    """How many redirects came before it."""
    byte_count: int | None
    """How much came; None where no end is on record."""
    sha256: str
    """The file's hash; empty where none was brought."""
    result: str
    """How it ended, in words."""
    state: str
    """The same, for its color."""


def connection_line(one: Connection) -> ConnectionLine:
    promotion = public_id.encode("prm", one.begun.promotion_pk)
    result = one.end.result if one.end is not None else "none"
    return ConnectionLine(
        position=one.begun.position,
        at=f"{one.begun.at:%Y-%m-%d %H:%M:%S}",
        item=public_id.encode("di", one.begun.item_pk),
        reference_id=one.reference_id or "",
        promotion=promotion,
        promotion_href=promotion_href(promotion),
        origin=one.begun.origin,
        address=one.begun.address,
        hop=one.begun.hop,
        byte_count=one.end.byte_count if one.end is not None else None,
        sha256=one.end.sha256 if one.end is not None else "",
        result=RESULTS.get(result, result),
        state="completed" if result == "stored" else "queued" if result in ("none", "redirected") else "warning",
    )


@dataclass(frozen=True, slots=True)
class Verified:
    """What the last recomputation of the record found."""

    at: datetime | None
    """When; None for never."""
    by: str
    """Who asked for it."""
    is_whole: bool
    """Whether nothing was wrong."""
    faults: tuple[str, ...]
    """What was, in sentences."""
    says: str
    """What it counted, in a sentence; empty for never."""


def verified(heads: Heads) -> Verified:
    check = heads.check
    if check is None:
        return Verified(None, "", is_whole=False, faults=(), says="")
    faults = []
    if check.acts_fault:
        faults.append(f"Acts: {check.acts_fault}.")
    if check.connections_fault:
        faults.append(f"Connections: {check.connections_fault}.")
    if check.unapproved_count:
        faults.append(f"{counted(check.unapproved_count, 'connection')} without an approval at that time.")
    return Verified(
        check.at,
        str(check.asked_by),
        is_whole=check.is_whole,
        faults=tuple(faults),
        says=(
            f"{counted(check.acts_length, 'act')} and {counted(check.connection_count, 'connection')},"
            f" each connection approved when it was made"
            if check.is_whole
            else ""
        ),
    )


@dataclass(frozen=True, slots=True)
class CourierLine:
    """What the courier does for this team."""

    state: str
    """For its color."""
    word: str
    """In a word."""
    sentence: str
    """In a sentence."""
    paused: tuple[str, ...]
    """Origins where nothing is asked for."""


def courier_line(state: CourierState) -> CourierLine:
    colored, word, sentence = courier_words(state)
    return CourierLine(colored, word, sentence, state.paused)


def courier_words(state: CourierState) -> tuple[str, str, str]:
    if state.stop is not None:
        why = f": {state.stop.reason}" if state.stop.reason else "."
        who = f"Stopped by {state.stop.stopped_by} {ago(state.stop.stopped_at)}{why}"
        return "warning", "stopped", f"{who} Nothing is asked for on behalf of this team."
    if not state.is_on:
        return "warning", "switched off", "TRANSOM_COURIER is off on this server: nothing is asked for, for any team."
    if state.fetching:
        waiting = f", {counted(state.waiting, 'other')} wait" if state.waiting else ""
        return "running", "running", f"{counted(state.fetching, 'item')} being copied now{waiting}."
    if not state.waiting:
        return "completed", "at rest", "Nothing that was approved waits to be copied."
    waiting = f"{counted(state.waiting, 'approved item')} {'waits' if state.waiting == 1 else 'wait'}"
    if state.last_at is None or state.last_at < timezone.now() - LONG_SILENCE:
        since = f"since {ago(state.last_at)}" if state.last_at is not None else "so far"
        return "warning", "silent", f"{waiting}, and nothing was asked for {since}. Is `manage.py courier` running?"
    return "running", "running", f"{waiting} for another try or for a free place."
