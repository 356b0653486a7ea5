"""Copies in a bucket, from an approval to their removal, on a real S3 server; a kill leaves nothing that stays."""

from __future__ import annotations

import hashlib
import http.client
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests import make
from tests.courier.approvals import allow, approved, items_at, states
from tests.media_server import CanaryServer, draw_picture
from tests.s3_server import S3Server, dead_endpoint
from tests.shared_bytes import SHARED, follow
from webapp.accounts.viewer import Viewer
from webapp.courier.loop import run
from webapp.courier.shared_store import AT_ONCE, BucketCopies, chosen_copies, chosen_removals
from webapp.datasets.actions import bucket_copies
from webapp.datasets.actions.files import path_of, store_file
from webapp.datasets.models import BucketCopy, Dataset, Item, StoredFile
from webapp.datasets.shared_links import shared_url
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.models import Promotion, PromotionItem

pytestmark = pytest.mark.django_db(transaction=True)
STATE = BucketCopy.State


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    with CanaryServer() as canary:
        yield canary


@pytest.fixture(autouse=True)
def in_a_bucket(settings: Settings, s3: S3Server) -> None:
    settings.COURIER_LOOPBACK = True
    settings.COURIER_THREADS = 2
    settings.SHARED_STORE, settings.BUCKET = "s3", s3.bucket


@pytest.fixture
def items(owner: Viewer, admin: Viewer, dataset: Dataset, host: CanaryServer) -> list[Item]:
    found = items_at(owner, dataset, host.origin, 2)
    allow(admin, host.origin)
    return found


@pytest.fixture
def promotion(owner: Viewer, approver: Viewer, items: list[Item], labeler: Viewer) -> Promotion:
    return approved(owner, approver, items, project=make.make_project(owner))


def carry() -> int:
    """Run one courier until nothing can be copied, and remove what is to be removed."""
    count = run(threading.Event(), chosen_copies(), until_idle=True)
    removals = chosen_removals()
    assert removals is not None
    removals.remove_some()
    return count


def there(s3: S3Server) -> set[str]:
    """The hashes of this test's objects."""
    return {key.rpartition("/")[2] for key in s3.objects() if key.startswith(s3.bucket.prefix)}


def hashes() -> set[str]:
    return set(StoredFile.objects.values_list("sha256", flat=True))


def bucket_states() -> set[str]:
    return set(BucketCopy.objects.values_list("state", flat=True))


def at_once() -> None:
    PromotionItem.objects.update(ready_at=None)
    BucketCopy.objects.update(ready_at=None)


def local_files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.SHARED_DIR).rglob("*") if path.is_file()]


def test_copies_go_to_the_bucket_and_no_bytes_stay_here(promotion: Promotion, s3: S3Server, settings: Settings) -> None:
    assert carry() == 2
    assert states(promotion) == ["stored", "stored"]
    assert {file.place for file in StoredFile.objects.all()} == {"s3"}
    assert there(s3) == hashes()
    assert bucket_states() == {STATE.KEPT}
    assert local_files(settings) == []


def test_a_link_to_a_copy_leads_to_the_bucket_which_serves_it_as_our_type(
    promotion: Promotion, owner: Viewer, s3: S3Server
) -> None:
    carry()
    row = PromotionItem.objects.filter(promotion=promotion).select_related("file").first()
    assert row is not None
    link = shared_url(SHARED, owner.user_id, row.item_pk, row.file_id)
    answer = follow(link, range="bytes=0-7")
    assert (answer.status_code, answer.body) == (302, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}" == s3.bucket.origin
    connection = http.client.HTTPConnection(target.netloc, timeout=20)
    connection.request("GET", f"{target.path}?{target.query}")
    response = connection.getresponse()
    assert (response.status, response.headers["Content-Type"]) == (200, "image/png")
    assert (response.headers["Content-Disposition"], response.headers["Cache-Control"]) == (
        "inline",
        "private, no-store",
    )
    assert hashlib.sha256(response.read()).hexdigest() == row.sha256
    connection.close()
    head = follow(link, method="HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(row.byte_count))


def test_a_revoked_copy_is_removed_from_the_bucket(promotion: Promotion, owner: Viewer, s3: S3Server) -> None:
    carry()
    row = PromotionItem.objects.filter(promotion=promotion)[0]
    link = shared_url(SHARED, owner.user_id, row.item_pk, row.file_id)
    revoke(owner, promotion, reason="Enough.")
    assert follow(link).status_code == 404
    assert bucket_states() == {STATE.UNWANTED}
    carry()
    assert (there(s3), bucket_states()) == (set(), {STATE.GONE})


def test_what_was_removed_is_brought_again(
    promotion: Promotion, owner: Viewer, approver: Viewer, items: list[Item], s3: S3Server
) -> None:
    carry()
    revoke(owner, promotion, reason="Enough.")
    carry()
    second = approved(owner, approver, items)
    carry()
    assert states(second) == ["stored", "stored"]
    assert there(s3) == hashes()
    assert set(BucketCopy.objects.values_list("state", "round")) == {(STATE.KEPT, 1)}


def test_what_is_asked_for_again_before_its_removal_stays(
    promotion: Promotion, owner: Viewer, approver: Viewer, items: list[Item], s3: S3Server
) -> None:
    carry()
    revoke(owner, promotion, reason="Enough.")
    approved(owner, approver, items)
    run(threading.Event(), chosen_copies(), until_idle=True)
    carry()
    assert bucket_states() == {STATE.KEPT}
    assert there(s3) == hashes()
    assert len(there(s3)) == 2


def test_a_bucket_that_does_not_answer_is_waited_for(promotion: Promotion, s3: S3Server, settings: Settings) -> None:
    settings.BUCKET = replace(s3.bucket, endpoint=dead_endpoint())
    run(threading.Event(), chosen_copies(), until_idle=True)
    rows = PromotionItem.objects.filter(promotion=promotion, tries=0, state="waiting")
    assert "the bucket did not take it" in rows.filter(failure="storage")[0].sentence
    assert not StoredFile.objects.exists()
    assert local_files(settings) == []
    settings.BUCKET = s3.bucket
    at_once()
    carry()
    assert states(promotion) == ["stored", "stored"]
    assert there(s3) == hashes()


def test_a_removal_that_fails_is_tried_again(
    promotion: Promotion, owner: Viewer, s3: S3Server, settings: Settings
) -> None:
    carry()
    revoke(owner, promotion, reason="Enough.")
    settings.BUCKET = s3.with_wrong_key()
    carry()
    assert bucket_states() == {STATE.UNWANTED}
    assert {row.sentence for row in BucketCopy.objects.all()} == {
        "the bucket did not remove it (SignatureDoesNotMatch)"
    }
    assert len(there(s3)) == 2
    settings.BUCKET = s3.bucket
    carry()
    assert len(there(s3)) == 2
    at_once()
    carry()
    assert (there(s3), bucket_states()) == (set(), {STATE.GONE})


@pytest.mark.parametrize("verb", ["begin", "bring"])
def test_a_kill_between_bringing_and_committing_leaves_an_orphan_that_is_removed(
    verb: str, owner: Viewer, s3: S3Server
) -> None:
    copies = chosen_copies()
    part = copies.incoming(owner.team_id).new_part()
    part.write(b"\x89PNG\r\n\x1a\n" + verb.encode())
    if verb == "begin":
        bucket_copies.begin(owner.team_id, part.sha256, timezone.now())
    else:
        copies.bring(owner.team_id, part, "image/png")
        assert there(s3) == {part.sha256}
    copies.incoming(owner.team_id).discard(part)
    removals = chosen_removals()
    assert removals is not None
    assert removals.remove_some() == 0
    BucketCopy.objects.update(changed_at=timezone.now() - timedelta(hours=25))
    assert removals.remove_some() == 1
    assert (there(s3), bucket_states()) == (set(), {STATE.GONE})


def test_a_remover_that_was_killed_is_taken_over(promotion: Promotion, owner: Viewer, s3: S3Server) -> None:
    carry()
    revoke(owner, promotion, reason="Enough.")
    now = timezone.now()
    first, _ = bucket_copies.start_removals(now, most=AT_ONCE)
    assert bucket_copies.start_removals(now, most=AT_ONCE) == []
    later = now + timedelta(minutes=11)
    assert len(bucket_copies.start_removals(later, most=AT_ONCE)) == 2
    bucket_copies.end_removals([first], later, failures={})
    assert bucket_states() == {STATE.GOING}


def test_what_is_being_removed_is_brought_by_nobody_meanwhile(
    promotion: Promotion, owner: Viewer, approver: Viewer, items: list[Item], s3: S3Server
) -> None:
    carry()
    revoke(owner, promotion, reason="Enough.")
    started = bucket_copies.start_removals(timezone.now(), most=AT_ONCE)
    second = approved(owner, approver, items)
    run(threading.Event(), chosen_copies(), until_idle=True)
    assert "are being removed from the bucket" in PromotionItem.objects.filter(failure="storage")[0].sentence
    removals = chosen_removals()
    assert removals is not None
    assert removals.remove(started) == 2
    at_once()
    carry()
    assert states(second) == ["stored", "stored"]
    assert there(s3) == hashes()


def test_who_brought_bytes_before_they_were_removed_does_not_settle_them(owner: Viewer, s3: S3Server) -> None:
    copies = chosen_copies()
    assert isinstance(copies, BucketCopies)
    part = copies.incoming(owner.team_id).new_part()
    part.write(b"\x89PNG\r\n\x1a\nlate")
    copies.bring(owner.team_id, part, "image/png")
    BucketCopy.objects.update(state=STATE.UNWANTED)
    removals = chosen_removals()
    assert removals is not None
    assert removals.remove_some() == 1
    StoredFile.objects.create(
        team_id=owner.team_id, sha256=part.sha256, byte_size=part.byte_count, content_type="image/png", place="s3"
    )
    with pytest.raises(OSError, match="removed from the bucket meanwhile"):
        copies.settle(owner.team_id, part)
    copies.incoming(owner.team_id).discard(part)


def test_bytes_that_were_uploaded_here_stay_here(
    promotion: Promotion, owner: Viewer, host: CanaryServer, s3: S3Server, settings: Settings
) -> None:
    picture = draw_picture("mine", 64, 48, "PNG")
    host.put("/item-0.png", picture)
    uploaded = store_file(owner, [picture])
    carry()
    assert states(promotion) == ["stored", "stored"]
    assert StoredFile.objects.get(pk=uploaded.pk).place == "local"
    assert path_of(uploaded).is_file()
    row = PromotionItem.objects.get(promotion=promotion, sha256=uploaded.sha256)
    link = shared_url(SHARED, owner.user_id, row.item_pk, row.file_id)
    assert follow(link).status_code == 200
    carry()
    assert there(s3) == hashes() - {uploaded.sha256}


def test_the_courier_removes_what_is_left_after_the_store_was_changed(
    promotion: Promotion, owner: Viewer, s3: S3Server, settings: Settings
) -> None:
    carry()
    settings.SHARED_STORE = "local"
    revoke(owner, promotion, reason="Enough.")
    carry()
    assert there(s3) == set()
