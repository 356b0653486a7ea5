"""Enqueuing once, cancelling, and whose rights a job has."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests import make
from webapp.accounts import actions as people
from webapp.accounts import queries as accounts
from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.models import Membership, User
from webapp.accounts.viewer import Role, Viewer
from webapp.jobs import actions
from webapp.jobs.lease import claim
from webapp.jobs.models import Job
from webapp.privacy.refusals import Conflict, NotAllowed


def enqueue(viewer: Viewer, key: str | None = None) -> Job:
    return actions.enqueue(viewer, "count", dataset_pk=None, params={"a": 1}, request_key=key)


def test_same_request_makes_one_job(owner: Viewer, teammate: Viewer) -> None:
    first = enqueue(owner, "r1")
    assert enqueue(owner, "r1").pk == first.pk
    assert enqueue(owner, "r2").pk != first.pk
    assert enqueue(owner).pk != enqueue(owner).pk


def test_request_id_of_another_team_is_a_conflict_that_shows_nothing(owner: Viewer, stranger: Viewer) -> None:
    enqueue(owner, "r1")
    with pytest.raises(Conflict, match="make a new one"):
        enqueue(stranger, "r1")


@pytest.mark.django_db(transaction=True)
def test_same_request_from_many_threads_makes_one_job(owner: Viewer) -> None:
    start = Barrier(8)

    def ask(_: int) -> int:
        start.wait()
        try:
            return enqueue(owner, "r1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert Job.objects.unscoped().count() == 1


def test_waiting_job_is_cancelled_at_once(owner: Viewer, admin: Viewer) -> None:
    job = enqueue(owner)
    actions.cancel(owner, job)
    row = Job.objects.visible_to(owner).get()
    assert (row.state, row.finished_at is None) == (Job.State.CANCELLED, False)
    assert claim("w1") is None
    assert [(entry.action, entry.subject) for entry in accounts.audit_entries(admin)] == [("job.cancel", job.public_id)]


def test_ended_job_cannot_be_cancelled(owner: Viewer) -> None:
    job = enqueue(owner)
    actions.cancel(owner, job)
    with pytest.raises(Conflict, match="ended already"):
        actions.cancel(owner, job)


def test_only_curators_of_the_team_cancel(owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer) -> None:
    job = enqueue(owner)
    with pytest.raises(NotAllowed):
        actions.cancel(teammate, job)
    with pytest.raises(Conflict):
        actions.cancel(stranger, job)
    assert Job.objects.visible_to(owner).get().state == Job.State.QUEUED
    actions.cancel(approver, job)


def test_job_has_the_rights_its_owner_has_now(owner: Viewer, admin: Viewer) -> None:
    job = enqueue(owner)
    assert actions.viewer_of_job(job) == owner
    people.change_role(admin, Membership.objects.get(user_id=owner.user_id).pk, role=Role.VIEWER)
    assert actions.viewer_of_job(job).role == Role.VIEWER


def test_job_of_a_key_has_at_most_the_keys_rights(owner: Viewer) -> None:
    by_key = viewer_of_key(make.make_key(owner, role="viewer"))
    assert by_key is not None
    job = enqueue(by_key)
    assert actions.viewer_of_job(job) == by_key


def test_job_of_somebody_who_left_or_was_locked_out_has_no_rights(owner: Viewer, teammate: Viewer) -> None:
    left, locked_out = enqueue(owner), enqueue(teammate)
    Membership.objects.filter(user_id=owner.user_id).delete()
    User.objects.filter(pk=teammate.user_id).update(is_active=False)
    for job in (left, locked_out):
        with pytest.raises(NotAllowed, match="no longer a member"):
            actions.viewer_of_job(job)
