"""What happens to an object of the bucket, written down: coming, kept, unwanted, going, gone. Nothing here connects.

Every change checks the state it starts from. So a copy that is being removed is brought by nobody meanwhile, and one
that came meanwhile is removed by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from webapp.datasets.models import BucketCopy, StoredFile

State = BucketCopy.State
# Nobody brings one file for longer: who began has been killed.
LONGEST_COMING = timedelta(hours=24)
# Removing a thousand is a few requests, or two short ones each.
LONGEST_GOING = timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


class BeingRemoved(Exception):
    """The same bytes are leaving the bucket just now; to be tried again."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An object that is to go, and this moment's right to remove it."""

    pk: int
    team_pk: int
    sha256: str
    tries: int
    began_at: datetime


@transaction.atomic
def begin(team_pk: int, sha256: str, now: datetime) -> tuple[int, bool]:
    """Note that bytes are about to be put: the round to settle in, and whether they are there already.

    Raises BeingRemoved.
    """
    BucketCopy.objects.get_or_create(team_id=team_pk, sha256=sha256, defaults={"state": State.COMING})
    row = BucketCopy.objects.select_for_update().get(team_id=team_pk, sha256=sha256)
    if row.state == State.GOING:
        raise BeingRemoved
    if row.state == State.KEPT:
        return row.round, True
    rows = BucketCopy.objects.filter(pk=row.pk)
    rows.update(state=State.COMING, changed_at=now, tries=0, ready_at=None, sentence="")
    return row.round, False


def settle(team_pk: int, sha256: str, in_round: int, now: datetime) -> bool:
    """Note that a stored file names it, in the transaction that says so; False where it has been removed since."""
    rows = BucketCopy.objects.filter(team_id=team_pk, sha256=sha256, round=in_round)
    return bool(
        rows.filter(state__in=[State.COMING, State.KEPT, State.UNWANTED]).update(state=State.KEPT, changed_at=now)
    )


def abandon(team_pk: int, sha256: str, now: datetime) -> None:
    """Note that it was brought for nothing, maybe after it had been removed; what a stored file names stays."""
    rows = BucketCopy.objects.filter(team_id=team_pk, sha256=sha256, state__in=[State.COMING, State.GONE])
    rows.update(state=State.UNWANTED, changed_at=now)


def forget(team_pk: int, names: Sequence[str], now: datetime) -> None:
    """Note that no stored file names these any more, in the transaction that made it so."""
    rows = BucketCopy.objects.filter(team_id=team_pk, sha256__in=names, state=State.KEPT)
    rows.update(state=State.UNWANTED, changed_at=now, tries=0, ready_at=None)


def start_removals(now: datetime, *, most: int) -> Sequence[Removal]:
    """Take hold of some that are to go, those of removers and bringers that were killed among them."""
    is_ready = Q(state=State.UNWANTED) & (Q(ready_at=None) | Q(ready_at__lte=now) | Q(changed_at__gt=now))
    left = Q(state=State.GOING, changed_at__lte=now - LONGEST_GOING)
    left |= Q(state=State.COMING, changed_at__lte=now - LONGEST_COMING)
    files = StoredFile.objects.filter(team=OuterRef("team_id"), sha256=OuterRef("sha256"), place=StoredFile.Place.S3)
    due = BucketCopy.objects.filter(is_ready | left).exclude(Exists(files))
    if not due.exists():
        return []
    with transaction.atomic():
        rows = list(due.order_by("changed_at", "pk").select_for_update(of=("self",), skip_locked=True)[:most])
        BucketCopy.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.GOING, changed_at=now)
    return [Removal(row.pk, row.team_id, row.sha256, row.tries, now) for row in rows]


@transaction.atomic
def end_removals(removals: Sequence[Removal], now: datetime, *, failures: Mapping[int, str]) -> None:
    """Note that these are gone, but for `failures`, by key why not: those are tried again.

    Nothing is noted of one that another took over.
    """
    # They were taken hold of together.
    mine = BucketCopy.objects.filter(state=State.GOING, changed_at__in={one.began_at for one in removals})
    gone = mine.filter(pk__in=[one.pk for one in removals if one.pk not in failures])
    gone.update(state=State.GONE, round=F("round") + 1, changed_at=now, sentence="", ready_at=None)
    again: dict[tuple[int, str], list[int]] = {}
    for one in removals:
        if one.pk in failures:
            again.setdefault((one.tries, failures[one.pk]), []).append(one.pk)
    for (tries, why), pks in again.items():
        wait = min(FIRST_WAIT * 2**tries, LONGEST_WAIT)
        mine.filter(pk__in=pks).update(
            state=State.UNWANTED, changed_at=now, ready_at=now + wait, tries=F("tries") + 1, sentence=why[:200]
        )
