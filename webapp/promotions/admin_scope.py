"""What an approver should know before deciding: the hosts, and what is otherwise than when it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count

from webapp.datasets.models import DatasetOrigin
from webapp.privacy.origins import BUCKET_SCHEMES, Origin
from webapp.promotions.actions.copies import CHANGED, DELETED
from webapp.promotions.admin_progress import Progress
from webapp.promotions.models import OriginRule, Promotion, PromotionItem
from webapp.promotions.queries import hosts_of
from webapp.promotions.states import ItemState, State


@dataclass(frozen=True, slots=True)
class Place:
    """A host of the promotion. `notes` say what is special about it; `is_used`: its dataset still may load from it."""

    origin: str
    count: int
    notes: tuple[str, ...]
    is_used: bool


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that changed since the request, or that will keep items from being copied."""

    sentence: str
    href: str | None = None
    way_on: str = ""


def places_of(promotion: Promotion) -> list[Place]:
    hosts = hosts_of(promotion)
    names = [host.origin for host in hosts]
    used = DatasetOrigin.objects.filter(dataset_id=promotion.dataset_id or 0, origin__origin__in=names)
    known = set(used.values_list("origin__origin", flat=True))
    of_team = OriginRule.objects.filter(origin__team_id=promotion.team_id, origin__origin__in=names)
    rules = {rule.origin.origin: rule for rule in of_team.select_related("origin")}
    return [
        Place(
            host.origin,
            host.count,
            tuple(notes_on(host.origin, rules.get(host.origin), is_used=host.origin in known)),
            host.origin in known,
        )
        for host in hosts
    ]


def notes_on(origin: str, rule: OriginRule | None, *, is_used: bool) -> Iterator[str]:
    if origin.startswith(tuple(f"{scheme}://" for scheme in BUCKET_SCHEMES)):
        yield "a bucket: copies are made from web addresses only, so nothing is copied from there"
    elif not is_used:
        yield "no media origin of the dataset any more: nothing is copied from there"
    if rule is not None and rule.paused_at is not None:
        yield "paused: nothing is asked there"
    if rule is not None and rule.ranges and rule.ranges_agreed_by_id is None:
        yield "its address ranges wait for an operator's agreement"
    if rule is not None and rule.ranges and rule.ranges_agreed_by_id is not None:
        yield f"only at {', '.join(rule.ranges)}"
    if origin.startswith("http:") and not (rule is not None and rule.is_http_allowed):
        yield "plain http, which its rule does not allow"
    if origin.isascii() and "xn--" in origin:
        yield "an international name, written in its ASCII form"


def origins_shown(places: Sequence[Place]) -> list[Origin]:
    """Where the page's browser may load pictures: the promotion's hosts that its dataset still uses."""
    return [Origin.parse(place.origin) for place in places if place.is_used]


def obstacles_of(promotion: Promotion, places: Sequence[Place], progress: Progress) -> list[Obstacle]:
    return [*changes_of(promotion), *hindrances(promotion, places, progress)]


def changes_of(promotion: Promotion) -> Iterator[Obstacle]:
    """What changed since the request. Deletions and other addresses are noted on the items as they happen."""
    left = PromotionItem.objects.filter(promotion_id=promotion.pk, state=ItemState.LEFT).order_by()
    counts = dict(left.values_list("failure").annotate(count=Count("pk")))
    if deleted := counts.get(DELETED):
        yield Obstacle(f"Deleted since the request: {items(deleted)}. They are not copied.")
    if changed := counts.get(CHANGED):
        yield Obstacle(f"Another address since the request: {items(changed)}. They are not copied.")
    if promotion.dataset is None or promotion.dataset.deleted_at is not None:
        yield Obstacle("The dataset was deleted.")
    if promotion.project is not None and promotion.project.archived_at is not None:
        yield Obstacle("The labelling project was archived.")


def hindrances(promotion: Promotion, places: Sequence[Place], progress: Progress) -> Iterator[Obstacle]:
    if promotion.state not in (State.REQUESTED, State.APPROVED, State.RUNNING):
        return
    if progress.is_stopped:
        yield Obstacle(
            "Copying is stopped for this team: nothing is copied until somebody lets it go on.",
            "admin:promotions_courierstop_changelist",
            "See the stop",
        )
    held = {place.origin for place in places if not place.is_used or hinders(place.notes)}
    if held:
        count = sum(place.count for place in places if place.origin in held)
        rules = "admin:promotions_originrule_changelist"
        yield Obstacle(f"As things are, {items(count)} could not be copied: see the hosts.", rules, "Origin rules")


def hinders(notes: Sequence[str]) -> bool:
    return any(note.startswith(("paused", "its address ranges wait", "plain http")) for note in notes)


def items(count: int) -> str:
    return f"{count:,} items".replace(",", "\N{NARROW NO-BREAK SPACE}") if count != 1 else "1 item"
