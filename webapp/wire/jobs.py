"""Routes 57 to 60: jobs, and how a job looks to the SDK."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from webapp.datasets import queries as dataset_queries
from webapp.jobs import queries
from webapp.jobs.models import Job
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call
from webapp.wire.rows_out import moment

MAX_JOBS = 50_000
# The SDK has its own words for some of our kinds.
SDK_KINDS = {"deleteAnnotations": "annotationDeletion", "promotion": "sendToLabeling"}
OUR_KINDS = {word: kind for kind, word in SDK_KINDS.items()}
# The SDK sends dates as its user typed them; these are what people type besides ISO 8601.
DATE_FORMATS = ("%m/%d/%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y")


class JobStarted(msgspec.Struct):
    job_id: str
    job_last_known_status: str
    job_type: str
    job_creation_time: str


class JobStatus(msgspec.Struct):
    """`job_progress` is "0.00" to "1.00"; the steps are the lines of an upload."""

    job_id: str
    status: str
    message: dict[str, Any]
    job_progress: str
    completed_steps: int
    total_steps: int
    job_type: str


class ListJobs(msgspec.Struct):
    """`job_types` empty means all; the dates bound the creation time."""

    dataset_id: str | None = None
    job_types: list[str] = []
    from_date: str | None = None
    to_date: str | None = None
    limit: int = MAX_JOBS
    show_completed: bool = False


def listed(call: Call, body: ListJobs) -> list[JobStarted]:
    dataset = None if body.dataset_id is None else dataset_queries.dataset(call.viewer, body.dataset_id)
    if body.limit < 1:
        raise Invalid(f"limit is {body.limit}; 1 to {MAX_JOBS} are accepted.")
    found = queries.jobs(
        call.viewer,
        dataset_pk=dataset.pk if dataset is not None else None,
        kinds=[OUR_KINDS.get(one, one) for one in body.job_types],
        since=date_of(body.from_date, "from_date"),
        until=date_of(body.to_date, "to_date"),
        with_completed=body.show_completed,
        limit=min(body.limit, MAX_JOBS),
    )
    return [started(one) for one in found]


def status(call: Call, job_id: str) -> JobStatus:
    job = queries.job(call.viewer, job_id)
    share = job.done_steps / job.total_steps if job.total_steps else 0.0
    if job.state == Job.State.COMPLETED:
        share = 1.0
    return JobStatus(
        job_id=job.public_id,
        status=status_word(job),
        message=job.message,
        job_progress=f"{min(share, 0.99 if job.is_live else 1.0):.2f}",
        completed_steps=job.done_steps,
        total_steps=job.total_steps,
        job_type=kind_word(job),
    )


def info(call: Call, job_id: str) -> JobStarted:
    return started(queries.job(call.viewer, job_id))


def errors(call: Call, job_id: str) -> list[str]:
    job = queries.job(call.viewer, job_id)
    return [
        msgspec.json.encode({"line": one.line, "reference_id": one.reference_id, "error": one.sentence}).decode()
        for one in queries.errors(call.viewer, job)
    ]


def started(job: Job) -> JobStarted:
    return JobStarted(job.public_id, status_word(job), kind_word(job), moment(job.created_at))


def kind_word(job: Job) -> str:
    return SDK_KINDS.get(job.kind, job.kind)


def status_word(job: Job) -> str:
    """The SDK's word for a job's state. A waiting job is Running: the SDK takes Queued for an end."""
    if job.is_live:
        return "Running"
    if job.state == Job.State.ERRORED:
        return "Errored_User" if job.message.get("by") == "user" else "Errored_Server"
    return "Cancelled" if job.state == Job.State.CANCELLED else "Completed"


def date_of(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    found = iso_date(text) or typed_date(text)
    if found is None or not 1 < found.year < 9999:
        raise Invalid(f"{name} is {text[:40]!r}; a date such as 2026-01-31 or 2026-01-31T12:00:00Z is accepted.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def iso_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def typed_date(text: str) -> datetime | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007 (taken as UTC by the caller)
        except ValueError:
            continue
    return None
