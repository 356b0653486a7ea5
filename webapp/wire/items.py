"""Routes 21 to 27: reading, asking for and deleting items."""

from __future__ import annotations

import msgspec

from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset, Item
from webapp.labels import queries as label_queries
from webapp.query import queries as query_queries
from webapp.query.scope import Subject
from webapp.query.time_limit import in_time
from webapp.wire.call import Call, Streamed
from webapp.wire.datasets import Nothing
from webapp.wire.labels_out import LabelOut, grouped, item_labels_out
from webapp.wire.page_tokens import PageAsked, QueryAsked, token_after
from webapp.wire.references import position_of
from webapp.wire.rows_out import ROWS_A_PART, ItemOut, all_pages, item_out, items_out, streamed_list


class ItemList(msgspec.Struct):
    dataset_items: list[ItemOut]


class ItemPage(msgspec.Struct, rename="camel"):
    """One page of items; `nextPageToken` is null on the last."""

    items: list[ItemOut]
    next_page_token: str | None


class ItemFound(msgspec.Struct):
    """An item and its annotations by the SDK's word for their kind; kinds that it has none of are left out."""

    item: ItemOut
    annotations: dict[str, list[LabelOut]]


def all_items(call: Call, dataset_id: str) -> Streamed:
    rows = queries.items(call.viewer, queries.dataset(call.viewer, dataset_id))
    pages = all_pages(lambda after: queries.page_of(rows, after=after, limit=ROWS_A_PART))
    return streamed_list(b'{"dataset_items":', (items_out(call, page) for page in pages))


def page(call: Call, dataset_id: str, body: PageAsked) -> ItemPage:
    rows = queries.items(call.viewer, queries.dataset(call.viewer, dataset_id))
    found = queries.page_of(rows, after=body.after(), limit=body.limit())
    return ItemPage(items_out(call, found.rows), token_after(found.after))


def query_page(call: Call, dataset_id: str, body: QueryAsked) -> ItemPage:
    dataset = queries.dataset(call.viewer, dataset_id)
    with in_time():
        found = query_queries.paged(call.viewer, dataset, body.query, Subject.ITEMS)(body.after(), body.limit())
    return ItemPage(items_out(call, found.rows), token_after(found.after))


def by_reference(call: Call, dataset_id: str, reference_id: str) -> ItemFound:
    dataset = queries.dataset(call.viewer, dataset_id)
    return found(call, queries.item_by_reference(call.viewer, dataset, reference_id), dataset)


def at(call: Call, dataset_id: str, position: str) -> ItemFound:
    dataset = queries.dataset(call.viewer, dataset_id)
    return found(call, queries.item_at(call.viewer, dataset, position_of(position)), dataset)


def by_id(call: Call, dataset_id: str, item_id: str) -> ItemFound:
    dataset = queries.dataset(call.viewer, dataset_id)
    return found(call, queries.item(call.viewer, dataset, item_id), dataset)


def found(call: Call, item: Item, dataset: Dataset) -> ItemFound:
    rows = label_queries.labels_of_items(call.viewer, dataset, [item.pk])
    return ItemFound(item_out(call, item), grouped(item_labels_out(rows, item)))


def delete(call: Call, dataset_id: str, reference_id: str) -> Nothing:
    dataset: Dataset = queries.dataset(call.viewer, dataset_id)
    actions.delete_item(call.viewer, dataset, queries.item_by_reference(call.viewer, dataset, reference_id))
    return Nothing()
