"""Asking: what is frozen, what is left out, who may, and that nothing is shared by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pyroaring import BitMap64

from tests import make
from webapp.accounts import queries as accounts
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Item, Slice
from webapp.jobs import queries as jobs
from webapp.jobs.lease import claim
from webapp.labels import actions as label_actions
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound
from webapp.privacy.url_seal import is_sealed
from webapp.promotions import queries
from webapp.promotions.actions import freezing
from webapp.promotions.actions.request import Asked, AskedAlready, request_promotion
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem

PAGE = Promotion.Way.PAGE


def ask(viewer: Viewer, dataset: Dataset, items: list[Item], **fields: object) -> Asked:
    keys = BitMap64(item.pk for item in items)
    given: dict = {"way": PAGE, "reason": "Signs at night are missed."} | fields
    return request_promotion(viewer, dataset, Slice.Kind.ITEMS, keys, **given)


def test_request_freezes_items_with_the_seal_of_each_address(owner: Viewer, admin: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    project = make.make_project(owner)
    asked = ask(owner, dataset, items, project=project, for_days=30)
    found = queries.promotion(owner, asked.promotion.public_id)
    assert (found.state, found.item_count, found.for_days, found.project) == ("requested", 3, 30, project)
    frozen = list(queries.items_of(owner, found))
    assert [one.item_pk for one in frozen] == [item.pk for item in items]
    assert all(is_sealed(bytes(one.seal), item.public_id, item.url) for one, item in zip(frozen, items, strict=True))
    assert not is_sealed(bytes(frozen[0].seal), items[1].public_id, items[1].url)
    assert [(host.origin, host.count) for host in queries.hosts_of(found)] == [(make.MEDIA, 3)]
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.subject, entry.details["count"]) == ("promotion.request", found.public_id, 3)
    assert ".jpg" not in str(entry.details)
    # Nothing is shared, and nothing says it is.
    again = dataset_queries.item(owner, dataset, items[0].public_id)
    assert (again.privacy, again.promotion_pk, queries.copy_of(again)) == ("private", None, None)


def test_job_of_a_request_runs_and_no_worker_takes_it(owner: Viewer, dataset: Dataset) -> None:
    asked = ask(owner, dataset, make.make_items(owner, dataset, 2))
    job = jobs.job(owner, asked.job.public_id)
    assert (job.kind, job.state, job.total_steps, asked.promotion.job_pk) == ("promotion", "running", 2, job.pk)
    assert job.params == {"promotion": asked.promotion.public_id}
    assert claim("w1") is None


def test_uploads_and_what_has_no_address_are_left_out_and_counted(owner: Viewer) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    items = make.make_items(owner, dataset, 2)
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    stored = dataset_actions.store_file(owner, [png])
    make.append(owner, dataset, [replace(make.draft_item(owner, "uploaded"), url=None, file_pk=stored.pk)])
    uploaded = dataset_queries.items(owner, dataset).get(reference_id="uploaded")
    asked = ask(owner, dataset, [*items, uploaded])
    assert (asked.promotion.item_count, asked.left_out) == (2, 1)
    with pytest.raises(Invalid, match="nothing to ask for"):
        ask(owner, dataset, [uploaded])
    assert queries.promotions(owner).count() == 1


def test_frames_of_chosen_scenes_are_asked_for(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=3)
    make.make_scene(owner, scene_dataset, "other", frames=2)
    asked = request_promotion(
        owner, scene_dataset, Slice.Kind.SCENES, BitMap64([scene.pk]), way=PAGE, reason="Why not."
    )
    frames = dataset_queries.items(owner, scene_dataset).filter(scene_id=scene.pk)
    assert {one.item_pk for one in queries.items_of(owner, asked.promotion)} == {frame.pk for frame in frames}


@pytest.mark.parametrize("who", ["teammate", "labeler"])
def test_who_may_not_change_a_dataset_asks_for_nothing(
    who: str, owner: Viewer, dataset: Dataset, request: pytest.FixtureRequest
) -> None:
    items = make.make_items(owner, dataset, 1)
    with pytest.raises((NotAllowed, NotFound)):
        ask(request.getfixturevalue(who), dataset, items)
    assert not PromotionItem.objects.exists()


def test_stranger_asks_for_nothing_and_sees_nothing(owner: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 1)
    with pytest.raises(NotFound):
        ask(stranger, dataset, items)
    theirs = make.make_dataset(stranger)
    with pytest.raises(Invalid):
        ask(stranger, theirs, items)
    found = ask(owner, dataset, items).promotion
    with pytest.raises(NotFound):
        queries.promotion(stranger, found.public_id)
    assert list(queries.items_of(stranger, found)) == []
    with pytest.raises(NotFound):
        ask(owner, dataset, items, project=make.make_project(stranger))


def test_labeler_sees_no_promotion(owner: Viewer, labeler: Viewer, teammate: Viewer, dataset: Dataset) -> None:
    found = make.make_promotion(owner, dataset, make.make_items(owner, dataset, 1))
    assert queries.promotion(teammate, found.public_id) == found
    with pytest.raises(NotFound):
        queries.promotion(labeler, found.public_id)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "  "}, "Say why"),
        ({"reason": "a\0b"}, "Say why"),
        ({"reason": "x" * 2_001}, "Say why"),
        ({"for_days": 0}, "whole number of days"),
        ({"for_days": 3_651}, "whole number of days"),
    ],
)
def test_badly_worded_request_is_refused(owner: Viewer, dataset: Dataset, fields: dict, sentence: str) -> None:
    items = make.make_items(owner, dataset, 1)
    with pytest.raises(Invalid, match=sentence):
        ask(owner, dataset, items, **fields)
    assert not queries.promotions(owner).exists()


def test_second_request_for_the_same_says_who_asked_before(owner: Viewer, dataset: Dataset, team: object) -> None:
    items = make.make_items(owner, dataset, 3)
    project = make.make_project(owner)
    first = ask(owner, dataset, items[:2], project=project)
    with pytest.raises(AskedAlready, match=owner.email) as refused:
        ask(owner, dataset, items[:2], project=project)
    assert refused.value.promotion == first.promotion
    assert "2 by owner@harbor.example" in ask(owner, dataset, items, project=project).known
    # For somebody else to label it is another question.
    assert "2 by" in ask(owner, dataset, items[:2], project=make.make_project(owner, name="Other")).known


def test_what_was_withdrawn_may_be_asked_for_again(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 1)
    withdraw(owner, ask(owner, dataset, items).promotion)
    assert ask(owner, dataset, items).known == ""


def test_archived_project_takes_no_more(owner: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner)
    label_actions.archive_project(owner, project, archived=True)
    with pytest.raises(Conflict, match="archived"):
        ask(owner, dataset, make.make_items(owner, dataset, 1), project=project)


def test_one_item_too_many_asks_for_nothing(owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    items = make.make_items(owner, dataset, 5)
    monkeypatch.setattr(freezing, "MAX_ITEMS", 4)
    monkeypatch.setattr(freezing, "KEYS_AT_ONCE", 2)
    with pytest.raises(Invalid, match="More than 4 images"):
        ask(owner, dataset, items)
    assert not PromotionItem.objects.exists()
    assert ask(owner, dataset, items[:4]).promotion.item_count == 4


def test_every_thousand_items_more_takes_the_same_few_queries(owner: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "KEYS_AT_ONCE", 10)
    dataset = make.make_dataset(owner)
    counts = []
    for size in (5, 10, 20, 40):
        items = make.make_items(owner, dataset, size, prefix=f"p{size}")
        with CaptureQueriesContext(connection) as seen:
            ask(owner, dataset, items)
        counts.append(len(seen.captured_queries))
    assert (counts[3] - counts[2], counts[2] - counts[1]) == (4, 2)
