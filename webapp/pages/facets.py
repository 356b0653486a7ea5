"""`/datasets/ds_…/facets?field=…&q=…`: what one field holds over a query, for the charts' script or as CSV."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.pages.charts import unit_of
from webapp.pages.door import feed
from webapp.pages.feeds import answer
from webapp.pages.query_bar import query_text
from webapp.pages.words import counted
from webapp.privacy.refusals import NotFound
from webapp.query.facet_bars import Bar
from webapp.query.facets import Facet, FacetField, Shape, facet, facet_fields
from webapp.query.refusals import nearest
from webapp.query.writing import both

# A spreadsheet runs what begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@feed("GET")
def facets(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    text = query_text(request)
    found = facet(viewer, dataset, field_of(dataset, request.GET.get("field", "")), text)
    if request.GET.get("as") == "csv":
        return as_csv(found)
    return answer(drawing(dataset, found, text))


def field_of(dataset: Dataset, path: str) -> FacetField:
    known = facet_fields(dataset)
    if path not in known:
        raise NotFound(f"This dataset has no field {path[:80]!r} to draw.{nearest(path, known)}")
    return known[path]


def drawing(dataset: Dataset, found: Facet, text: str) -> dict[str, object]:
    """A bar's `at` is what its address has behind `href`, None where it leads nowhere."""
    about = "≈ " if not found.is_exact else ""
    unit = unit_of(found.field)
    return {
        "shape": found.shape.value,
        "href": f"{reverse('pages:dataset', args=[dataset.public_id])}?q={quote(both(text, ''), safe='')}",
        "says": says(found, unit, has_query=bool(text)),
        "about": about,
        "note": "" if found.is_exact else f"Estimated from {counted(found.looked_at, unit)} drawn by key.",
        "total": found.total,
        "figures": figures(found, about),
        "bars": [{"text": span(bar), "count": bar.count, "at": at(bar)} for bar in found.bars],
        "missing": {"text": "missing", "count": found.missing.count, "at": at(found.missing)},
        "other": found.other_count,
        "ends": [found.bars[0].text, found.bars[-1].until or found.bars[-1].text] if found.bars else [],
    }


def at(bar: Bar) -> str | None:
    """What the query is narrowed by, for an address; the query itself is not said again for each bar."""
    return quote(bar.condition, safe="") if bar.condition is not None and bar.count else None


def span(bar: Bar) -> str:
    return f"{bar.text} to {bar.until}" if bar.until else bar.text


def says(found: Facet, unit: str, *, has_query: bool) -> str:
    """The drawing in words."""
    about = "" if found.is_exact else "about "
    total = f"{about}{counted(found.total, unit)}"
    if not found.total:
        return f"No {unit} matches." if has_query else f"There is no {unit} yet."
    if found.shape is Shape.NOTHING:
        return f"Nothing to draw in {total}."
    if found.shape is Shape.TEXT:
        return f"A text: {about}{counted(found.kind_count, 'different value')} in {total}."
    most = max(found.bars, key=lambda bar: bar.count)
    return f"{found.field.path} of {total}; most often {span(most)}, {about}{counted(most.count, 'time')}."


def figures(found: Facet, about: str) -> list[tuple[str, str]]:
    if found.lowest is not None and found.mean is not None and found.highest is not None:
        return [
            ("lowest", about + short(found.lowest)),
            ("mean", about + short(found.mean)),
            ("highest", about + short(found.highest)),
        ]
    if found.shape is Shape.VALUES:
        return [("", about + counted(found.kind_count, "value"))]
    return []


def short(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e7 else f"{value:.4g}"


def as_csv(found: Facet) -> HttpResponse:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["from" if any(bar.until for bar in found.bars) else "value", "to", found.field.path, "is_exact"])
    is_exact = "true" if found.is_exact else "false"
    is_number = found.shape is Shape.NUMBERS
    for bar in found.bars:
        rows.writerow([bar.text if is_number else harmless(bar.text), bar.until, bar.count, is_exact])
    rows.writerow(["(missing)", "", found.missing.count, is_exact])
    if found.other_count:
        rows.writerow(["(another type)", "", found.other_count, is_exact])
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in found.field.path)[:80]
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    return response


def harmless(text: str) -> str:
    """A text that a spreadsheet shows, whatever it begins with."""
    return f"'{text}" if text.startswith(FORMULA) else text
