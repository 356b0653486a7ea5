"""Routes 21, 22 and 24 to 27: reading and deleting items."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset, Item
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call, Streamed
from webapp.wire.datasets import Nothing
from webapp.wire.page_tokens import PageAsked, token_after
from webapp.wire.rows_out import ROWS_A_PART, ItemOut, all_pages, item_out, items_out, streamed_list


class ItemList(msgspec.Struct):
    dataset_items: list[ItemOut]


class ItemPage(msgspec.Struct, rename="camel"):
    """One page of items; `nextPageToken` is null on the last."""

    items: list[ItemOut]
    next_page_token: str | None


class ItemFound(msgspec.Struct):
    """An item; `annotations` is empty, because this version stores none."""

    item: ItemOut
    annotations: dict[str, Any]


def all_items(call: Call, dataset_id: str) -> Streamed:
    rows = queries.items(call.viewer, queries.dataset(call.viewer, dataset_id))
    pages = all_pages(lambda after: queries.page_of(rows, after=after, limit=ROWS_A_PART))
    return streamed_list(b'{"dataset_items":', (items_out(call, page) for page in pages))


def page(call: Call, dataset_id: str, body: PageAsked) -> ItemPage:
    rows = queries.items(call.viewer, queries.dataset(call.viewer, dataset_id))
    found = queries.page_of(rows, after=body.after(), limit=body.limit())
    return ItemPage(items_out(call, found.rows), token_after(found.after))


def by_reference(call: Call, dataset_id: str, reference_id: str) -> ItemFound:
    return found(call, queries.item_by_reference(call.viewer, queries.dataset(call.viewer, dataset_id), reference_id))


def at(call: Call, dataset_id: str, position: str) -> ItemFound:
    if not (position.isascii() and position.isdigit() and len(position) < 16):
        raise Invalid(f"{position[:20]!r} is no position; a whole number from 0 on is accepted.")
    return found(call, queries.item_at(call.viewer, queries.dataset(call.viewer, dataset_id), int(position)))


def by_id(call: Call, dataset_id: str, item_id: str) -> ItemFound:
    return found(call, queries.item(call.viewer, queries.dataset(call.viewer, dataset_id), item_id))


def found(call: Call, item: Item) -> ItemFound:
    return ItemFound(item_out(call, item), {})


def delete(call: Call, dataset_id: str, reference_id: str) -> Nothing:
    dataset: Dataset = queries.dataset(call.viewer, dataset_id)
    actions.delete_item(call.viewer, dataset, queries.item_by_reference(call.viewer, dataset, reference_id))
    return Nothing()
