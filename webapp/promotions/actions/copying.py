"""The courier's verbs: taking hold of an approved item, and saying what became of it. Nobody else calls them.

A courier holds an item by its own name and a number: `attempt` counts claims, and who comes with an older one changes
nothing. Locks are taken as everywhere in this room (`__init__.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.accounts.audit import Note, record_notes_of_team, record_of_team
from webapp.datasets.models import Dataset, DatasetOrigin, Item, StoredFile
from webapp.jobs.actions import note_progress
from webapp.labels.actions.projects import ensure_tasks
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.url_seal import is_sealed
from webapp.promotions.actions.revoke import settle as settle_promotion
from webapp.promotions.models import CourierStop, OriginRule, Promotion, PromotionItem
from webapp.promotions.states import OPEN_TO_COURIER, ItemState, State

MAX_PARALLEL = 4
# A claim as its row knows it: its key, who has it, and the how manyth claim that is.
Fence = tuple[int, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One item of an approved promotion that a courier holds: what was frozen, and what is there now."""

    pk: int
    promotion_pk: int
    item_pk: int
    dataset_pk: int
    team_pk: int
    worker: str
    attempt: int
    tries: int
    origin: str
    seal: bytes
    url: MediaUrl
    partial: dict[str, Any] | None

    @property
    def fence(self) -> Fence:
        return self.pk, self.worker, self.attempt

    @property
    def item_id(self) -> str:
        return public_id.encode("di", self.item_pk)

    @property
    def promotion_id(self) -> str:
        return public_id.encode("prm", self.promotion_pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What holds at an origin now. `ranges` are empty unless an operator agreed to them."""

    origin: str
    ranges: tuple[str, ...] = ()
    is_http_allowed: bool = False
    redirects_to: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A whole file that was checked, and which store has it."""

    sha256: str
    byte_count: int
    media_type: str
    place: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """A copy that is to be shared for a claim; `settle` gives its bytes their name, where their row says they are."""

    claim: Claim
    copy: Copy
    settle: Callable[[StoredFile.Place], None]


class NotToBeKept(Exception):
    """What was fetched is not to be shared after all; `is_withdrawn`, else the item is not what was approved."""

    def __init__(self, sentence: str, *, is_withdrawn: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_withdrawn = is_withdrawn


def claim(worker: str, origin: str, *, most: int, lease: timedelta, now: datetime) -> list[Claim]:
    """Take hold of at most so many items of an origin, oldest first, as many at once as its rules allow each team."""
    free = claimable(now, lease).filter(origin=origin)
    if not free.exists():
        return []
    with transaction.atomic():
        rules = locked_rules(origin)
        slots = free_slots(origin, rules, now, lease)
        full = [team for team, count in slots.items() if count < 1]
        chosen = within_slots(free.exclude(promotion__team_id__in=full), slots, most)
        promotions = open_promotions({promotion for _, promotion in chosen})
        still_free = free.filter(pk__in=[pk for pk, promotion in chosen if promotion in promotions])
        mine = list(still_free.select_for_update(of=("self",), skip_locked=True))
        taken = PromotionItem.objects.filter(pk__in=[row.pk for row in mine])
        taken.update(
            state=ItemState.FETCHING, worker=worker, attempt=F("attempt") + 1, leased_at=now, lease_until=now + lease
        )
        if begun := [one.pk for one in promotions.values() if one.state == State.APPROVED]:
            Promotion.objects.unscoped().filter(pk__in=begun).update(state=State.RUNNING)
    return list(claims_of(mine, promotions, worker))


def origins_to_claim(now: datetime, lease: timedelta) -> list[str]:
    """Where items wait, by name; found by as many small steps as there are origins, however many items wait."""
    expired = PromotionItem.objects.filter(gone_quiet(now, lease), state=ItemState.FETCHING)
    found = set(expired.values_list("origin", flat=True).distinct())
    waiting = PromotionItem.objects.filter(state=ItemState.WAITING).order_by("origin").values_list("origin", flat=True)
    last = waiting.first()
    while last is not None:
        found.add(last)
        last = waiting.filter(origin__gt=last).first()
    return sorted(found)


def claimable(now: datetime, lease: timedelta) -> QuerySet[PromotionItem]:
    is_stopped = Exists(CourierStop.objects.filter(team_id=OuterRef("promotion__team_id")))
    rows = PromotionItem.objects.filter(promotion__state__in=OPEN_TO_COURIER).exclude(is_stopped).order_by("pk")
    unexpired = Q(promotion__expires_at=None) | Q(promotion__expires_at__gt=now)
    waits = Q(state=ItemState.WAITING) & (Q(ready_at=None) | Q(ready_at__lte=now) | from_the_future(now, lease))
    return rows.filter(unexpired).filter(waits | (Q(state=ItemState.FETCHING) & gone_quiet(now, lease)))


def gone_quiet(now: datetime, lease: timedelta) -> Q:
    """Whoever held the item has not said for a lease that they still do."""
    return Q(lease_until=None) | Q(lease_until__lte=now) | from_the_future(now, lease)


def from_the_future(now: datetime, lease: timedelta) -> Q:
    """It was taken later than now: the clock was set back since, and what was noted by it says nothing.

    As much as a lease is left to the clocks of two machines.
    """
    return Q(leased_at__gt=now + lease)


def locked_rules(origin: str) -> dict[int, OriginRule]:
    """The rules for an origin by team, locked, so that no two couriers count its free places at once."""
    rules = OriginRule.objects.select_for_update(of=("self",)).select_related("origin").order_by("pk")
    return {rule.origin.team_id: rule for rule in rules.filter(origin__origin=origin)}


def free_slots(origin: str, rules: dict[int, OriginRule], now: datetime, lease: timedelta) -> dict[int, int]:
    """How many more items of an origin may be fetched at once, for teams that have a rule or fetch some already."""
    live = PromotionItem.objects.filter(state=ItemState.FETCHING, origin=origin).exclude(gone_quiet(now, lease))
    busy = dict(live.order_by().values_list("promotion__team_id").annotate(count=Count("pk")))
    slots = {team: MAX_PARALLEL - count for team, count in busy.items()}
    for team, rule in rules.items():
        slots[team] = 0 if rule.paused_at is not None else rule.max_parallel - busy.get(team, 0)
    return slots


def within_slots(free: QuerySet[PromotionItem], slots: dict[int, int], most: int) -> list[tuple[int, int]]:
    """Keys of items and of their promotions, oldest first, no more of a team than it has slots."""
    left = dict(slots)
    chosen: list[tuple[int, int]] = []
    for pk, promotion, team in free.values_list("pk", "promotion_id", "promotion__team_id")[: most * 4]:
        if len(chosen) < most and left.setdefault(team, MAX_PARALLEL) > 0:
            left[team] -= 1
            chosen.append((pk, promotion))
    return chosen


def open_promotions(pks: set[int]) -> dict[int, Promotion]:
    """Those of these promotions that are open to the courier, by their keys; locked."""
    rows = Promotion.objects.unscoped().select_for_update(of=("self",), no_key=True).order_by("pk")
    return {row.pk: row for row in rows.filter(pk__in=pks, state__in=OPEN_TO_COURIER)}


def claims_of(rows: Sequence[PromotionItem], promotions: Mapping[int, Promotion], worker: str) -> Iterator[Claim]:
    items = {item.pk: item for item in Item.objects.unscoped().filter(pk__in=[row.item_pk for row in rows])}
    for row in rows:
        item = items.get(row.item_pk)
        if item is None or item.url is None:
            leave(row, worker)
            continue
        yield Claim(
            pk=row.pk,
            promotion_pk=row.promotion_id,
            item_pk=row.item_pk,
            dataset_pk=item.dataset_id,
            team_pk=promotions[row.promotion_id].team_id,
            worker=worker,
            attempt=row.attempt + 1,
            tries=row.tries,
            origin=row.origin,
            seal=bytes(row.seal),
            url=item.url,
            partial=row.partial,
        )


def leave(row: PromotionItem, worker: str) -> None:
    """Leave an item that is not there any more."""
    rows = PromotionItem.objects.filter(pk=row.pk, worker=worker, attempt=row.attempt + 1, state=ItemState.FETCHING)
    rows.update(
        state=ItemState.LEFT,
        worker="",
        lease_until=None,
        failure="deleted",
        sentence="The item was deleted.",
        partial=None,
    )


def renew(claims: Iterable[Claim], *, lease: timedelta, now: datetime) -> None:
    """Say that these are still held, by whom they were claimed."""
    for one in claims:
        held(one).update(leased_at=now, lease_until=now + lease)


def permit(claim: Claim) -> Permit | None:
    """What holds at the item's origin now; None where its dataset does not use that origin any more."""
    if not DatasetOrigin.objects.filter(dataset_id=claim.dataset_pk, origin__origin=claim.origin).exists():
        return None
    rule = OriginRule.objects.filter(origin__team_id=claim.team_pk, origin__origin=claim.origin).first()
    if rule is None:
        return Permit(origin=claim.origin)
    others = dict(rule.redirects_to.filter(team_id=claim.team_pk).values_list("pk", "origin"))
    known = OriginRule.objects.in_bulk(list(others))
    following = [
        permitted(origin, known.get(pk)) for pk, origin in others.items() if pk not in known or not known[pk].paused_at
    ]
    return permitted(claim.origin, rule, redirects_to=tuple(following))


def permitted(origin: str, rule: OriginRule | None, *, redirects_to: tuple[Permit, ...] = ()) -> Permit:
    if rule is None:
        return Permit(origin=origin)
    ranges = tuple(rule.ranges) if rule.ranges_agreed_by_id is not None else ()
    return Permit(origin=origin, ranges=ranges, is_http_allowed=rule.is_http_allowed, redirects_to=redirects_to)


def is_void(claim: Claim) -> bool:
    """Whether the item is to be let alone: taken from the courier, withdrawn, stopped, or its origin is gone."""
    return not still_wanted(held(claim), claim, timezone.now()).exists()


def still_wanted(rows: QuerySet[PromotionItem], claim: Claim, now: datetime) -> QuerySet[PromotionItem]:
    """Those of these rows that may be copied now; all are of the claim's team and dataset."""
    wanted = Q(promotion__expires_at=None) | Q(promotion__expires_at__gt=now)
    stop = CourierStop.objects.filter(team_id=claim.team_pk)
    origin = OuterRef("origin")
    pause = OriginRule.objects.filter(origin__team_id=claim.team_pk, origin__origin=origin, paused_at__isnull=False)
    used = DatasetOrigin.objects.filter(dataset_id=claim.dataset_pk, dataset__deleted_at=None, origin__origin=origin)
    return (
        rows.filter(wanted, Exists(used), promotion__state__in=OPEN_TO_COURIER)
        .exclude(Exists(stop))
        .exclude(Exists(pause))
    )


def held(claim: Claim) -> QuerySet[PromotionItem]:
    """The claim's row, unless another has it now."""
    return PromotionItem.objects.filter(
        pk=claim.pk, state=ItemState.FETCHING, worker=claim.worker, attempt=claim.attempt
    )


def keep(claim: Claim, copy: Copy, *, settle: Callable[[], None]) -> None:
    """Share one item; raises NotToBeKept or OSError where it is not to be shared, and what `settle` raises."""
    (refusal,) = keep_together([Keeping(claim, copy, lambda place: settle())], finish=lambda kept: None)
    if refusal is not None:
        raise refusal


@transaction.atomic
def keep_together(
    keepings: Sequence[Keeping], *, finish: Callable[[Sequence[Keeping]], None]
) -> list[NotToBeKept | OSError | None]:
    """Share items of one promotion and dataset: for each why it is not shared, with nothing of it left, or None.

    All in one transaction. `settle` gives an item's bytes their name when all stands that was approved; one that raises
    OSError keeps its own item back. `finish` makes the names of all that stay last and writes the ends of their
    connections down. What it raises, or the database, undoes all.
    """
    first = keepings[0].claim
    datasets = Dataset.objects.unscoped().select_for_update(of=("self",), no_key=True)
    datasets.filter(pk=first.dataset_pk).first()
    promotion, now = locked_promotion(first), timezone.now()
    refusals: dict[Fence, NotToBeKept | OSError] = {**refused([one.claim for one in keepings], now)}
    files, unnamed = named(first.team_pk, [one for one in keepings if one.claim.fence not in refusals])
    refusals |= unnamed
    kept = [one for one in keepings if one.claim.fence not in refusals]
    if kept:
        note_shared(promotion, kept, files, now)
        finish(kept)
        record_notes_of_team(first.team_pk, [act_of(promotion, one) for one in kept])
    return [refusals.get(one.claim.fence) for one in keepings]


def refused(claims: Sequence[Claim], now: datetime) -> dict[Fence, NotToBeKept]:
    """Which of these are not what was approved, or not any more, and why; the others' rows and items are locked."""
    rows = PromotionItem.objects.filter(pk__in=[one.pk for one in claims], state=ItemState.FETCHING)
    wanted = still_wanted(rows, claims[0], now).select_for_update(of=("self",)).order_by("pk")
    fences = {(row.pk, row.worker, row.attempt) for row in wanted}
    items = Item.objects.unscoped().select_for_update(of=("self",), no_key=True).order_by("pk")
    there = items.filter(pk__in=[one.item_pk for one in claims if one.fence in fences], dataset_id=claims[0].dataset_pk)
    sealed = {item.pk: item for item in there}
    why: dict[Fence, NotToBeKept] = {}
    for one in claims:
        if one.fence not in fences:
            why[one.fence] = NotToBeKept("The approval was withdrawn, or copying was stopped.", is_withdrawn=True)
        elif not is_as_approved(one, sealed.get(one.item_pk)):
            sentence = "The address is another than the one that was approved."
            why[one.fence] = NotToBeKept(sentence, is_withdrawn=False)
    return why


def named(team_pk: int, keepings: Sequence[Keeping]) -> tuple[dict[str, StoredFile], dict[Fence, OSError]]:
    """Give these copies rows and their bytes names: the rows by hash, and why some have no name."""
    files, made = stored_files(team_pk, {one.copy.sha256: one.copy for one in keepings})
    unnamed: dict[Fence, OSError] = {}
    for one in keepings:
        try:
            one.settle(StoredFile.Place(files[one.copy.sha256].place))
        except OSError as refusal:
            unnamed[one.claim.fence] = refusal
    if unnamed:
        lasting = {one.copy.sha256 for one in keepings if one.claim.fence not in unnamed}
        StoredFile.objects.filter(pk__in=[file.pk for file in made if file.sha256 not in lasting]).delete()
    return files, unnamed


def is_as_approved(claim: Claim, item: Item | None) -> bool:
    return item is not None and item.url is not None and is_sealed(claim.seal, item.public_id, item.url)


def note_shared(promotion: Promotion, kept: Sequence[Keeping], files: Mapping[str, StoredFile], now: datetime) -> None:
    """Write down that these items of a locked promotion have copies, and who labels them."""
    item_pks = [one.claim.item_pk for one in kept]
    if promotion.project is not None:
        ensure_tasks(promotion.project, item_pks, promotion.pk)
    else:
        # Tasks move it on as well.
        Dataset.objects.unscoped().filter(pk=kept[0].claim.dataset_pk).update(version=F("version") + 1)
    for one in kept:
        copied = {"file": files[one.copy.sha256], "sha256": one.copy.sha256, "byte_count": one.copy.byte_count}
        held(one.claim).update(state=ItemState.STORED, stored_at=now, **copied, **AT_REST)
    items = Item.objects.unscoped().filter(pk__in=item_pks, shared_at=None)
    items.update(shared_at=now, promotion_pk=promotion.pk)
    Promotion.objects.unscoped().filter(pk=promotion.pk).update(stored_count=F("stored_count") + len(kept))


def act_of(promotion: Promotion, kept: Keeping) -> Note:
    details = {"promotion": promotion.public_id, "bytes": kept.copy.byte_count, "sha256": kept.copy.sha256}
    return Note("promotion.share", kept.claim.item_id, details)


AT_REST: dict[str, Any] = {"worker": "", "lease_until": None, "partial": None, "failure": "", "sentence": ""}


def locked_promotion(claim: Claim) -> Promotion:
    rows = Promotion.objects.unscoped().select_for_update(of=("self",), no_key=True).select_related("project")
    found: Promotion = rows.get(pk=claim.promotion_pk)
    return found


def stored_files(team_pk: int, copies: Mapping[str, Copy]) -> tuple[dict[str, StoredFile], list[StoredFile]]:
    """The rows of copies' bytes by their hashes, locked, so that nobody forgets them meanwhile; and which are new."""
    rows = StoredFile.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    while True:
        known = {file.sha256: file for file in rows.filter(team_id=team_pk, sha256__in=copies)}
        # In this order everywhere, so that no two wait for each other.
        new = [stored_file(team_pk, copies[name]) for name in sorted(copies.keys() - known)]
        # Where another made one of them meanwhile, there is one more to be found.
        with suppress(IntegrityError), transaction.atomic():
            StoredFile.objects.bulk_create(new)
            return known | {file.sha256: file for file in new}, new


def stored_file(team_pk: int, copy: Copy) -> StoredFile:
    return StoredFile(
        team_id=team_pk,
        sha256=copy.sha256,
        byte_size=copy.byte_count,
        content_type=copy.media_type,
        place=copy.place,
    )


@transaction.atomic
def needs_attention(claim: Claim, *, failure: str, sentence: str) -> bool:
    """Leave the item to a person, with the reason; False when it was no longer the courier's to leave."""
    promotion = locked_promotion(claim)
    if promotion.state not in OPEN_TO_COURIER:
        return False
    changed = held(claim).update(state=ItemState.ATTENTION, **{**AT_REST, "failure": failure, "sentence": sentence})
    if changed:
        Promotion.objects.unscoped().filter(pk=promotion.pk).update(attention_count=F("attention_count") + 1)
        details = {"promotion": promotion.public_id, "failure": failure, "sentence": sentence}
        record_of_team(claim.team_pk, "promotion.attention", subject=claim.item_id, **details)
    return bool(changed)


def put_off(
    claim: Claim, *, until: datetime, failure: str, sentence: str, partial: dict[str, Any] | None, is_try: bool = True
) -> bool:
    """Let the item wait for another try; False when it was no longer the courier's to put off."""
    noted = {**AT_REST, "failure": failure, "sentence": sentence, "partial": partial}
    tries = claim.tries + 1 if is_try else claim.tries
    return bool(held(claim).update(state=ItemState.WAITING, ready_at=until, tries=tries, **noted))


def give_back(claim: Claim) -> bool:
    """Let go of the item as if it had not been claimed."""
    return bool(held(claim).update(state=ItemState.WAITING, ready_at=None, worker="", lease_until=None, partial=None))


def rest(team_pk: int, *, until: datetime, failure: str, sentence: str) -> int:
    """Let all that waits of a team wait until then, with the reason; how many items that is."""
    waiting = PromotionItem.objects.filter(promotion__team_id=team_pk, promotion__state__in=OPEN_TO_COURIER)
    waiting = waiting.filter(state=ItemState.WAITING).filter(Q(ready_at=None) | Q(ready_at__lt=until))
    return waiting.update(ready_at=until, failure=failure, sentence=sentence)


def wake(failure: str) -> int:
    """Let what was put to rest for that reason be copied at once."""
    resting = PromotionItem.objects.filter(state=ItemState.WAITING, failure=failure)
    return resting.update(ready_at=None, failure="", sentence="")


def partials() -> list[str]:
    """The names of the parts that waiting items are to be gone on with."""
    kept = PromotionItem.objects.filter(state=ItemState.WAITING, partial__isnull=False)
    return [one["part_name"] for one in kept.values_list("partial", flat=True) if one]


def is_about_done(promotion_pk: int) -> bool:
    """Whether its counts say that all was copied or left to a person; cheap, and not sure."""
    rows = Promotion.objects.unscoped().filter(pk=promotion_pk)
    return rows.filter(item_count__lte=F("stored_count") + F("attention_count")).exists()


@transaction.atomic
def end_if_done(promotion_pk: int) -> bool:
    """End a promotion of which no item waits any more, else note how far it is; whether it ended now."""
    rows = Promotion.objects.unscoped().select_for_update(of=("self",), no_key=True)
    promotion = rows.select_related("decided_by").filter(pk=promotion_pk, state__in=OPEN_TO_COURIER).first()
    if promotion is None or settle_promotion(promotion):
        return promotion is not None
    done = promotion.stored_count + promotion.attention_count
    note_progress(promotion.job_pk, done_steps=done, total_steps=promotion.item_count)
    return False


def unended() -> list[tuple[int, int]]:
    """The promotions that the courier is to bring to an end, and their teams."""
    rows = Promotion.objects.unscoped().filter(state__in=OPEN_TO_COURIER)
    return list(rows.order_by("pk").values_list("pk", "team_id"))
