"""Routes 48 to 53, 82 and 83: items with what is said about them, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import msgspec

from webapp.datasets import queries
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid
from webapp.query.time_limit import in_time
from webapp.wire.call import Call, Streamed
from webapp.wire.export_pages import Part, ReadItems, Said, of_dataset, of_slice, parts
from webapp.wire.labels_out import LabelOut, labels_out, row_groups
from webapp.wire.page_tokens import PageAsked, token_after
from webapp.wire.prediction_reads import runs_named
from webapp.wire.rows_out import ItemOut, items_out, served_urls, streamed_list

LABELS_A_PAGE = 30_000


class ExportAsked(PageAsked):
    """`query` leaves of a dataset's items those that meet it. With `chip` items have a `processed_url`. With
    `onlyMostRecentTask` labels of an item's earlier tasks are left out; those of no task stay.
    """

    query: str | None = None
    chip: bool = False
    only_most_recent_task: bool = False


class ExportRow(msgspec.Struct):
    """An item with its labels by kind; `reference_id` and `dataset_item_id` of a label are its item's."""

    item: ItemOut
    box: list[LabelOut]
    line: list[LabelOut]
    polygon: list[LabelOut]
    keypoints: list[LabelOut]
    cuboid: list[LabelOut]
    category: list[LabelOut]
    multicategory: list[LabelOut]
    segmentation: LabelOut | None


class Exported(msgspec.Struct, rename="camel"):
    exported_rows: list[ExportRow]


class ExportPage(msgspec.Struct, rename="camel"):
    """One page of rows; it ends early where there are many labels. `nextPageToken` is null on the last."""

    data: list[ExportRow]
    next_page_token: str | None


class RawRow(msgspec.Struct):
    """An annotation with its item and, for a frame, its scene's id; an item without annotations stands alone."""

    item: ItemOut
    annotation: LabelOut | msgspec.UnsetType = msgspec.UNSET
    scene: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def of_items(call: Call, dataset_id: str) -> Streamed:
    dataset = queries.dataset(call.viewer, dataset_id)
    return streamed(call, of_dataset(call.viewer, dataset), Said(call.viewer, dataset))


def page_of_items(call: Call, dataset_id: str, body: ExportAsked) -> ExportPage:
    dataset = queries.dataset(call.viewer, dataset_id)
    with in_time() if body.query else nullcontext():
        return page(call, of_dataset(call.viewer, dataset, body.query), Said(call.viewer, dataset), body)


def of_slice_items(call: Call, slice_id: str) -> Streamed:
    found = queries.slice_(call.viewer, slice_id)
    return streamed(call, of_slice(call.viewer, found), Said(call.viewer, found.dataset))


def page_of_slice(call: Call, slice_id: str, body: ExportAsked) -> ExportPage:
    refuse_query(body.query)
    found = queries.slice_(call.viewer, slice_id)
    return page(call, of_slice(call.viewer, found), Said(call.viewer, found.dataset), body)


def predictions_of_slice(call: Call, slice_id: str, model_id: str) -> Streamed:
    found = queries.slice_(call.viewer, slice_id)
    runs = runs_named(call.viewer, found.dataset, model_id)
    return streamed(call, of_slice(call.viewer, found), Said(call.viewer, found.dataset, runs))


def page_of_slice_predictions(call: Call, slice_id: str, model_id: str, body: ExportAsked) -> ExportPage:
    refuse_query(body.query)
    found = queries.slice_(call.viewer, slice_id)
    runs = runs_named(call.viewer, found.dataset, model_id)
    return page(call, of_slice(call.viewer, found), Said(call.viewer, found.dataset, runs), body)


def raw_of_slice(call: Call, slice_id: str) -> Streamed:
    found = queries.slice_(call.viewer, slice_id)
    read = parts(of_slice(call.viewer, found), Said(call.viewer, found.dataset))
    return streamed_list(b"", (raw_rows(call, part) for part in read), tail=b"")


def streamed(call: Call, read: ReadItems, said: Said) -> Streamed:
    return streamed_list(b'{"exportedRows":', (rows_out(call, part) for part in parts(read, said)))


def page(call: Call, read: ReadItems, said: Said, body: ExportAsked) -> ExportPage:
    rows: list[ExportRow] = []
    labels, after = 0, None
    for part in parts(read, said, after=body.after(), items=body.limit()):
        rows += rows_out(call, part, is_latest=body.only_most_recent_task, is_chip=body.chip)
        labels, after = labels + part.label_count, part.after
        if labels >= LABELS_A_PAGE:
            break
    return ExportPage(rows, token_after(after))


def refuse_query(query: str | None) -> None:
    if query:
        raise Invalid("query narrows the export of a dataset; ask that one with slice = and this slice's id in it.")


def rows_out(call: Call, part: Part, *, is_latest: bool = False, is_chip: bool = False) -> list[ExportRow]:
    made = []
    served = served_urls(call, part.items) if is_chip else {}
    for shown, item in zip(items_out(call, part.items), part.items, strict=True):
        if is_chip:
            shown.processed_url = served.get(item.pk, shown.image_url)
        rows = of_latest_task(part.of(item)) if is_latest else part.of(item)
        made.append(ExportRow(shown, **row_groups(labels_out(rows, with_ids=False))))
    return made


def of_latest_task(rows: Sequence[LabelRow]) -> Sequence[LabelRow]:
    """Those of the task that the newest label with a task is of, and those of none."""
    latest = next((row.task_id for row in reversed(rows) if row.task_id is not None), None)
    return rows if latest is None else [row for row in rows if row.task_id in (None, latest)]


def raw_rows(call: Call, part: Part) -> list[RawRow]:
    made: list[RawRow] = []
    for shown, item in zip(items_out(call, part.items), part.items, strict=True):
        scene: Any = msgspec.UNSET if item.scene_id is None else {"id": public_id.encode("scn", item.scene_id)}
        labels = labels_out(part.of(item))
        made += [RawRow(shown, one, scene) for one in labels] or [RawRow(shown, scene=scene)]
    return made
