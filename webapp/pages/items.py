"""`/datasets/ds_…/items/di_…`: one picture, and all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.deletion import delete_item
from webapp.datasets.models import Dataset, Item
from webapp.pages.cells import dataset_href, item_cells, links_for, media_address, picture
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.edits import edit_addresses
from webapp.pages.facts import Fact, facts_of
from webapp.pages.frame import Page, render, say
from webapp.pages.label_islands import labels_of_item_page
from webapp.pages.label_pane import LabelPane, label_pane
from webapp.pages.label_runs import run_query, runs_of_page
from webapp.pages.media_hosts import hosts_of_dataset
from webapp.privacy import public_id


@dataclass(frozen=True, slots=True)
class FrameOf:
    """The scene an item is a frame of."""

    reference_id: str
    """The scene's reference id."""
    href: str
    """The scene at this frame."""
    frame_index: int
    """The frame's place in it, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage(Page):
    """One item."""

    template: ClassVar[str] = "pages/item.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset it is in."""
    id: str
    """Its public id."""
    reference_id: str
    """The name its owner gave it."""
    privacy: str
    """`private`, `linked` or `shared`."""
    origin: str | None
    """The host its picture comes from; None for an upload."""
    request_href: str | None
    """The approved request that this server holds a copy by; None without one."""
    media_address: str
    """Where the browser loads the picture from."""
    width: int | None
    """Pixels; None until somebody said or a browser measured it."""
    height: int | None
    """Pixels; None until somebody said or a browser measured it."""
    created_at: datetime
    """When it was added."""
    frame_of: FrameOf | None
    """The scene it is a frame of; None for an item that stands alone."""
    metadata: tuple[Fact, ...]
    """Its metadata."""
    labels: LabelPane
    """What is said of it."""
    previous: str | None
    """The item before it, for a frame the one before in its scene; None for the first."""
    next: str | None
    """The item after it, for a frame the one after in its scene; None for the last."""
    may_delete: bool
    """Whether the viewer may remove it; a frame is removed with its scene."""
    refusal: Refusal | None
    """Why it was not removed."""


@person
def item(request: HttpRequest, viewer: Viewer, dataset_id: str, item_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.item(viewer, dataset, item_id)
    if request.method == "POST":
        verbs = {"delete": lambda request, viewer: delete(request, viewer, dataset, found)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, found, refusal=refusal))
    return show(request, viewer, dataset, found)


def delete(request: HttpRequest, viewer: Viewer, dataset: Dataset, found: Item) -> HttpResponse:
    delete_item(viewer, dataset, found)
    say(request, f"Removed {found.reference_id}. Its picture is untouched on its own host.")
    return redirect(dataset_href(dataset.public_id))


def show(
    request: HttpRequest, viewer: Viewer, dataset: Dataset, found: Item, *, refusal: Refusal | None = None
) -> HttpResponse:
    before, after = queries.neighbors(viewer, found)
    cell = item_cells(dataset.public_id, [found])[0]
    told, runs = runs_of_page(request, viewer, dataset)
    links = links_for(request, viewer)
    page = ItemPage(
        title=found.reference_id,
        media=hosts_of_dataset(request, viewer, dataset),
        dataset=dataset_head(viewer, dataset, view=""),
        id=cell.id,
        reference_id=found.reference_id,
        privacy=found.privacy,
        origin=str(found.url.origin) if found.url is not None else None,
        request_href=request_href(found),
        media_address=media_address(found, links),
        width=found.width,
        height=found.height,
        created_at=found.created_at,
        frame_of=frame_of(dataset, found),
        metadata=facts_of(found.metadata),
        labels=label_pane(viewer, found, runs),
        previous=href_of(dataset, before, run_query(request)),
        next=href_of(dataset, after, run_query(request)),
        may_delete=viewer.may(Permission.CURATE) and found.scene_id is None,
        refusal=refusal,
    )
    urls = {"measure": reverse("pages:measurements", args=[dataset.public_id])}
    labels = labels_of_item_page(viewer, dataset, found, told)
    edits = edit_addresses(viewer, dataset)
    parts = {"item": picture(cell, found, links), "urls": urls, "labels": labels, "edits": edits}
    island = parts | ({"metadata": found.metadata} if edits else {})
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)


def request_href(found: Item) -> str | None:
    if found.promotion_pk is None:
        return None
    return reverse("pages:promotion", args=[public_id.encode("prm", found.promotion_pk)])


def frame_of(dataset: Dataset, found: Item) -> FrameOf | None:
    if found.scene is None or found.frame_index is None:
        return None
    href = f"{dataset_href(dataset.public_id)}scenes/{found.scene.public_id}?frame={found.frame_index}"
    return FrameOf(found.scene.reference_id, href, found.frame_index)


def href_of(dataset: Dataset, found: Item | None, query: str) -> str | None:
    return f"{dataset_href(dataset.public_id)}items/{found.public_id}{query}" if found is not None else None
