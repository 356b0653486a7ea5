"""`/datasets/ds_…/facets?field=…&q=…`: what one field holds over a query, for the charts' script or as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.pages.charts import of_slice, unit_of
from webapp.pages.door import feed
from webapp.pages.feeds import answer
from webapp.pages.grid_address import slice_asked
from webapp.pages.label_runs import run_of_page
from webapp.pages.query_bar import query_text
from webapp.pages.words import counted, number
from webapp.privacy.refusals import NotFound
from webapp.query.facet_bars import Bar
from webapp.query.facet_fields import CLASSES, PREDICTED, FacetField, facet_fields
from webapp.query.facet_rows import EXACT_ROWS, SAMPLE_ROWS
from webapp.query.facet_search import search
from webapp.query.facets import Facet, Shape, facet
from webapp.query.refusals import nearest
from webapp.query.writing import both

# What the address of a page keeps when its query is narrowed.
KEPT = ("run", "sort", "mode", "size")
# A spreadsheet runs what begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class FacetAsk:
    """What an address asks to see of a field: over which rows, and where its bars lead."""

    text: str
    """The query; empty for all."""
    run: ModelRun | None
    """What `predictions` means."""
    said_by: ModelRun | None
    """The run that the address names, so that only what it says something of counts."""
    within: Slice | None
    """The slice that the address names, so that only what is in it counts."""
    most: int
    """How many rows are counted at most before a sample is."""
    href: str
    """The page that a bar leads to, as far as the query's beginning, which is escaped."""


@feed("GET")
def facets(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    asked = facet_ask(request, viewer, dataset)
    field = field_of(dataset, request.GET.get("field", ""), asked)
    if sought := request.GET.get("find", "").strip():
        over = {"run": asked.run, "said_by": asked.said_by}
        found = search(viewer, dataset, field, asked.text, sought, **over, within=asked.within)
        return answer({"href": asked.href, "has_more": found.has_more, "bars": [drawn(bar) for bar in found.bars]})
    made = counted_for(viewer, dataset, field, asked)
    beside = None
    if field is CLASSES and asked.run is not None and request.GET.get("beside"):
        beside = counted_for(viewer, dataset, PREDICTED, asked)
    if request.GET.get("as") == "csv":
        return as_csv(made, beside)
    return answer(drawing(made, asked) | (both_said(made, beside, asked) if beside is not None else {}))


def facet_ask(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> FacetAsk:
    text = query_text(request)
    # Which run is the newest is looked up only where it matters.
    matters = any("predictions" in part for part in (text, request.GET.get("field", ""))) or "run" in request.GET
    run = run_of_page(request, viewer, dataset) if matters or "beside" in request.GET else None
    within = slice_asked(request, viewer, dataset)
    return FacetAsk(
        text=text,
        run=run,
        said_by=run if request.GET.get("run") else None,
        most=EXACT_ROWS if request.GET.get("exact") else SAMPLE_ROWS,
        within=within,
        href=narrowed_href(request, dataset, within, text),
    )


def narrowed_href(request: HttpRequest, dataset: Dataset, within: Slice | None, text: str) -> str:
    """The page that shows the panel, narrowed by what is appended; it keeps how that page shows things."""
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    path = reverse("pages:dataset", args=[dataset.public_id])
    if request.GET.get("view") == "charts":
        path = reverse("pages:dataset-charts", args=[dataset.public_id])
        kept |= of_slice(within)
    elif within is not None:
        path = reverse("pages:slice", args=[within.public_id])
    return f"{path}?{urlencode(kept | {'q': both(text, '')}, quote_via=quote)}"


def counted_for(viewer: Viewer, dataset: Dataset, field: FacetField, asked: FacetAsk) -> Facet:
    over = {"run": asked.run, "said_by": asked.said_by}
    return facet(viewer, dataset, field, asked.text, most=asked.most, **over, within=asked.within)


def field_of(dataset: Dataset, path: str, asked: FacetAsk) -> FacetField:
    known = facet_fields(dataset, has_run=asked.run is not None, within=asked.within)
    if path not in known:
        raise NotFound(f"This dataset has no field {path[:80]!r} to draw.{nearest(path, known)}")
    return known[path]


def drawing(found: Facet, asked: FacetAsk) -> dict[str, object]:
    """A bar's `at` is what its address has behind `href`, None where it leads nowhere."""
    about = "≈ " if not found.is_exact else ""
    unit = unit_of(found.field)
    before, after = found.field.around
    return {
        "shape": found.shape.value,
        "href": asked.href,
        "says": says(found, unit, has_query=bool(asked.text)),
        "about": about,
        "note": "" if found.is_exact else f"Estimated from {counted(found.looked_at, unit)} drawn by key.",
        "total": found.total,
        "figures": figures(found, about),
        "bars": [drawn(bar) for bar in found.bars],
        "missing": {"text": "missing", "count": found.missing.count, "at": at(found.missing)},
        "other": found.other_count,
        "ends": [found.bars[0].text, found.bars[-1].until or found.bars[-1].text] if found.bars else [],
        "range": {"before": before, "path": found.field.inner, "after": after, "is_many": found.field.is_of_frames},
    }


def drawn(bar: Bar) -> dict[str, object]:
    return {"text": span(bar), "count": bar.count, "at": at(bar), "low": bar.text, "high": bar.until}


def both_said(said: Facet, predicted: Facet, asked: FacetAsk) -> dict[str, object]:
    """What people say beside what the run says, class by class."""
    run = asked.run
    is_exact = said.is_exact and predicted.is_exact
    rows = side_by_side(said, predicted)
    bars = [drawn(bar) | {"beside": {"count": other.count, "at": at(other)}} for bar, other in rows]
    about, name = "" if is_exact else "≈ ", run.name if run is not None else ""
    numbers = [("ground truth", about + counted(said.total, "annotation")), (name, about + number(predicted.total))]
    shape = Shape.VALUES if bars else Shape.NOTHING
    return {"bars": bars, "beside": name, "about": about, "figures": numbers if bars else [], "shape": shape.value}


def side_by_side(said: Facet, predicted: Facet) -> list[tuple[Bar, Bar]]:
    """Each class with its two counts, the greatest first."""
    mine, theirs = ({bar.text: bar for bar in one.bars} for one in (said, predicted))
    pairs = [(mine.get(text, Bar(text, 0, None)), theirs.get(text, Bar(text, 0, None))) for text in mine | theirs]
    return sorted(pairs, key=lambda pair: (-max(pair[0].count, pair[1].count), pair[0].text))


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
    if found.shape is Shape.TIMES:
        return [("first", found.bars[0].text), ("last", found.bars[-1].text)]
    if found.shape is Shape.VALUES:
        return [("", about + counted(found.kind_count, "value"))]
    return []


def short(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e7 else f"{value:.4g}"


def as_csv(found: Facet, beside: Facet | None = None) -> HttpResponse:
    is_exact = "true" if found.is_exact and (beside is None or beside.is_exact) else "false"
    if beside is not None:
        pairs = side_by_side(found, beside)
        rows = [[harmless(one.text), str(one.count), str(other.count), is_exact] for one, other in pairs]
        return csv_of(found.field.path, [["value", found.field.path, beside.field.path, "is_exact"], *rows])
    head = ["from" if any(bar.until for bar in found.bars) else "value", "to", found.field.path, "is_exact"]
    is_number = found.shape is Shape.NUMBERS
    rows = [[bar.text if is_number else harmless(bar.text), bar.until, str(bar.count), is_exact] for bar in found.bars]
    rows.append(["(missing)", "", str(found.missing.count), is_exact])
    if found.other_count:
        rows.append(["(another type)", "", str(found.other_count), is_exact])
    return csv_of(found.field.path, [head, *rows])


def csv_of(path: str, rows: list[list[str]]) -> HttpResponse:
    """The rows as a file named after a field."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in path)[:80]
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    return response


def harmless(text: str) -> str:
    """A text that a spreadsheet shows, whatever it begins with."""
    return f"'{text}" if text.startswith(FORMULA) else text
