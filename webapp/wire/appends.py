"""Routes 18 and 20: appending items by URL, as a job or at once. Files are in local_files.py."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from django.utils import timezone

from webapp.datasets import actions, queries
from webapp.datasets.actions import AppendOutcome
from webapp.datasets.actions.locking import require_items
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Invalid
from webapp.wire import ending_links
from webapp.wire.call import Call
from webapp.wire.jobs import JobStarted, started
from webapp.wire.rows_in import item_of
from webapp.wire.uploads import enqueue_upload


class AppendItems(msgspec.Struct, rename="camel"):
    """`requestId` of a payload uploaded before with `?async=1`, or the `items` themselves without it."""

    request_id: str | None = None
    items: list[Any] | None = None
    update: bool = False


class ItemsAppended(msgspec.Struct, omit_defaults=True):
    """The counts of an append at once. The SDK sums them over its batches; a bad row refuses its whole batch.

    `warning` is there only where links end soon.
    """

    dataset_id: str
    new_items: int
    updated_items: int
    ignored_items: int
    upload_errors: int
    warning: str | None = None


def append(call: Call, dataset_id: str, body: AppendItems) -> JobStarted | ItemsAppended:
    dataset = queries.dataset(call.viewer, dataset_id)
    require_items(dataset)
    if call.is_async:
        return started(enqueue_upload(call.viewer, dataset, "uploadDatasetItems", body.request_id, update=body.update))
    if body.items is None:
        raise Invalid("items is missing; send a list of items, or upload them and use ?async=1.")
    policy = origin_policy(call.viewer)
    drafts = [item_of(row, policy=policy, line=line) for line, row in enumerate(body.items, 1)]
    outcome = actions.append_items(
        call.viewer, dataset, drafts, update=body.update, append_key=f"{dataset.pk}-{uuid4().hex}"
    )
    ends = ending_links.of_items(drafts, timezone.now())
    return appended(dataset, outcome, ending_links.warning(ends))


def appended(dataset: Dataset, outcome: AppendOutcome, warning: str | None = None) -> ItemsAppended:
    return ItemsAppended(dataset.public_id, outcome.new, outcome.updated, outcome.ignored, 0, warning)
