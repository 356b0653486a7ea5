"""The rows of a grid as its script is told of them, and as links for when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict
from urllib.parse import urlencode

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Item, Scene
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.cells import Cell, dataset_href, length, media_address
from webapp.privacy import public_id
from webapp.query.asks import Ask
from webapp.query.queries import everything
from webapp.query.scope import Subject


class RowOnPage(TypedDict):
    """One row. `url` is None where there is no still to show; `width` and `height` are pixels, None until measured."""

    id: str
    reference_id: str
    href: str
    url: str | None
    width: int | None
    height: int | None
    privacy: str
    note: str
    frames: NotRequired[str]
    """Of a scene: where its frames are listed."""
    still: NotRequired[str]
    """Of a scene: the reference id of the frame that it is shown by, where it has one."""
    item_id: NotRequired[str]
    """Of an object, as all below: the item it is on, whose are address, size and reference id."""
    crop: NotRequired[list[float]]
    """Left, top, right and bottom, in pixels of the item."""
    label: NotRequired[str]
    source: NotRequired[str | None]
    """The run that predicted it; None for what people say."""
    confidence: NotRequired[float | None]
    """From 0 to 1; None where nobody said."""
    track: NotRequired[str | None]
    """The reference id of the track it belongs to."""
    annotation_id: NotRequired[str | None]
    """Its sender's own id."""


def rows_on_page(viewer: Viewer, links: SharedLinks, ask: Ask, keys: Sequence[int]) -> list[RowOnPage]:
    """The rows with these keys, in their order; one that is gone by now is left out."""
    if ask.subject is Subject.ITEMS:
        return item_rows(viewer, links, ask, keys)
    rows = scene_rows if ask.subject is Subject.SCENES else object_rows
    return rows(viewer, links, ask, keys)


def cells_of_rows(rows: Sequence[RowOnPage]) -> list[Cell]:
    return [Cell(row["id"], row["href"], caption_of(row), row["note"], row["url"] is not None) for row in rows]


def caption_of(row: RowOnPage) -> str:
    if "label" not in row:
        return row["reference_id"]
    sure = row.get("confidence")
    return f"{row['label']}{f' {sure:.2f}' if sure is not None else ''} · {row['reference_id']}"


def run_end(ask: Ask, **more: str) -> str:
    """The end of an address that shows the same run as this grid does."""
    told = ({"run": ask.said_by.public_id} if ask.said_by is not None else {}) | more
    return f"?{urlencode(told)}" if told else ""


def item_rows(viewer: Viewer, links: SharedLinks, ask: Ask, keys: Sequence[int]) -> list[RowOnPage]:
    found = items_by_key(viewer, ask, keys)
    base, end = dataset_href(ask.dataset.public_id), run_end(ask)
    ids = dict(zip(keys, public_id.encode_many("di", keys), strict=True))
    return [item_row(found[pk], links, ids[pk], f"{base}items/{ids[pk]}{end}") for pk in keys if pk in found]


def items_by_key(viewer: Viewer, ask: Ask, keys: Sequence[int]) -> dict[int, Item]:
    return {one.pk: one for one in queries.items(viewer, ask.dataset).filter(pk__in=keys)}


def item_row(item: Item, links: SharedLinks, row_id: str, href: str) -> RowOnPage:
    return {
        "id": row_id,
        "reference_id": item.reference_id,
        "href": href,
        "url": media_address(item, links),
        "width": item.width,
        "height": item.height,
        "privacy": item.privacy,
        "note": "",
    }


def scene_rows(viewer: Viewer, links: SharedLinks, ask: Ask, keys: Sequence[int]) -> list[RowOnPage]:
    found = {one.pk: one for one in queries.scenes(viewer, ask.dataset).filter(pk__in=keys)}
    stills = queries.first_frames(viewer, list(found.values()))
    base, end = dataset_href(ask.dataset.public_id), run_end(ask)
    ids = dict(zip(keys, public_id.encode_many("scn", keys), strict=True))
    return [scene_row(found[pk], stills.get(pk), links, ids[pk], base, end) for pk in keys if pk in found]


def scene_row(scene: Scene, still: Item | None, links: SharedLinks, row_id: str, base: str, end: str) -> RowOnPage:
    """A scene by its first frame."""
    row: RowOnPage = {
        "id": row_id,
        "reference_id": scene.reference_id,
        "href": f"{base}scenes/{row_id}{end}",
        "url": media_address(still, links) if still is not None else None,
        "width": still.width if still is not None else None,
        "height": still.height if still is not None else None,
        "privacy": (still or scene).privacy,
        "note": length(scene),
    }
    if still is not None:
        row["still"] = still.reference_id
    if scene.frame_count:
        row["frames"] = f"{base}scenes/{row_id}/frames"
    return row


def object_rows(viewer: Viewer, links: SharedLinks, ask: Ask, keys: Sequence[int]) -> list[RowOnPage]:
    columns = ["pk", "item_id", "kind", "label", "left", "top", "right", "bottom", "annotation_id"]
    is_predicted = ask.subject is Subject.PREDICTIONS
    columns += ["track__reference_id", *(["confidence"] if is_predicted else [])]
    every = everything(viewer, ask.dataset, ask.subject, ask.said_by).filter(pk__in=keys)
    found = {one["pk"]: one for one in every.values(*columns)}
    pks = list(dict.fromkeys(one["item_id"] for one in found.values()))
    items = items_by_key(viewer, ask, pks)
    item_ids = dict(zip(pks, public_id.encode_many("di", pks), strict=True))
    base, source = dataset_href(ask.dataset.public_id), ask.said_by.public_id if ask.said_by is not None else None
    rows: list[RowOnPage] = []
    for pk, row_id in zip(keys, public_id.encode_many(ask.prefix, keys), strict=True):
        one = found.get(pk)
        if one is None or one["item_id"] not in items:
            continue
        item_id, sure = item_ids[one["item_id"]], one.get("confidence")
        href = f"{base}items/{item_id}{run_end(ask, label=row_id)}"
        row = item_row(items[one["item_id"]], links, row_id, href)
        row["item_id"] = item_id
        row["crop"] = [one["left"], one["top"], one["right"], one["bottom"]]
        row["label"], row["source"], row["confidence"] = one["label"] or one["kind"], source, sure
        row["track"], row["annotation_id"] = one["track__reference_id"], one["annotation_id"]
        rows.append(row)
    return rows
