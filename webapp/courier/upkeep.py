"""What the courier does beside copying: ending promotions, daily limits, sweeping what a kill left behind."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from webapp.courier.copies import Copies
from webapp.courier.egress_log import bytes_today
from webapp.datasets.actions.files import remove_unnamed
from webapp.datasets.models import StoredFile
from webapp.promotions.actions import copying

log = logging.getLogger(__name__)

ENDS_EVERY_S, LIMITS_EVERY_S, SWEEP_EVERY_S = 5.0, 2.0, 3600.0
# A part that nobody goes on with, and nobody has written to for so long.
FORGOTTEN_PART_S = 3600.0
NAMES_AT_ONCE = 1_000
QUOTA = "quota"
QUOTA_IS_USED = "The team's limit of {most} MB a day is used up; it goes on after midnight, UTC."
_TEAM, _PAIR, _SHA256 = re.compile(r"[0-9]+"), re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{64}")


class Upkeep:
    """Does each thing when it is due; the first `look` does all of them, and `end` once more what ends promotions."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        copying.wake(QUOTA)
        now = time.monotonic()
        self._due: dict[Callable[[], None], tuple[float, float]] = {
            self.keep_to_limits: (LIMITS_EVERY_S, now),
            self.end_promotions: (ENDS_EVERY_S, now),
            self.sweep: (SWEEP_EVERY_S, now),
        }

    def look(self) -> None:
        for act, (every_s, due_at) in self._due.items():
            if time.monotonic() >= due_at:
                self._due[act] = (every_s, time.monotonic() + every_s)
                act()

    def end(self) -> None:
        self.end_promotions()

    def end_promotions(self) -> None:
        for promotion_pk, _ in copying.unended():
            copying.finish_if_done(promotion_pk)

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
            orphans = sum(remove_unnamed(team_pk, sha256) for sha256 in unnamed(team_pk, folder))
            if parts or orphans:
                log.info("Swept %s parts and %s files that nothing names.", parts, orphans)


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
