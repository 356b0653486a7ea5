"""The pictures of a request, for the approver's own browser, a page at a time, in the order they were frozen in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Item
from webapp.privacy import public_id
from webapp.privacy.url_seal import is_sealed
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.queries import items_of
from webapp.promotions.states import ItemState

PAGE = 48
NOT_HERE = (ItemState.LEFT, ItemState.GONE)


class Picture(TypedDict):
    """What the page's script is told: where the browser loads it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A place in the grid. `reason` is why no picture can be shown, "" where the browser may try."""

    id: str
    href: str | None
    caption: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    tiles: tuple[Tile, ...]
    pictures: list[Picture]
    first: int
    last: int
    total: int
    previous: str | None
    next: str | None


def preview_of(request: HttpRequest, viewer: Viewer, promotion: Promotion) -> Preview:
    rows = items_of(viewer, promotion)
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page_number(request)), pages)
    # A page is found by counting keys in their order: a request holds at most a hundred thousand.
    shown = list(rows[(page - 1) * PAGE : page * PAGE])
    found = Item.objects.visible_to(viewer).select_related("dataset").filter(pk__in=[row.item_pk for row in shown])
    items = {item.pk: item for item in found}
    tiles = [tile_of(row, items) for row in shown]
    pictures = [picture_of(items[row.item_pk]) for row, tile in zip(shown, tiles, strict=True) if not tile.reason]
    return Preview(
        tiles=tuple(tiles),
        pictures=pictures,
        first=(page - 1) * PAGE + 1 if total else 0,
        last=(page - 1) * PAGE + len(shown),
        total=total,
        previous=f"?page={page - 1}#preview" if page > 1 else None,
        next=f"?page={page + 1}#preview" if page < pages else None,
    )


def tile_of(row: PromotionItem, items: Mapping[int, Item]) -> Tile:
    item_id = public_id.encode("di", row.item_pk)
    item = items.get(row.item_pk)
    if item is None:
        return Tile(item_id, None, item_id, "This item was deleted; it is not copied.")
    href = reverse("pages:item", args=[item.dataset.public_id, item_id])
    if row.state in NOT_HERE and row.sentence:
        return Tile(item_id, href, item.reference_id, row.sentence)
    if item.url is None or not is_sealed(bytes(row.seal), item_id, item.url):
        reason = "This item has another address than the one that was asked for; it is not copied."
        return Tile(item_id, href, item.reference_id, reason)
    return Tile(item_id, href, item.reference_id, "")


def picture_of(item: Item) -> Picture:
    assert item.url is not None  # noqa: S101  its tile has no reason then
    return {"id": item.public_id, "url": item.url.reveal()}


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
