"""Claims, steps and ends of a job: what a killed, slow or cancelled worker leaves behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.jobs import actions, models, queries
from webapp.jobs.lease import JobCancelled, Lease, LeaseLost, claim
from webapp.jobs.models import Job


def enqueue(viewer: Viewer, kind: str = "count", **options: object) -> Job:
    return actions.enqueue(viewer, kind, dataset_pk=None, params={}, **options)  # type: ignore[arg-type]


def claimed(worker: str = "w1") -> Lease:
    lease = claim(worker)
    assert lease is not None
    return lease


def stored(job: Job) -> Job:
    return Job.objects.unscoped().get(pk=job.pk)


def let_lease_run_out(job: Job) -> None:
    Job.objects.unscoped().filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_oldest_waiting_job_is_claimed_first(owner: Viewer) -> None:
    first, second = enqueue(owner), enqueue(owner)
    assert [claimed().job.pk, claimed().job.pk] == [first.pk, second.pk]
    assert claim("w1") is None


def test_claimed_job_is_running_with_its_worker_and_attempt(owner: Viewer) -> None:
    job = enqueue(owner)
    claimed("w1")
    row = stored(job)
    assert (row.state, row.worker, row.attempt) == (Job.State.RUNNING, "w1", 1)
    assert row.started_at is not None
    assert row.lease_until is not None
    assert row.lease_until > timezone.now() > row.started_at


def test_job_of_a_silent_worker_is_taken_over_where_it_stopped(owner: Viewer) -> None:
    job = enqueue(owner)
    lost = claimed("w1")
    with lost.step() as step:
        step.cursor, step.done, step.total = {"line": 500}, 500, 900
        step.refuse(7, "bad", "No.")
    assert claim("w2") is None
    started = stored(job).started_at
    let_lease_run_out(job)
    taken = claimed("w2")
    assert (taken.cursor, taken.job.done_steps, taken.job.total_steps, taken.job.error_count) == (
        {"line": 500},
        500,
        900,
        1,
    )
    assert (taken.job.attempt, stored(job).started_at) == (2, started)


@pytest.mark.parametrize("second", ["w2", "w1"])
def test_worker_that_lost_its_lease_saves_nothing_any_more(owner: Viewer, dataset: Dataset, second: str) -> None:
    job = enqueue(owner)
    lost = claimed("w1")
    let_lease_run_out(job)
    claimed(second)
    with pytest.raises(LeaseLost), lost.step() as step:
        Dataset.objects.unscoped().filter(pk=dataset.pk).update(name="changed by a ghost")
        step.cursor = {"line": 1}
        step.refuse(1, "x", "No.")
    assert Dataset.objects.visible_to(owner).get().name == dataset.name
    assert (stored(job).cursor, queries.errors(owner, job)) == ({}, [])
    assert lost.finish(Job.State.COMPLETED, {}) is False
    lost.release(after_s=-5)
    assert stored(job).state == Job.State.RUNNING
    assert claim("w3") is None


def test_step_that_fails_saves_neither_effect_nor_cursor(owner: Viewer, dataset: Dataset) -> None:
    job = enqueue(owner)
    lease = claimed()
    with pytest.raises(ZeroDivisionError), lease.step() as step:
        Dataset.objects.unscoped().filter(pk=dataset.pk).update(name="half done")
        step.cursor, step.done = {"line": 1}, 1
        1 / 0  # noqa: B018
    assert Dataset.objects.visible_to(owner).get().name == dataset.name
    assert (lease.cursor, stored(job).cursor, stored(job).done_steps) == ({}, {}, 0)


def test_each_step_renews_the_lease(owner: Viewer) -> None:
    job = enqueue(owner)
    lease = claimed()
    let_lease_run_out(job)
    with lease.step():
        pass
    assert stored(job).lease_until > timezone.now()  # type: ignore[operator]


def test_cancelled_job_ends_after_the_step_it_is_in(owner: Viewer) -> None:
    job = enqueue(owner)
    lease = claimed()
    actions.cancel(owner, job)
    with pytest.raises(JobCancelled), lease.step() as step:
        step.cursor, step.done = {"line": 3}, 3
    assert (stored(job).cursor, stored(job).done_steps) == ({"line": 3}, 3)


def test_errors_beyond_the_cap_are_counted_and_not_kept(owner: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.lease.MAX_KEPT_ERRORS", 5)
    job = enqueue(owner)
    lease = claimed()
    for start in (0, 4, 8):
        with lease.step() as step:
            for line in range(start, start + 4):
                step.refuse(line, f"item-{line}", "No.")
    assert stored(job).error_count == 12
    assert [error.line for error in queries.errors(owner, job)] == [4, 3, 2, 1, 0]
    assert models.MAX_KEPT_ERRORS == 10_000


def test_finished_job_has_its_message_and_full_progress(owner: Viewer) -> None:
    job = enqueue(owner, total_steps=10)
    lease = claimed()
    with lease.step() as step:
        step.done = 10
    assert lease.finish(Job.State.COMPLETED, {"items": 10}) is True
    row = stored(job)
    assert (row.state, row.message, row.done_steps, row.total_steps, row.lease_until) == (
        Job.State.COMPLETED,
        {"items": 10},
        10,
        10,
        None,
    )
    assert row.finished_at is not None
    assert lease.finish(Job.State.ERRORED, {}) is False
    assert claim("w2") is None


def test_released_job_is_claimed_again_after_a_while_only(owner: Viewer) -> None:
    job = enqueue(owner)
    lease = claimed()
    lease.release(after_s=60)
    assert claim("w2") is None
    let_lease_run_out(job)
    assert claimed("w2").job.pk == job.pk


def test_upkeep_waits_its_time_and_is_asked_for_once(owner: Viewer, dataset: Dataset) -> None:
    def ask(after_s: float) -> None:
        actions.enqueue_later(
            "tidy", team_pk=owner.team_id, user_pk=owner.user_id, dataset_pk=dataset.pk, after_s=after_s
        )

    ask(60)
    ask(60)
    assert claim("w1") is None
    (waiting,) = Job.objects.unscoped().filter(kind="tidy")
    Job.objects.unscoped().filter(pk=waiting.pk).update(ready_at=timezone.now() - timedelta(seconds=1))
    lease = claimed()
    # One that runs may have read already what is changed now.
    ask(60)
    assert lease.finish(Job.State.COMPLETED, {})
    assert Job.objects.unscoped().filter(kind="tidy").count() == 2
    # One that begins in a moment may, too, and what has ended is no news.
    Job.objects.unscoped().filter(kind="tidy", state=Job.State.QUEUED).update(ready_at=timezone.now())
    ask(60)
    assert sorted(Job.objects.unscoped().filter(kind="tidy").values_list("state", flat=True)) == ["queued", "queued"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_claim_each_job_once(owner: Viewer) -> None:
    jobs = [enqueue(owner).pk for _ in range(24)]
    start = Barrier(8)

    def claim_all(worker: int) -> list[int]:
        start.wait()
        found = []
        while lease := claim(f"w{worker}"):
            found.append(lease.job.pk)
        connection.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        claims = [pk for found in pool.map(claim_all, range(8)) for pk in found]
    assert sorted(claims) == jobs


def test_claim_takes_two_queries_and_a_step_a_fixed_number(
    owner: Viewer, django_assert_num_queries: Callable[[int], object]
) -> None:
    enqueue(owner)
    with django_assert_num_queries(2):
        lease = claimed()
    # Savepoint, update, read of the wish to cancel, release; and one insert more for a thousand errors.
    with django_assert_num_queries(4), lease.step() as step:
        step.done = 1
    with django_assert_num_queries(5), lease.step() as step:
        for line in range(50):
            step.refuse(line, "x", "No.")
