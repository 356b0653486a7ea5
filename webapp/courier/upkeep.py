"""What the courier does beside copying: ending promotions, daily limits, sweeping what a kill left behind."""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from webapp.courier.clearing import Clearing
from webapp.courier.copies import Copies, Removing
from webapp.courier.egress_log import bytes_today
from webapp.datasets.actions.files import remove_unnamed
from webapp.datasets.models import StoredFile
from webapp.promotions.actions import copying
from webapp.promotions.actions.revoke import expire

log = logging.getLogger(__name__)

ENDS_EVERY_S, LIMITS_EVERY_S, EXPIRES_EVERY_S, SWEEP_EVERY_S = 5.0, 2.0, 60.0, 3600.0
CLEARS_EVERY_S = REMOVALS_EVERY_S = 2.0
# What a clock may jump ahead of the time that passed, and how long until a longer jump is believed.
HARMLESS_JUMP_S, BELIEVED_AFTER_S = 300.0, 3600.0
# A part that nobody goes on with, and nobody has written to for so long.
FORGOTTEN_PART_S = 3600.0
NAMES_AT_ONCE = 1_000
QUOTA = "quota"
QUOTA_IS_USED = "The team's limit of {most} MB a day is used up; it goes on after midnight, UTC."
_TEAM, _PAIR, _SHA256 = re.compile(r"[0-9]+"), re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{64}")


class Upkeep:
    """Does each thing when it is due; the first `look` does all of them, and `end` once more what ends promotions."""

    def __init__(self, copies: Copies, removals: Removing | None = None) -> None:
        self._copies, self._clearing, self._removals = copies, Clearing(), removals
        now = time.monotonic()
        self._due: dict[Callable[[], None], tuple[float, float]] = {
            # A limit may have been raised since the last start.
            self.forget_limits: (math.inf, now),
            self.keep_to_limits: (LIMITS_EVERY_S, now),
            self.end_promotions: (ENDS_EVERY_S, now),
            self.expire: (EXPIRES_EVERY_S, now),
            self._clearing.look: (CLEARS_EVERY_S, now),
            self.sweep: (SWEEP_EVERY_S, now),
        }
        if removals is not None:
            self._due[removals.look] = (REMOVALS_EVERY_S, now)
        self._clock = Clock()

    def look(self) -> None:
        for act, (every_s, due_at) in self._due.items():
            if time.monotonic() >= due_at:
                act()
                self._due[act] = (every_s, time.monotonic() + every_s)

    def end(self) -> None:
        self.end_promotions()
        self._clearing.end()
        if self._removals is not None:
            self._removals.end()

    def end_promotions(self) -> None:
        for promotion_pk, _ in copying.unended():
            copying.end_if_done(promotion_pk)

    def expire(self) -> None:
        """Revoke what has expired, unless only a clock that jumped says so: copies that are gone do not come back."""
        if self._clock.is_believed():
            expire()
        else:
            log.warning("The clock jumped ahead. Nothing is revoked for its date until it has been so for an hour.")

    def forget_limits(self) -> None:
        copying.wake(QUOTA)

    def keep_to_limits(self) -> None:
        most = settings.COURIER_DAILY_BYTES
        if most is None:
            return
        now = timezone.now().astimezone(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), time_of_day(), UTC)
        for team in {team for _, team in copying.unended()}:
            if bytes_today(team) >= most:
                sentence = QUOTA_IS_USED.format(most=most // 1024**2)
                copying.rest(team, until=midnight, failure=QUOTA, sentence=sentence)

    def sweep(self) -> None:
        """Remove parts that nobody goes on with, and local files that no row names."""
        kept = set(copying.partials())
        for folder in team_folders():
            team_pk = int(folder.name)
            parts = self._copies.incoming(team_pk).sweep(older_than_s=FORGOTTEN_PART_S, keep=kept)
            orphans = sum(remove_unnamed(team_pk, [sha256]) for sha256 in unnamed(team_pk, folder))
            if parts or orphans:
                log.info("Swept %s parts and %s files that nothing names.", parts, orphans)


class Clock:
    """Compares the time of day with the time that passed."""

    def __init__(self, now: Callable[[], float] = time.time, passed: Callable[[], float] = time.monotonic) -> None:
        self._now, self._passed = now, passed
        self._ahead = now() - passed()
        self._jumped_at: float | None = None

    def is_believed(self) -> bool:
        """False after a jump ahead, for an hour; a clock that is set back has always been behind."""
        ahead = self._now() - self._passed()
        if ahead - self._ahead <= HARMLESS_JUMP_S:
            self._ahead, self._jumped_at = ahead, None
            return True
        self._jumped_at = self._passed() if self._jumped_at is None else self._jumped_at
        if self._passed() - self._jumped_at < BELIEVED_AFTER_S:
            return False
        self._ahead, self._jumped_at = ahead, None
        return True


def team_folders() -> list[Path]:
    folder = Path(settings.SHARED_DIR)
    return [one for one in folder.iterdir() if _TEAM.fullmatch(one.name)] if folder.is_dir() else []


def unnamed(team_pk: int, folder: Path) -> Iterator[str]:
    """Names of local files that no row of the team had a moment ago."""
    for pair in folder.iterdir():
        if _PAIR.fullmatch(pair.name):
            names = [path.name for path in pair.iterdir() if _SHA256.fullmatch(path.name)]
            for start in range(0, len(names), NAMES_AT_ONCE):
                some = names[start : start + NAMES_AT_ONCE]
                rows = StoredFile.objects.filter(team_id=team_pk, sha256__in=some, place=StoredFile.Place.LOCAL)
                yield from set(some).difference(rows.values_list("sha256", flat=True))
