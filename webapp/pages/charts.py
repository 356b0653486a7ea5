"""`/datasets/ds_…/charts/`: what the dataset's fields hold over a query. The page names them; facets.py counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.query_bar import Fault, fault_of, query_text
from webapp.query.facets import ANNOTATION, SCENE, FacetField, facet_fields
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
    grid_href: str
    """The pictures that match."""
    clear_href: str
    """The charts of all."""
    find: str
    """What the names of the fields shown have in them; empty for all."""
    panels: tuple[ChartPanel, ...]
    """A panel for each field."""
    field_count: int
    """How many there are in all."""
    found_count: int
    """How many have such a name."""


@person
def charts(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    text, find = query_text(request), request.GET.get("find", "").strip()
    fault = fault_in(viewer, dataset, text)
    fields = drawable(dataset)
    found = [one for one in fields if find.lower() in one.path.lower()]
    here = reverse("pages:dataset-charts", args=[dataset.public_id])
    grid = reverse("pages:dataset", args=[dataset.public_id])
    page = ChartsPage(
        title=f"Charts of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="charts"),
        query=text,
        fault=fault,
        grid_href=f"{grid}?{urlencode({'q': text})}",
        clear_href=here,
        find=find,
        panels=() if fault else tuple(panel(dataset, one, text) for one in found[:SHOWN_FIELDS]),
        field_count=len(fields),
        found_count=len(found),
    )
    return render(request, viewer, page, status=400 if fault else 200)


def fault_in(viewer: Viewer, dataset: Dataset, text: str) -> Fault | None:
    if not text:
        return None
    try:
        matching(viewer, dataset, text, Subject.SCENES if dataset.is_scene else Subject.ITEMS, None)
    except QuerySyntaxError as fault:
        return fault_of(text, fault)
    return None


def drawable(dataset: Dataset) -> list[FacetField]:
    """The fields of which something can be drawn; objects are asked for by what is in them."""
    return [one for one in facet_fields(dataset).values() if one.type != "object"]


def unit_of(field: FacetField) -> str:
    if field.level == ANNOTATION:
        return "annotation"
    if field.level == SCENE:
        return "scene"
    return "frame" if field.is_of_frames else "item"


def panel(dataset: Dataset, field: FacetField, text: str) -> ChartPanel:
    asked = {"field": field.path} | ({"q": text} if text else {})
    feed = reverse("pages:facets", args=[dataset.public_id])
    return ChartPanel(
        path=field.path,
        name="Classes" if field.key is None else field.key or '""',
        unit=unit_of(field),
        feed=f"{feed}?{urlencode(asked)}",
        csv=f"{feed}?{urlencode(asked | {'as': 'csv'})}",
    )
