"""Couriers beside each other, stalled ones, and clocks that are wrong: each item is shared once, and asked for no more
than it must be."""

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.courier.approvals import allow, approved, items_at, state, states
from tests.courier.kit import picture
from tests.courier.lying_host import LyingHost, Talk
from tests.courier.processes import environment, kill, start
from tests.courier.soundness import demand_soundness
from tests.media_server import CanaryServer
from webapp.accounts.viewer import Viewer
from webapp.courier.models import EgressEntry
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.promotions.models import PromotionItem

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

PICTURE = picture(300_000)
LIMIT_S = 60
LEASE_S = 1.0
FAKETIME = shutil.which("faketime")
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")


@pytest.fixture(autouse=True)
def clocks_forgotten() -> Iterator[None]:
    """faketime names what it shares by its process; one that was killed leaves that to the next of its number."""
    forget_clocks()
    yield
    forget_clocks()


def forget_clocks() -> None:
    for left in Path("/dev/shm").glob("*faketime_*"):
        if not Path("/proc", left.name.rpartition("_")[2]).exists():
            left.unlink(missing_ok=True)


class HeldHost:
    """A host that sends half of each file, and the rest when it is told to. `asked` counts."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked = 0
        self.host = LyingHost(self.reply, address="127.0.0.1")

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.host.port}"

    def reply(self, talk: Talk) -> None:
        self.asked += 1
        half = len(PICTURE) // 2
        talk.head(f"Content-Length: {len(PICTURE)}")
        talk.say(PICTURE[:half])
        # Only the first that asks has to wait: who takes over gets all of it.
        if self.asked == 1:
            self.go_on.wait(LIMIT_S)
        talk.say(PICTURE[half:])


@pytest.fixture
def held() -> Iterator[HeldHost]:
    host = HeldHost()
    yield host
    host.go_on.set()
    host.host.close()


@pytest.fixture
def surroundings(run_folder: Path, settings: Settings) -> dict[str, str]:
    return environment(run_folder, TRANSOM_COURIER_LEASE_SECONDS=str(LEASE_S))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def one_item(owner: Viewer, admin: Viewer, dataset: Dataset, origin: str) -> list[Item]:
    items = items_at(owner, dataset, origin, 1)
    allow(admin, origin)
    return items


def test_two_couriers_ask_once_for_each_item_and_keep_to_the_limit_of_the_origin(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, surroundings: dict[str, str]
) -> None:
    busy, most, lock = [0], [0], threading.Lock()

    def reply(talk: Talk) -> None:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.02)
        with lock:
            busy[0] -= 1
        talk.answer(PICTURE[:5_000] + talk.request.encode())

    with LyingHost(reply, address="127.0.0.1") as host:
        origin = f"http://127.0.0.1:{host.port}"
        items = items_at(owner, dataset, origin, 60)
        allow(admin, origin, max_parallel=3)
        promotion = approved(owner, approver, items)
        with start(surroundings) as one, start(surroundings) as other:
            until(lambda: state(promotion) == "shared")
            assert (one.poll(), other.poll()) == (None, None)
        asked = [request.split(" ")[1] for request in host.requests]
    assert sorted(asked) == sorted(f"/{item.reference_id}.png" for item in items)
    assert most[0] <= 3
    assert EgressEntry.objects.filter(kind="connect").count() == 60
    demand_soundness(promotion)


def test_stalled_courier_comes_back_too_late_to_change_anything(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, held: HeldHost, surroundings: dict[str, str]
) -> None:
    promotion = approved(owner, approver, one_item(owner, admin, dataset, held.origin))
    with start(surroundings) as stalled:
        until(lambda: held.asked == 1)
        stalled.send_signal(signal.SIGSTOP)
        time.sleep(2 * LEASE_S)
        with start(surroundings):
            until(lambda: state(promotion) == "shared")
        row = PromotionItem.objects.get()
        held.go_on.set()
        stalled.send_signal(signal.SIGCONT)
        until(lambda: EgressEntry.objects.filter(kind="ended").count() == 2)
    after = PromotionItem.objects.get()
    assert (after.attempt, after.stored_at, after.worker) == (row.attempt, row.stored_at, "")
    results = EgressEntry.objects.filter(kind="ended").order_by("position").values_list("result", flat=True)
    assert list(results) == ["stored", "withdrawn"]
    assert (held.asked, StoredFile.objects.count()) == (2, 1)
    demand_soundness(promotion)


@needs_faketime
def test_lease_of_tomorrow_is_none_after_the_clock_is_set_back_a_day(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, held: HeldHost, surroundings: dict[str, str]
) -> None:
    promotion = approved(owner, approver, one_item(owner, admin, dataset, held.origin))
    assert FAKETIME is not None
    with start(surroundings, before=[FAKETIME, "-f", "+1d"]) as dead:
        until(lambda: held.asked == 1)
        kill(dead)
    assert states(promotion) == ["fetching"]
    with start(surroundings):
        until(lambda: state(promotion) == "shared")
    demand_soundness(promotion)


@needs_faketime
def test_courier_whose_clock_is_a_day_behind_shares_nothing_twice(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, surroundings: dict[str, str]
) -> None:
    with CanaryServer(latency_ms=20) as host:
        items = items_at(owner, dataset, host.origin, 40)
        allow(admin, host.origin)
        promotion = approved(owner, approver, items)
        assert FAKETIME is not None
        with start(surroundings, before=[FAKETIME, "-f", "-1d"]), start(surroundings):
            until(lambda: state(promotion) == "shared")
    demand_soundness(promotion)
