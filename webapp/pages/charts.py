"""`/datasets/ds_…/charts/`: what the dataset's fields hold over a query. The page names them; facets.py counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as labels
from webapp.labels.models import ModelRun
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.grid_address import slice_asked
from webapp.pages.label_runs import found_among
from webapp.pages.paging import address
from webapp.pages.query_bar import Fault, Missing, fault_of, missing_of, names_of, query_text
from webapp.pages.slice_words import href_of
from webapp.query.facet_fields import (
    CLASSES,
    CONFIDENCE,
    LABEL_ROOTS,
    PREDICTED,
    SCENE,
    FacetField,
    facet_fields,
    finds_scenes,
)
from webapp.query.facet_map import MapField, map_fields
from webapp.query.hints import hint
from webapp.query.queries import matching
from webapp.query.refusals import QuerySyntaxError
from webapp.query.scope import Subject

# A dataset has up to 1,000 keys at each level.
SHOWN_FIELDS = 150


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """The place of one field's chart."""

    path: str
    """The field, as a query names it."""
    name: str
    """The same in short."""
    unit: str
    """What is counted, such as `items`."""
    feed: str
    """The address of what it holds."""
    csv: str
    """The same as a file."""
    type: str = ""
    """What its values are, which tells how much room they take: `number`, `string`, `boolean`, ..."""
    is_map: bool = False
    """Whether it is two numbers that are a place."""


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run whose predictions may be charted."""

    id: str
    """Its id."""
    name: str
    """Its name and its model's."""
    is_current: bool
    """Whether it is the one the address names."""


@dataclass(frozen=True, slots=True)
class ChartedSlice:
    """The slice whose members alone are charted."""

    id: str
    """Its id."""
    name: str
    """Its name."""
    href: str
    """Its grid."""
    all_href: str
    """The charts of the whole dataset, asked the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsPage(Page):
    """A dataset's charts."""

    template: ClassVar[str] = "pages/charts.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    query: str
    """What is asked of it; empty for all."""
    fault: Fault | None
    """Why it cannot be answered."""
    missing: Missing | None
    """What it names that no row has; None where nothing is known to be wrong."""
    slice: ChartedSlice | None
    """The slice that the address names; None for the whole dataset."""
    noun: str
    """What a query chooses: `item` or `scene`."""
    grid_href: str
    """The pictures that match."""
    clear_href: str
    """The charts of all."""
    names: str
    """The fields that a query may name, as JSON for its script."""
    find: str
    """What the names of the fields shown have in them; empty for all."""
    panels: tuple[ChartPanel, ...]
    """A panel for each field."""
    runs: tuple[RunChoice, ...]
    """The runs that have predictions here, newest first."""
    run: str
    """The run that the address names, whose pictures alone count; empty for all."""
    field_count: int
    """How many there are in all."""
    found_count: int
    """How many have such a name."""


@require_safe
@person
def charts(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    text, find = query_text(request), request.GET.get("find", "").strip()
    offered = labels.runs_of_dataset(viewer, dataset, with_predictions=True)
    chosen = request.GET.get("run", "")
    run = found_among(offered, chosen) if chosen else next(iter(offered), None)
    within = slice_asked(request, viewer, dataset)
    fault = fault_in(viewer, dataset, text, run, within)
    panels = panels_of(viewer, dataset, text, chosen, run, within)
    found = [one for one in panels if find.lower() in one.path.lower()]
    kept = {"run": chosen} if chosen else {}
    here = reverse("pages:dataset-charts", args=[dataset.public_id])
    clear = kept | of_slice(within)
    grid = reverse("pages:dataset", args=[dataset.public_id]) if within is None else href_of(within)
    page = ChartsPage(
        title=f"Charts of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="charts", request=request),
        query=text,
        fault=fault,
        missing=missing_of(request, hint(viewer, dataset, text, run)) if text and not fault else None,
        names=names_of(dataset, has_runs=bool(offered)),
        slice=charted_slice(within, address(request, slice=None)) if within is not None else None,
        noun="scene" if finds_scenes(dataset, within) else "item",
        grid_href=f"{grid}?{urlencode(kept | {'q': text})}",
        clear_href=f"{here}?{urlencode(clear)}" if clear else here,
        find=find,
        panels=() if fault else tuple(found[:SHOWN_FIELDS]),
        runs=tuple(RunChoice(one.public_id, f"{one.name} · {one.model.name}", one is run) for one in offered),
        run=chosen,
        field_count=len(panels),
        found_count=len(found),
    )
    return render(request, viewer, page, status=400 if fault else 200)


def charted_slice(within: Slice, all_href: str) -> ChartedSlice:
    return ChartedSlice(within.public_id, within.name, href_of(within), all_href)


def of_slice(within: Slice | None) -> dict[str, str]:
    """What an address of charts has to say of the slice they are of."""
    return {"slice": within.public_id} if within is not None else {}


def fault_in(viewer: Viewer, dataset: Dataset, text: str, run: ModelRun | None, within: Slice | None) -> Fault | None:
    if not text:
        return None
    try:
        subject = Subject.SCENES if finds_scenes(dataset, within) else Subject.ITEMS
        matching(viewer, dataset, text, subject, run)
    except QuerySyntaxError as fault:
        return fault_of(text, fault)
    return None


def panels_of(
    viewer: Viewer, dataset: Dataset, text: str, chosen: str, run: ModelRun | None, within: Slice | None
) -> list[ChartPanel]:
    """Classes first, then maps, then the fields; what a map shows has no chart of its own."""
    fields = drawable(dataset, has_run=run is not None, within=within)
    maps = map_fields(viewer, dataset, within)
    mapped = {one.named(keys) for one in maps for keys in (one.latitude, one.longitude)}
    asked = {"view": "charts"} | ({"q": text} if text else {}) | ({"run": chosen} if chosen else {})
    asked |= of_slice(within)
    drawn = [panel(dataset, one, asked) for one in fields if one.path not in mapped and one is not PREDICTED]
    is_first = [one.path in (CLASSES.path, CONFIDENCE.path) for one in drawn]
    first = [one for one, is_one in zip(drawn, is_first, strict=True) if is_one]
    rest = [one for one, is_one in zip(drawn, is_first, strict=True) if not is_one]
    return [*first, *(map_panel(dataset, one, asked) for one in maps), *rest]


def drawable(dataset: Dataset, *, has_run: bool = False, within: Slice | None = None) -> list[FacetField]:
    """The fields of which something can be drawn; objects are asked for by what is in them."""
    known = facet_fields(dataset, has_run=has_run, within=within)
    return [one for one in known.values() if one.type != "object"]


def unit_of(field: FacetField) -> str:
    if field.level in LABEL_ROOTS:
        return field.level
    return unit_at(field.level, is_of_frames=field.is_of_frames)


def unit_at(level: str, *, is_of_frames: bool) -> str:
    if level == SCENE:
        return "scene"
    return "frame" if is_of_frames else "item"


def panel(dataset: Dataset, field: FacetField, kept: dict[str, str]) -> ChartPanel:
    asked = {"field": field.path} | kept | ({"beside": "1"} if field is CLASSES else {})
    feed = reverse("pages:facets", args=[dataset.public_id])
    return ChartPanel(
        path=field.path,
        name="Classes" if field.key is None else field.key or '""',
        unit=unit_of(field),
        feed=f"{feed}?{urlencode(asked)}",
        csv=f"{feed}?{urlencode(asked | {'as': 'csv'})}",
        type=field.type,
    )


def map_panel(dataset: Dataset, field: MapField, kept: dict[str, str]) -> ChartPanel:
    asked = {"field": field.path} | kept
    feed = reverse("pages:facet-map", args=[dataset.public_id])
    return ChartPanel(
        path=field.path,
        name=f"{field.latitude[-1]}, {field.longitude[-1]}",
        unit=unit_at(field.level, is_of_frames=field.is_of_frames),
        feed=f"{feed}?{urlencode(asked)}",
        csv=f"{feed}?{urlencode(asked | {'as': 'csv'})}",
        is_map=True,
    )
