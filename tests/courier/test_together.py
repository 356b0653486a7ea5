"""Writing together: what several threads have ready is one transaction, and each hears what became of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import make
from tests.courier.approvals import allow, approved, states
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.courier.together import Together
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.labels.models import LabellingTask
from webapp.promotions.actions import copying
from webapp.promotions.actions.copying import Claim, Copy, Keeping
from webapp.promotions.models import Promotion, PromotionItem

LIMIT_S = 30


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.001)


def test_threads_that_wait_are_written_for_by_one_of_them() -> None:
    groups: list[list[int]] = []
    go_on = threading.Event()

    def act(asked: Sequence[int]) -> list[int]:
        groups.append(sorted(asked))
        go_on.wait(LIMIT_S)
        return [2 * one for one in asked]

    together = Together(act)
    with ThreadPoolExecutor(5) as threads:
        came = [threads.submit(together.ask, "team", 0)]
        until(lambda: groups == [[0]])
        came += [threads.submit(together.ask, "team", one) for one in range(1, 5)]
        until(lambda: len(together._queues["team"].waiting) == 4)
        go_on.set()
    assert [one.result() for one in came] == [0, 2, 4, 6, 8]
    assert groups == [[0], [1, 2, 3, 4]]
    assert len(together._queues) == 0


def test_failed_write_is_told_to_all_who_waited_for_it_and_to_nobody_else() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def act(asked: Sequence[str]) -> Sequence[str]:
        begun.set()
        go_on.wait(LIMIT_S)
        if "bad" in asked:
            raise OSError("the disk is full")
        return asked

    together = Together(act)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(together.ask, 1, "good")
        begun.wait(LIMIT_S)
        others = [threads.submit(together.ask, 1, one) for one in ("good", "bad")]
        until(lambda: len(together._queues[1].waiting) == 2)
        go_on.set()
    assert first.result() == "good"
    for one in others:
        with pytest.raises(OSError, match="the disk is full"):
            one.result()
    assert together.ask(1, "good") == "good"


@pytest.fixture
def promotion(owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset) -> Promotion:
    items = make.make_items(owner, dataset, 9)
    allow(admin, make.MEDIA, max_parallel=8)
    return approved(owner, approver, items, project=make.make_project(owner))


def claims(most: int) -> list[Claim]:
    return copying.claim("courier", make.MEDIA, most=most, lease=timedelta(minutes=1), now=timezone.now())


def keeping(claim: Claim, *, content: int, settle: Callable[..., None] = lambda place: None) -> Keeping:
    place = StoredFile.Place.LOCAL
    return Keeping(claim, Copy(sha256=f"{content:064x}", byte_count=9, media_type="image/png", place=place), settle)


def refuse(place: StoredFile.Place | None = None) -> None:
    raise OSError("the disk is full")


@pytest.mark.django_db
def test_what_is_refused_of_a_group_undoes_nothing_of_the_rest(promotion: Promotion) -> None:
    fine, moved, unwritten, taken, same = mine = claims(5)
    others = Item.objects.unscoped().exclude(pk__in=[one.item_pk for one in mine])
    Item.objects.unscoped().filter(pk=moved.item_pk).update(url=others[0].url)
    PromotionItem.objects.filter(pk=taken.pk).update(attempt=99)
    told: list[Claim] = []
    refusals = copying.keep_together(
        [
            keeping(fine, content=1),
            keeping(moved, content=2),
            keeping(unwritten, content=3, settle=refuse),
            keeping(taken, content=4),
            keeping(same, content=1),
        ],
        finish=lambda kept: told.extend(one.claim for one in kept),
    )
    assert [str(one) if one else "" for one in refusals] == [
        "",
        "The address is another than the one that was approved.",
        "the disk is full",
        "The approval was withdrawn, or copying was stopped.",
        "",
    ]
    assert told == [fine, same]
    assert states(promotion) == ["stored", "fetching", "fetching", "fetching", "stored", *["waiting"] * 4]
    assert list(StoredFile.objects.values_list("sha256", flat=True)) == [f"{1:064x}"]
    promotion.refresh_from_db(from_queryset=Promotion.objects.unscoped())
    assert promotion.stored_count == 2
    shared = {fine.item_pk, same.item_pk}
    assert set(Item.objects.unscoped().exclude(shared_at=None).values_list("pk", flat=True)) == shared
    assert set(LabellingTask.objects.unscoped().values_list("item_id", flat=True)) == shared
    acts = AuditEntry.objects.filter(action="promotion.share").values_list("subject", flat=True)
    assert set(acts) == {fine.item_id, same.item_id}


@pytest.mark.django_db
def test_names_that_do_not_last_undo_all_of_a_group(promotion: Promotion) -> None:
    one, other = claims(2)
    with pytest.raises(OSError, match="the disk is full"):
        copying.keep_together([keeping(one, content=1), keeping(other, content=2)], finish=lambda kept: refuse())
    assert "stored" not in states(promotion)
    assert not StoredFile.objects.exists()
    assert not AuditEntry.objects.filter(action="promotion.share").exists()


@pytest.mark.django_db
def test_one_more_in_a_group_costs_one_statement(promotion: Promotion) -> None:
    counts = []
    for most in (1, 7):
        group = [keeping(one, content=100 * most + number) for number, one in enumerate(claims(most))]
        with CaptureQueriesContext(connection) as captured:
            assert copying.keep_together(group, finish=lambda kept: None) == [None] * most
        counts.append(len(captured))
    assert counts[1] - counts[0] == 6
