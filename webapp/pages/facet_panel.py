"""Facets beside a grid: which fields are there, the most useful first. Asks the database nothing; feeds count later."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from webapp.datasets.models import Dataset, Slice
from webapp.pages.charts import ChartPanel, drawable, of_slice, panel
from webapp.pages.facets import KEPT
from webapp.pages.query_bar import query_text
from webapp.query.facet_fields import CLASSES, ITEM, SCENE, FacetField

# Set by the panel's script, so that the page comes with the panel as it was left.
COOKIE = "facets"
SHOWN_FIELDS, LISTED_FIELDS = 8, 120
# What a curator looks at first, by how its key reads.
TELLING = ("status", "review", "split", "state")
USEFUL = {"class": 0, "boolean": 2, "any": 4, "string": 3, "number": 3, "list": 5}


@dataclass(frozen=True, slots=True)
class FacetPanel:
    """The fields of a dataset beside its grid, or that of a slice."""

    is_open: bool
    """Whether it was left open."""
    shown: tuple[ChartPanel, ...]
    """The most useful ones, open."""
    listed: tuple[ChartPanel, ...]
    """The others, closed."""
    field_count: int
    """How many there are in all."""
    charts_href: str
    """All of them as charts."""


def facet_panel(
    request: HttpRequest, dataset: Dataset, *, has_run: bool = False, within: Slice | None = None
) -> FacetPanel:
    """The panel for what the address asks of the dataset, or of a slice of it.

    With `has_run` what the shown run predicts has facets too.
    """
    text = query_text(request)
    asked = {name: request.GET[name] for name in KEPT if request.GET.get(name)} | ({"q": text} if text else {})
    asked |= of_slice(within)
    fields = sorted(drawable(dataset, has_run=has_run, within=within), key=usefulness)
    panels = [panel(dataset, one, asked) for one in fields[:LISTED_FIELDS]]
    charts = reverse("pages:dataset-charts", args=[dataset.public_id])
    kept = {name: value for name, value in asked.items() if name in ("q", "run", "slice")}
    return FacetPanel(
        is_open=request.COOKIES.get(COOKIE) != "closed",
        shown=tuple(panels[:SHOWN_FIELDS]),
        listed=tuple(panels[SHOWN_FIELDS:]),
        field_count=len(fields),
        charts_href=f"{charts}?{urlencode(kept)}" if kept else charts,
    )


def usefulness(field: FacetField) -> tuple[int, int, str]:
    """What sorts the fields: classes, what tells how far the work is, what has few values, numbers, the others."""
    rank = USEFUL.get(field.type, 6)
    if field.key is not None and any(word in field.key.lower() for word in TELLING):
        rank = 1
    level = 0 if field is CLASSES or field.level in (ITEM, SCENE) else 1
    return level, rank, field.path
