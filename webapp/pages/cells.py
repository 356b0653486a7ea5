"""Pictures among many: what the template draws of them, and what the page's script is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.queries import FrameRow
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.words import counted, rate
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.shared_origin import shared_base


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture among many, as a link that means something before and without its picture."""

    id: str
    """The public id of the item or scene."""
    href: str
    """Its own page."""
    caption: str
    """Its reference id."""
    note: str
    """What is always said on it, such as a scene's length; empty for nothing."""
    has_picture: bool
    """False for a scene that is an mp4 alone: there is no still to show."""


class PictureOnPage(TypedDict):
    """A picture as the island names it. `width` and `height` are pixels, None until measured."""

    id: str
    reference_id: str
    url: str
    width: int | None
    height: int | None
    privacy: str
    href: str
    still: NotRequired[str]
    """Of a scene: the reference id of the frame that it is shown by."""


def dataset_href(dataset_id: str) -> str:
    return reverse("pages:dataset", args=[dataset_id])


def links_for(request: HttpRequest, viewer: Viewer) -> SharedLinks:
    """The links of this person to uploaded files, at the origin for shared bytes as their browser reaches it."""
    return SharedLinks(shared_base(request), viewer.user_id)


def media_address(item: Item, links: SharedLinks) -> str:
    """Where the browser loads an item from: its own host, or our signed link to an uploaded file."""
    return item.url.reveal() if item.url is not None else links.to(item.pk, item.file_id)


def frame_address(frame: FrameRow, links: SharedLinks) -> str:
    """Where the browser loads a frame from, as `media_address` says of an item."""
    return frame.url.reveal() if frame.url is not None else links.to(frame.pk, frame.file_pk)


def stored_address(url: MediaUrl | None) -> str | None:
    """An address as it was given to us, for a file that its viewer asked to have it in; None for an uploaded file."""
    return url.reveal() if url is not None else None


def item_cells(dataset_id: str, items: Sequence[Item], *, query: str = "") -> list[Cell]:
    """The items as cells; `query` is the end of each one's address, such as `?run=run_…`."""
    base = dataset_href(dataset_id)
    ids = public_id.encode_many("di", [item.pk for item in items])
    return [
        Cell(item_id, f"{base}items/{item_id}{query}", item.reference_id, "", has_picture=True)
        for item_id, item in zip(ids, items, strict=True)
    ]


def scene_cells(dataset_id: str, scenes: Sequence[Scene], stills: Mapping[int, Item], *, query: str = "") -> list[Cell]:
    """The scenes as cells, as `item_cells` does items."""
    base = dataset_href(dataset_id)
    ids = public_id.encode_many("scn", [scene.pk for scene in scenes])
    return [
        Cell(scene_id, f"{base}scenes/{scene_id}{query}", one.reference_id, length(one), has_picture=one.pk in stills)
        for scene_id, one in zip(ids, scenes, strict=True)
    ]


def length(scene: Scene) -> str:
    """`300 frames · 10 fps`, or `mp4` for a video whose frames only the browser can count."""
    if not scene.frame_count:
        return "mp4"
    frames = counted(scene.frame_count, "frame")
    return f"{frames} · {rate(scene.frame_rate)}" if scene.frame_rate else frames


def picture(cell: Cell, item: Item, links: SharedLinks) -> PictureOnPage:
    """What the script needs to show `item` in `cell`; for a scene's cell, its first frame."""
    return {
        "id": cell.id,
        "reference_id": cell.caption,
        "url": media_address(item, links),
        "width": item.width,
        "height": item.height,
        "privacy": item.privacy,
        "href": cell.href,
    }


def item_pictures(cells: Sequence[Cell], items: Sequence[Item], links: SharedLinks) -> list[PictureOnPage]:
    return [picture(cell, item, links) for cell, item in zip(cells, items, strict=True)]


def scene_pictures(
    cells: Sequence[Cell], scenes: Sequence[Scene], stills: Mapping[int, Item], links: SharedLinks
) -> list[PictureOnPage]:
    shown = [(cell, stills.get(scene.pk)) for cell, scene in zip(cells, scenes, strict=True)]
    return [{**picture(cell, still, links), "still": still.reference_id} for cell, still in shown if still is not None]


def kind_of(dataset: Dataset) -> str:
    return "video" if dataset.is_scene else "images"
