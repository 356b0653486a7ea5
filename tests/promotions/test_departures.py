"""What is deleted or leads elsewhere leaves every promotion first, with its copy; and trying again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import make
from tests.promotions.copied import copied
from webapp.accounts import queries as accounts
from webapp.datasets import actions
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.jobs.models import Job
from webapp.labels.actions.projects import ensure_tasks
from webapp.labels.models import LabellingTask
from webapp.privacy.refusals import Conflict, NotAllowed, NotFound
from webapp.promotions import queries
from webapp.promotions.actions.copying import end_if_done
from webapp.promotions.actions.retry import ask_again, retry
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State

if TYPE_CHECKING:
    from webapp.accounts.viewer import Viewer


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 3)


@pytest.fixture
def waiting(owner: Viewer, dataset: Dataset, items: list[Item]) -> Promotion:
    return make.make_promotion(owner, dataset, items, project=make.make_project(owner))


def now(promotion: Promotion) -> Promotion:
    return Promotion.objects.unscoped().get(pk=promotion.pk)


def lead_elsewhere(viewer: Viewer, dataset: Dataset, name: str, url: str) -> None:
    make.append(viewer, dataset, [make.draft_item(viewer, name, url=url, metadata={"index": 0})], update=True)


def failed(promotion: Promotion) -> int:
    """Have what waits need attention, as the courier leaves it."""
    rows = PromotionItem.objects.filter(promotion=promotion, state=ItemState.WAITING)
    count = rows.update(state=ItemState.ATTENTION, failure="refused", tries=5, sentence="The host answered 403.")
    Promotion.objects.unscoped().filter(pk=promotion.pk).update(attention_count=count, state=State.RUNNING)
    return count


def test_deletion_of_an_item_revokes_its_copy_first(
    owner: Viewer, approver: Viewer, admin: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    copied(make.approve(approver, waiting), 2)
    actions.delete_item(owner, dataset, items[0])
    assert queries.state_counts(owner, waiting) == {ItemState.GONE: 1, ItemState.STORED: 1, ItemState.WAITING: 1}
    assert (now(waiting).stored_count, StoredFile.objects.count()) == (1, 1)
    acts = [(one.action, one.subject) for one in accounts.audit_entries(admin)[:2]]
    assert acts == [("item.delete", items[0].public_id), ("promotion.revoke", waiting.public_id)]
    assert accounts.audit_entries(admin)[1].details["why"] == "deleted"


def test_deletion_of_what_was_not_copied_yet_leaves_it_out(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    actions.delete_item(owner, dataset, items[0])
    (left,) = queries.items_of(owner, waiting, state=ItemState.LEFT)
    assert (left.item_pk, left.sentence) == (items[0].pk, "The item was deleted.")
    copied(make.approve(approver, waiting))
    assert end_if_done(waiting.pk)
    assert now(waiting).state == State.PARTLY_SHARED


def test_request_of_which_nothing_is_left_ends_by_itself(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    other = make.make_promotion(owner, dataset, items[:1])
    copied(make.approve(approver, other))
    for item in items:
        actions.delete_item(owner, dataset, item)
    assert (now(waiting).state, now(other).state) == (State.WITHDRAWN, State.REVOKED)
    states = Job.objects.unscoped().filter(pk__in=[waiting.job_pk, other.job_pk]).values_list("state", flat=True)
    assert list(states) == ["errored", "errored"]


def test_last_item_that_waited_ends_the_copying_when_it_is_deleted(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    copied(make.approve(approver, waiting), 2)
    actions.delete_item(owner, dataset, items[2])
    assert now(waiting).state == State.PARTLY_SHARED
    job = Job.objects.unscoped().get(pk=waiting.job_pk)
    assert (job.state, job.message["stored"], job.message["by"]) == ("completed", 2, approver.email)


def test_deletion_and_replacing_of_frames_take_copies_with_them(
    owner: Viewer, approver: Viewer, scene_dataset: Dataset
) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=3)
    frames = list(Item.objects.visible_to(owner).filter(scene_id=scene.pk).order_by("pk"))
    asked = make.make_promotion(owner, scene_dataset, frames)
    copied(make.approve(approver, asked))
    shorter = make.draft_scene(owner, frames=2)
    other = make.draft_item(owner, "crossing-1", url=f"{make.MEDIA}/moved.jpg")
    shorter.frames[1] = other
    actions.append_scenes(owner, scene_dataset, [shorter], update=True)
    why = dict(queries.items_of(owner, asked).values_list("item_pk", "failure"))
    assert [why[frame.pk] for frame in frames] == ["", "changed", ""]
    actions.delete_scene(owner, scene_dataset, scene)
    assert queries.state_counts(owner, asked) == {ItemState.GONE: 3}
    assert (now(asked).state, StoredFile.objects.count()) == (State.REVOKED, 0)


def test_deletion_of_a_dataset_closes_all_its_promotions_at_once(
    owner: Viewer, approver: Viewer, admin: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    shared = make.make_promotion(owner, dataset, items[:2])
    copied(make.approve(approver, shared))
    actions.delete_dataset(owner, dataset)
    assert (now(waiting).state, now(shared).state) == (State.WITHDRAWN, State.REVOKED)
    assert now(shared).revoked_reason == "The dataset was deleted."
    assert not StoredFile.objects.exists()
    assert not Item.objects.unscoped().exclude(shared_at=None).exists()
    acts = [one.action for one in accounts.audit_entries(admin)[:3]]
    assert acts == ["dataset.delete", "promotion.revoke", "promotion.withdraw"]


def test_another_address_takes_the_copy_away_and_the_same_one_does_not(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    copied(make.approve(approver, waiting))
    lead_elsewhere(owner, dataset, "item-0", f"{make.MEDIA}/item-0.jpg")
    assert queries.state_counts(owner, waiting) == {ItemState.STORED: 3}
    lead_elsewhere(owner, dataset, "item-0", f"{make.MEDIA}/other.jpg")
    assert queries.state_counts(owner, waiting) == {ItemState.STORED: 2, ItemState.GONE: 1}
    assert {one.pk: one.privacy for one in Item.objects.visible_to(owner)} == {
        items[0].pk: "private",
        items[1].pk: "shared",
        items[2].pk: "shared",
    }


def test_other_address_of_what_waits_is_not_approved_by_the_old_request(
    owner: Viewer, approver: Viewer, dataset: Dataset, waiting: Promotion
) -> None:
    lead_elsewhere(owner, dataset, "item-0", "https://other.example/item-0.jpg")
    make.approve(approver, waiting)
    assert queries.state_counts(owner, waiting) == {ItemState.LEFT: 1, ItemState.WAITING: 2}
    anew = ask_again(owner, waiting).promotion
    assert (anew.item_count, anew.project_id, anew.state) == (1, waiting.project_id, State.REQUESTED)
    assert [host.origin for host in queries.hosts_of(anew)] == ["https://other.example"]


def test_labelers_of_a_revoked_promotion_have_no_task_that_shows_a_copy(
    owner: Viewer, approver: Viewer, items: list[Item], waiting: Promotion
) -> None:
    assert waiting.project is not None
    copied(make.approve(approver, waiting))
    ensure_tasks(waiting.project, [item.pk for item in items], waiting.pk)
    revoke(owner, waiting)
    tasks = LabellingTask.objects.unscoped().values_list("promotion_pk", "status")
    assert set(tasks) == {(None, "canceled")}


def test_editor_has_what_needs_attention_tried_again(
    owner: Viewer, approver: Viewer, admin: Viewer, waiting: Promotion
) -> None:
    copied(make.approve(approver, waiting), 1)
    failed(waiting)
    assert end_if_done(waiting.pk)
    first = now(waiting)
    assert (first.state, first.attention_count) == (State.PARTLY_SHARED, 2)
    assert retry(owner, waiting) == 2
    found = now(waiting)
    assert (found.state, found.attention_count, found.finished_at) == (State.RUNNING, 0, None)
    assert found.job_pk != first.job_pk
    assert Job.objects.unscoped().get(pk=found.job_pk).state == Job.State.RUNNING
    row = queries.items_of(owner, waiting, state=ItemState.WAITING)[0]
    assert (row.tries, row.failure, row.sentence) == (0, "", "")
    assert accounts.audit_entries(admin)[0].action == "promotion.retry"


@pytest.mark.parametrize(
    ("who", "refusal"), [("teammate", NotAllowed), ("labeler", NotAllowed), ("stranger", NotFound)]
)
def test_who_may_not_change_anything_has_nothing_tried_again(
    who: str, refusal: type[Exception], approver: Viewer, waiting: Promotion, request: pytest.FixtureRequest
) -> None:
    make.approve(approver, waiting)
    failed(waiting)
    with pytest.raises(refusal):
        retry(request.getfixturevalue(who), waiting)
    with pytest.raises((NotAllowed, NotFound, Conflict)):
        ask_again(request.getfixturevalue(who), waiting)
    assert now(waiting).attention_count == 3
    assert Promotion.objects.unscoped().count() == 1


def test_nothing_is_tried_again_of_what_waits_or_has_ended(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    with pytest.raises(Conflict, match="waits for a decision"):
        retry(owner, waiting)
    copied(make.approve(approver, waiting))
    with pytest.raises(Conflict, match="Nothing of this request"):
        retry(owner, waiting)
    revoke(owner, waiting)
    with pytest.raises(Conflict, match="revoked, so nothing"):
        retry(owner, waiting)
