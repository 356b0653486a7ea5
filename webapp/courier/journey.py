"""One claimed item from its approval to its end: stored, put off, left to a person, or given back."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from ipaddress import ip_network

from django.utils import timezone

from webapp.courier.approved import (
    Approved,
    Egress,
    Ended,
    Failed,
    FailureKind,
    OriginRules,
    Partial,
    Stored,
)
from webapp.courier.egress_log import TeamEgressLog
from webapp.courier.fetch import Courier, fetch
from webapp.courier.limits import MediaKind
from webapp.courier.sharing import Sharing
from webapp.courier.store import Part
from webapp.courier.turns import turn
from webapp.privacy.origins import Origin
from webapp.promotions.actions import copying
from webapp.promotions.actions.copying import Claim, Permit

log = logging.getLogger(__name__)

MAX_TRIES = 5
# From one try to the next the wait grows by this factor: 1, 5, 25 and 125 minutes where it began with one.
GROWTH = 5.0
# Four waits of the longest and the tries between them end within a day.
LONGEST_WAIT_S = 5.5 * 3600
ASK_EVERY_S = 0.5
NO_SUCH_ORIGIN = "The dataset does not use {origin} any more, so nothing was asked there."
BUCKET = "The item is in the bucket {origin}; copies are made from web addresses only, so nothing was asked anywhere."
DRAW = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Journey:
    """A claim on its way, with `courier` for all that is not about this item; `is_stopping` ends it early.

    `permit` is what held at its origin a moment ago; the transaction that shares the item looks again.
    """

    claim: Claim
    permit: Permit | None
    courier: Courier
    sharing: Sharing
    is_stopping: Callable[[], bool]

    def run(self) -> Stored | Failed | None:
        """Fetch the item and note what became of it; None where nothing was to be fetched."""
        claim, permit = self.claim, self.permit
        if permit is None:
            sentence = (BUCKET if claim.url.origin.is_bucket else NO_SUCH_ORIGIN).format(origin=claim.origin)
            with turn():
                copying.needs_attention(claim, failure=FailureKind.ADDRESS.value, sentence=sentence)
            return None
        egress_log = TeamEgressLog(team_pk=claim.team_pk, promotion_pk=claim.promotion_pk, item_pk=claim.item_pk)

        def keep(egress: Egress, part: Part, stored: Stored) -> None:
            ended = Ended("stored", stored.byte_count, stored.sha256)
            self.sharing.share(claim, part, stored, egress_log.end(egress, ended))

        came = fetch(
            replace(self.courier, store=self.sharing.copies.incoming(claim.team_pk)),
            Approved(
                item_key=claim.item_id, url=claim.url, seal=claim.seal, rules=rules_of(permit), kind=MediaKind.IMAGE
            ),
            log=egress_log,
            keep=keep,
            is_withdrawn=Seldom(self._is_void, every_s=ASK_EVERY_S),
            partial=partial_of(claim),
        )
        if isinstance(came, Failed):
            with turn():
                self._note(came)
        return came

    def _is_void(self) -> bool:
        return self.is_stopping() or copying.is_void(self.claim)

    def _note(self, failed: Failed) -> None:
        claim = self.claim
        if failed.kind is FailureKind.WITHDRAWN:
            copying.give_back(claim)
        elif failed.kind is FailureKind.STORAGE or (failed.retry_after_s is not None and claim.tries + 1 < MAX_TRIES):
            copying.put_off(
                claim,
                until=timezone.now() + timedelta(seconds=wait_s(failed, claim.tries)),
                failure=failed.kind.value,
                sentence=failed.sentence,
                partial=asdict(failed.partial) | {"seal": ""} if failed.partial is not None else None,
                # A full disk is no fault of the item.
                is_try=failed.kind is not FailureKind.STORAGE,
            )
        else:
            tries = f" It was tried {claim.tries + 1} times." if claim.tries else ""
            copying.needs_attention(claim, failure=failed.kind.value, sentence=f"{failed.sentence}{tries}")


class Seldom:
    """Asks a question of the database, each so many seconds and not at once; a yes is remembered."""

    def __init__(self, ask: Callable[[], bool], *, every_s: float) -> None:
        self._ask, self._every_s = ask, every_s
        # It was just answered, by the claim.
        self._asked_at = time.monotonic()
        self._is_so = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._is_so and now - self._asked_at >= self._every_s:
            self._is_so = self._ask()
            self._asked_at = now
        return self._is_so


def rules_of(permit: Permit) -> OriginRules:
    return OriginRules(
        origin=Origin.parse(permit.origin),
        ranges=frozenset(ip_network(text) for text in permit.ranges),
        is_http_allowed=permit.is_http_allowed,
        redirects_to=tuple(rules_of(one) for one in permit.redirects_to),
    )


def partial_of(claim: Claim) -> Partial | None:
    """What an earlier try left; it is only ever noted for the address that was approved."""
    return Partial(**{**claim.partial, "seal": claim.seal}) if claim.partial else None


def wait_s(failed: Failed, tries: int) -> float:
    """How long an item that failed waits, after so many tries before this one; partly by chance, so that many part."""
    least = failed.retry_after_s or 0.0
    if failed.kind is FailureKind.STORAGE:
        return least
    return min(least * GROWTH**tries, LONGEST_WAIT_S) * DRAW.uniform(0.8, 1.2)
