"""Who sees which jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.jobs import actions, queries
from webapp.jobs.lease import claim
from webapp.jobs.models import Job
from webapp.privacy.refusals import NotFound
from webapp.privacy.visibility import UnscopedRead


@pytest.fixture
def job(owner: Viewer, dataset: Dataset) -> Job:
    return actions.enqueue(owner, "count", dataset_pk=dataset.pk, params={})


def test_owner_sees_the_job(owner: Viewer, job: Job) -> None:
    assert queries.job(owner, job.public_id) == job


def test_teammate_sees_the_job(teammate: Viewer, job: Job) -> None:
    assert queries.jobs(teammate) == [job]


def test_approver_sees_the_job(approver: Viewer, job: Job) -> None:
    assert queries.jobs(approver, dataset_pk=job.dataset_pk) == [job]


def test_stranger_and_labeler_do_not_find_the_job(stranger: Viewer, labeler: Viewer, job: Job) -> None:
    for viewer in (stranger, labeler):
        assert queries.jobs(viewer) == []
        assert queries.errors(viewer, job) == []
        with pytest.raises(NotFound):
            queries.job(viewer, job.public_id)


@pytest.mark.parametrize("text", ["", "job_", "job_" + "a" * 26, "ds_" + "a" * 26, "1", "\0", "x" * 10_000])
def test_made_up_id_is_not_found(owner: Viewer, job: Job, text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        queries.job(owner, text)
    assert len(refusal.value.sentence) < 150


def test_jobs_are_listed_newest_first_by_what_is_asked(owner: Viewer, job: Job) -> None:
    other = actions.enqueue(owner, "sum", dataset_pk=None, params={})
    lease = claim("w1")
    assert lease is not None
    lease.finish(Job.State.COMPLETED, {})
    soon = timezone.now() + timedelta(seconds=1)
    assert queries.jobs(owner) == [other, job]
    assert queries.jobs(owner, limit=1) == [other]
    assert queries.jobs(owner, before=other.pk) == [job]
    assert queries.jobs(owner, kinds=["sum", "else"]) == [other]
    assert queries.jobs(owner, with_completed=False) == [other]
    assert queries.jobs(owner, since=job.created_at, until=soon) == [other, job]
    assert queries.jobs(owner, since=soon) == []
    assert queries.jobs(owner, until=job.created_at) == [job]


def test_jobs_cannot_be_read_without_a_viewer(job: Job) -> None:
    with pytest.raises(UnscopedRead):
        Job.objects.count()
