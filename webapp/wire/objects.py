"""Route 85: annotations, predictions and their matches, as a query chooses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid
from webapp.query.objects import Match, Matching, annotation_page, match_page, prediction_page
from webapp.query.time_limit import in_time
from webapp.wire.call import Call
from webapp.wire.labels_out import LabelOut, labels_out
from webapp.wire.page_tokens import QueryAsked, token_after

MATCHINGS = {
    "iou": Matching.MATCHED,
    "false_positive": Matching.FALSE_POSITIVE,
    "false_negative": Matching.FALSE_NEGATIVE,
}


class ObjectsAsked(QueryAsked, kw_only=True, rename=None):
    """Fields of annotations (or of predictions) in `query` are asked of each object, all others of its item.

    Without `model_run_id` the newest run that has predictions on the dataset is meant.
    """

    patch_mode: Literal["iou", "false_positive", "false_negative", "predictions_only", "ground_truth_only"]
    model_run_id: str | None = None


class MatchOut(msgspec.Struct):
    """A prediction with the annotation it meets; one of the two is null where nothing meets the other."""

    model_run_id: str
    dataset_item_id: str
    reference_id: str
    iou: float
    true_positive: bool
    model_prediction_id: str | None
    ground_truth_annotation_id: str | None
    model_prediction_label: str | None
    ground_truth_annotation_label: str | None


class ObjectPage(msgspec.Struct, rename="camel"):
    """One page of annotations, or of predictions; `nextPageToken` is null on the last."""

    items: list[LabelOut]
    next_page_token: str | None


class MatchPage(msgspec.Struct, rename="camel"):
    """One page of matches; it may be empty and not the last. `nextPageToken` is null on the last."""

    items: list[MatchOut]
    next_page_token: str | None


def page(call: Call, dataset_id: str, body: ObjectsAsked) -> ObjectPage | MatchPage:
    dataset = queries.dataset(call.viewer, dataset_id)
    run = run_asked(call, dataset, body.model_run_id)
    asked = (call.viewer, dataset, body.query)
    with in_time():
        if body.patch_mode == "ground_truth_only":
            rows, more = annotation_page(*asked, run, after=body.after(), limit=body.limit())
            return ObjectPage(named(call, dataset, rows), token_after(more))
        if run is None:
            raise Invalid("model_run_id is missing, and no model run has predictions on this dataset.")
        if body.patch_mode == "predictions_only":
            rows, more = prediction_page(*asked, run, after=body.after(), limit=body.limit())
            return ObjectPage(named(call, dataset, rows), token_after(more))
        wanted = MATCHINGS[body.patch_mode]
        found, more = match_page(*asked, run, wanted, after=body.after(), limit=body.limit())
        return MatchPage(matches_out(call, dataset, run, found), token_after(more))


def run_asked(call: Call, dataset: Dataset, run_id: str | None) -> ModelRun | None:
    """The run of this id, or the newest that has predictions on the dataset."""
    if run_id:
        return label_queries.run(call.viewer, run_id)
    return next(iter(label_queries.runs_of_dataset(call.viewer, dataset, with_predictions=True)), None)


def named(call: Call, dataset: Dataset, rows: Sequence[LabelRow]) -> list[LabelOut]:
    """The labels, each saying which item it is of."""
    names = references(call, dataset, [row.item_pk for row in rows if row.item_pk is not None])
    made = labels_out(rows)
    for row, label in zip(rows, made, strict=True):
        if row.item_pk is not None:
            label.dataset_item_id, label.reference_id = public_id.encode("di", row.item_pk), names[row.item_pk]
    return made


def matches_out(call: Call, dataset: Dataset, run: ModelRun, found: Sequence[Match]) -> list[MatchOut]:
    names = references(call, dataset, [match.item_pk for match in found])
    return [
        MatchOut(
            model_run_id=run.public_id,
            dataset_item_id=public_id.encode("di", match.item_pk),
            reference_id=names[match.item_pk],
            iou=match.iou,
            true_positive=match.annotation is not None and match.prediction is not None,
            model_prediction_id=id_of("pred", match.prediction),
            ground_truth_annotation_id=id_of("ann", match.annotation),
            model_prediction_label=match.prediction.label if match.prediction else None,
            ground_truth_annotation_label=match.annotation.label if match.annotation else None,
        )
        for match in found
    ]


def id_of(prefix: str, row: LabelRow | None) -> str | None:
    return None if row is None else public_id.encode(prefix, row.pk)


def references(call: Call, dataset: Dataset, pks: Sequence[int]) -> dict[int, str]:
    rows = queries.items(call.viewer, dataset)
    found: dict[int, str] = {}
    for some in queries.chunks(sorted(set(pks))):
        found.update(rows.filter(pk__in=some).values_list("pk", "reference_id"))
    return found
