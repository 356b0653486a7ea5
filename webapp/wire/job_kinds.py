"""The jobs that read uploaded payloads: some thousand lines a step, bad rows refused one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries, strict_json
from webapp.datasets.actions import AppendOutcome
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.jobs.actions import viewer_of_job
from webapp.jobs.kinds import job_kind
from webapp.jobs.lease import Lease, LeaseLost
from webapp.jobs.models import Job
from webapp.labels import queries as label_queries
from webapp.labels.actions import LabelOutcome, annotate, predict
from webapp.privacy import public_id
from webapp.privacy.origins import BucketNotDeclared, OriginNotDeclared, OriginPolicy
from webapp.privacy.refusals import Invalid, Refused
from webapp.wire import ending_links
from webapp.wire.labels_in import annotation_of, prediction_of
from webapp.wire.payloads import MAX_LINE_BYTES, Chunk, Payload, sweep
from webapp.wire.rows_in import change_of, item_of
from webapp.wire.scene_appends import append_scenes, scene_sent

Draft = TypeVar("Draft")
APPENDED = ("new", "updated", "ignored")
STORED = ("processed", "ignored")


@dataclass(frozen=True, slots=True)
class Batch:
    """One chunk's numbered values, an Invalid where a line was no JSON we take, and who sent them."""

    viewer: Viewer
    dataset: Dataset
    policy: OriginPolicy
    values: Sequence[tuple[int, Any]]
    job: Job

    def drafts(self, read: Callable[..., Draft], **words: Any) -> tuple[list[Draft], list[RowRefused]]:
        """What `read` makes of the values, and the rows it refused."""
        good: list[Draft] = []
        bad: list[RowRefused] = []
        for line, value in self.values:
            try:
                if type(value) is Invalid:
                    raise RowRefused(value.sentence, line=line, reference_id="")
                good.append(read(value, line=line, **words))
            except RowRefused as refusal:
                bad.append(refusal)
        return good, bad


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: how many rows were what, by name, every row that was refused, and links that end soon."""

    counts: dict[str, int]
    refused: list[RowRefused]
    ends: list[datetime] = field(default_factory=list)


# Stores a batch, part of a step's transaction.
Take = Callable[[Batch], Taken]


@job_kind("uploadDatasetItems")
def upload_items(lease: Lease) -> dict[str, Any]:
    return {"dataset_item_upload": run_payload(lease, take_items, APPENDED)}


@job_kind("uploadVideoScene")
def upload_scenes(lease: Lease) -> dict[str, Any]:
    return {"video_scene_upload": run_payload(lease, take_scenes, APPENDED)}


@job_kind("metadataUpdate")
def update_metadata(lease: Lease) -> dict[str, Any]:
    return {"metadata_update": run_payload(lease, take_changes, APPENDED)}


@job_kind("uploadAnnotations")
def upload_annotations(lease: Lease) -> dict[str, Any]:
    return {"annotation_upload": run_payload(lease, take_annotations, STORED)}


@job_kind("uploadPredictions")
def upload_predictions(lease: Lease) -> dict[str, Any]:
    return {"prediction_upload": run_payload(lease, take_predictions, STORED)}


def take_items(batch: Batch) -> Taken:
    good, bad = batch.drafts(item_of, policy=batch.policy)
    outcome = actions.append_items(
        batch.viewer,
        batch.dataset,
        good,
        update=batch.job.params["update"],
        append_key=key_of(batch.job),
        keep_refused=True,
    )
    return appended(outcome, bad, ending_links.of_items(good, timezone.now()))


def take_scenes(batch: Batch) -> Taken:
    good, bad = batch.drafts(scene_sent, policy=batch.policy)
    outcome = append_scenes(batch.viewer, batch.dataset, good, update=batch.job.params["update"], keep_refused=True)
    return appended(outcome, bad, ending_links.of_scenes((one.draft for one in good), timezone.now()))


def appended(outcome: AppendOutcome, bad: list[RowRefused], ends: list[datetime]) -> Taken:
    counts = {"new": outcome.new, "updated": outcome.updated, "ignored": outcome.ignored}
    return Taken(counts, [*bad, *outcome.refused], ends)


def take_changes(batch: Batch) -> Taken:
    good, bad = batch.drafts(change_of)
    done, refused = actions.change_metadata(
        batch.viewer, batch.dataset, good, level=batch.job.params["level"], keep_refused=True
    )
    return Taken({"updated": done}, [*bad, *refused])


def take_annotations(batch: Batch) -> Taken:
    good, bad = batch.drafts(annotation_of, policy=batch.policy)
    outcome = annotate(batch.viewer, batch.dataset, good, update=batch.job.params["update"], keep_refused=True)
    return stored(outcome, bad)


def take_predictions(batch: Batch) -> Taken:
    good, bad = batch.drafts(prediction_of, policy=batch.policy, dataset_id=batch.dataset.public_id)
    run = label_queries.run(batch.viewer, batch.job.params["run"])
    outcome = predict(batch.viewer, run, batch.dataset, good, update=batch.job.params["update"], keep_refused=True)
    return stored(outcome, bad)


def stored(outcome: LabelOutcome, bad: list[RowRefused]) -> Taken:
    counts = {"processed": outcome.processed, "ignored": outcome.ignored}
    return Taken(counts, [*bad, *outcome.refused, *outcome.unknown])


def run_payload(lease: Lease, take: Take, names: Sequence[str]) -> dict[str, Any]:
    """Read the job's payload to its end, and remove it; the counts of these names for the job's message."""
    payload = Payload(key_of(lease.job))
    try:
        read_on(lease, payload, take)
    except (LeaseLost, OperationalError):
        # The job goes on elsewhere or later, and needs its payload.
        raise
    except Exception:
        payload.remove()
        raise
    payload.remove()
    sweep({key_of(one) for one in Job.objects.unscoped().filter(state__in=Job.LIVE).only("request_key")})
    counts = {name: lease.cursor.get(name, 0) for name in (*names, "errored")}
    said = ending_links.noted(lease.cursor)
    return {"total": sum(counts.values()), **counts, "datasetId": dataset_id_of(lease.job), **said}


def read_on(lease: Lease, payload: Payload, take: Take) -> None:
    if lease.cursor.get("is_read"):
        return
    if not payload.exists():
        raise Refused("The uploaded rows are gone from this server's disk; upload them again.")
    total = lease.job.total_steps or payload.count_lines()
    size = payload.size()
    while (offset := lease.cursor.get("offset", 0)) < size:
        chunk = payload.chunk(offset)
        step_over(lease, chunk, take, total=total, is_last=chunk.end >= size)


def step_over(lease: Lease, chunk: Chunk, take: Take, *, total: int, is_last: bool) -> None:
    """Store one chunk: its rows, its refusals, the cursor and the progress in one transaction."""
    viewer = viewer_of_job(lease.job)
    dataset = queries.dataset(viewer, dataset_id_of(lease.job))
    first_line = lease.cursor.get("line", 0) + 1
    values = values_of(chunk, first_line)
    for attempt in (1, 2):
        batch = Batch(viewer, dataset, origin_policy(viewer), values, lease.job)
        try:
            with lease.step() as step:
                taken = take(batch)
                for row in sorted(taken.refused, key=lambda one: one.line):
                    step.refuse(row.line, row.reference_id[:200], row.sentence)
                for name, count in {**taken.counts, "errored": len(taken.refused)}.items():
                    step.cursor[name] = step.cursor.get(name, 0) + count
                ending_links.note(step.cursor, taken.ends)
                step.cursor["offset"], step.cursor["line"] = chunk.end, first_line + len(chunk.lines) - 1
                step.cursor["is_read"] = is_last
                step.done, step.total = step.cursor["line"], total
            return
        except (OriginNotDeclared, BucketNotDeclared):
            # The team's list was locked between reading the policy and storing: with the new policy only the rows
            # that name other origins are refused.
            if attempt == 2:
                raise


def key_of(job: Job) -> str:
    return job.request_key or ""


def dataset_id_of(job: Job) -> str:
    return public_id.encode("ds", job.dataset_pk or 0)


def values_of(chunk: Chunk, first_line: int) -> list[tuple[int, Any]]:
    """The chunk's values with their line numbers; blank lines are passed over."""
    lines = [(number, line) for number, line in enumerate(chunk.lines, first_line) if line is None or line.strip()]
    values = iter(strict_json.read_lines([line for _, line in lines if line is not None]))
    too_long = Invalid(f"the line has more than {MAX_LINE_BYTES} bytes.")
    return [(number, too_long if line is None else next(values)) for number, line in lines]
