"""What was approved is what is copied: an address changed afterwards, a decision used twice or by the wrong person, a
request taken back in mid-download. In each, 0 bytes are kept that nobody approved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet
from pytest_django import Settings

from tests import make
from tests.courier.approvals import allow, approved, items_at, state, states
from tests.media_server import CanaryServer
from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.viewer import Viewer
from webapp.courier.copies import LocalCopies
from webapp.courier.loop import run
from webapp.courier.models import EgressEntry
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.privacy.refusals import Conflict, Refused
from webapp.promotions.actions.decide import approve
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    # Long enough for somebody to change their mind while it answers.
    with CanaryServer(latency_ms=1500) as canary:
        yield canary


@pytest.fixture
def items(settings: Settings, owner: Viewer, admin: Viewer, dataset: Dataset, host: CanaryServer) -> list[Item]:
    settings.COURIER_LOOPBACK = True
    settings.COURIER_THREADS = 2
    found = items_at(owner, dataset, host.origin, 2)
    allow(admin, host.origin)
    return found


@pytest.fixture
def carry(settings: Settings) -> Callable[[], int]:
    """Run one courier until nothing can be copied."""
    return lambda: run(threading.Event(), LocalCopies(Path(settings.SHARED_DIR)), until_idle=True)


@pytest.fixture
def kept(settings: Settings) -> Callable[[], tuple[int, int, int]]:
    """Bytes in the store, rows of files, and items that are shared."""

    def count() -> tuple[int, int, int]:
        files = [path for path in Path(settings.SHARED_DIR).rglob("*") if path.is_file()]
        shared = Item.objects.unscoped().exclude(shared_at=None).count()
        return sum(path.stat().st_size for path in files), StoredFile.objects.count(), shared

    return count


NOTHING = (0, 0, 0)


def test_an_address_that_was_swapped_after_the_approval_is_not_fetched(
    owner: Viewer,
    approver: Viewer,
    dataset: Dataset,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    promotion = approved(owner, approver, items)
    for one in items:
        other = make.draft_item(owner, one.reference_id, url=f"{host.origin}/secret-{one.pk}.png")
        make.append(owner, dataset, [other], update=True)
    carry()
    assert (kept(), host.connections) == (NOTHING, [])
    assert "stored" not in states(promotion)


def test_an_address_that_is_swapped_while_it_is_fetched_leaves_nothing(
    owner: Viewer,
    approver: Viewer,
    dataset: Dataset,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    promotion = approved(owner, approver, items[:1])
    with in_mid_download(host, carry):
        other = make.draft_item(owner, items[0].reference_id, url=f"{host.origin}/secret.png")
        make.append(owner, dataset, [other], update=True)
    assert kept() == NOTHING
    assert host.count("/secret.png") == 0
    assert "stored" not in states(promotion)


def test_an_approval_is_used_once(
    owner: Viewer,
    approver: Viewer,
    admin: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    promotion = approved(owner, approver, items)
    carry()
    revoke(approver, promotion)
    host.forget()
    for person in (approver, admin):
        with pytest.raises(Conflict):
            approve(person, promotion)
    carry()
    assert (kept(), host.connections, state(promotion)) == (NOTHING, [], "revoked")


@pytest.mark.parametrize("by_key", [False, True])
def test_nobody_approves_what_they_asked_for(
    by_key: bool,
    admin: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    asker = viewer_of_key(make.make_key(admin)) if by_key else admin
    assert asker is not None
    promotion = make.make_promotion(asker, items[0].dataset, items)
    with pytest.raises(Refused):
        approve(admin, promotion)
    carry()
    assert (kept(), host.connections, state(promotion)) == (NOTHING, [], "requested")


def test_what_was_withdrawn_before_the_courier_came_is_not_fetched(
    owner: Viewer,
    approver: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    promotion = approved(owner, approver, items)
    withdraw(owner, Promotion.objects.unscoped().get(pk=promotion.pk))
    carry()
    assert (kept(), host.connections) == (NOTHING, [])


@pytest.mark.parametrize("person", ["owner", "approver"])
def test_what_is_taken_back_in_mid_download_leaves_nothing(
    person: str,
    owner: Viewer,
    approver: Viewer,
    items: list[Item],
    host: CanaryServer,
    carry: Callable[[], int],
    kept: Callable[[], tuple[int, int, int]],
) -> None:
    promotion = approved(owner, approver, items[:1])
    with in_mid_download(host, carry):
        revoke({"owner": owner, "approver": approver}[person], promotion)
    assert (kept(), state(promotion)) == (NOTHING, "revoked")


class in_mid_download:  # noqa: N801 (reads as the words it is)
    """While the block runs, a courier has connected and waits for the answer, which comes whole after the block."""

    def __init__(self, host: CanaryServer, carry: Callable[[], int]) -> None:
        self._host = host
        self._thread = threading.Thread(target=lambda: (carry(), connection.close()))

    def __enter__(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._host.connections:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def __exit__(self, *_: object) -> None:
        assert not ended().exists(), "the download was over before the block was"
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert ended().exists()


def ended() -> QuerySet[EgressEntry]:
    return EgressEntry.objects.filter(kind=EgressEntry.Kind.ENDED)
