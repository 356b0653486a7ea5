"""All verbs in any order, against a plain model: what is shared is what somebody else approved, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import make
from webapp.datasets import actions
from webapp.datasets.models import Item, StoredFile
from webapp.jobs.models import Job
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed
from webapp.promotions.actions import clearing, copying
from webapp.promotions.actions.decide import approve, reject
from webapp.promotions.actions.retry import retry
from webapp.promotions.actions.revoke import expire, revoke
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.opening import shared_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.accounts.viewer import Viewer

ITEMS = 5
LEASE = timedelta(minutes=5)
OPEN = ("approved", "running")
ENDED = ("rejected", "withdrawn", "revoked")
WITH_COPIES = (*OPEN, "partly", "shared")
# What the rows of an ended promotion say, and what is so for everybody.
TO_BE = {"stored": "gone", "waiting": "left", "fetching": "left", "attention": "left"}
indexes = st.integers(0, 30)
mostly = st.sampled_from([True, True, True, False])
# What ends things would end them all before anything is copied.
rarely = st.sampled_from([False, False, False, False, True])
mostly_not = mostly.map(lambda yes: not yes)


@dataclass
class Asked:
    """A promotion as the model sees it: the state of each item, and which address was frozen."""

    row: Promotion
    items: dict[int, str]
    frozen: dict[int, int]
    state: str = "requested"

    def has(self, *states: str) -> bool:
        return any(one in states for one in self.items.values())

    def leave(self, *, to_gone: bool = True) -> None:
        for pk, state in self.items.items():
            if state in ("waiting", "fetching", "attention"):
                self.items[pk] = "left"
            elif state == "stored" and to_gone:
                self.items[pk] = "gone"

    def settle(self) -> None:
        """What happens by itself when nothing waits."""
        if not self.has("waiting", "fetching", "attention", "stored"):
            self.state = "withdrawn" if self.state == "requested" else self.state
            self.state = "revoked" if self.state in WITH_COPIES else self.state
        elif self.state == "running" and not self.has("waiting", "fetching"):
            whole = all(state == "stored" for state in self.items.values())
            self.state = "shared" if whole else "partly"


@dataclass
class Held:
    claim: Any
    asked: Asked
    is_live: bool = True


@dataclass
class World:
    addresses: dict[int, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


class Promotions(RuleBasedStateMachine):
    """The verbs as rules. What the model allows must succeed, what it forbids must be refused and change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        team = make.make_team()
        self.owner, self.approver = make.make_viewer(team), make.make_viewer(team, role="approver")
        self.dataset = make.make_dataset(self.owner)
        self.items = {item.pk: item for item in make.make_items(self.owner, self.dataset, ITEMS)}
        self.project = make.make_project(self.owner)
        self.world = World(addresses=dict.fromkeys(self.items, 0))

    def pick(self, index: int) -> Asked | None:
        return self.world.asked[index % len(self.world.asked)] if self.world.asked else None

    def expect(self, allowed: bool, act: Callable[[], Any]) -> bool:
        if allowed:
            act()
            return True
        with pytest.raises((Conflict, Invalid, NotAllowed)), transaction.atomic():
            act()
        return False

    @precondition(lambda self: len(self.world.asked) < 6)
    @rule(chosen=st.sets(st.integers(0, ITEMS - 1), min_size=2), by_approver=mostly_not, for_project=st.booleans())
    def ask(self, chosen: set[int], by_approver: bool, for_project: bool) -> None:
        wanted = [pk for place, pk in enumerate(self.items) if place in chosen and pk in self.world.addresses]
        viewer = self.approver if by_approver else self.owner
        project = self.project if for_project else None
        same = any(
            one.state == "requested"
            and one.row.project_id == (project.pk if project else None)
            and all(one.items.get(pk) == "waiting" for pk in wanted)
            for one in self.world.asked
        )
        made: list[Promotion] = []
        rows = [self.items[pk] for pk in wanted]
        if self.expect(
            bool(wanted) and not same,
            lambda: made.append(make.make_promotion(viewer, self.dataset, rows, project=project, for_days=1)),
        ):
            frozen = {pk: self.world.addresses[pk] for pk in wanted}
            self.world.asked.append(Asked(made[0], dict.fromkeys(wanted, "waiting"), frozen))

    @precondition(lambda self: any(one.state == "requested" for one in self.world.asked))
    @rule(index=indexes, yes=mostly)
    def decide(self, index: int, yes: bool) -> None:
        if (one := self.pick(index)) is None:
            return
        is_own = one.row.requested_by_id == self.approver.user_id
        if yes:
            if self.expect(one.state == "requested" and not is_own, lambda: approve(self.approver, one.row)):
                one.state = "approved"
        elif self.expect(one.state == "requested" and not is_own, lambda: reject(self.approver, one.row, reason="No.")):
            one.state = "rejected"
            one.leave()

    @precondition(lambda self: self.world.asked)
    @rule(index=indexes, is_meant=rarely)
    def take_back(self, index: int, is_meant: bool) -> None:
        if not is_meant:
            return
        if (one := self.pick(index)) is None:
            return
        if self.expect(one.state in ("requested", "approved"), lambda: withdraw(self.asker(one), one.row)):
            one.state = "withdrawn"
            one.leave()
            self.let_go()

    @precondition(lambda self: any(one.state in WITH_COPIES for one in self.world.asked))
    @rule(index=indexes, by_asker=st.booleans(), is_meant=rarely)
    def end(self, index: int, by_asker: bool, is_meant: bool) -> None:
        if not is_meant:
            return
        if (one := self.pick(index)) is None:
            return
        viewer = self.asker(one) if by_asker else self.approver
        if self.expect(one.state in WITH_COPIES, lambda: revoke(viewer, one.row)):
            one.state = "revoked"
            one.leave()
            self.let_go()

    def asker(self, one: Asked) -> Viewer:
        return self.approver if one.row.requested_by_id == self.approver.user_id else self.owner

    def let_go(self) -> None:
        for held in self.world.held:
            held.is_live = held.is_live and held.asked.items[held.claim.item_pk] == "fetching"

    @precondition(lambda self: any(one.state in OPEN for one in self.world.asked))
    @rule()
    def claim(self) -> None:
        claims = copying.claim("courier", make.MEDIA, most=1, lease=LEASE, now=timezone.now())
        free = [one for one in self.world.asked if one.state in OPEN and one.has("waiting")]
        busy = sum(list(one.items.values()).count("fetching") for one in self.world.asked)
        # A courier has these in hand until it looks, or they are let go of.
        busy += PromotionItem.objects.filter(state="fetching", promotion__clearing__isnull=False).count()
        assert bool(claims) == (bool(free) and busy < copying.MAX_PARALLEL)
        for claim in claims:
            (one,) = (one for one in free if one.row.pk == claim.promotion_pk)
            assert one.items[claim.item_pk] == "waiting"
            one.items[claim.item_pk], one.state = "fetching", "running"
            self.world.held.append(Held(claim, one))

    @precondition(lambda self: self.world.held)
    @rule(index=indexes, outcome=st.sampled_from(["kept", "kept", "kept", "attention", "put off"]))
    def bring(self, index: int, outcome: str) -> None:
        held = self.world.held.pop(index % len(self.world.held))
        pk, items = held.claim.item_pk, held.asked.items
        if outcome == "kept":
            copy = copying.Copy(
                sha256=f"{pk % 2:064x}", byte_count=9, media_type="image/jpeg", place=StoredFile.Place.LOCAL
            )
            try:
                with transaction.atomic():
                    copying.keep(held.claim, copy, settle=lambda: None)
            except copying.NotToBeKept:
                assert not held.is_live
            else:
                assert held.is_live
                items[pk] = "stored"
        elif outcome == "attention":
            assert held.is_live == copying.needs_attention(held.claim, failure="refused", sentence="403")
            items[pk] = "attention" if held.is_live else items[pk]
        else:
            told: Any = {"until": timezone.now(), "failure": "reset", "sentence": "Reset.", "partial": None}
            is_cleared = Promotion.objects.unscoped().filter(pk=held.claim.promotion_pk, clearing=None).exists()
            was_put_off = copying.put_off(held.claim, **told)
            assert was_put_off == held.is_live or not is_cleared
            items[pk] = "waiting" if held.is_live else items[pk]
        if copying.end_if_done(held.asked.row.pk):
            assert held.asked.state == "running"
        held.asked.settle()

    @precondition(lambda self: any(one.state in OPEN for one in self.world.asked))
    @rule(outcomes=st.lists(st.sampled_from(["kept", "kept", "attention"]), min_size=1, max_size=6))
    def copy(self, outcomes: list[str]) -> None:
        for outcome in outcomes:
            self.claim()
            if self.world.held:
                self.bring(len(self.world.held) - 1, outcome)

    @precondition(lambda self: any(one.has("attention") for one in self.world.asked))
    @rule(index=indexes)
    def try_again(self, index: int) -> None:
        if (one := self.pick(index)) is None:
            return
        if self.expect(one.state in ("running", "partly") and one.has("attention"), lambda: retry(self.owner, one.row)):
            one.state = "running"
            one.items = {pk: "waiting" if state == "attention" else state for pk, state in one.items.items()}

    @rule(place=st.integers(0, ITEMS - 1), is_new=st.booleans(), is_meant=rarely)
    def lead(self, place: int, is_new: bool, is_meant: bool) -> None:
        if not is_meant:
            return
        pk = list(self.items)[place]
        if pk not in self.world.addresses:
            return
        version = self.world.addresses[pk] + is_new
        url = f"{make.MEDIA}/item-{place}.jpg" + (f"?v={version}" if version else "")
        draft = make.draft_item(self.owner, f"item-{place}", url=url, metadata={"index": 1})
        make.append(self.owner, self.dataset, [draft], update=True)
        self.world.addresses[pk] = version
        self.lose(pk, lambda one: one.frozen[pk] != version)

    @precondition(lambda self: len(self.world.addresses) > 2)
    @rule(place=st.integers(0, ITEMS - 1), is_meant=rarely)
    def delete(self, place: int, is_meant: bool) -> None:
        if not is_meant:
            return
        pk = list(self.items)[place]
        if pk not in self.world.addresses:
            return
        actions.delete_item(self.owner, self.dataset, self.items[pk])
        del self.world.addresses[pk]
        self.lose(pk, lambda one: True)

    def lose(self, pk: int, is_lost: Callable[[Asked], bool]) -> None:
        for one in self.world.asked:
            state = one.items.get(pk)
            if state not in ("waiting", "fetching", "attention", "stored") or not is_lost(one):
                continue
            one.items[pk] = "gone" if state == "stored" else "left"
            one.settle()
        self.let_go()

    @precondition(lambda self: any(one.state in WITH_COPIES for one in self.world.asked))
    @rule(index=indexes, is_meant=rarely)
    def let_a_day_pass(self, index: int, is_meant: bool) -> None:
        if not is_meant:
            return
        one = self.pick(index)
        if one is None or one.state not in WITH_COPIES:
            return
        yesterday = timezone.now() - timedelta(days=1)
        Promotion.objects.unscoped().filter(pk=one.row.pk).update(expires_at=yesterday)
        assert expire() == 1
        one.state = "revoked"
        one.leave()
        self.let_go()

    @precondition(lambda self: any(one.state in ENDED for one in self.world.asked))
    @rule()
    def clear(self) -> None:
        if (pk := clearing.next_to_clear()) is not None:
            clearing.clear_some(pk)

    @invariant()
    def what_is_stored_is_what_the_model_says(self) -> None:
        if not hasattr(self, "world"):
            return
        stored: dict[int, set[int]] = {}
        is_cleared = clearing.next_to_clear() is None
        for one in self.world.asked:
            row = Promotion.objects.unscoped().get(pk=one.row.pk)
            items = dict(PromotionItem.objects.filter(promotion=row).values_list("item_pk", "state"))
            if row.clearing is not None:
                items = {pk: TO_BE.get(state, state) for pk, state in items.items()}
            assert (row.state, items) == (one.state, one.items)
            counts = list(items.values())
            assert (row.stored_count, row.attention_count) == (counts.count("stored"), counts.count("attention"))
            job = Job.objects.unscoped().get(pk=row.job_pk)
            assert job.is_live == (one.state in ("requested", *OPEN))
            assert (job.state == Job.State.ERRORED) <= (one.state in ENDED)
            assert row.decided_by_id is None or row.decided_by_id != row.requested_by_id
            for pk in (pk for pk, state in items.items() if state == "stored"):
                assert one.frozen[pk] == self.world.addresses[pk]
                stored.setdefault(pk, set()).add(row.pk)
        shared = Item.objects.unscoped().filter(dataset=self.dataset).exclude(shared_at=None)
        by_item = dict(shared.values_list("pk", "promotion_pk"))
        assert shared_files(list(shared)).keys() == stored.keys()
        assert by_item.keys() == stored.keys() or not is_cleared
        assert all(by_item[pk] in stored[pk] or not is_cleared for pk in stored)
        files = set(StoredFile.objects.filter(team_id=self.owner.team_id).values_list("sha256", flat=True))
        named = {f"{pk % 2:064x}" for pk in stored}
        assert files == named or (files > named and not is_cleared)


@pytest.mark.django_db
def test_verbs_in_any_order_do_what_the_plain_model_says(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of most promotions the rows are let go of some time after their end.
    monkeypatch.setattr(clearing, "ROWS_AT_ONCE", 2)
    run_state_machine_as_test(
        Promotions,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
