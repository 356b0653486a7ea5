"""The end of a large promotion: one act closes all of it at once, and its rows and copies follow some at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests import make
from tests.promotions.copied import copied
from webapp.accounts import queries as accounts
from webapp.datasets import actions
from webapp.datasets.models import Item, StoredFile
from webapp.datasets.shared_links import Claim
from webapp.labels.actions.projects import add_labelers, ensure_tasks
from webapp.labels.models import LabellingTask
from webapp.promotions import queries
from webapp.promotions.actions import clearing, copying
from webapp.promotions.actions.decide import reject
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.actions.wishes import dismiss
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.opening import copies_of_tasks, opened, shared_files
from webapp.promotions.states import ItemState, State

if TYPE_CHECKING:
    from webapp.accounts.viewer import Viewer
    from webapp.datasets.models import Dataset


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "ROWS_AT_ONCE", 2)


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 5)


@pytest.fixture
def asked(owner: Viewer, dataset: Dataset, items: list[Item]) -> Promotion:
    return make.make_promotion(owner, dataset, items, project=make.make_project(owner))


def now(promotion: Promotion) -> Promotion:
    return Promotion.objects.unscoped().get(pk=promotion.pk)


def clear_all() -> None:
    while (pk := clearing.next_to_clear()) is not None:
        clearing.clear_some(pk)


def links(viewer: Viewer, promotion: Promotion) -> list[Claim]:
    rows = PromotionItem.objects.filter(promotion=promotion).exclude(file=None).order_by("item_pk")
    return [Claim(viewer.user_id, row.item_pk, row.file_id) for row in rows if row.file_id is not None]


def fresh(viewer: Viewer) -> list[Item]:
    return list(Item.objects.visible_to(viewer).order_by("pk"))


def test_revocation_closes_all_links_before_a_single_row_is_let_go(
    owner: Viewer, approver: Viewer, admin: Viewer, asked: Promotion
) -> None:
    copied(make.approve(approver, asked), 4)
    before = links(owner, asked)
    assert all(opened(link) is not None for link in before)
    revoke(owner, asked, reason="Too much.")
    found = now(asked)
    assert (found.state, found.clearing, found.stored_count) == (State.REVOKED, "ended", 0)
    assert queries.state_counts(owner, asked) == {ItemState.STORED: 4, ItemState.WAITING: 1}
    assert [opened(link) for link in before] == [None] * 4
    assert shared_files(fresh(owner)) == {}
    assert queries.copy_of(fresh(owner)[0]) is None
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.details) == ("promotion.revoke", {"copies": 4, "not_copied": 1})


def test_rows_and_copies_follow_some_at_a_time_and_the_end_is_written_down(
    owner: Viewer, approver: Viewer, admin: Viewer, asked: Promotion
) -> None:
    copied(make.approve(approver, asked), 4)
    revoke(owner, asked)
    assert clearing.next_to_clear() == asked.pk
    assert [clearing.clear_some(asked.pk) for _ in range(2)] == [True, True]
    assert sum(queries.state_counts(owner, asked).get(one, 0) for one in (ItemState.GONE, ItemState.LEFT)) == 4
    assert StoredFile.objects.count() < 4
    assert clearing.clear_some(asked.pk) is False
    assert clearing.clear_some(asked.pk) is False
    assert queries.state_counts(owner, asked) == {ItemState.GONE: 4, ItemState.LEFT: 1}
    assert (clearing.next_to_clear(), StoredFile.objects.count()) == (None, 0)
    assert {item.privacy for item in fresh(owner)} == {"private"}
    acts = [(one.action, one.details) for one in accounts.audit_entries(admin)[:2]]
    assert acts == [("promotion.cleared", {"copies": 4}), ("promotion.revoke", {"copies": 4, "not_copied": 1})]


def test_labelers_lose_what_was_revoked_at_once_and_keep_what_another_promotion_copied(
    owner: Viewer, approver: Viewer, labeler: Viewer, dataset: Dataset, items: list[Item], asked: Promotion
) -> None:
    project = asked.project
    assert project is not None
    add_labelers(owner, project, [labeler.user_id])
    copied(make.approve(approver, asked))
    ensure_tasks(project, [item.pk for item in items], asked.pk)
    other = make.make_promotion(owner, dataset, items[:1], project=project)
    copied(make.approve(approver, other))
    seen = LabellingTask.objects.visible_to(labeler).order_by("item_id")
    mine = links(labeler, asked)
    assert (seen.count(), all(opened(link) is not None for link in mine)) == (5, True)
    revoke(owner, asked)
    for _ in range(2):
        assert [task.item_id for task in seen.all()] == [items[0].pk]
        assert [opened(link) is not None for link in mine] == [True, False, False, False, False]
        tasks = [(task.project_id, task.item_id, task.promotion_pk) for task in seen.all()]
        (copy,) = copies_of_tasks(tasks).values()
        assert copy.promotion_pk == other.pk
        assert shared_files(fresh(owner)).keys() == {items[0].pk}
        clear_all()
    assert seen[0].promotion_pk == other.pk
    assert [item.promotion_pk for item in fresh(owner)] == [other.pk, None, None, None, None]


def test_courier_that_holds_an_item_of_what_ended_shares_and_changes_nothing(
    owner: Viewer, approver: Viewer, admin: Viewer, asked: Promotion
) -> None:
    copied(make.approve(approver, asked), 4)
    (claim,) = copying.claim("courier", make.MEDIA, most=1, lease=timedelta(minutes=5), now=timezone.now())
    revoke(owner, asked)
    assert copying.is_void(claim)
    assert copying.needs_attention(claim, failure="refused", sentence="403") is False
    copy = copying.Copy(sha256="f" * 64, byte_count=9, media_type="image/jpeg", place="local")
    with pytest.raises(copying.NotToBeKept):
        copying.keep(claim, copy, settle=lambda: None)
    clear_all()
    assert queries.state_counts(owner, asked) == {ItemState.GONE: 4, ItemState.LEFT: 1}
    assert now(asked).attention_count == 0


def test_deletion_of_the_dataset_closes_at_once_and_clears_later(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], asked: Promotion
) -> None:
    copied(make.approve(approver, asked))
    actions.delete_item(owner, dataset, items[0])
    actions.delete_dataset(owner, dataset)
    assert (now(asked).state, now(asked).clearing) == (State.REVOKED, "deleted")
    clear_all()
    assert (StoredFile.objects.count(), queries.state_counts(owner, asked)) == (0, {ItemState.GONE: 5})


def test_refused_and_dismissed_requests_of_any_size_let_go_of_their_lists_later(
    owner: Viewer, approver: Viewer, dataset: Dataset, asked: Promotion
) -> None:
    drafts = [make.draft_item(owner, f"item-{place}", wants_sharing=True, metadata={"index": 9}) for place in range(5)]
    make.append(owner, dataset, drafts, update=True, append_key="nightly")
    (wish,) = Promotion.objects.unscoped().filter(way=Promotion.Way.APPEND)
    reject(approver, asked, reason="No.")
    dismiss(owner)
    assert [now(one).clearing for one in (asked, wish)] == ["ended", "forgotten"]
    assert queries.waiting_among(owner, dataset, Item.objects.visible_to(owner)) == 0
    clear_all()
    assert queries.state_counts(owner, asked) == {ItemState.LEFT: 5}
    assert not PromotionItem.objects.filter(promotion=wish).exists()
