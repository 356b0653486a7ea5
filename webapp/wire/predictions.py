"""Routes 99 to 104: what models predict, sent to a run, to a model and a dataset, or to a model alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction

from webapp.accounts.viewer import Permission
from webapp.datasets import queries
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.labels import actions
from webapp.labels import queries as label_queries
from webapp.labels.actions import LabelOutcome
from webapp.labels.drafts import LabelDraft
from webapp.labels.models import Model, ModelRun
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.wire.annotations import errors_of, sent_in
from webapp.wire.call import Call
from webapp.wire.jobs import JobStarted, started
from webapp.wire.labels_in import LabelsSent, placed, prediction_of
from webapp.wire.masks import masks_of
from webapp.wire.prediction_targets import Targets, targets_of
from webapp.wire.uploads import enqueue_upload

# What the SDK says that a model takes without a run.
KINDS_WITHOUT_RUN = ("box", "polygon", "cuboid")


class UploadPredictions(msgspec.Struct, rename={"request_id": "requestId"}):
    """`requestId` of a payload uploaded before with `?async=1`, or the predictions themselves without it.

    `trained_slice_id` notes a slice of the dataset as one that the model was taught with.
    """

    request_id: str | None = None
    annotations: list[Any] | None = None
    segmentations: list[Any] | None = None
    update: bool = False
    trained_slice_id: str | None = None


class PredictionsStored(msgspec.Struct):
    """The counts of one call, which the SDK adds up; `errors` names the items that are not there.

    The ids are left out where there may be several, for the SDK would join them to one text.
    """

    predictions_processed: int
    predictions_ignored: int
    dataset_id: str | msgspec.UnsetType = msgspec.UNSET
    model_run_id: str | msgspec.UnsetType = msgspec.UNSET
    errors: list[str] | msgspec.UnsetType = msgspec.UNSET


class CopyFromRun(msgspec.Struct):
    model_run_id: str


class RunCopied(msgspec.Struct):
    """`model_run_ids` are the runs copied to; skipped is what they have already."""

    model_id: str
    model_run_ids: list[str]
    predictions_copied: int
    predictions_skipped_unsupported: int


def for_model(call: Call, dataset_id: str, model_id: str, body: UploadPredictions) -> JobStarted | PredictionsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    with transaction.atomic():
        return upload(call, run_for(call, dataset, model_id), dataset, body)


def for_run(call: Call, dataset_id: str, run_id: str, body: UploadPredictions) -> JobStarted | PredictionsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    with transaction.atomic():
        return upload(call, label_queries.run(call.viewer, run_id), dataset, body)


def predict(call: Call, run_id: str, body: UploadPredictions) -> JobStarted | PredictionsStored:
    """The run says which dataset is meant, so it must have exactly one."""
    run = label_queries.run(call.viewer, run_id)
    with transaction.atomic():
        return upload(call, run, only_dataset(call, run), body)


def masks_for_model(call: Call, dataset_id: str, model_id: str) -> PredictionsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    with masks_of(call, dataset, prediction_of) as (drafts, update), transaction.atomic():
        return store(call, run_for(call, dataset, model_id), dataset, drafts, update=update)


def masks_for_run(call: Call, dataset_id: str, run_id: str) -> PredictionsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    run = label_queries.run(call.viewer, run_id)
    with masks_of(call, dataset, prediction_of) as (drafts, update):
        return store(call, run, dataset, drafts, update=update)


def predict_masks(call: Call, run_id: str) -> PredictionsStored:
    run = label_queries.run(call.viewer, run_id)
    dataset = only_dataset(call, run)
    with masks_of(call, dataset, prediction_of) as (drafts, update):
        return store(call, run, dataset, drafts, update=update)


def for_run_anywhere(call: Call, run_id: str, body: UploadPredictions) -> PredictionsStored:
    """Each prediction names its item; the run grows by the datasets that they are in."""
    run = label_queries.run(call.viewer, run_id)
    known = label_queries.datasets_of_run(call.viewer, run)
    outcome = store_anywhere(call, body, known, lambda _dataset: run)
    return stored(outcome, model_run_id=run.public_id)


def for_model_anywhere(call: Call, model_id: str, body: UploadPredictions) -> PredictionsStored:
    """As if each prediction were sent to the model and the dataset of its item."""
    model = label_queries.model(call.viewer, model_id)
    known = datasets_of_model(call, model)
    outcome = store_anywhere(
        call,
        body,
        known,
        lambda dataset: actions.default_run(call.viewer, model, dataset),
        kinds=KINDS_WITHOUT_RUN,
    )
    return stored(outcome)


def copy_from_run(call: Call, model_id: str, body: CopyFromRun) -> RunCopied:
    model = label_queries.model(call.viewer, model_id)
    done = actions.copy_from_run(call.viewer, model, label_queries.run(call.viewer, body.model_run_id))
    names = [one.public_id for one in done.runs]
    return RunCopied(model.public_id, names, done.copied, done.skipped)


def run_for(call: Call, dataset: Dataset, model_id: str) -> ModelRun:
    """The run of uploads to this model and dataset; a run's id in the place of the model's means that run."""
    if not model_id.startswith("run_"):
        return actions.default_run(call.viewer, label_queries.model(call.viewer, model_id), dataset)
    run = label_queries.run(call.viewer, model_id)
    if dataset.pk not in {one.pk for one in label_queries.datasets_of_run(call.viewer, run)}:
        raise Invalid(
            "This run has no predictions on the dataset; to add some, send them with upload_predictions_for_model_run."
        )
    return run


def only_dataset(call: Call, run: ModelRun) -> Dataset:
    found = label_queries.datasets_of_run(call.viewer, run)
    if len(found) != 1:
        raise Invalid(
            f"This run is over {len(found)} datasets, so the call must name one: use"
            " dataset.upload_predictions_for_model_run, or predictions with an item_id."
        )
    return found[0]


def datasets_of_model(call: Call, model: Model) -> list[Dataset]:
    runs = [one for one in label_queries.runs_of_model(call.viewer, model) if one.is_default]
    return [dataset for run in runs for dataset in label_queries.datasets_of_run(call.viewer, run)]


def upload(call: Call, run: ModelRun, dataset: Dataset, body: UploadPredictions) -> JobStarted | PredictionsStored:
    note_trained_slice(call, run, dataset, body.trained_slice_id)
    if call.is_async:
        params = {"update": body.update, "run": run.public_id}
        return started(enqueue_upload(call.viewer, dataset, "uploadPredictions", body.request_id, **params))
    sent = sent_in(body.annotations, body.segmentations)
    try:
        return store(call, run, dataset, drafts_of(call, sent, dataset_id=dataset.public_id), update=body.update)
    except RowRefused as refusal:
        raise placed(sent, refusal) from None


def note_trained_slice(call: Call, run: ModelRun, dataset: Dataset, slice_id: str | None) -> None:
    if slice_id is None:
        return
    if queries.slice_(call.viewer, slice_id).dataset_id != dataset.pk:
        raise NotFound("trained_slice_id names a slice of another dataset.")
    model = label_queries.model(call.viewer, run.public_id)
    actions.change_trained_slices(call.viewer, model, add=[slice_id])


def drafts_of(
    call: Call, sent: LabelsSent, *, dataset_id: str | None = None, kinds: Sequence[str] | None = None
) -> list[LabelDraft]:
    """The drafts for the dataset that the call names, or, where it names none, for any."""
    policy = origin_policy(call.viewer)
    rows = enumerate(sent.rows(), 1)
    drafts = [prediction_of(row, policy=policy, line=line, dataset_id=dataset_id) for line, row in rows]
    for draft in drafts:
        if kinds is not None and draft.kind not in kinds:
            sentence = f"a {draft.kind} needs a run; without one, {', '.join(kinds)} are taken."
            raise RowRefused(sentence, line=draft.line, reference_id=draft.reference_id)
    return drafts


def store(
    call: Call, run: ModelRun, dataset: Dataset, drafts: Sequence[LabelDraft], *, update: bool
) -> PredictionsStored:
    outcome = actions.predict(call.viewer, run, dataset, drafts, update=update)
    return stored(outcome, dataset_id=dataset.public_id, model_run_id=run.public_id)


def stored(outcome: LabelOutcome, **ids: str) -> PredictionsStored:
    return PredictionsStored(outcome.processed, outcome.ignored, errors=errors_of(outcome), **ids)


def store_anywhere(
    call: Call,
    body: UploadPredictions,
    known: Sequence[Dataset],
    run_of: Any,
    kinds: Sequence[str] | None = None,
) -> LabelOutcome:
    """Store what one call sends, dataset by dataset, all or nothing."""
    call.viewer.require(Permission.CURATE)
    if call.is_async:
        raise Invalid("Predictions whose items name the dataset are stored at once; leave async=1 out.")
    sent = sent_in(body.annotations, body.segmentations)
    try:
        drafts = drafts_of(call, sent, kinds=kinds)
        targets = targets_of(call.viewer, sent.rows(), drafts, known)
        with transaction.atomic():
            return store_targets(call, targets, run_of, update=body.update)
    except RowRefused as refusal:
        raise placed(sent, refusal) from None


def store_targets(call: Call, targets: Targets, run_of: Any, *, update: bool) -> LabelOutcome:
    total = LabelOutcome(unknown=list(targets.unknown))
    # In the order of their keys: two calls then take the datasets' locks in the same order.
    for dataset_pk, drafts in sorted(targets.by_dataset.items()):
        dataset = queries.dataset(call.viewer, public_id.encode("ds", dataset_pk))
        outcome = actions.predict(call.viewer, run_of(dataset), dataset, drafts, update=update)
        total.processed += outcome.processed
        total.ignored += outcome.ignored
        total.unknown += outcome.unknown
    return total
