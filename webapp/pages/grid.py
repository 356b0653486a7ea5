"""`/datasets/ds_…/`: the grid of a dataset's pictures, scenes or objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.labels.models import ModelRun
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.facet_panel import FacetPanel, facet_panel
from webapp.pages.frame import Page, render
from webapp.pages.grid_shown import GridView, grid_island, shown, slice_matches
from webapp.pages.media_hosts import hosts_of_dataset
from webapp.pages.model_page import run_href
from webapp.pages.paging import address
from webapp.pages.query_bar import PLACES, SLICE_VERB, QueryBar
from webapp.pages.snippets import Steps, first_steps, key_for_snippet


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
    facets: FacetPanel
    """What its fields hold, beside the pictures."""
    noun: str
    """What one cell is: `item`, `scene`, `annotation` or `prediction`."""
    run: RunFilter | None
    """The run that the address names, so that only its pictures are shown; None for all."""
    steps: Steps
    """What to run first, while it is empty."""
    may_curate: bool
    """Whether the viewer may fill it."""
    refusal: Refusal | None
    """Why a key or a slice was not made."""


@person
def grid(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {
            "create-key": lambda request, viewer: show_with_key(request, viewer, dataset),
            SLICE_VERB: lambda request, viewer: slice_matches(request, viewer, dataset, None),
        }
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
    found = shown(request, viewer, dataset, refusal=refusal)
    only = found.ask.said_by
    page = GridPage(
        title=dataset.name,
        media=hosts_of_dataset(request, viewer, dataset),
        dataset=dataset_head(viewer, dataset, view="grid", request=request),
        query=found.query,
        grid=found.view,
        facets=facet_panel(request, dataset, has_run=found.run is not None),
        noun=found.noun,
        run=run_filter(request, only) if only is not None else None,
        steps=first_steps(request, dataset, key),
        may_curate=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    return render(request, viewer, page, island=grid_island(viewer, found), status=400 if found.is_refused else 200)


def run_filter(request: HttpRequest, run: ModelRun) -> RunFilter:
    return RunFilter(run.name, run_href(run.model, run), address(request, run=None, **dict.fromkeys(PLACES)))
