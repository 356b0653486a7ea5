"""`/datasets/ds_…/map?field=…&q=…`: where the rows of a query were, for the map's script or as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.pages.charts import unit_at
from webapp.pages.door import feed
from webapp.pages.facets import csv_of, facet_ask
from webapp.pages.feeds import answer
from webapp.pages.words import counted
from webapp.privacy.refusals import NotFound
from webapp.query.facet_map import Map, MapField, map_fields, map_of
from webapp.query.writing import value


@feed("GET")
def facet_map(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    asked = facet_ask(request, viewer, dataset)
    field = map_field_of(viewer, dataset, request.GET.get("field", ""), asked.within)
    over = {"run": asked.run, "said_by": asked.said_by}
    found = map_of(viewer, dataset, field, asked.text, most=asked.most, **over, within=asked.within)
    if request.GET.get("as") == "csv":
        return csv_of(field.path, csv_rows(found))
    return answer(drawing(found, asked.href, has_query=bool(asked.text)))


def map_field_of(viewer: Viewer, dataset: Dataset, path: str, within: Slice | None) -> MapField:
    for field in map_fields(viewer, dataset, within):
        if field.path == path:
            return field
    raise NotFound(f"This dataset has no place {path[:80]!r} to draw.")


def drawing(found: Map, href: str, *, has_query: bool) -> dict[str, object]:
    """The cells as south, west and count; what they span is the same for all."""
    field, unit = found.field, unit_at(found.field.level, is_of_frames=found.field.is_of_frames)
    return {
        "shape": "map" if found.cells else "nothing",
        "href": href,
        "says": says(found, unit, has_query=has_query),
        "about": "" if found.is_exact else "≈ ",
        "note": "" if found.is_exact else f"Estimated from {counted(found.looked_at, unit)} drawn by key.",
        "total": found.total,
        "cells": [[value(cell.south), value(cell.west), cell.count] for cell in found.cells],
        "height": value(found.height),
        "width": value(found.width),
        "extent": found.extent,
        "latitude": field.named(field.latitude),
        "longitude": field.named(field.longitude),
        "is_many": field.is_of_frames,
        "missing": found.missing_count,
        "other": found.other_count,
    }


def says(found: Map, unit: str, *, has_query: bool) -> str:
    """The drawing in words."""
    about = "" if found.is_exact else "about "
    if not found.total:
        return f"No {unit} matches." if has_query else f"There is no {unit} yet."
    if not found.cells:
        return f"No place is known of {about}{counted(found.total, unit)}."
    most = max(found.cells, key=lambda cell: cell.count)
    return (
        f"A map of {about}{counted(found.total, unit)} in {counted(len(found.cells), 'cell')};"
        f" most, {about}{counted(most.count, unit)}, from {value(most.south)}°, {value(most.west)}°."
    )


def csv_rows(found: Map) -> list[list[str]]:
    is_exact = "true" if found.is_exact else "false"
    head = ["south", "west", "north", "east", "count", "is_exact"]
    cells = [
        [*map(value, (one.south, one.west, one.south + found.height, one.west + found.width)), str(one.count)]
        for one in found.cells
    ]
    rest = [["(missing)", "", "", "", str(found.missing_count)], ["(no place)", "", "", "", str(found.other_count)]]
    return [head, *([*row, is_exact] for row in [*cells, *rest])]
