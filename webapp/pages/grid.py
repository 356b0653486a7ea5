"""`/datasets/ds_…/`: the dataset's pictures, a page at a time; scenes by their first frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item, Slice
from webapp.labels.models import ModelRun
from webapp.pages.cells import Cell, PictureOnPage, item_cells, item_pictures, scene_cells, scene_pictures
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.label_islands import labels_of_grid
from webapp.pages.label_runs import run_of_page, run_query
from webapp.pages.model_page import run_href
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.query_bar import SLICE_VERB, QueryBar, how_many, known_of, query_bar, query_text
from webapp.pages.snippets import Steps, first_steps, key_for_snippet
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid
from webapp.query.actions import slice_of_matches
from webapp.query.queries import condition, members
from webapp.query.refusals import QuerySyntaxError
from webapp.query.time_limit import QueryTooSlow, in_time

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
    query: QueryBar | None
    """What is asked of it, or may be; None while it is empty."""
    grid: GridView
    """Its pictures; none where the query cannot be answered."""
    run: RunFilter | None
    """The run that the address names, so that only its pictures are shown; None for all."""
    steps: Steps
    """What to run first, while it is empty."""
    may_curate: bool
    """Whether the viewer may fill it."""
    refusal: Refusal | None
    """Why a key or a slice was not made."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of one page as they are drawn, and as the page's script is told of them."""

    cells: list[Cell]
    """The rows as links."""
    pictures: list[PictureOnPage]
    """Those that have a still."""
    links: Paging
    """Where the list goes on."""
    rows: Sequence[Any]
    """The items or scenes themselves."""
    stills: Mapping[int, Item]
    """The first frames of scenes."""


NOTHING = Shown([], [], Paging(), (), {})


@person
def grid(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {
            "create-key": lambda request, viewer: show_with_key(request, viewer, dataset),
            SLICE_VERB: lambda request, viewer: slice_matches(request, viewer, dataset),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def show_with_key(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    viewer.require(Permission.CURATE)
    return show(request, viewer, dataset, key=key_for_snippet(viewer))


def slice_matches(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    """Make a slice of all that the address asks for, and go there."""
    run = run_of_page(request, viewer, dataset)
    name, said_by = request.POST.get("name", ""), run if request.GET.get("run") else None
    made = slice_of_matches(viewer, dataset, query_text(request), name=name, run=run, said_by=said_by)
    say(request, f"Made a slice of {counted(made.size, 'scene' if dataset.is_scene else 'item')}.")
    return redirect(reverse("pages:slice", args=[made.public_id]))


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
    shown, query = rows_and_query(request, viewer, dataset, run=run, only=only, refusal=refusal)
    page = GridPage(
        title=dataset.name,
        media_origins=frozenset(queries.dataset_origins(viewer, dataset)),
        dataset=dataset_head(viewer, dataset, view="grid"),
        query=query,
        grid=grid_view(request, viewer, shown.cells, shown.links),
        run=run_filter(request, only) if only is not None else None,
        steps=first_steps(request, dataset, key),
        may_curate=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    kind = Slice.Kind.SCENES if dataset.is_scene else Slice.Kind.ITEMS
    is_refused = query is not None and (query.fault is not None or query.refusal is not None)
    island = grid_island(viewer, dataset, shown.pictures, kind, run)
    return render(request, viewer, page, island=island, status=400 if is_refused else 200)


def run_filter(request: HttpRequest, run: ModelRun) -> RunFilter:
    return RunFilter(run.name, run_href(run.model, run), address(request, run=None, after=None, before=None))


def rows_and_query(
    request: HttpRequest,
    viewer: Viewer,
    dataset: Dataset,
    *,
    run: ModelRun | None,
    only: ModelRun | None,
    refusal: Refusal | None,
) -> tuple[Shown, QueryBar | None]:
    """What is shown of the dataset, and the bar above it; `predictions` in a query means `run`."""
    text, rows = query_text(request), members(viewer, dataset, said_by=only)
    shown, says = NOTHING, ""
    fault: Invalid | None = None
    try:
        if text:
            wanted = condition(viewer, dataset, text, run=run)
            with in_time():
                shown = shown_of(request, viewer, dataset, rows.filter(wanted))
            says = how_many(dataset, rows, wanted, len(shown.cells), shown.links, only)
        else:
            shown = shown_of(request, viewer, dataset, rows)
    except (QuerySyntaxError, QueryTooSlow) as found:
        fault = found
    if not (text or shown.cells):
        return shown, None
    known = known_of(viewer, dataset, shown.rows, shown.stills, has_predictions=run is not None)
    return shown, query_bar(request, viewer, known, says=says, fault=fault, refusal=refusal)


def shown_of(request: HttpRequest, viewer: Viewer, dataset: Dataset, asked: QuerySet[Any]) -> Shown:
    """The page that the address names of these rows."""
    prefix, noun = ("scn", "scene") if dataset.is_scene else ("di", "item")
    after, before = key_from(request, "after", prefix), key_from(request, "before", prefix)
    found = queries.page_of(asked, after=after, before=before, limit=PAGE_SIZE)
    says = f"{counted(len(found.rows), noun)} here"
    links = paging(request, prefix, after=found.after, before=found.before, says=says)
    if dataset.is_scene:
        stills = queries.first_frames(viewer, found.rows)
        cells = scene_cells(dataset.public_id, found.rows, stills, query=run_query(request))
        return Shown(cells, scene_pictures(cells, found.rows, stills), links, found.rows, stills)
    cells = item_cells(dataset.public_id, found.rows, query=run_query(request))
    return Shown(cells, item_pictures(cells, found.rows), links, found.rows, {})


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
    slices = queries.slices(viewer, dataset, kind=kind, limit=OFFERED_SLICES) if viewer.may(Permission.CURATE) else []
    return {
        "items": pictures,
        "urls": {name: reverse(f"pages:{view}", args=[dataset.public_id]) for name, view in names.items()},
        "slices": [{"id": one.public_id, "name": one.name} for one in slices],
        "labels": labels_of_grid(dataset, run),
    }
