"""The courier's loop: claims what may be fetched and hands it to a few threads, until it is told to stop.

A kill at any point leaves items whose lease runs out, parts and files without a row, which the next courier takes over
and sweeps. Its log lines say an item's id and an origin, nothing else of it.
"""

from __future__ import annotations

import logging
import math
import os
import queue
import random
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from webapp.courier.approved import Failed, FailureKind, Stored
from webapp.courier.copies import Copies, Removing
from webapp.courier.fetch import Courier
from webapp.courier.journey import ASK_EVERY_S, Journey
from webapp.courier.own_addresses import surroundings
from webapp.courier.sharing import Sharing
from webapp.courier.turns import turn
from webapp.courier.upkeep import Upkeep
from webapp.promotions.actions import copying
from webapp.promotions.actions.copying import Claim, Permit

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
GATHER_S = 0.01
# How long to leave the database alone that did not answer, and a disk that was full.
BREATH_S = 2.0
FULL_DISK_S = 30.0
# A host that does not answer several times in a row is left alone for a while, so that its items keep their tries.
MOST_SILENT = 5
SILENT_REST_S = 60.0
SILENCE = frozenset({FailureKind.NAME, FailureKind.UNREACHABLE, FailureKind.HOST, FailureKind.SLOW})
# How long threads get to let go before their items are given back without them.
GRACE_S = 8.0
SHUFFLE = random.SystemRandom()


@dataclass
class Crew:
    """Some threads, what they have in hand, and which origins rest; `carry` takes a claim."""

    sharing: Sharing
    courier: Courier
    thread_count: int
    stop: threading.Event
    worker: str = field(default_factory=lambda: f"{os.getpid()}-{secrets.token_hex(6)}")
    in_hand: dict[int, Claim] = field(default_factory=dict)
    carried: int = 0

    def __post_init__(self) -> None:
        self._work: queue.SimpleQueue[Claim | None] = queue.SimpleQueue()
        self._done = threading.Semaphore(0)
        self.permits = Permits()
        self._silent: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self.rests_until = 0.0
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.thread_count)]
        for thread in self._threads:
            thread.start()

    @property
    def free(self) -> int:
        return self.thread_count - len(self.in_hand)

    def carry(self, claim: Claim) -> None:
        self.in_hand[claim.pk] = claim
        self._work.put(claim)

    def wait(self, most_s: float) -> None:
        """Until a thread is free again, or so long."""
        if self._done.acquire(timeout=most_s):
            # Those that became free before, whom a look at all that is free finds too.
            while self._done.acquire(blocking=False):
                pass

    def is_resting(self, origin: str) -> bool:
        return self._resting.get(origin, 0.0) > time.monotonic()

    def end(self) -> None:
        """Let the threads finish what ends soon, and give back the rest."""
        for _ in self._threads:
            self._work.put(None)
        deadline = time.monotonic() + GRACE_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with suppress(DatabaseError, InterfaceError):
            for claim in list(self.in_hand.values()):
                copying.give_back(claim)

    def _run(self) -> None:
        while (claim := self._work.get()) is not None:
            try:
                self._carry(claim)
            finally:
                self._let_go(claim)
                self.carried += 1
                self._done.release()
        connection.close()

    def _carry(self, claim: Claim) -> None:
        try:
            came = Journey(claim, self.permits.of(claim), self.courier, self.sharing, self.stop.is_set).run()
            self._let_go(claim)
            self._end_promotion(claim.promotion_pk)
        except (DatabaseError, InterfaceError) as refusal:
            log.warning("%s: the database refused (%s), from %s", claim.item_id, type(refusal).__name__, claim.origin)
            self._set_down(claim, "The database did not answer; it is tried again.", is_try=False)
        except Exception:
            log.exception("%s: the courier failed, from %s", claim.item_id, claim.origin)
            self._set_down(claim, "The courier failed at it; its log names the item.", is_try=True)
        else:
            self._note(claim, came)

    def _let_go(self, claim: Claim) -> None:
        # The same item may have been claimed again meanwhile.
        if self.in_hand.get(claim.pk) is claim:
            del self.in_hand[claim.pk]

    def _end_promotion(self, promotion_pk: int) -> None:
        """End it if all was done; where more of it is in hand, whoever lets go of the last asks."""
        if any(one.promotion_pk == promotion_pk for one in list(self.in_hand.values())):
            return
        if copying.is_about_done(promotion_pk):
            with turn():
                copying.end_if_done(promotion_pk)

    def _set_down(self, claim: Claim, sentence: str, *, is_try: bool) -> None:
        """Let go of an item that we could not bring to an end; if that fails too, its lease runs out."""
        try:
            connection.close()
            until = timezone.now() + timedelta(seconds=BREATH_S)
            with turn():
                if is_try and claim.tries:
                    copying.needs_attention(claim, failure="server", sentence=sentence)
                else:
                    copying.put_off(
                        claim, until=until, failure="server", sentence=sentence, partial=None, is_try=is_try
                    )
        except (DatabaseError, InterfaceError):
            log.warning("%s: left to its lease, from %s", claim.item_id, claim.origin)

    def _note(self, claim: Claim, came: Stored | Failed | None) -> None:
        result = "stored" if isinstance(came, Stored) else came.kind.value if came is not None else "not asked"
        log.info("%s: %s, from %s", claim.item_id, result, claim.origin)
        if isinstance(came, Failed) and came.kind is FailureKind.STORAGE:
            self.rests_until = time.monotonic() + FULL_DISK_S
        if not isinstance(came, Failed) or came.kind not in SILENCE:
            self._silent.pop(claim.origin, None)
            return
        self._silent[claim.origin] = self._silent.get(claim.origin, 0) + 1
        if self._silent[claim.origin] >= MOST_SILENT:
            self._silent[claim.origin] = 0
            self._resting[claim.origin] = time.monotonic() + SILENT_REST_S
            log.warning("%s did not answer %s times in a row and is left alone for a while.", claim.origin, MOST_SILENT)


class Permits:
    """What holds at origins, asked of the database no more than twice a second each."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str], tuple[float, Permit | None]] = {}
        self._lock = threading.Lock()

    def of(self, claim: Claim) -> Permit | None:
        key = (claim.team_pk, claim.dataset_pk, claim.origin)
        with self._lock:
            asked_at, found = self._known.get(key, (-math.inf, None))
            now = time.monotonic()
            if now - asked_at > ASK_EVERY_S:
                found = copying.permit(claim)
                self._known[key] = (now, found)
        return found


def run(stop: threading.Event, copies: Copies, *, removals: Removing | None = None, until_idle: bool = False) -> int:
    """Copy what is approved until `stop` is set (or, with `until_idle`, nothing can be copied now); how many items."""
    courier = Courier(
        # Each item gets the store of its team.
        store=copies.incoming(0),
        surroundings=surroundings(is_loopback_listed=settings.COURIER_LOOPBACK),
        authorities=settings.COURIER_AUTHORITIES,
    )
    upkeep = Upkeep(copies, removals)
    crew = Crew(Sharing(copies), courier, settings.COURIER_THREADS, stop)
    lease = timedelta(seconds=settings.COURIER_LEASE_SECONDS)
    renewed_at = looked_at = time.monotonic()
    is_idle = False
    try:
        while not (stop.is_set() or (until_idle and is_idle)):
            try:
                upkeep.look()
                if time.monotonic() - renewed_at > settings.COURIER_LEASE_SECONDS / 3:
                    copying.renew(list(crew.in_hand.values()), lease=lease, now=timezone.now())
                    renewed_at = time.monotonic()
                claimed = claim_some(crew, lease)
            except (DatabaseError, InterfaceError):
                log.warning("The database did not answer; trying again.")
                connection.close()
                stop.wait(BREATH_S)
                continue
            is_idle = not claimed and not crew.in_hand
            if time.monotonic() - looked_at > 60:
                own = surroundings(is_loopback_listed=settings.COURIER_LOOPBACK)
                crew.courier, looked_at = replace(crew.courier, surroundings=own), time.monotonic()
            if crew.in_hand:
                crew.wait(LOOK_EVERY_S)
                # Claiming several together costs as much as one.
                stop.wait(GATHER_S)
            elif not until_idle:
                stop.wait(LOOK_EVERY_S)
    finally:
        crew.end()
        with suppress(DatabaseError, InterfaceError):
            upkeep.end()
    return crew.carried


def claim_some(crew: Crew, lease: timedelta) -> int:
    """Hand the crew as much as it is free for, from all origins alike; how many items that is."""
    if not settings.COURIER_IS_ON or crew.free < 1 or crew.rests_until > time.monotonic():
        return 0
    count = 0
    for origin in shuffled(copying.origins_to_claim(timezone.now(), lease)):
        if crew.free < 1:
            break
        if not crew.is_resting(origin):
            with turn():
                claims = copying.claim(crew.worker, origin, most=crew.free, lease=lease, now=timezone.now())
            for claim in claims:
                crew.carry(claim)
            count += len(claims)
    return count


def shuffled(origins: Iterable[str]) -> list[str]:
    found = list(origins)
    SHUFFLE.shuffle(found)
    return found
