"""Slices: the team's list and a dataset's list, by page and by name; a sample of a dataset is made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.pages import slice_samples
from webapp.pages.cells import dataset_href
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.saved_queries import SavedRow
from webapp.pages.saved_queries import rows_of as saved_rows
from webapp.pages.slice_samples import SampleForm, sample_form
from webapp.pages.slice_words import href_of, noun_of
from webapp.query.saved import saved_queries

LIST_SIZE = 100
MAX_LIVE = 200
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True)
class TagLink:
    """A tag, as a way to what has it."""

    text: str
    """The tag."""
    href: str
    """The list of slices with it."""


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One slice in a list."""

    name: str
    """Its name."""
    href: str
    """Its own page."""
    dataset_name: str
    """The dataset whose rows it names."""
    dataset_href: str
    """That dataset's grid."""
    noun: str
    """What it holds: `item` or `scene`."""
    size: int
    """How many of them."""
    tags: tuple[TagLink, ...]
    """Its tags."""
    created_by: str
    """Who made it."""
    created_at: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesPage(Page):
    """Slices of the team, or of one dataset, newest first."""

    template: ClassVar[str] = "pages/slices.html"
    room: ClassVar[str] = "slices"

    dataset: DatasetHead | None
    """The dataset whose slices these are; None for the team's."""
    live: tuple[SavedRow, ...]
    """Saved queries that are live slices, by name; they stand before the first page of the others."""
    slices: tuple[SliceRow, ...]
    """The slices of this page."""
    slice_count: int
    """How many there are in all, or with the searched name."""
    search: str
    """The part of a name that was searched for; empty for all."""
    tag: str
    """The tag that all of them have; empty for any."""
    all_href: str
    """The list without the search."""
    paging: Paging
    """Where the list goes on."""
    sample: SampleForm | None
    """The form for a sample of the dataset; None where there is none or it is closed."""
    sample_href: str | None
    """The address that opens the form, or closes it when it is open; None for who may not make slices."""
    refusal: Refusal | None
    """Why no sample was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSlicesPage(SlicesPage):
    """The slices of one dataset, inside that dataset's own pages."""

    room: ClassVar[str] = "datasets"


@require_safe
@person
def slices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    return show(request, viewer, None)


@person
def dataset_slices(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {
            slice_samples.VERB: lambda request, viewer: slice_samples.make_sample(request, viewer, dataset, None),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def show(
    request: HttpRequest, viewer: Viewer, dataset: Dataset | None, *, refusal: Refusal | None = None
) -> HttpResponse:
    search = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]
    tag = request.GET.get("tag", "").replace("\0", "")[:MAX_SEARCH]
    rows = queries.slice_rows(viewer, dataset, search=search, tag=tag)
    after, before = key_from(request, "after", "slc"), key_from(request, "before", "slc")
    found = queries.newest_first(rows, after=after, before=before, limit=LIST_SIZE)
    may_sample = dataset is not None and viewer.may(Permission.CURATE)
    is_open = may_sample and ("sample" in request.GET or refusal is not None)
    shape = SlicesPage if dataset is None else DatasetSlicesPage
    page = shape(
        title="Slices" if dataset is None else f"Slices of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="slices") if dataset is not None else None,
        live=live_rows(viewer, dataset, search, tag) if after is None and before is None else (),
        slices=tuple(row_of(request, one) for one in found.rows),
        slice_count=rows.count(),
        search=search,
        tag=tag,
        all_href=address(request, q=None, tag=None, after=None, before=None),
        paging=paging(request, "slc", after=found.after, before=found.before),
        sample=sample_form(request, dataset, None, refusal) if dataset is not None and is_open else None,
        sample_href=address(request, sample=None if is_open else "1") if may_sample else None,
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def live_rows(viewer: Viewer, dataset: Dataset | None, search: str, tag: str) -> tuple[SavedRow, ...]:
    """Those with this in the name; with a tag none, for they have none."""
    if tag:
        return ()
    found = saved_queries(viewer, dataset, only_live=True)
    return saved_rows(viewer, dataset, (found.filter(name__icontains=search) if search else found)[:MAX_LIVE])


def row_of(request: HttpRequest, found: Slice) -> SliceRow:
    return SliceRow(
        name=found.name,
        href=href_of(found),
        dataset_name=found.dataset.name,
        dataset_href=dataset_href(found.dataset.public_id),
        noun=noun_of(found),
        size=found.size,
        tags=tuple(TagLink(tag, address(request, tag=tag, after=None, before=None)) for tag in found.tags),
        created_by=found.created_by.email,
        created_at=found.created_at,
    )
