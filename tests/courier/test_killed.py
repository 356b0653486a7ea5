"""A courier that dies or fails at any step: nothing half, nothing twice, nothing missing, and nothing left over."""

import os
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.courier.approvals import allow, approved, items_at, states
from tests.courier.processes import Forks, environment
from tests.courier.soundness import demand_soundness
from tests.media_server import CanaryServer
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.promotions.models import PromotionItem

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

KILLS = 50
ITEMS = 500
MOST_STEPS = 400


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    with CanaryServer(latency_ms=40) as canary:
        yield canary


@pytest.fixture
def forks(run_folder: Path, settings: Settings) -> Iterator[Forks]:
    with Forks(environment(run_folder, TRANSOM_COURIER_THREADS="4")) as forks:
        yield forks


def time_passes() -> None:
    """Leases run out, and what waits for another try is due."""
    PromotionItem.objects.update(lease_until=None, ready_at=None)


@pytest.mark.parametrize("how", ["die", "raise"])
def test_courier_that_stops_at_any_step_leaves_nothing_to_mend(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, host: CanaryServer, forks: Forks, how: str
) -> None:
    ends = []
    for step in range(1, MOST_STEPS):
        items = items_at(owner, dataset, host.origin, 1, prefix=f"{how}-{step}")
        allow(admin, host.origin)
        promotion = approved(owner, approver, items)
        ends.append(forks.run(at_step=step, how=how))
        for _ in range(3):
            time_passes()
            forks.run()
        demand_soundness(promotion)
        if ends[-1] == "not so far":
            break
    print(f"{how}: {len(ends)} steps")
    assert ends == ["killed" if how == "die" else "ended"] * (len(ends) - 1) + ["not so far"]
    assert len(ends) > 40


def test_courier_killed_at_fifty_moments_shares_each_item_once(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, host: CanaryServer, forks: Forks
) -> None:
    seed = os.environ.get("RANDOM_SEED") or uuid.uuid4().hex[:8]
    print(f"RANDOM_SEED={seed}")
    moments = random.Random(seed)
    items = items_at(owner, dataset, host.origin, ITEMS)
    allow(admin, host.origin)
    promotion = approved(owner, approver, items)
    stored = []
    for _ in range(KILLS):
        # Some of the kills come before the first item, most of them on the way of a few.
        assert forks.run(after_s=moments.uniform(0, 0.1), after_items=moments.randrange(12)) == "killed"
        stored.append(states(promotion).count("stored"))
        time_passes()
    assert len(set(stored)) > KILLS / 3, stored
    assert stored[-1] < ITEMS, stored
    assert forks.run() == "ended"
    demand_soundness(promotion)
    asked = {name: host.count(f"/{name}.png") for name in (item.reference_id for item in items)}
    print(f"asked for once: {sum(count == 1 for count in asked.values())} of {ITEMS}; most: {max(asked.values())}")
