"""The worker's loop: every way a job can end."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.jobs import actions
from webapp.jobs.kinds import KINDS, JobFunction, job_kind
from webapp.jobs.lease import Lease
from webapp.jobs.models import Job
from webapp.jobs.worker import MAX_ATTEMPTS, work
from webapp.privacy.refusals import Invalid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kinds registered in a test are forgotten after it."""
    before = dict(KINDS)
    yield
    KINDS.clear()
    KINDS.update(before)


def run(viewer: Viewer, function: JobFunction, *, kind: str = "test") -> Job:
    job_kind(kind)(function)
    job = actions.enqueue(viewer, kind, dataset_pk=None, params={"upto": 3})
    work(threading.Event(), until_idle=True)
    return Job.objects.unscoped().get(pk=job.pk)


def test_job_runs_to_its_end(owner: Viewer) -> None:
    def count(lease: Lease) -> dict[str, Any]:
        for number in range(lease.job.params["upto"]):
            with lease.step() as step:
                step.done, step.total = number + 1, 3
        return {"counted": 3}

    job = run(owner, count)
    assert (job.state, job.message, job.done_steps) == (Job.State.COMPLETED, {"counted": 3}, 3)


def test_refusal_is_the_jobs_last_word(owner: Viewer) -> None:
    def refuse(lease: Lease) -> dict[str, Any]:
        raise Invalid("The file is empty.")

    job = run(owner, refuse)
    assert (job.state, job.message) == (Job.State.ERRORED, {"final_error": "The file is empty.", "by": "user"})


def test_unexpected_error_is_logged_and_not_shown(owner: Viewer, caplog: pytest.LogCaptureFixture) -> None:
    def break_down(lease: Lease) -> dict[str, Any]:
        raise RuntimeError("inner secret")

    with caplog.at_level(logging.ERROR):
        job = run(owner, break_down)
    assert (job.state, job.message["by"]) == (Job.State.ERRORED, "server")
    assert "inner secret" not in str(job.message)
    assert job.public_id in caplog.text


def test_unknown_kind_is_refused(owner: Viewer) -> None:
    job = actions.enqueue(owner, "from a newer version", dataset_pk=None, params={})
    work(threading.Event(), until_idle=True)
    job = Job.objects.unscoped().get(pk=job.pk)
    assert job.state == Job.State.ERRORED
    assert "knows no job kind 'from a newer version'" in job.message["final_error"]


def test_cancelled_job_ends_as_cancelled_with_what_it_did(owner: Viewer) -> None:
    def cancelled_meanwhile(lease: Lease) -> dict[str, Any]:
        with lease.step() as step:
            step.done = 1
        actions.cancel(owner, lease.job)
        with lease.step() as step:
            step.done = 2
        raise AssertionError("a cancelled job goes on")

    job = run(owner, cancelled_meanwhile)
    assert (job.state, job.done_steps) == (Job.State.CANCELLED, 2)


def test_job_whose_lease_was_lost_is_left_to_the_other_worker(owner: Viewer, caplog: pytest.LogCaptureFixture) -> None:
    def overtaken(lease: Lease) -> dict[str, Any]:
        Job.objects.unscoped().filter(pk=lease.job.pk).update(
            worker="other", attempt=2, lease_until=timezone.now() + timedelta(minutes=1)
        )
        with lease.step():
            pass
        raise AssertionError("a worker without a lease goes on")

    job = run(owner, overtaken)
    assert (job.state, job.worker) == (Job.State.RUNNING, "other")
    assert "another worker goes on" in caplog.text


def test_job_the_database_refused_is_tried_again_and_resumes(owner: Viewer, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []

    def stumble(lease: Lease) -> dict[str, Any]:
        seen.append(lease.cursor)
        if not lease.cursor:
            with lease.step() as step:
                step.cursor = {"line": 2}
            Job.objects.unscoped().filter(pk=lease.job.pk).update(lease_until=timezone.now())
            raise OperationalError("database is locked")
        return {}

    job = run(owner, stumble)
    assert job.state == Job.State.RUNNING
    Job.objects.unscoped().filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    work(threading.Event(), until_idle=True)
    assert seen == [{}, {"line": 2}]
    assert Job.objects.unscoped().get(pk=job.pk).state == Job.State.COMPLETED


def test_job_that_ends_every_worker_is_given_up(owner: Viewer) -> None:
    job = actions.enqueue(owner, "test", dataset_pk=None, params={})
    Job.objects.unscoped().filter(pk=job.pk).update(attempt=MAX_ATTEMPTS)
    job_kind("test")(lambda lease: {})
    work(threading.Event(), until_idle=True)
    assert "Given up" in Job.objects.unscoped().get(pk=job.pk).message["final_error"]


def test_worker_stops_when_told(owner: Viewer) -> None:
    stop = threading.Event()

    def last(lease: Lease) -> dict[str, Any]:
        stop.set()
        return {}

    job_kind("test")(last)
    for _ in range(2):
        actions.enqueue(owner, "test", dataset_pk=None, params={})
    assert work(stop) == 1
