"""A courier that dies at any step on the way into a bucket: each item is in it once, and nothing else stays there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.courier.approvals import allow, approved, items_at, states
from tests.courier.processes import Forks, environment
from tests.media_server import CanaryServer
from tests.s3_server import S3Server
from webapp.accounts.viewer import Viewer
from webapp.courier.bucket_client import BucketClient
from webapp.courier.shared_store import Removals
from webapp.datasets.models import BucketCopy, Dataset, StoredFile
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.models import Promotion, PromotionItem

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

MOST_STEPS = 400


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    with CanaryServer() as canary:
        yield canary


@pytest.fixture
def forks(run_folder: Path, settings: Settings, s3: S3Server) -> Iterator[Forks]:
    more = {
        "TRANSOM_COURIER_THREADS": "1",
        "TRANSOM_SHARED_STORE": "s3",
        "TRANSOM_S3_BUCKET": s3.bucket.name,
        "TRANSOM_S3_ENDPOINT": s3.bucket.endpoint,
        "TRANSOM_S3_PREFIX": s3.bucket.prefix,
        "TRANSOM_S3_ACCESS_KEY": s3.bucket.access_key,
        "TRANSOM_S3_SECRET_KEY": s3.bucket.secret_key,
    }
    with Forks(environment(run_folder, **more)) as forks:
        yield forks


@pytest.fixture
def next_one(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, host: CanaryServer
) -> Iterator[Promotion]:
    """Approved promotions of an item each, as many as are asked for."""

    def promotions() -> Iterator[Promotion]:
        for number in range(MOST_STEPS):
            items = items_at(owner, dataset, host.origin, 1, prefix=f"item-{number}")
            allow(admin, host.origin)
            yield approved(owner, approver, items)

    return promotions()


def test_courier_that_dies_at_any_step_brings_each_item_once(
    next_one: Iterator[Promotion], forks: Forks, s3: S3Server
) -> None:
    ends, promotions = [], []
    while "not so far" not in ends:
        promotions.append(next(next_one))
        ends.append(forks.run(at_step=len(promotions), how="die"))
        PromotionItem.objects.update(lease_until=None, ready_at=None)
        assert forks.run() == "ended"
    print(f"{len(ends)} steps")
    assert ends == ["killed"] * (len(ends) - 1) + ["not so far"]
    assert len(ends) > 40
    assert [states(one) for one in promotions] == [["stored"]] * len(promotions)
    tidy_up(s3)
    named = set(StoredFile.objects.filter(place="s3").values_list("sha256", flat=True))
    assert len(named) == len(promotions)
    assert there(s3) == named == set(BucketCopy.objects.filter(state="kept").values_list("sha256", flat=True))


def test_what_a_courier_that_died_had_brought_is_removed_when_nobody_wants_it_any_more(
    next_one: Iterator[Promotion], forks: Forks, approver: Viewer, s3: S3Server
) -> None:
    ends: list[str] = []
    while "not so far" not in ends:
        promotion = next(next_one)
        ends.append(forks.run(at_step=len(ends) + 1, how="die"))
        revoke(approver, promotion)
    left = set(BucketCopy.objects.values_list("state", flat=True))
    print(f"{len(ends)} steps, {len(there(s3))} objects left")
    assert (len(there(s3)) > 5, left) == (True, {"coming", "unwanted"})
    tidy_up(s3)
    assert there(s3) == set()
    assert set(BucketCopy.objects.values_list("state", flat=True)) == {"gone"}
    assert not StoredFile.objects.exists()


def tidy_up(s3: S3Server) -> None:
    """What a courier does a day later."""
    BucketCopy.objects.filter(state="coming").update(changed_at=timezone.now() - timedelta(hours=25))
    removals = Removals(s3.bucket, BucketClient(s3.bucket))
    while removals.remove_some():
        pass


def there(s3: S3Server) -> set[str]:
    """The hashes of this test's objects."""
    return {key.rpartition("/")[2] for key in s3.objects() if key.startswith(s3.bucket.prefix)}
