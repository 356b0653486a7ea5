"""Route 28: merging metadata into items or scenes, at once or as a job."""

from __future__ import annotations

import logging
from typing import Any, Literal
from uuid import uuid4

import msgspec

from webapp.accounts.viewer import Permission
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.privacy.refusals import Invalid, Refused
from webapp.wire.call import Call
from webapp.wire.jobs import JobStarted, started
from webapp.wire.payloads import Payload
from webapp.wire.rows_in import change_of
from webapp.wire.uploads import request_key

log = logging.getLogger(__name__)

# The SDK holds its users to 500; its metadata is small.
MAX_AT_ONCE = 5_000


class ChangeMetadata(msgspec.Struct):
    """`level` is "item" or "scene"; each entry has a `reference_id` and the `metadata` to merge."""

    metadata: list[Any]
    level: Literal["item", "scene"]


class MetadataChanged(msgspec.Struct):
    updated: int


def change(call: Call, dataset_id: str, body: ChangeMetadata) -> JobStarted | MetadataChanged:
    dataset = queries.dataset(call.viewer, dataset_id)
    try:
        return change_later(call, dataset, body) if call.is_async else change_now(call, dataset, body)
    except Refused as refusal:
        # The SDK prints a refusal here and goes on as if nothing were wrong, so the operator should find a trace.
        log.info("A change of metadata in %s was refused: %s.", dataset.public_id, type(refusal).__name__)
        raise


def change_now(call: Call, dataset: Dataset, body: ChangeMetadata) -> MetadataChanged:
    if len(body.metadata) > MAX_AT_ONCE:
        raise Invalid(
            f"{len(body.metadata)} entries; at most {MAX_AT_ONCE} are changed at once. Use asynchronous=True."
        )
    changes = [change_of(row, line=line) for line, row in enumerate(body.metadata, 1)]
    done, _ = actions.change_metadata(call.viewer, dataset, changes, level=body.level)
    return MetadataChanged(done)


def change_later(call: Call, dataset: Dataset, body: ChangeMetadata) -> JobStarted:
    call.viewer.require(Permission.CURATE)
    payload = Payload(request_key(dataset, uuid4().hex))
    payload.put(payload.write(msgspec.json.encode(row) + b"\n" for row in body.metadata))
    job = enqueue(
        call.viewer,
        "metadataUpdate",
        dataset_pk=dataset.pk,
        params={"level": body.level},
        request_key=payload.key,
        total_steps=len(body.metadata),
    )
    return started(job)
