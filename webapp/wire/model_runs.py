"""Routes 10, 96 to 98 and 111 to 113, and what a run is: runs of models over datasets."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.datasets import queries as dataset_queries
from webapp.labels import actions, queries
from webapp.labels.models import ModelRun
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call
from webapp.wire.datasets import Told


class CreateRun(msgspec.Struct):
    """`reference_id` is the model's, needed where the address names a dataset and no model."""

    name: str
    reference_id: str | None = None
    metadata: dict[str, Any] | None = None
    annotation_metadata_schema: dict[str, Any] | None = None


class RunMade(msgspec.Struct):
    model_run_id: str


class RunInfo(msgspec.Struct):
    """`status` is Completed once the run was committed, Created before."""

    model_id: str
    model_run_id: str
    name: str
    status: str
    metadata: dict[str, Any]
    dataset_ids: list[str]


class CommitRun(msgspec.Struct):
    """How to match predictions with annotations; this version computes no matches, and takes no such wishes."""

    class_agnostic: bool | None = None
    allowed_label_matches: list[Any] | None = None


class MergeRuns(msgspec.Struct):
    model_run_ids: list[str]
    name: str | None = None
    metadata: dict[str, Any] | None = None


class RunsMerged(msgspec.Struct):
    """The new run, which the job fills."""

    model_run_id: str
    dataset_ids: list[str]
    job_id: str


def of_dataset(call: Call, dataset_id: str) -> list[str]:
    dataset = dataset_queries.dataset(call.viewer, dataset_id)
    return [one.public_id for one in queries.runs_of_dataset(call.viewer, dataset)]


def of_model(call: Call, model_id: str) -> list[str]:
    """A model has no versions here, so `family` changes nothing."""
    return [one.public_id for one in queries.runs_of_model(call.viewer, queries.model(call.viewer, model_id))]


def create(call: Call, model_id: str, body: CreateRun) -> RunMade:
    model = queries.model(call.viewer, model_id)
    made = actions.create_run(call.viewer, model, None, name=body.name, metadata=body.metadata or {})
    return RunMade(made.public_id)


def create_for_dataset(call: Call, dataset_id: str, body: CreateRun) -> RunMade:
    dataset = dataset_queries.dataset(call.viewer, dataset_id)
    if body.annotation_metadata_schema:
        raise Invalid("annotation_metadata_schema is not stored by this version; leave it out.")
    if not body.reference_id:
        raise Invalid("reference_id is missing; send that of the model whose run this is.")
    model = queries.model_by_reference(call.viewer, body.reference_id)
    made = actions.create_run(call.viewer, model, dataset, name=body.name, metadata=body.metadata or {})
    return RunMade(made.public_id)


def info(call: Call, run_id: str) -> RunInfo:
    run = queries.run(call.viewer, run_id)
    return RunInfo(
        model_id=public_id.encode("prj", run.model_id),
        model_run_id=run.public_id,
        name=run.name,
        status="Completed" if run.is_committed else "Created",
        metadata=run.metadata,
        dataset_ids=dataset_ids_of(call, run),
    )


def dataset_ids_of(call: Call, run: ModelRun) -> list[str]:
    return [one.public_id for one in queries.datasets_of_run(call.viewer, run)]


def commit(call: Call, run_id: str, body: CommitRun) -> RunMade:
    if body.allowed_label_matches or body.class_agnostic is not None:
        raise Invalid(
            "class_agnostic and allowed_label_matches: this version computes no matches when a run is committed;"
            " leave them out. The pages match a run with the annotations as you look."
        )
    run = queries.run(call.viewer, run_id)
    actions.commit_run(call.viewer, run)
    return RunMade(run.public_id)


def delete(call: Call, run_id: str) -> Told:
    actions.delete_run(call.viewer, queries.run(call.viewer, run_id))
    return Told("Model run deletion running in an async job")


def merge(call: Call, body: MergeRuns) -> RunsMerged:
    runs = [queries.run(call.viewer, one) for one in dict.fromkeys(body.model_run_ids)]
    made, job = actions.merge_runs(call.viewer, runs, name=body.name, metadata=body.metadata or {})
    return RunsMerged(made.public_id, dataset_ids_of(call, made), job.public_id)
