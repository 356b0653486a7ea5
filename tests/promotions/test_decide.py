"""Deciding, taking back, revoking: who may, from which state, and that an act happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import make
from tests.promotions.copied import copied
from webapp.accounts import queries as accounts
from webapp.accounts.api_keys import viewer_of_key
from webapp.datasets.models import Item, StoredFile
from webapp.jobs import actions as job_actions
from webapp.jobs import queries as jobs
from webapp.jobs.models import Job
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound
from webapp.promotions import queries
from webapp.promotions.actions.decide import approve, reject
from webapp.promotions.actions.revoke import expire, revoke
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.accounts.viewer import Viewer
    from webapp.datasets.models import Dataset


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 3)


@pytest.fixture
def waiting(owner: Viewer, dataset: Dataset, items: list[Item]) -> Promotion:
    return make.make_promotion(owner, dataset, items, project=make.make_project(owner), for_days=7)


def reload(promotion: Promotion) -> Promotion:
    return Promotion.objects.unscoped().get(pk=promotion.pk)


def test_approval_opens_the_promotion_and_says_until_when(
    owner: Viewer, approver: Viewer, admin: Viewer, waiting: Promotion
) -> None:
    approve(approver, waiting, reason="For the sign project.")
    found = reload(waiting)
    assert (found.state, found.decided_by_id, found.decision_reason) == (
        State.APPROVED,
        approver.user_id,
        "For the sign project.",
    )
    assert found.decided_at is not None
    assert found.expires_at is not None
    assert timedelta(days=7) - timedelta(minutes=1) < found.expires_at - found.decided_at <= timedelta(days=7)
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.subject, entry.user_id) == ("promotion.approve", found.public_id, approver.user_id)
    assert Job.objects.unscoped().get(pk=found.job_pk).state == Job.State.RUNNING


def test_rejection_tells_the_asker_why_by_the_job(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    with pytest.raises(Invalid, match="Say why"):
        reject(approver, waiting, reason=" ")
    reject(approver, waiting, reason="Faces are in sight.")
    assert set(queries.items_of(owner, waiting).values_list("state", flat=True)) == {"left"}
    job = Job.objects.unscoped().get(pk=waiting.job_pk)
    assert (job.state, job.message["state"], job.message["reason"]) == ("errored", "rejected", "Faces are in sight.")
    assert job.message["final_error"] == "This request was rejected by approver@harbor.example: Faces are in sight."


VERBS = {
    "approve": lambda viewer, one: approve(viewer, one),
    "reject": lambda viewer, one: reject(viewer, one, reason="No."),
    "withdraw": lambda viewer, one: withdraw(viewer, one),
    "revoke": lambda viewer, one: revoke(viewer, one),
}
REFUSED = {
    "approve": {"owner": NotAllowed, "teammate": NotAllowed, "stranger": NotFound, "labeler": NotFound},
    "reject": {"owner": NotAllowed, "teammate": NotAllowed, "stranger": NotFound, "labeler": NotFound},
    "withdraw": {"approver": NotAllowed, "teammate": NotAllowed, "stranger": NotFound, "labeler": NotFound},
    "revoke": {"teammate": NotAllowed, "stranger": NotFound, "labeler": NotFound},
}


@pytest.mark.parametrize(
    ("verb", "who", "refusal"), [(verb, who, refusal) for verb, row in REFUSED.items() for who, refusal in row.items()]
)
def test_verb_is_refused_to_who_may_not(
    verb: str, who: str, refusal: type[Exception], approver: Viewer, waiting: Promotion, request: pytest.FixtureRequest
) -> None:
    if verb == "revoke":
        approve(approver, waiting)
    before = reload(waiting).state
    with pytest.raises(refusal):
        VERBS[verb](request.getfixturevalue(who), waiting)
    assert reload(waiting).state == before


def test_nobody_decides_on_their_own_request_whatever_their_role(admin: Viewer, dataset: Dataset) -> None:
    mine = make.make_promotion(admin, dataset, make.make_items(admin, dataset, 1))
    with pytest.raises(NotAllowed, match="yourself"):
        approve(admin, mine)
    with pytest.raises(NotAllowed, match="yourself"):
        reject(admin, mine, reason="No.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.unscoped().filter(pk=mine.pk).update(
            state=State.APPROVED, decided_by_id=admin.user_id, decided_at=timezone.now()
        )
    assert reload(mine).state == State.REQUESTED


def test_owner_of_the_key_that_asked_does_not_decide(admin: Viewer, dataset: Dataset) -> None:
    by_key = viewer_of_key(make.make_key(admin, role="editor"))
    assert by_key is not None
    asked = make.make_promotion(by_key, dataset, make.make_items(admin, dataset, 1))
    with pytest.raises(NotAllowed, match="yourself"):
        approve(admin, asked)
    withdraw(admin, asked)


def test_program_does_not_decide(approver: Viewer, waiting: Promotion) -> None:
    by_key = viewer_of_key(make.make_key(approver))
    assert by_key is not None
    with pytest.raises(NotAllowed, match="signed in"):
        approve(by_key, waiting)


def test_nothing_goes_on_without_somebody_who_decided(waiting: Promotion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.unscoped().filter(pk=waiting.pk).update(state=State.RUNNING)


@pytest.mark.parametrize("first", ["approve", "reject", "withdraw"])
@pytest.mark.parametrize("then", ["approve", "reject"])
def test_decision_is_made_once(first: str, then: str, owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    VERBS[first](owner if first == "withdraw" else approver, waiting)
    state = reload(waiting).state
    with pytest.raises(Conflict, match="nothing to decide"):
        VERBS[then](approver, waiting)
    assert reload(waiting).state == state


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_holds(owner: Viewer, approver: Viewer, admin: Viewer, dataset: Dataset) -> None:
    found = make.make_promotion(owner, dataset, make.make_items(owner, dataset, 2))
    start = Barrier(4)

    def act(number: int) -> str:
        start.wait()
        try:
            verb = ("approve", "reject", "withdraw", "approve")[number]
            VERBS[verb]((approver, admin, owner, admin)[number], found)
            return verb
        except Conflict:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        held = [verb for verb in pool.map(act, range(4)) if verb]
    now = reload(found)
    acts = [one.action for one in accounts.audit_entries(admin) if one.subject == found.public_id]
    # An approval that came before the withdrawal leaves both: what was approved may be withdrawn until it is begun.
    assert held in ([held[0]], ["approve", "withdraw"], ["withdraw", "approve"])
    assert sorted(acts) == sorted(["promotion.request", *(f"promotion.{verb}" for verb in held)])
    assert (
        now.state
        == {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}[
            "withdraw" if "withdraw" in held else held[0]
        ]
    )


def test_approval_of_what_is_gone_is_refused(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    PromotionItem.objects.filter(promotion=waiting).update(state=ItemState.LEFT)
    with pytest.raises(Conflict, match="No item"):
        approve(approver, waiting)


def test_asker_withdraws_also_what_was_approved_and_not_begun(
    owner: Viewer, approver: Viewer, admin: Viewer, waiting: Promotion
) -> None:
    approve(approver, waiting)
    withdraw(owner, waiting)
    assert set(queries.items_of(owner, waiting).values_list("state", flat=True)) == {"left"}
    assert accounts.audit_entries(admin)[0].action == "promotion.withdraw"
    assert Job.objects.unscoped().get(pk=waiting.job_pk).message["state"] == "withdrawn"
    with pytest.raises(Conflict, match="withdrawn, so it cannot"):
        withdraw(owner, waiting)


def test_what_has_begun_is_not_withdrawn(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    copied(approve(approver, waiting), 1)
    with pytest.raises(Conflict, match="being copied"):
        withdraw(owner, waiting)


def test_revoking_closes_links_and_forgets_copies_and_keeps_the_record(
    owner: Viewer, approver: Viewer, admin: Viewer, items: list[Item], waiting: Promotion
) -> None:
    copied(approve(approver, waiting), 2)
    revoke(approver, waiting, reason="Wrong project.")
    found = reload(waiting)
    assert (found.state, found.revoked_reason, found.stored_count) == (State.REVOKED, "Wrong project.", 0)
    assert queries.state_counts(owner, found) == {ItemState.GONE: 2, ItemState.LEFT: 1}
    assert not StoredFile.objects.exists()
    assert {one.privacy for one in Item.objects.visible_to(owner)} == {"private"}
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.details) == ("promotion.revoke", {"copies": 2, "not_copied": 1})
    with pytest.raises(Conflict, match="revoked, so there is nothing"):
        revoke(approver, waiting)


def test_copy_that_another_promotion_has_too_stays_shared_by_it(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    other = make.make_promotion(owner, dataset, items[:1], project=make.make_project(owner, name="Lights"))
    (file, *_) = copied(approve(approver, waiting))
    copied(approve(approver, other))
    revoke(owner, waiting)
    kept = Item.objects.visible_to(owner).get(pk=items[0].pk)
    assert (kept.privacy, kept.promotion_pk) == ("shared", other.pk)
    copy = queries.copy_of(kept)
    assert copy is not None
    assert copy.file == file
    assert list(StoredFile.objects.all()) == [file]
    revoke(owner, other)
    assert Item.objects.visible_to(owner).get(pk=items[0].pk).shared_at is None
    assert not StoredFile.objects.exists()


def test_promotion_ends_by_itself_when_its_days_are_over(
    owner: Viewer, approver: Viewer, admin: Viewer, waiting: Promotion
) -> None:
    copied(approve(approver, waiting), 2)
    assert expire() == 0
    yesterday = timezone.now() - timedelta(days=1)
    Promotion.objects.unscoped().filter(pk=waiting.pk).update(expires_at=yesterday)
    assert (expire(), expire()) == (1, 0)
    found = reload(waiting)
    assert (found.state, found.revoked_by_id) == (State.REVOKED, None)
    assert not StoredFile.objects.exists()
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.user_id) == ("promotion.expire", None)


def test_cancelling_the_job_withdraws_the_request(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    job = jobs.job(owner, Job.objects.unscoped().get(pk=waiting.job_pk).public_id)
    with pytest.raises(NotAllowed):
        job_actions.cancel(approver, job)
    job_actions.cancel(owner, job)
    assert reload(waiting).state == State.WITHDRAWN
    with pytest.raises(Conflict):
        job_actions.cancel(owner, jobs.job(owner, job.public_id))


@pytest.mark.parametrize("size", [4, 40])
def test_revoking_takes_as_many_queries_for_few_as_for_many(
    size: int, owner: Viewer, approver: Viewer, dataset: Dataset, django_assert_max_num_queries: Callable
) -> None:
    found = make.make_promotion(owner, dataset, make.make_items(owner, dataset, size, prefix="many"))
    copied(approve(approver, found))
    with django_assert_max_num_queries(40):
        revoke(approver, found)
