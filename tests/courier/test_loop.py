"""The courier from an approval to a shared item, through its own loop, with a media host at the other end."""

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests import make
from tests.courier.approvals import allow, approved, items_at, state, states
from tests.media_server import CanaryServer, Fault
from webapp.accounts.audit_check import verify_team
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.courier.copies import LocalCopies
from webapp.courier.egress_log import CONNECTIONS
from webapp.courier.loop import run
from webapp.courier.models import EgressEntry
from webapp.courier.upkeep import Clock
from webapp.datasets.actions.files import path_of
from webapp.datasets.actions.origin_terms import OriginTerms, describe_origin
from webapp.datasets.actions.origins import declare_origin
from webapp.datasets.models import Dataset, DatasetOrigin, Item, StoredFile
from webapp.labels.models import LabellingTask
from webapp.promotions.actions import clearing
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.models import CourierStop, OriginRule, Promotion, PromotionItem
from webapp.promotions.states import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    with CanaryServer() as canary:
        yield canary


@pytest.fixture(autouse=True)
def on_one_machine(settings: Settings) -> None:
    settings.COURIER_LOOPBACK = True
    settings.COURIER_THREADS = 4


@pytest.fixture
def items(owner: Viewer, admin: Viewer, dataset: Dataset, host: CanaryServer) -> list[Item]:
    found = items_at(owner, dataset, host.origin, 3)
    allow(admin, host.origin)
    return found


@pytest.fixture
def carry(settings: Settings) -> Callable[[], int]:
    """Run one courier until nothing can be copied; returns how many items it took in hand."""
    return lambda: run(threading.Event(), LocalCopies(Path(settings.SHARED_DIR)), until_idle=True)


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.SHARED_DIR).rglob("*") if path.is_file())


def at_once() -> None:
    """Let what waits for another try be tried now."""
    PromotionItem.objects.update(ready_at=None)


def test_approved_items_are_copied_once_and_shared(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int], settings: Settings
) -> None:
    project = make.make_project(owner)
    promotion = approved(owner, approver, items, project=project)
    assert carry() == 3
    assert (state(promotion), states(promotion)) == (State.SHARED, ["stored"] * 3)
    assert sorted(asked.path for asked in host.requests) == sorted(f"/item-{number}.png" for number in range(3))
    for row in PromotionItem.objects.filter(promotion=promotion):
        data = path_of(row.file).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row.sha256, row.byte_count)
        assert row.file.content_type == "image/png"
    assert len(files(settings)) == 3
    shared = Item.objects.visible_to(owner).filter(promotion_pk=promotion.pk)
    assert {item.privacy for item in shared} == {"shared"}
    assert LabellingTask.objects.unscoped().filter(project=project, promotion_pk=promotion.pk).count() == 3
    assert carry() == 0


def test_every_connection_and_every_copy_is_on_record(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int]
) -> None:
    promotion = approved(owner, approver, items)
    carry()
    ends = EgressEntry.objects.filter(kind="ended").order_by("position")
    assert {(end.result, end.origin, end.address, end.promotion_pk) for end in ends} == {
        ("stored", host.origin, "127.0.0.1", promotion.pk)
    }
    assert {end.sha256 for end in ends} == set(StoredFile.objects.values_list("sha256", flat=True))
    assert verify_team(owner.team_id, table=CONNECTIONS).length == 6
    acts = AuditEntry.objects.filter(action="promotion.share").values_list("subject", flat=True)
    assert sorted(acts) == sorted(item.public_id for item in items)
    assert "http" not in str(list(AuditEntry.objects.filter(action="promotion.share").values_list("details")))


@pytest.mark.parametrize("reason", ["requested", "withdrawn", "stopped", "paused", "expired", "switched off"])
def test_nothing_is_asked_for_that_may_not_be(
    owner: Viewer,
    approver: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    settings: Settings,
    reason: str,
) -> None:
    promotion = approved(owner, approver, items)
    rows = Promotion.objects.unscoped()
    match reason:
        case "requested":
            rows.update(state=State.REQUESTED)
        case "withdrawn":
            rows.update(state=State.WITHDRAWN)
        case "stopped":
            CourierStop.objects.create(team_id=owner.team_id, stopped_by_id=approver.user_id)
        case "paused":
            OriginRule.objects.update(paused_at=timezone.now())
        case "expired":
            rows.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "switched off":
            settings.COURIER_IS_ON = False
    assert carry() == 0
    left = "left" if reason == "expired" else "waiting"
    assert (host.connections, states(promotion), EgressEntry.objects.count()) == ([], [left] * 3, 0)


def test_item_whose_address_was_swapped_after_the_approval_needs_attention(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int], settings: Settings
) -> None:
    promotion = approved(owner, approver, items)
    Item.objects.unscoped().filter(pk=items[0].pk).update(url=items[1].url)
    carry()
    assert (state(promotion), states(promotion)) == (State.PARTLY_SHARED, ["attention", "stored", "stored"])
    assert host.count("/item-1.png") == 1
    row = PromotionItem.objects.get(promotion=promotion, item_pk=items[0].pk)
    assert (row.failure, row.sentence) == ("approval", "The address is another than the one that was approved.")


def test_origin_that_the_dataset_does_not_use_any_more_is_not_asked(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int]
) -> None:
    promotion = approved(owner, approver, items)
    DatasetOrigin.objects.all().delete()
    carry()
    assert (host.connections, states(promotion)) == ([], ["attention"] * 3)


def test_item_in_a_bucket_needs_attention_and_nothing_is_asked(
    owner: Viewer,
    admin: Viewer,
    approver: Viewer,
    dataset: Dataset,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
) -> None:
    row = declare_origin(admin, host.origin)
    describe_origin(admin, row.pk, OriginTerms(bucket="s3://frames", is_path_style=True))
    promotion = approved(owner, approver, make.make_items(owner, dataset, 1, prefix="held", origin="s3://frames"))
    carry()
    held = PromotionItem.objects.get(promotion=promotion)
    assert (held.state, held.origin, host.connections) == ("attention", "s3://frames", [])
    assert held.sentence == (
        "The item is in the bucket s3://frames; copies are made from web addresses only, so nothing was asked anywhere."
    )
    assert EgressEntry.objects.count() == 0


def test_ranges_hold_only_after_an_operator_agreed_to_them(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int]
) -> None:
    OriginRule.objects.update(ranges_agreed_by=None)
    promotion = approved(owner, approver, items)
    carry()
    assert (host.connections, states(promotion), EgressEntry.objects.count()) == ([], ["attention"] * 3, 0)
    assert {row.failure for row in PromotionItem.objects.all()} == {"address"}


@pytest.mark.parametrize("is_listed", [True, False])
def test_redirect_is_followed_only_to_an_origin_that_the_rule_names(
    owner: Viewer,
    admin: Viewer,
    approver: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    is_listed: bool,
) -> None:
    with CanaryServer() as other:
        elsewhere = declare_origin(admin, other.origin)
        allow(admin, other.origin)
        if is_listed:
            OriginRule.objects.get(origin__origin=host.origin).redirects_to.add(elsewhere)
        host.redirect(f"{other.origin}/real.png", "/item-0.png")
        promotion = approved(owner, approver, items[:1])
        carry()
        asked = len(other.connections)
    ends = EgressEntry.objects.filter(kind="ended").order_by("position").values_list("result", "hop")
    if is_listed:
        assert (asked, states(promotion), list(ends)) == (1, ["stored"], [("redirected", 0), ("stored", 1)])
    else:
        assert (asked, states(promotion), list(ends)) == (0, ["attention"], [("redirect", 0)])


def test_expired_link_needs_attention_and_is_not_tried_again(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int]
) -> None:
    host.fail(Fault.FORBIDDEN, "/item-1.png")
    promotion = approved(owner, approver, items)
    carry()
    at_once()
    carry()
    assert (host.count("/item-1.png"), states(promotion)) == (1, ["stored", "attention", "stored"])
    assert (state(promotion), Promotion.objects.unscoped().get().attention_count) == (State.PARTLY_SHARED, 1)
    acts = AuditEntry.objects.filter(action="promotion.attention").values_list("subject", flat=True)
    assert list(acts) == [items[1].public_id]


def test_broken_host_is_tried_five_times_with_growing_waits(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int]
) -> None:
    host.fail(Fault.BROKEN, "/item-0.png")
    promotion = approved(owner, approver, items[:1])
    waits = []
    for _ in range(4):
        carry()
        row = PromotionItem.objects.get()
        assert row.ready_at is not None
        waits.append((row.ready_at - timezone.now()).total_seconds())
        at_once()
    carry()
    assert (host.count("/item-0.png"), states(promotion), state(promotion)) == (5, ["attention"], State.PARTLY_SHARED)
    assert all(later > 3 * sooner for sooner, later in itertools.pairwise(waits)), waits
    assert sum(waits) < 24 * 3600
    assert EgressEntry.objects.filter(kind="connect").count() == 5


def test_copy_that_another_promotion_made_is_one_file(
    owner: Viewer, approver: Viewer, items: list[Item], carry: Callable[[], int], settings: Settings
) -> None:
    approved(owner, approver, items)
    again = approved(owner, approver, items)
    carry()
    assert (states(again), StoredFile.objects.count(), len(files(settings))) == (["stored"] * 3, 3, 3)


def test_daily_limit_lets_items_wait_until_midnight(
    owner: Viewer, approver: Viewer, items: list[Item], host: CanaryServer, carry: Callable[[], int], settings: Settings
) -> None:
    approved(owner, approver, items[:1])
    carry()
    settings.COURIER_DAILY_BYTES = 10
    promotion = approved(owner, approver, items[1:])
    assert carry() == 0
    rows = PromotionItem.objects.filter(promotion=promotion)
    assert {(row.failure, row.state) for row in rows} == {("quota", "waiting")}
    assert len(host.connections) == 1
    settings.COURIER_DAILY_BYTES = None
    assert carry() == 2
    assert states(promotion) == ["stored"] * 2


def test_what_a_kill_left_is_swept_and_what_is_shared_stays(
    owner: Viewer, approver: Viewer, items: list[Item], carry: Callable[[], int], settings: Settings
) -> None:
    approved(owner, approver, items)
    carry()
    kept = files(settings)
    orphan = LocalCopies(Path(settings.SHARED_DIR)).incoming(owner.team_id).path_of("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"kept, and never committed")
    carry()
    assert files(settings) == kept


def test_shares_end_with_their_last_day(
    owner: Viewer, approver: Viewer, items: list[Item], carry: Callable[[], int], settings: Settings
) -> None:
    promotion = approved(owner, approver, items, for_days=1)
    carry()
    Promotion.objects.unscoped().update(expires_at=timezone.now() - timedelta(seconds=1))
    carry()
    assert (state(promotion), states(promotion), files(settings)) == (State.REVOKED, ["gone"] * 3, [])


def test_clock_that_jumped_ahead_is_believed_after_an_hour() -> None:
    times = {"now": 1e9, "passed": 0.0}
    clock = Clock(lambda: times["now"], lambda: times["passed"])

    def later(passed: float, jump: float = 0.0) -> bool:
        times["passed"] += passed
        times["now"] += passed + jump
        return clock.is_believed()

    assert later(60)
    assert later(60, jump=-86_400)
    assert later(60)
    assert not later(60, jump=86_400)
    assert not later(3_000)
    assert later(601)
    assert not later(60, jump=86_400)
    assert later(60, jump=-86_400)


def test_courier_deletes_the_copies_of_what_was_revoked_however_many(
    owner: Viewer,
    approver: Viewer,
    items: list[Item],
    carry: Callable[[], int],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promotion = approved(owner, approver, items)
    carry()
    with monkeypatch.context() as patched:
        patched.setattr(clearing, "ROWS_AT_ONCE", 1)
        revoke(owner, promotion)
    assert (states(promotion), len(files(settings))) == (["stored"] * 3, 3)
    carry()
    assert (states(promotion), files(settings)) == (["gone"] * 3, [])
    assert AuditEntry.objects.get(action="promotion.cleared").details == {"copies": 3}
