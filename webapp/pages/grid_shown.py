"""What a dataset's grid and a slice's have in common: the first rows as links, the bar, what their script is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.pages.cells import Cell, links_for
from webapp.pages.door import Refusal
from webapp.pages.edits import edit_addresses
from webapp.pages.frame import say
from webapp.pages.grid_address import Start, ask_of_page, ask_params, start_of, with_ask
from webapp.pages.grid_choices import Density, ModeChoice, SortMenu, densities, modes, sort_menu
from webapp.pages.grid_rows import RowOnPage, cells_of_rows, rows_on_page
from webapp.pages.label_islands import labels_of_grid
from webapp.pages.label_runs import run_of_page
from webapp.pages.paging import Paging, address
from webapp.pages.query_bar import QueryBar, exactly, known_of, query_bar, said_behind
from webapp.pages.words import counted, noun
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query import results
from webapp.query.actions import slice_of_matches
from webapp.query.asks import Ask, Mode
from webapp.query.examples import Known
from webapp.query.hints import Hint, hint
from webapp.query.results import Block
from webapp.query.scope import Subject

PAGE_SIZE = 120
OFFERED_SLICES = 200
NOUNS = {
    Subject.ITEMS: "item",
    Subject.SCENES: "scene",
    Subject.ANNOTATIONS: "annotation",
    Subject.PREDICTIONS: "prediction",
}
EMPTY = Block([], None, None)


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
    mode: str = ""
    """`objects`, or empty for pictures."""
    modes: tuple[ModeChoice, ...] = ()
    """What one may look at; empty where there is nothing to choose."""
    sorting: SortMenu | None = None
    """The orders there are; None where there is nothing to order."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A grid as its page draws it."""

    ask: Ask
    """What is asked for."""
    run: ModelRun | None
    """The run whose labels lie over the pictures."""
    view: GridView
    """The cells."""
    query: QueryBar | None
    """The bar above them; None where there is nothing to ask."""
    noun: str
    """What one cell is, in a word."""
    is_refused: bool
    """Whether the query cannot be answered."""
    rows: Sequence[RowOnPage]
    """The cells as their script is told of them."""
    block: Block
    """Their keys, and where the list goes on."""
    start: Start
    """Where they begin."""


def shown(
    request: HttpRequest,
    viewer: Viewer,
    dataset: Dataset,
    *,
    within: Slice | None = None,
    refusal: Refusal | None = None,
) -> Shown:
    """What the address asks for, from where it says; a query that cannot be answered is shown with its fault."""
    run = run_of_page(request, viewer, dataset)
    ask = ask_of_page(request, dataset, run, within=within)
    start = start_of(request, ask)
    block, fault = EMPTY, None
    try:
        block, start = block_from(viewer, ask, start)
    except Invalid as found:
        # A query that means nothing or takes too long, or an order that there is not.
        fault = found
    rows = rows_on_page(viewer, links_for(request, viewer), ask, block.keys)
    links = paging_of(request, ask, block, start)
    is_asked = ask.text or rows or fault or ask.mode is Mode.OBJECTS
    known = known_of(viewer, dataset, (), {}, has_predictions=run is not None) if is_asked else None
    is_labelled = known is not None and bool(known.classes or run)
    view = grid_view(request, viewer, cells_of_rows(rows), links, ask, is_labelled=is_labelled)
    is_hinted = ask.text and fault is None
    hinted = hint(viewer, dataset, ask.text, run, has_matches=bool(rows)) if is_hinted else None
    bar = bar_of(request, viewer, ask, view, known, fault=fault, hint=hinted, refusal=refusal)
    is_refused = fault is not None or (bar is not None and bar.refusal is not None)
    return Shown(ask, run, view, bar, NOUNS[ask.subject], is_refused, rows, block, start)


def block_from(viewer: Viewer, ask: Ask, start: Start) -> tuple[Block, Start]:
    """The rows from there on; where there are none, or the place is gone, the first ones."""
    try:
        found = results.page(viewer, ask, from_=start.from_, after=start.after, before=start.before, limit=PAGE_SIZE)
    except NotFound:
        if not start.is_inside:
            raise
        found = EMPTY
    if found.keys or not start.is_inside:
        return found, start
    return results.page(viewer, ask, limit=PAGE_SIZE), Start()


def paging_of(request: HttpRequest, ask: Ask, block: Block, start: Start) -> Paging:
    def to(**place: str | None) -> str:
        return address(request, **({"from": None, "position": None, "after": None, "before": None} | place))

    ids = {pk: public_id.encode(ask.prefix, pk) for pk in (block.after, block.before) if pk is not None}
    return Paging(
        says=f"{counted(len(block.keys), NOUNS[ask.subject])} here",
        first=to() if start.is_inside else None,
        previous=to(before=ids[block.before]) if block.before is not None else None,
        next=to(after=ids[block.after]) if block.after is not None else None,
    )


def grid_view(
    request: HttpRequest, viewer: Viewer, cells: Sequence[Cell], links: Paging, ask: Ask, *, is_labelled: bool
) -> GridView:
    sizes = densities(request)
    return GridView(
        cells=tuple(cells),
        density=next(one.name for one in sizes if one.current),
        densities=sizes,
        paging=links,
        may_select=viewer.may(Permission.CURATE),
        mode=str(ask.mode),
        modes=modes(request, ask) if is_labelled or ask.mode is Mode.OBJECTS else (),
        sorting=sort_menu(request, ask),
    )


def bar_of(
    request: HttpRequest,
    viewer: Viewer,
    ask: Ask,
    view: GridView,
    known: Known | None,
    *,
    fault: Invalid | None,
    hint: Hint | None,
    refusal: Refusal | None,
) -> QueryBar | None:
    if known is None:
        return None
    is_all_here = (view.paging.first, view.paging.previous, view.paging.next) == (None, None, None)
    unit, says = NOUNS[ask.subject], ""
    if is_all_here and is_counted(ask):
        says = exactly(len(view.cells), unit, total_of(ask)) if ask.text else counted(len(view.cells), unit)
    return query_bar(
        request,
        viewer,
        ask.dataset,
        known,
        says=says,
        is_counted=is_counted(ask),
        has_matches=bool(ask.text and view.cells),
        within=ask.within,
        fault=fault,
        hint=hint,
        refusal=refusal,
    )


def is_counted(ask: Ask) -> bool:
    """Whether how many there are is worth saying: the page's head has the number of all items or scenes."""
    return bool(ask.text or ask.said_by) or ask.mode is Mode.OBJECTS


def words_of(ask: Ask) -> dict[str, str] | None:
    """What the script writes behind the count that it finds out; None where it is not said."""
    unit = NOUNS[ask.subject]
    if ask.text:
        return said_behind(unit, total_of(ask))
    return {"one": unit, "many": noun(2, unit)} if is_counted(ask) else None


def total_of(ask: Ask) -> int | None:
    """How many rows there are without the query, where that is kept counted."""
    if ask.said_by is not None or ask.mode is Mode.OBJECTS:
        return None
    if ask.within is not None:
        return ask.within.size
    return ask.dataset.scene_count if ask.subject is Subject.SCENES else ask.dataset.item_count


def grid_island(viewer: Viewer, found: Shown) -> dict[str, Any]:
    """What the grid's script is told: the first rows, where more are, where it sends what it found or what was chosen,
    the slices a choice may be added to, newest first, and whose labels lie over the pictures."""
    ask, dataset = found.ask, found.ask.dataset
    told = {"measure": "measurements", "slices": "new-slice", "add_to_slice": "slice-members"}
    urls = {name: reverse(f"pages:{view}", args=[dataset.public_id]) for name, view in told.items()}
    for name in ("rows", "outline"):
        urls[name] = with_ask(reverse(f"pages:{name}", args=[dataset.public_id]), ask)
    kind = Slice.Kind.SCENES if ask.members is Subject.SCENES else Slice.Kind.ITEMS
    slices = queries.slices(viewer, dataset, kind=kind, limit=OFFERED_SLICES) if viewer.may(Permission.CURATE) else []
    return {
        "items": found.rows,
        "after": id_of(ask, found.block.after),
        "before": id_of(ask, found.block.before),
        "position": found.start.position if found.start.is_inside else 0,
        "total": None if ask.text else total_of(ask),
        "says": words_of(ask),
        "version": dataset.version,
        "urls": urls,
        "mode": str(ask.mode),
        "sort": ask.sort,
        "matching": {name: value for name, value in ask_params(ask).items() if name != "sort"},
        "slices": [{"id": one.public_id, "name": one.name} for one in slices],
        "edits": edit_addresses(viewer, dataset),
        "labels": labels_of_grid(dataset, found.run) if ask.mode is Mode.MEMBERS else None,
    }


def slice_matches(request: HttpRequest, viewer: Viewer, dataset: Dataset, within: Slice | None) -> HttpResponse:
    """Make a slice of all that the address asks for, and go there."""
    ask = ask_of_page(request, dataset, run_of_page(request, viewer, dataset), within=within)
    made = slice_of_matches(viewer, ask, name=request.POST.get("name", ""))
    say(request, f"Made a slice of {counted(made.size, 'scene' if made.kind == Slice.Kind.SCENES else 'item')}.")
    return redirect(reverse("pages:slice", args=[made.public_id]))


def id_of(ask: Ask, pk: int | None) -> str | None:
    return public_id.encode(ask.prefix, pk) if pk is not None else None
