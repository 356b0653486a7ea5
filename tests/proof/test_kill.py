"""kill -9 in mid-ingest: nothing that was acknowledged is lost, nothing is stored twice, and jobs go on by themselves.

The moments are random; the seed is in the output, and RANDOM_SEED repeats a run.
"""

import http.client
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.live import LiveTransom
from tests.postgres import PostgresCluster
from tests.proof.everything import upload_rows, wait_for_job
from tests.wire_client import WireClient, WireRefusedError

pytestmark = pytest.mark.proof

Result = TypeVar("Result")
KILLS = 10
# Enough that no job can end before the last kill: a worker reads some 10,000 to 50,000 rows a second here.
ROWS_OF_THE_JOB = 90_000
# How many of the kills come after a step; the others mostly before a worker's first.
AFTER_A_STEP = 8
BATCH = 20


@pytest.fixture
def moments() -> random.Random:
    seed = os.environ.get("RANDOM_SEED") or uuid.uuid4().hex[:8]
    print(f"RANDOM_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def server(tmp_path: Path, cluster: PostgresCluster | None) -> Iterator[LiveTransom]:
    """A server of this test's own, in which a dead worker's job is free after a second."""
    environment = {"TRANSOM_JOB_LEASE_SECONDS": "1"}
    with LiveTransom(tmp_path / "live", cluster=cluster, environment=environment) as live:
        yield live


def row(name: str) -> dict[str, Any]:
    return {"reference_id": name, "image_url": f"https://media.example/{name}.jpg", "metadata": {"name": name}}


def stored(wire: WireClient, dataset_id: str) -> list[str]:
    """Every reference id as the pages of the API list them."""
    found: list[str] = []
    token = None
    while True:
        page = wire.call("POST", f"dataset/{dataset_id}/itemsPage", {"pageToken": token, "pageSize": 10_000})
        found += [item["reference_id"] for item in page["items"]]
        token = page["nextPageToken"]
        if token is None:
            return found


def wait_for_step(wire: WireClient, job: str, *, after: int) -> None:
    deadline = time.monotonic() + 60
    while wire.call("GET", f"job/{job}")["completed_steps"] <= after:
        assert time.monotonic() < deadline, "no worker takes the job on"
        time.sleep(0.01)


def insist(act: Callable[[], Result]) -> Result:
    """What a careful client does: try again until somebody answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return act()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def test_killed_worker_loses_and_repeats_nothing(server: LiveTransom, moments: random.Random) -> None:
    wire = WireClient(server.endpoint, server.make_key())
    dataset_id = wire.create_dataset("Quays", is_scene=False, privacy=True)
    names = [f"item-{number}" for number in range(ROWS_OF_THE_JOB)]
    request_id = upload_rows(wire, dataset_id, [row(name) for name in names])
    body = {"requestId": request_id, "update": False}
    job = wire.call("POST", f"dataset/{dataset_id}/append?async=1", body)["job_id"]
    progress = []
    for kill in moments.sample(range(KILLS), KILLS):
        before = wire.call("GET", f"job/{job}")["completed_steps"]
        if kill < AFTER_A_STEP:
            wait_for_step(wire, job, after=before)
        time.sleep(moments.uniform(0, 0.08))
        server.kill_worker()
        progress.append(wire.call("GET", f"job/{job}"))
        server.start_worker()
    assert [one["status"] for one in progress] == ["Running"] * KILLS
    steps = [one["completed_steps"] for one in progress]
    assert steps == sorted(steps)
    assert len(set(steps)) >= AFTER_A_STEP, steps
    status = wait_for_job(wire, job, seconds=90)
    assert (status["status"], status["completed_steps"]) == ("Completed", ROWS_OF_THE_JOB)
    counts = status["message"]["dataset_item_upload"]
    assert (counts["new"], counts["ignored"], counts["errored"]) == (ROWS_OF_THE_JOB, 0, 0)
    assert stored(wire, dataset_id) == names
    assert wire.call("GET", f"dataset/{dataset_id}/info")["length"] == ROWS_OF_THE_JOB


def test_killed_web_server_loses_and_repeats_nothing(server: LiveTransom, moments: random.Random) -> None:
    wire = WireClient(server.endpoint, server.make_key())
    direct = wire.create_dataset("Direct", is_scene=False, privacy=True)
    uploaded = wire.create_dataset("Uploaded", is_scene=False, privacy=True)
    over = threading.Event()
    acknowledged: list[str] = []
    jobs: dict[str, str] = {}

    def append() -> None:
        """Batches of twenty, as old clients send them, each until it is acknowledged."""
        number = 0
        while not over.is_set():
            names = [f"direct-{number + index}" for index in range(BATCH)]
            insist(lambda names=names: wire.append(direct, [row(name) for name in names]))
            acknowledged.extend(names)
            number += BATCH

    def upload() -> None:
        """The whole flow with a request id of its own, each step until it is acknowledged."""
        number = 0
        while not over.is_set():
            request_id = uuid.uuid4().hex
            rows = [row(f"uploaded-{number + index}") for index in range(500)]
            insist(lambda request_id=request_id, rows=rows: upload_rows(wire, uploaded, rows, request_id))
            body = {"requestId": request_id, "update": False}
            started = insist(lambda body=body: wire.call("POST", f"dataset/{uploaded}/append?async=1", body))
            jobs[request_id] = started["job_id"]
            number += 500

    clients = [Client(append), Client(upload)]
    for _ in range(KILLS):
        time.sleep(moments.uniform(0.05, 0.6))
        server.kill_web()
        server.start_web()
    over.set()
    for client in clients:
        client.end()
    for job in jobs.values():
        assert wait_for_job(wire, job)["status"] == "Completed"
    assert len(acknowledged) > KILLS * BATCH
    assert stored(wire, direct) == acknowledged
    assert wire.call("GET", f"dataset/{direct}/info")["length"] == len(acknowledged)
    assert len(jobs) >= KILLS / 2
    assert len(set(jobs.values())) == len(jobs)
    found = stored(wire, uploaded)
    assert sorted(found) == sorted(f"uploaded-{number}" for number in range(500 * len(jobs)))
    listed = wire.call("POST", "jobs", {"job_types": ["uploadDatasetItems"], "show_completed": True, "limit": 1000})
    assert len(listed) == len(jobs)


class Client(threading.Thread):
    """A thread whose failure is the test's."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._act = act
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._act()
        except (AssertionError, WireRefusedError, OSError, http.client.HTTPException) as failure:
            self._failure = failure

    def end(self) -> None:
        self.join(90)
        assert not self.is_alive()
        if self._failure is not None:
            raise self._failure
