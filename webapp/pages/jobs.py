"""Jobs: the team's list, a dataset's list, `/jobs/job_…` and the feed its progress bar reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.jobs import queries
from webapp.jobs.actions import cancel
from webapp.jobs.models import MAX_KEPT_ERRORS, Job
from webapp.pages.cells import dataset_href
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, feed, person
from webapp.pages.facts import Fact, facts_of
from webapp.pages.frame import Page, render, say
from webapp.pages.paging import Paging, key_from, paging
from webapp.pages.words import sentence_case
from webapp.promotions.actions.moving import JOB_KIND as SHARING
from webapp.promotions.queries import undecided_jobs
from webapp.promotions.states import State

LIST_SIZE = 100
TAKEN_BACK = (State.REJECTED, State.WITHDRAWN, State.REVOKED)
SHOWN_ERRORS = 200


class Progress(TypedDict):
    """How far a job is: what its page's script reads each second or few. Times are seconds."""

    id: str
    state: str
    state_text: str
    done: int
    total: int
    errors: int
    is_live: bool
    is_stopping: bool
    took_s: float | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job, in a list or at the head of its page."""

    id: str
    """Its public id."""
    href: str
    """Its own page."""
    feed_href: str
    """The address of its progress as JSON."""
    what: str
    """What it does, in words."""
    dataset_name: str | None
    """The dataset it works on; None when there is none, or it is gone."""
    dataset_href: str | None
    """That dataset's grid; None likewise."""
    is_dataset_gone: bool
    """Whether it worked on a dataset that is gone."""
    progress: Progress
    """How far it is."""
    created_at: datetime
    """When it was asked for."""
    finished_at: datetime | None
    """When it ended; None while it has not."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row of the input that was not taken."""

    line: int | None
    """Its line in the input, from 1; None where that is not known."""
    reference_id: str
    """Its reference id, as far as it could be read."""
    sentence: str
    """What is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsPage(Page):
    """Jobs of the team, or of one dataset, newest first."""

    template: ClassVar[str] = "pages/jobs.html"
    room: ClassVar[str] = "jobs"

    dataset: DatasetHead | None
    """The dataset whose jobs these are; None for the team's."""
    jobs: tuple[JobRow, ...]
    """The jobs of this page."""
    paging: Paging
    """Where the list goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetJobsPage(JobsPage):
    """The jobs of one dataset, inside that dataset's own pages."""

    room: ClassVar[str] = "datasets"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Page):
    """One job."""

    template: ClassVar[str] = "pages/job.html"
    room: ClassVar[str] = "jobs"

    job: JobRow
    """The job."""
    request_href: str | None
    """The request to share that it stands for, which says what became of it; None for every other job."""
    started_at: datetime | None
    """When a worker first took it; None while it waits."""
    attempt: int
    """How many workers have taken it; more than 1 after one of them died."""
    message: tuple[Fact, ...]
    """What it says of its outcome."""
    errors: tuple[RefusedRow, ...]
    """The newest refused rows."""
    uncounted_errors: int
    """How many refused rows are kept or counted but not shown here."""
    kept_errors: int
    """How many refused rows are kept at most."""
    may_cancel: bool
    """Whether the viewer may stop it now."""
    refusal: Refusal | None
    """Why it was not stopped."""


@require_safe
@person
def jobs(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    found, links = cut(request, queries.jobs(viewer, before=key_from(request, "after", "job"), limit=LIST_SIZE + 1))
    page = JobsPage(title="Jobs", dataset=None, jobs=rows_of(viewer, found), paging=links)
    return render(request, viewer, page)


@require_safe
@person
def dataset_jobs(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = dataset_queries.dataset(viewer, dataset_id)
    listed = queries.jobs(viewer, dataset_pk=dataset.pk, before=key_from(request, "after", "job"), limit=LIST_SIZE + 1)
    found, links = cut(request, listed)
    page = DatasetJobsPage(
        title=f"Jobs of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="jobs"),
        jobs=rows_of(viewer, found),
        paging=links,
    )
    return render(request, viewer, page)


def cut(request: HttpRequest, listed: Sequence[Job]) -> tuple[Sequence[Job], Paging]:
    found = listed[:LIST_SIZE]
    return found, paging(request, "job", after=found[-1].pk if len(listed) > LIST_SIZE else None)


@person
def job(request: HttpRequest, viewer: Viewer, job_id: str) -> HttpResponse:
    found = queries.job(viewer, job_id)
    if request.method == "POST":
        verbs = {"cancel": lambda request, viewer: stop(request, viewer, found)}
        return carry_out(
            request, viewer, verbs, lambda refusal: show(request, viewer, queries.job(viewer, job_id), refusal=refusal)
        )
    return show(request, viewer, found)


def stop(request: HttpRequest, viewer: Viewer, found: Job) -> HttpResponse:
    cancel(viewer, found)
    say(request, "Asked to stop. What was done before stays done.")
    return redirect(reverse("pages:job", args=[found.public_id]))


@feed("GET")
def job_progress(request: HttpRequest, viewer: Viewer, job_id: str) -> HttpResponse:
    found = queries.job(viewer, job_id)
    progress = progress_of(found, is_undecided=found.pk in undecided(viewer, [found]))
    return HttpResponse(msgspec.json.encode(progress), content_type="application/json")


def show(request: HttpRequest, viewer: Viewer, found: Job, *, refusal: Refusal | None = None) -> HttpResponse:
    errors = queries.errors(viewer, found, limit=SHOWN_ERRORS)
    page = JobPage(
        title=what_it_does(found),
        job=rows_of(viewer, [found])[0],
        request_href=request_href(found),
        started_at=found.started_at,
        attempt=found.attempt,
        message=facts_of(found.message),
        errors=tuple(RefusedRow(one.line or None, one.reference_id, one.sentence) for one in errors),
        uncounted_errors=max(0, found.error_count - len(errors)),
        kept_errors=MAX_KEPT_ERRORS,
        may_cancel=found.is_live and not found.cancel_requested and viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def rows_of(viewer: Viewer, found: Sequence[Job]) -> tuple[JobRow, ...]:
    """The jobs as rows, with the datasets they work on looked up in one query."""
    keys = {one.dataset_pk for one in found if one.dataset_pk is not None}
    datasets = {one.pk: one for one in Dataset.objects.visible_to(viewer).filter(pk__in=keys)}
    waiting = undecided(viewer, found)
    return tuple(row_of(one, datasets.get(one.dataset_pk or 0), is_undecided=one.pk in waiting) for one in found)


def undecided(viewer: Viewer, found: Sequence[Job]) -> set[int]:
    """The keys of those that run only in that somebody has to decide on the request."""
    return undecided_jobs(viewer, [one.pk for one in found if one.kind == SHARING and one.is_live])


def row_of(found: Job, dataset: Dataset | None, *, is_undecided: bool) -> JobRow:
    return JobRow(
        id=found.public_id,
        href=reverse("pages:job", args=[found.public_id]),
        feed_href=reverse("pages:job-progress", args=[found.public_id]),
        what=what_it_does(found),
        dataset_name=dataset.name if dataset else None,
        dataset_href=dataset_href(dataset.public_id) if dataset else None,
        is_dataset_gone=found.dataset_pk is not None and dataset is None,
        progress=progress_of(found, is_undecided=is_undecided),
        created_at=found.created_at,
        finished_at=found.finished_at,
    )


def what_it_does(found: Job) -> str:
    return "Request to share" if found.kind == SHARING else sentence_case(found.kind)


def request_href(found: Job) -> str | None:
    request_id = found.params.get("promotion") if found.kind == SHARING else None
    return reverse("pages:promotion", args=[request_id]) if request_id else None


def state_of(found: Job, *, is_undecided: bool) -> tuple[str, str]:
    """Its state and the words for it. A request that was taken back has not failed, though its program is told so."""
    if is_undecided:
        return Job.State.QUEUED, "undecided"
    ended = found.message.get("state") if found.kind == SHARING and not found.is_live else None
    if ended in TAKEN_BACK:
        return Job.State.CANCELLED, State(ended).label
    return found.state, Job.State(found.state).label


def progress_of(found: Job, *, is_undecided: bool = False) -> Progress:
    end = found.finished_at or timezone.now()
    is_stopping = found.is_live and found.cancel_requested
    state, words = state_of(found, is_undecided=is_undecided)
    return {
        "id": found.public_id,
        "state": state,
        "state_text": "stopping" if is_stopping else words,
        "done": found.done_steps,
        "total": found.total_steps,
        "errors": found.error_count,
        "is_live": found.is_live,
        "is_stopping": is_stopping,
        "took_s": (end - found.started_at).total_seconds() if found.started_at else None,
    }
