"""Slices: the team's list, a dataset's list, and `/slices/slc_…`, the grid of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.slices import delete_slice, rename_slice
from webapp.datasets.models import Slice
from webapp.pages.cells import dataset_href, item_cells, item_pictures, scene_cells, scene_pictures
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.grid import PAGE_SIZE, GridView, grid_island, grid_view
from webapp.pages.label_runs import run_of_page
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.words import counted
from webapp.privacy import public_id

LIST_SIZE = 200


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One slice in a list."""

    name: str
    """Its name."""
    href: str
    """Its own page."""
    dataset_name: str
    """The dataset whose rows it names."""
    dataset_href: str
    """That dataset's grid."""
    noun: str
    """What it holds: `item` or `scene`."""
    size: int
    """How many of them."""
    created_by: str
    """Who made it."""
    created_at: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesPage(Page):
    """Slices of the team, or of one dataset, newest first."""

    template: ClassVar[str] = "pages/slices.html"
    room: ClassVar[str] = "slices"

    dataset: DatasetHead | None
    """The dataset whose slices these are; None for the team's."""
    slices: tuple[SliceRow, ...]
    """The slices of this page."""
    slice_count: int
    """How many there are in all."""
    paging: Paging
    """Where the list goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSlicesPage(SlicesPage):
    """The slices of one dataset, inside that dataset's own pages."""

    room: ClassVar[str] = "datasets"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePage(Page):
    """The pictures of one slice."""

    template: ClassVar[str] = "pages/slice.html"
    room: ClassVar[str] = "slices"

    id: str
    """The public id."""
    name: str
    """The name; what was typed when that was refused."""
    description: str
    """What its maker says about it."""
    noun: str
    """What it holds: `item` or `scene`."""
    size: int
    """How many of them."""
    privacy: str
    """`private` for a privacy dataset, `linked` for an ordinary one."""
    dataset_name: str
    """The dataset whose rows it names."""
    dataset_href: str
    """That dataset's grid."""
    created_by: str
    """Who made it."""
    created_at: datetime
    """When."""
    grid: GridView
    """Its pictures."""
    may_curate: bool
    """Whether the viewer may rename or delete it."""
    is_form_open: bool
    """Whether the form to rename or delete it is open."""
    form_href: str
    """The address that opens it, or closes it when it is open."""
    refusal: Refusal | None
    """Why a change was not made."""


@person
def slices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    found = queries.slices(viewer)
    shown, links = cut(request, found)
    page = SlicesPage(
        title="Slices",
        dataset=None,
        slices=tuple(row_of(one) for one in shown),
        slice_count=len(found),
        paging=links,
    )
    return render(request, viewer, page)


@person
def dataset_slices(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.slices(viewer, dataset)
    shown, links = cut(request, found)
    page = DatasetSlicesPage(
        title=f"Slices of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="slices"),
        slices=tuple(row_of(one) for one in shown),
        slice_count=len(found),
        paging=links,
    )
    return render(request, viewer, page)


def cut(request: HttpRequest, found: Sequence[Slice]) -> tuple[Sequence[Slice], Paging]:
    after = key_from(request, "after", "slc")
    rest = [one for one in found if after is None or one.pk < after]
    shown = rest[:LIST_SIZE]
    return shown, paging(request, "slc", after=shown[-1].pk if len(rest) > LIST_SIZE else None)


def row_of(found: Slice) -> SliceRow:
    return SliceRow(
        name=found.name,
        href=href_of(found),
        dataset_name=found.dataset.name,
        dataset_href=dataset_href(found.dataset.public_id),
        noun=noun_of(found),
        size=found.size,
        created_by=found.created_by.email,
        created_at=found.created_at,
    )


def noun_of(found: Slice) -> str:
    return "item" if found.kind == Slice.Kind.ITEMS else "scene"


def href_of(found: Slice) -> str:
    return reverse("pages:slice", args=[found.public_id])


@person
def slice_(request: HttpRequest, viewer: Viewer, slice_id: str) -> HttpResponse:
    found = queries.slice_(viewer, slice_id)
    if request.method == "POST":
        verbs = {
            "rename": lambda request, viewer: rename(request, viewer, found),
            "delete": lambda request, viewer: delete(request, viewer, found),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, found, refusal=refusal))
    return show(request, viewer, found)


def rename(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    name, description = request.POST.get("name", ""), request.POST.get("description", "")
    rename_slice(viewer, found, name=name, description=description)
    say(request, "Saved.")
    return redirect(href_of(found))


def delete(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    delete_slice(viewer, found)
    say(request, f"Deleted the slice {found.name}. Its {noun_of(found)}s are untouched.")
    return redirect(reverse("pages:dataset-slices", args=[found.dataset.public_id]))


def show(request: HttpRequest, viewer: Viewer, found: Slice, *, refusal: Refusal | None = None) -> HttpResponse:
    dataset = found.dataset
    prefix = "di" if found.kind == Slice.Kind.ITEMS else "scn"
    rows = queries.slice_page(viewer, found, after=key_from(request, "after", prefix), limit=PAGE_SIZE)
    if found.kind == Slice.Kind.ITEMS:
        cells = item_cells(dataset.public_id, rows.rows)
        pictures = item_pictures(cells, rows.rows)
    else:
        stills = queries.first_frames(viewer, rows.rows)
        cells = scene_cells(dataset.public_id, rows.rows, stills)
        pictures = scene_pictures(cells, rows.rows, stills)
    is_open = "edit" in request.GET or refusal is not None
    links = paging(request, prefix, after=rows.after, says=f"{counted(len(cells), noun_of(found))} here")
    page = SlicePage(
        title=found.name,
        media_origins=frozenset(queries.dataset_origins(viewer, dataset)),
        id=public_id.encode("slc", found.pk),
        name=request.POST.get("name", found.name) if refusal else found.name,
        description=request.POST.get("description", found.description) if refusal else found.description,
        noun=noun_of(found),
        size=found.size,
        privacy="private" if dataset.use_privacy_mode else "linked",
        dataset_name=dataset.name,
        dataset_href=dataset_href(dataset.public_id),
        created_by=found.created_by.email,
        created_at=found.created_at,
        grid=grid_view(request, viewer, cells, links),
        may_curate=viewer.may(Permission.CURATE),
        is_form_open=is_open,
        form_href=address(request, edit=None if is_open else "1"),
        refusal=refusal,
    )
    island = grid_island(viewer, dataset, pictures, Slice.Kind(found.kind), run_of_page(request, viewer, dataset))
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)
