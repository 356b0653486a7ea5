"""`/datasets/ds_…/`: the dataset's pictures, a page at a time; scenes by their first frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as labels
from webapp.labels.models import ModelRun
from webapp.pages.cells import Cell, PictureOnPage, item_cells, item_pictures, scene_cells, scene_pictures
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render
from webapp.pages.label_islands import labels_of_grid
from webapp.pages.label_runs import run_of_page, run_query
from webapp.pages.model_page import run_href
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.snippets import Steps, first_steps, key_for_snippet
from webapp.pages.words import counted

PAGE_SIZE = 120
OFFERED_SLICES = 200
DENSITIES = ("small", "medium", "large")


@dataclass(frozen=True, slots=True)
class Density:
    """A size of cells one may choose."""

    name: str
    """`small`, `medium` or `large`."""
    href: str
    """This page with cells of that size."""
    current: bool
    """Whether it is the size shown."""


@dataclass(frozen=True, slots=True)
class GridView:
    """Cells, and how they are shown; the same for a dataset and for a slice."""

    cells: tuple[Cell, ...]
    """The pictures of this page, in order."""
    density: str
    """The size of the cells."""
    densities: tuple[Density, ...]
    """The sizes there are."""
    paging: Paging
    """Where the list goes on."""
    may_select: bool
    """Whether the viewer may make slices of what they choose here."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """The run whose pictures alone are shown."""

    name: str
    """Its name."""
    href: str
    """Its numbers, on its model's page."""
    all_href: str
    """The grid of all pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPage(Page):
    """A dataset's pictures."""

    template: ClassVar[str] = "pages/grid.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    grid: GridView
    """Its pictures."""
    run: RunFilter | None
    """The run that the address names, so that only its pictures are shown; None for all."""
    steps: Steps
    """What to run first, while it is empty."""
    may_curate: bool
    """Whether the viewer may fill it."""
    refusal: Refusal | None
    """Why a key was not made."""


@person
def grid(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {"create-key": lambda request, viewer: show_with_key(request, viewer, dataset)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def show_with_key(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    viewer.require(Permission.CURATE)
    return show(request, viewer, dataset, key=key_for_snippet(viewer))


def show(
    request: HttpRequest,
    viewer: Viewer,
    dataset: Dataset,
    *,
    key: str | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    run = run_of_page(request, viewer, dataset)
    only = run if request.GET.get("run") else None
    found = scene_grid if dataset.is_scene else item_grid
    cells, pictures, links = found(request, viewer, dataset, only)
    page = GridPage(
        title=dataset.name,
        media_origins=frozenset(queries.dataset_origins(viewer, dataset)),
        dataset=dataset_head(viewer, dataset, view="grid"),
        grid=grid_view(request, viewer, cells, links),
        run=run_filter(request, only) if only is not None else None,
        steps=first_steps(request, dataset, key),
        may_curate=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    kind = Slice.Kind.SCENES if dataset.is_scene else Slice.Kind.ITEMS
    return render(request, viewer, page, island=grid_island(viewer, dataset, pictures, kind, run))


def run_filter(request: HttpRequest, run: ModelRun) -> RunFilter:
    return RunFilter(run.name, run_href(run.model, run), address(request, run=None, after=None, before=None))


def item_grid(
    request: HttpRequest, viewer: Viewer, dataset: Dataset, run: ModelRun | None
) -> tuple[list[Cell], list[PictureOnPage], Paging]:
    after, before = key_from(request, "after", "di"), key_from(request, "before", "di")
    found = (
        labels.item_page_of_run(viewer, dataset, run, after=after, before=before, limit=PAGE_SIZE)
        if run is not None
        else queries.page_of(queries.items(viewer, dataset), after=after, before=before, limit=PAGE_SIZE)
    )
    cells = item_cells(dataset.public_id, found.rows, query=run_query(request))
    links = paging(request, "di", after=found.after, before=found.before, says=counted(len(cells), "item") + " here")
    return cells, item_pictures(cells, found.rows), links


def scene_grid(
    request: HttpRequest, viewer: Viewer, dataset: Dataset, run: ModelRun | None
) -> tuple[list[Cell], list[PictureOnPage], Paging]:
    after, before = key_from(request, "after", "scn"), key_from(request, "before", "scn")
    found = (
        labels.scene_page_of_run(viewer, dataset, run, after=after, before=before, limit=PAGE_SIZE)
        if run is not None
        else queries.page_of(queries.scenes(viewer, dataset), after=after, before=before, limit=PAGE_SIZE)
    )
    stills = queries.first_frames(viewer, found.rows)
    cells = scene_cells(dataset.public_id, found.rows, stills, query=run_query(request))
    links = paging(request, "scn", after=found.after, before=found.before, says=counted(len(cells), "scene") + " here")
    return cells, scene_pictures(cells, found.rows, stills), links


def grid_view(request: HttpRequest, viewer: Viewer, cells: list[Cell], links: Paging) -> GridView:
    chosen = request.GET.get("size", "")
    density = chosen if chosen in DENSITIES else "medium"
    return GridView(
        cells=tuple(cells),
        density=density,
        densities=tuple(
            Density(name, address(request, size=None if name == "medium" else name), name == density)
            for name in DENSITIES
        ),
        paging=links,
        may_select=viewer.may(Permission.CURATE),
    )


def grid_island(
    viewer: Viewer, dataset: Dataset, pictures: list[PictureOnPage], kind: Slice.Kind, run: ModelRun | None
) -> dict[str, Any]:
    """What the grid's script is told: the pictures, where it sends what it found or what was chosen, the slices a
    choice may be added to, newest first, and whose labels lie over the pictures."""
    names = {"measure": "measurements", "slices": "new-slice", "add_to_slice": "slice-members"}
    slices = queries.slices(viewer, dataset, kind=kind)[:OFFERED_SLICES] if viewer.may(Permission.CURATE) else []
    return {
        "items": pictures,
        "urls": {name: reverse(f"pages:{view}", args=[dataset.public_id]) for name, view in names.items()},
        "slices": [{"id": one.public_id, "name": one.name} for one in slices],
        "labels": labels_of_grid(dataset, run),
    }
