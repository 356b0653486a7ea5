"""What appends ask for: one wish an append, not one a night; apart from what was decided; let go of in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import make
from webapp.accounts import queries as accounts
from webapp.accounts.actions import let_appends_ask
from webapp.jobs.models import Job
from webapp.privacy.refusals import NotAllowed
from webapp.promotions import queries
from webapp.promotions.actions import freezing
from webapp.promotions.actions.wishes import dismiss
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import State

if TYPE_CHECKING:
    from webapp.accounts.viewer import Viewer
    from webapp.datasets.models import Dataset, Item


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 6)


def wish(viewer: Viewer, dataset: Dataset, *places: int, key: str, url: str | None = None) -> None:
    drafts = [
        make.draft_item(viewer, f"item-{place}", url=url, wants_sharing=True, metadata={"index": place})
        for place in places
    ]
    make.append(viewer, dataset, drafts, update=True, append_key=key)


def wishes(viewer: Viewer) -> dict[str | None, int]:
    return {one.append_key: one.item_count for one in queries.promotions(viewer, way=Promotion.Way.APPEND)}


def test_same_append_every_night_is_one_wish(owner: Viewer, approver: Viewer, dataset: Dataset, items: object) -> None:
    for night in ("monday", "tuesday", "wednesday"):
        wish(owner, dataset, 0, 1, 2, key=night)
    wish(owner, dataset, 2, 3, key="thursday")
    assert wishes(owner) == {"thursday": 1, "monday": 3}
    # Somebody else's wish is their own.
    wish(approver, dataset, 0, key="theirs")
    assert wishes(owner) == {"theirs": 1, "thursday": 1, "monday": 3}
    assert PromotionItem.objects.count() == 5


def test_what_was_decided_is_frozen_whatever_the_append_adds(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: object
) -> None:
    wish(owner, dataset, 0, key="upload")
    (first,) = queries.promotions(owner)
    make.approve(approver, first)
    wish(owner, dataset, 1, key="upload")
    assert wishes(owner) == {"upload#2": 1, "upload": 1}
    assert queries.promotion(owner, first.public_id).item_count == 1


def test_large_append_makes_several_wishes_that_can_each_be_decided(
    owner: Viewer, dataset: Dataset, items: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_ITEMS", 4)
    for places in ((0, 1), (2, 3), (4, 5)):
        wish(owner, dataset, *places, key="upload")
    assert wishes(owner) == {"upload#2": 2, "upload": 4}


def test_item_that_one_append_gives_two_addresses_is_asked_for_with_the_later(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: object
) -> None:
    wish(owner, dataset, 0, 1, key="upload")
    wish(owner, dataset, 0, key="upload", url=f"{make.MEDIA}/later.jpg")
    states = PromotionItem.objects.order_by("pk").values_list("promotion__append_key", "state")
    assert list(states) == [("upload", "left"), ("upload", "waiting"), ("upload#2", "waiting")]


def test_wish_has_a_job_and_one_act(owner: Viewer, admin: Viewer, dataset: Dataset, items: object) -> None:
    wish(owner, dataset, 0, 1, key="upload")
    wish(owner, dataset, 2, key="upload")
    (found,) = queries.promotions(owner)
    job = Job.objects.unscoped().get(pk=found.job_pk)
    assert (job.state, job.total_steps) == (Job.State.RUNNING, 3)
    acts = [one for one in accounts.audit_entries(admin) if one.action.startswith("promotion")]
    assert [(one.action, one.subject) for one in acts] == [("promotion.append-request", found.public_id)]


def test_any_editor_lets_go_of_wishes_and_of_nothing_else(
    owner: Viewer, approver: Viewer, teammate: Viewer, stranger: Viewer, dataset: Dataset, items: list[Item]
) -> None:
    meant = make.make_promotion(owner, dataset, items[:1])
    for place in range(3):
        wish(owner, dataset, place, key=f"upload-{place}")
    with pytest.raises(NotAllowed):
        dismiss(teammate)
    assert dismiss(stranger) == 0
    assert (dismiss(approver, limit=2), dismiss(approver, dataset)) == (2, 1)
    assert {one.state for one in queries.promotions(owner, way=Promotion.Way.APPEND)} == {State.WITHDRAWN}
    assert queries.promotion(owner, meant.public_id).state == State.REQUESTED
    # What nobody looked at is not kept, but for how much it was.
    assert set(PromotionItem.objects.values_list("promotion_id", flat=True)) == {meant.pk}
    assert set(wishes(owner).values()) == {1}


def test_wish_that_was_approved_is_withdrawn_by_its_asker_alone(
    owner: Viewer, approver: Viewer, admin: Viewer, dataset: Dataset, items: object
) -> None:
    wish(owner, dataset, 0, key="upload")
    (found,) = queries.promotions(owner)
    make.approve(approver, found)
    assert dismiss(admin) == 0
    with pytest.raises(NotAllowed):
        withdraw(admin, found)
    withdraw(owner, found)
    # Somebody decided on it, so the list is a record.
    assert PromotionItem.objects.count() == 1


def test_team_switches_wishes_off_and_on(
    owner: Viewer, approver: Viewer, admin: Viewer, dataset: Dataset, items: object
) -> None:
    with pytest.raises(NotAllowed):
        let_appends_ask(approver, allowed=False)
    let_appends_ask(admin, allowed=False)
    wish(owner, dataset, 0, key="a")
    assert wishes(owner) == {}
    let_appends_ask(admin, allowed=True)
    wish(owner, dataset, 0, key="b")
    assert wishes(owner) == {"b": 1}
