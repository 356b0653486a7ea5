"""`/slices/slc_…`: the grid of one slice, what happened to it, and what can be made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import edit_queries, queries
from webapp.datasets.actions.slices import delete_slice, rename_slice, tag_slice
from webapp.datasets.models import Dataset, Slice
from webapp.datasets.queries import Page as Rows
from webapp.datasets.shared_links import SharedLinks
from webapp.pages import labelling_in_place, labelling_requests, slice_samples
from webapp.pages.cells import (
    Cell,
    PictureOnPage,
    dataset_href,
    item_cells,
    item_pictures,
    scene_cells,
    scene_pictures,
)
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.edit_history import say_edit
from webapp.pages.facet_panel import FacetPanel, facet_panel
from webapp.pages.frame import Page, render
from webapp.pages.grid_shown import GridView, Shown, grid_island, shown, slice_matches
from webapp.pages.media_hosts import hosts_of_dataset
from webapp.pages.paging import address
from webapp.pages.query_bar import SLICE_VERB, QueryBar
from webapp.pages.slice_samples import SampleForm, sample_form
from webapp.pages.slice_words import History, Making, history_of, href_of, making_of, noun_of
from webapp.pages.tags import tags_from

# The panel that a refused form stands in.
PANEL_OF = {
    "rename": "edit",
    "delete": "edit",
    "tag": "edit",
    slice_samples.VERB: "sample",
    labelling_requests.VERB: "request",
    labelling_in_place.VERB: "in-place",
}


@dataclass(frozen=True, slots=True)
class PanelChoice:
    """A panel of the page that can be opened, one at a time."""

    name: str
    """`edit`, `request`, `in-place`, `sample` or `export`."""
    text: str
    """What its button says."""
    href: str
    """The address that opens it, or closes it when it is open."""
    current: bool
    """Whether it is open."""


@dataclass(frozen=True, slots=True)
class ExportLinks:
    """Where a slice is had as a file."""

    json: str
    """Ids, reference ids and metadata."""
    json_with_addresses: str
    """The same with media addresses."""
    csv: str
    """Reference ids."""


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
    tags: tuple[str, ...]
    """Its tags."""
    known_tags: tuple[str, ...]
    """Tags of the team to choose from, while its panel is open."""
    request: labelling_requests.RequestForm
    """The form that asks for it to be labelled."""
    projects: tuple[labelling_in_place.ProjectChoice, ...]
    """The projects that may be given it, while a panel is open that asks for one."""
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
    history: History
    """What happened to it since."""
    making: Making | None
    """How it was made, where that is worth saying."""
    query: QueryBar | None
    """What is asked of it, or may be; None while it is empty."""
    grid: GridView
    """Its pictures."""
    facets: FacetPanel
    """What the fields of its pictures hold, beside them."""
    cell_noun: str
    """What one cell is: `item`, `scene`, `annotation` or `prediction`."""
    panels: tuple[PanelChoice, ...]
    """What can be opened."""
    panel: str
    """The name of the one that is open; empty for none."""
    sample: SampleForm
    """The form for a sample of it."""
    exports: ExportLinks
    """It as a file."""
    compare_href: str
    """Where it is compared with another slice."""
    refusal: Refusal | None
    """Why a change was not made."""


@person
def slice_(request: HttpRequest, viewer: Viewer, slice_id: str) -> HttpResponse:
    found = queries.slice_(viewer, slice_id)
    if request.method == "POST":
        verbs = {
            "rename": lambda request, viewer: rename(request, viewer, found),
            "delete": lambda request, viewer: delete(request, viewer, found),
            "tag": lambda request, viewer: tag(request, viewer, found),
            labelling_requests.VERB: lambda request, viewer: labelling_requests.ask_for_slice(request, viewer, found),
            labelling_in_place.VERB: lambda request, viewer: labelling_in_place.give_slice(request, viewer, found),
            slice_samples.VERB: lambda request, viewer: slice_samples.make_sample(
                request, viewer, found.dataset, found
            ),
            SLICE_VERB: lambda request, viewer: slice_matches(request, viewer, found.dataset, found),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, found, refusal=refusal))
    return show(request, viewer, found)


def rename(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    name, description = request.POST.get("name", ""), request.POST.get("description", "")
    say_edit(
        request,
        viewer,
        found.dataset,
        lambda: rename_slice(viewer, found, name=name, description=description),
        "Saved.",
    )
    return redirect(href_of(found))


def delete(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    sentence = f"Deleted the slice {found.name}. Its {noun_of(found)}s are untouched."
    say_edit(request, viewer, found.dataset, lambda: delete_slice(viewer, found), sentence)
    return redirect(reverse("pages:dataset-slices", args=[found.dataset.public_id]))


def tag(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    viewer.require(Permission.CURATE)
    add, remove = tags_from(request)
    sentence = f"{'Added' if add else 'Removed'} the tag {''.join(add or remove)}."
    say_edit(request, viewer, found.dataset, lambda: tag_slice(viewer, found, add, remove=remove), sentence)
    return redirect(f"{href_of(found)}?panel=edit")


def show(request: HttpRequest, viewer: Viewer, found: Slice, *, refusal: Refusal | None = None) -> HttpResponse:
    dataset = found.dataset
    grid = shown(request, viewer, dataset, within=found, refusal=refusal)
    typed = request.POST if refusal is not None and refusal.verb == "rename" else {}
    panel = PANEL_OF.get(refusal.verb, "") if refusal is not None else request.GET.get("panel", "")
    panels = panel_choices(request, viewer, panel)
    page = SlicePage(
        title=found.name,
        media=hosts_of_dataset(request, viewer, dataset),
        id=found.public_id,
        name=typed.get("name", found.name),
        description=typed.get("description", found.description),
        tags=tuple(found.tags),
        known_tags=tuple(edit_queries.tags_of_team(viewer)) if panel == "edit" else (),
        request=labelling_requests.form_from(request),
        projects=labelling_in_place.choices(viewer) if panel in ("in-place", "request") else (),
        noun=noun_of(found),
        size=found.size,
        privacy="private" if dataset.use_privacy_mode else "linked",
        dataset_name=dataset.name,
        dataset_href=dataset_href(dataset.public_id),
        created_by=found.created_by.email,
        created_at=found.created_at,
        history=history_of(found),
        making=making_of(found),
        query=grid.query,
        grid=grid.view,
        facets=facet_panel(request, dataset, has_run=grid.run is not None, within=found),
        cell_noun=grid.noun,
        panels=panels,
        panel=next((one.name for one in panels if one.current), ""),
        sample=sample_form(request, dataset, found, refusal),
        exports=export_links(found),
        compare_href=reverse("pages:slice-compare", args=[found.public_id]),
        refusal=refusal,
    )
    status = refusal.status if refusal else 400 if grid.is_refused else 200
    return render(request, viewer, page, island=slice_island(viewer, found, grid), status=status)


def cells_of(
    viewer: Viewer, links: SharedLinks, dataset: Dataset, kind: str, rows: Rows[Any]
) -> tuple[list[Cell], list[PictureOnPage]]:
    """A page of items or scenes as cells, with the pictures the script is told."""
    if kind == Slice.Kind.ITEMS:
        cells = item_cells(dataset.public_id, rows.rows)
        return cells, item_pictures(cells, rows.rows, links)
    stills = queries.first_frames(viewer, rows.rows)
    cells = scene_cells(dataset.public_id, rows.rows, stills)
    return cells, scene_pictures(cells, rows.rows, stills, links)


def panel_choices(request: HttpRequest, viewer: Viewer, panel: str) -> tuple[PanelChoice, ...]:
    """What this viewer may open: a file for everybody, changes for those who may make them."""
    texts = {"export": "Export"}
    if viewer.may(Permission.CURATE):
        texts |= {
            "sample": "Draw a sample",
            "request": "Request labelling",
            "in-place": "Label in place",
            "edit": "Edit",
        }
    return tuple(
        PanelChoice(name, text, address(request, panel=None if name == panel else name), name == panel)
        for name, text in texts.items()
    )


def export_links(found: Slice) -> ExportLinks:
    in_json = reverse("pages:slice-json", args=[found.public_id])
    return ExportLinks(in_json, f"{in_json}?addresses=1", reverse("pages:slice-csv", args=[found.public_id]))


def slice_island(viewer: Viewer, found: Slice, grid: Shown) -> dict[str, Any]:
    """What a grid's script is told, and which slice a selection can be taken out of."""
    island = grid_island(viewer, grid)
    if viewer.may(Permission.CURATE):
        url = reverse("pages:slice-removals", args=[found.dataset.public_id])
        island["leaving"] = {"url": url, "id": found.public_id}
    return island
