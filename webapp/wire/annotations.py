"""Routes 77, 79, 80 and 81: what people say about items, sent at once or as a job. Masks as files are in masks.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from webapp.accounts.viewer import Permission
from webapp.datasets import queries
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset, Item
from webapp.labels import actions
from webapp.labels import queries as label_queries
from webapp.labels.actions import LabelOutcome
from webapp.labels.drafts import LabelDraft
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call
from webapp.wire.jobs import JobStarted, started
from webapp.wire.labels_in import LabelsSent, annotation_of, placed
from webapp.wire.labels_out import LabelOut, item_labels_out
from webapp.wire.references import first_of_split
from webapp.wire.uploads import enqueue_upload


class Annotate(msgspec.Struct, rename={"request_id": "requestId"}):
    """`requestId` of a payload uploaded before with `?async=1`, or the annotations and masks themselves without it."""

    request_id: str | None = None
    annotations: list[Any] | None = None
    segmentations: list[Any] | None = None
    update: bool = False


class AnnotationsStored(msgspec.Struct):
    """The counts of one call, which the SDK adds up; `errors` names the reference ids that are not in the dataset."""

    dataset_id: str
    annotations_processed: int
    annotations_ignored: int
    errors: list[str] | msgspec.UnsetType = msgspec.UNSET


class DeleteAnnotations(msgspec.Struct):
    """No `reference_ids` means all items. There is no history to keep."""

    reference_ids: list[str] | None = None
    keep_history: bool = True


def annotate(call: Call, dataset_id: str, body: Annotate) -> JobStarted | AnnotationsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    if call.is_async:
        return started(enqueue_upload(call.viewer, dataset, "uploadAnnotations", body.request_id, update=body.update))
    return store(call, dataset, sent_in(body.annotations, body.segmentations), update=body.update)


def sent_in(annotations: list[Any] | None, segmentations: list[Any] | None) -> LabelsSent:
    if annotations is None and segmentations is None:
        raise Invalid("annotations is missing; send a list of annotations, or upload them and use ?async=1.")
    return LabelsSent(annotations or [], segmentations or [])


def store(call: Call, dataset: Dataset, sent: LabelsSent, *, update: bool) -> AnnotationsStored:
    policy = origin_policy(call.viewer)
    try:
        drafts = [annotation_of(row, policy=policy, line=line) for line, row in enumerate(sent.rows(), 1)]
        return store_drafts(call, dataset, drafts, update=update)
    except RowRefused as refusal:
        raise placed(sent, refusal) from None


def store_drafts(call: Call, dataset: Dataset, drafts: Sequence[LabelDraft], *, update: bool) -> AnnotationsStored:
    outcome = actions.annotate(call.viewer, dataset, drafts, update=update)
    return AnnotationsStored(dataset.public_id, outcome.processed, outcome.ignored, errors_of(outcome))


def errors_of(outcome: LabelOutcome) -> list[str] | msgspec.UnsetType:
    return [one.sentence for one in outcome.unknown] or msgspec.UNSET


def delete(call: Call, dataset_id: str, body: DeleteAnnotations) -> JobStarted:
    dataset = queries.dataset(call.viewer, dataset_id)
    call.viewer.require(Permission.CURATE)
    return started(actions.delete_annotations(call.viewer, dataset, body.reference_ids or []))


def by_reference(call: Call, dataset_id: str, names: str) -> LabelOut:
    """`names` is a reference id, a slash and an annotation id, either of which may hold slashes."""
    dataset = queries.dataset(call.viewer, dataset_id)

    def read(item: Item, annotation_id: str) -> LabelOut:
        row = label_queries.annotation(call.viewer, dataset, item.reference_id, annotation_id)
        return item_labels_out([row], item)[0]

    return first_of_split(call.viewer, dataset, names, read)
