"""`/slices/slc_…/compare?with=slc_…`: what only one of two slices holds, what both do, and slices made of it.

`?with=now` compares a slice that a query made with what that query finds now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from pyroaring import BitMap64

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.slice_sets import SetOperation, combine_slices, require_comparable
from webapp.datasets.models import Slice
from webapp.pages.cells import PictureOnPage, dataset_href, links_for
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.grid_shown import GridView
from webapp.pages.media_hosts import hosts_of_dataset
from webapp.pages.paging import Paging
from webapp.pages.slice_page import cells_of
from webapp.pages.slice_words import href_of, making_of, noun_of
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid
from webapp.query.recipes import is_of_a_query, keys_now

NOW = "now"
SHOWN = 60
OFFERED = 200
# Each part by its verb, with the operation that makes it, and whether the slices change places for it.
PARTS = {
    "only-here": (SetOperation.DIFFERENCE, False),
    "only-there": (SetOperation.DIFFERENCE, True),
    "both": (SetOperation.INTERSECTION, False),
    "either": (SetOperation.UNION, False),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two slices, or what the slice's query finds now."""

    id: str
    """The public id, or `now`."""
    name: str
    """Its name."""
    href: str
    """Its page."""
    size: int | None
    """How many it holds; None where nobody has looked."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the comparisons comes to."""

    verb: str
    """The form's verb that makes a slice of it."""
    title: str
    """`Only in Night`."""
    count: int
    """How many it has."""
    grid: GridView | None
    """The first of them; None for the union, which the other parts show."""
    typed: str | None
    """The name for a slice of it: what was typed when that was refused, else a proposal; None where none is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage(Page):
    """Two slices of one dataset, side by side."""

    template: ClassVar[str] = "pages/slice_compare.html"
    room: ClassVar[str] = "slices"

    dataset_name: str
    """The dataset of both."""
    dataset_href: str
    """That dataset's grid."""
    noun: str
    """What they hold: `item` or `scene`."""
    here: Side
    """The slice that is compared."""
    there: Side | None
    """The one it is compared with; None until one is chosen."""
    removed_count: int
    """How many members of the first left because they were deleted from the dataset."""
    choices: tuple[Side, ...]
    """What it can be compared with: what its query finds now, if one made it, then slices, newest first."""
    parts: tuple[Part, ...]
    """Only here, only there, in both, in either."""
    shown: int
    """How many of a part are shown at most."""
    may_curate: bool
    """Whether the viewer may make slices."""
    refusal: Refusal | None
    """Why none was made."""


@person
def compare(request: HttpRequest, viewer: Viewer, slice_id: str) -> HttpResponse:
    here = queries.slice_(viewer, slice_id)
    named = request.GET.get("with", "")
    if named == NOW and request.method != "POST":
        return show_now(request, viewer, here)
    there = queries.slice_(viewer, named) if named and named != NOW else None
    if there is not None:
        require_comparable(here, there)
    if request.method == "POST":
        verbs = {verb: lambda request, viewer: make(request, viewer, here, there) for verb in PARTS}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, here, there, refusal=refusal))
    return show(request, viewer, here, there)


def make(request: HttpRequest, viewer: Viewer, here: Slice, there: Slice | None) -> HttpResponse:
    """A slice of one part, as it is now."""
    if there is None:
        raise Invalid("Choose a slice to compare with first.")
    operation, is_swapped = PARTS[request.POST["do"]]
    first, second = (there, here) if is_swapped else (here, there)
    made = combine_slices(viewer, operation, first, second, name=request.POST.get("name", ""))
    say(request, f"Made the slice {made.name} of {counted(made.size, noun_of(made))}.")
    return redirect(href_of(made))


def show(
    request: HttpRequest, viewer: Viewer, here: Slice, there: Slice | None, *, refusal: Refusal | None = None
) -> HttpResponse:
    pictures: list[PictureOnPage] = []
    parts = parts_of(request, viewer, here, there, pictures, refusal) if there is not None else ()
    side = side_of(there) if there is not None else None
    return compared(request, viewer, here, side, parts, pictures, refusal)


def show_now(request: HttpRequest, viewer: Viewer, here: Slice) -> HttpResponse:
    """What entered and what left since the slice was frozen, by the query that made it."""
    pictures: list[PictureOnPage] = []
    before, after = here.keys(), keys_now(viewer, here)
    sets = {"entered": after - before, "left": before - after, "both": after & before}
    titles = {"entered": "Entered since", "left": "Left since", "both": "Still matching"}
    parts = tuple(
        Part(verb, titles[verb], len(keys), first_cells(request, viewer, here, keys, pictures), None)
        for verb, keys in sets.items()
    )
    return compared(request, viewer, here, side_now(here, len(after)), parts, pictures, None)


def compared(
    request: HttpRequest,
    viewer: Viewer,
    here: Slice,
    there: Side | None,
    parts: tuple[Part, ...],
    pictures: list[PictureOnPage],
    refusal: Refusal | None,
) -> HttpResponse:
    dataset = here.dataset
    others = queries.slices(viewer, dataset, kind=here.kind, limit=OFFERED + 1)
    page = ComparePage(
        title=f"Compare {here.name}",
        media=hosts_of_dataset(request, viewer, dataset),
        dataset_name=dataset.name,
        dataset_href=dataset_href(dataset.public_id),
        noun=noun_of(here),
        here=side_of(here),
        there=there,
        removed_count=here.removed_count,
        choices=(
            *((side_now(here, None),) if is_of_a_query(here) else ()),
            *tuple(side_of(one) for one in others if one.pk != here.pk)[:OFFERED],
        ),
        parts=parts,
        shown=SHOWN,
        may_curate=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    urls = {"measure": reverse("pages:measurements", args=[dataset.public_id])}
    island = {"items": pictures, "urls": urls}
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)


def side_of(found: Slice) -> Side:
    return Side(found.public_id, found.name, href_of(found), found.size)


def side_now(here: Slice, size: int | None) -> Side:
    making = making_of(here)
    href = making.parts[0].href if making is not None else None
    return Side(NOW, "what its query finds now", href or href_of(here), size)


def parts_of(
    request: HttpRequest,
    viewer: Viewer,
    here: Slice,
    there: Slice,
    pictures: list[PictureOnPage],
    refusal: Refusal | None,
) -> tuple[Part, ...]:
    """The parts with their first cells, whose pictures are added to `pictures`; no other rows are read."""
    first, second = here.keys(), there.keys()
    sets = {"only-here": first - second, "only-there": second - first, "both": first & second}
    # Names need not differ, and the page's head has them in this order.
    left, right = (here.name, there.name) if here.name != there.name else ("the first", "the second")
    titles = {
        "only-here": (f"Only in {left}", f"{here.name} without {there.name}"),
        "only-there": (f"Only in {right}", f"{there.name} without {here.name}"),
        "both": ("In both", f"{here.name} and {there.name}"),
        "either": ("In either", f"{here.name} or {there.name}"),
    }

    def part(verb: str, count: int, grid: GridView | None) -> Part:
        title, proposal = titles[verb]
        is_refused = refusal is not None and refusal.verb == verb
        return Part(verb, title, count, grid, request.POST.get("name", "") if is_refused else proposal[:200])

    shown = [part(verb, len(keys), first_cells(request, viewer, here, keys, pictures)) for verb, keys in sets.items()]
    return (*shown, part("either", first.union_cardinality(second), None))


def first_cells(
    request: HttpRequest, viewer: Viewer, like: Slice, keys: BitMap64, pictures: list[PictureOnPage]
) -> GridView:
    rows = queries.page_of_keys(viewer, like, keys, limit=SHOWN)
    cells, found = cells_of(viewer, links_for(request, viewer), like.dataset, like.kind, rows)
    pictures += found
    return GridView(tuple(cells), "small", (), Paging(), may_select=False)
