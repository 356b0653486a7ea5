"""What the courier may do at a media origin: an admin of the team says it, and an operator agrees to address ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record, written
from webapp.accounts.models import User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import MediaOrigin
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound
from webapp.promotions.models import OriginRule

MAX_RANGES = 20
MOST_AT_ONCE = 8
# A shorter prefix is no range of a customer's.
SHORTEST_PREFIX = {4: 8, 6: 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rule says; `redirects_to` are keys of the team's origins."""

    ranges: tuple[str, ...] = ()
    is_http_allowed: bool = False
    redirects_to: tuple[int, ...] = ()
    max_parallel: int = 4


def read_ranges(text: str) -> tuple[str, ...]:
    """Networks written one a line or with commas, as `10.1.0.0/16`; raises Invalid."""
    words = text.replace(",", " ").split()
    if len(words) > MAX_RANGES:
        raise Invalid(f"At most {MAX_RANGES} ranges; join those that touch.")
    found = []
    for word in words:
        try:
            network = ip_network(word)
        except ValueError:
            raise Invalid(f"{word[:60]!r} is not a range; write 10.1.0.0/16, or one address.") from None
        if network.prefixlen < SHORTEST_PREFIX[network.version]:
            raise Invalid(f"{network} is too wide; name the networks your media hosts are in.")
        found.append(str(network))
    return tuple(dict.fromkeys(found))


@transaction.atomic
def set_rule(viewer: Viewer, origin_pk: int, terms: Terms) -> OriginRule:
    """Make or change the rule of one of the team's origins; changed ranges wait for an operator. For admins."""
    viewer.require(Permission.ADMINISTER)
    origin = origin_of(viewer, origin_pk)
    if not 1 <= terms.max_parallel <= MOST_AT_ONCE:
        raise Invalid(f"At once are 1 to {MOST_AT_ONCE} downloads.")
    if terms.is_http_allowed and origin.value.scheme != "http":
        raise Invalid(f"{origin} is asked by https; plain http is only for origins that are written so.")
    others = list(MediaOrigin.objects.filter(team_id=viewer.team_id, pk__in=terms.redirects_to).exclude(pk=origin_pk))
    rule = locked_rule(viewer, origin)
    if list(terms.ranges) != rule.ranges:
        rule.ranges, rule.ranges_agreed_by, rule.ranges_agreed_at = list(terms.ranges), None, None
    rule.is_http_allowed, rule.max_parallel = terms.is_http_allowed, terms.max_parallel
    changed(rule, viewer)
    rule.redirects_to.set(others)
    said: dict[str, Any] = {"ranges": rule.ranges, "http": rule.is_http_allowed, "at_once": rule.max_parallel}
    record(viewer, "origin.rule", subject=origin.origin, **said, redirects_to=sorted(one.origin for one in others))
    return rule


@transaction.atomic
def pause_origin(viewer: Viewer, origin_pk: int, *, paused: bool) -> OriginRule:
    """Have nothing asked at one origin, or let it be asked again."""
    viewer.require(Permission.DECIDE)
    rule = locked_rule(viewer, origin_of(viewer, origin_pk))
    if (rule.paused_at is not None) == paused:
        raise Conflict(f"This origin is {'paused already' if paused else 'not paused'}.")
    rule.paused_at = timezone.now() if paused else None
    changed(rule, viewer)
    record(viewer, "origin.rule", subject=rule.origin.origin, paused=paused)
    return rule


@transaction.atomic
def agree_to_ranges(by: User, origin_pk: int, ranges: Sequence[str]) -> OriginRule:
    """Let the ranges of a rule hold, as the operator `by` has read them. Raises Conflict when they are others now."""
    if not (by.is_active and by.is_staff):
        raise NotAllowed("Only an operator of this server agrees to address ranges.")
    rule = OriginRule.objects.select_for_update(of=("self",)).select_related("origin").filter(pk=origin_pk).first()
    if rule is None or not rule.ranges:
        raise NotFound("No ranges wait there.")
    if list(ranges) != rule.ranges:
        raise Conflict("The ranges were changed since you read them. Read them again.")
    if rule.ranges_agreed_by_id is not None:
        raise Conflict("An operator has agreed to these ranges already.")
    rule.ranges_agreed_by, rule.ranges_agreed_at = by, timezone.now()
    rule.save(update_fields=["ranges_agreed_by", "ranges_agreed_at"])
    details = {"ranges": rule.ranges, "agreed": True}
    written(rule.origin.team_id, by.pk, None, "origin.rule", rule.origin.origin, details)
    return rule


def origin_of(viewer: Viewer, origin_pk: int) -> MediaOrigin:
    found = MediaOrigin.objects.filter(team_id=viewer.team_id, pk=origin_pk).first()
    if found is None:
        raise NotFound("Your team has no such media origin.")
    return found


def locked_rule(viewer: Viewer, origin: MediaOrigin) -> OriginRule:
    OriginRule.objects.get_or_create(origin=origin, defaults={"changed_by_id": viewer.user_id})
    return OriginRule.objects.select_for_update(of=("self",)).select_related("origin").get(pk=origin.pk)


def changed(rule: OriginRule, viewer: Viewer) -> None:
    rule.changed_by_id, rule.changed_at = viewer.user_id, timezone.now()
    rule.save()
