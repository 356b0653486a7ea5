"""`/datasets/ds_…/queries/`: a dataset's saved queries, and the forms that make, change, freeze and delete them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as labels
from webapp.pages.cells import dataset_href
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.label_runs import found_among
from webapp.pages.paging import address
from webapp.pages.slice_words import href_of
from webapp.pages.words import counted
from webapp.query.models import SavedQuery
from webapp.query.saved import (
    Asked,
    change_query,
    delete_query,
    freeze,
    save_query,
    saved_queries,
    saved_query,
)


@dataclass(frozen=True, slots=True)
class SavedRow:
    """One saved query."""

    id: str
    """The public id."""
    name: str
    """Its name."""
    text: str
    """What it asks."""
    href: str
    """The grid, or that of the slice one looks at, asked that."""
    about: str
    """What else it says: of objects, in which order, of which run; empty for nothing else."""
    is_live: bool
    """Whether it is listed among the slices."""
    noun: str
    """What it finds: `item`, `scene` or `object`."""
    dataset_name: str
    """The dataset it asks."""
    dataset_href: str
    """That dataset's grid."""
    created_by: str
    """Who saved it."""
    created_at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class SavedForm:
    """The form for one: a new one, or one that is there."""

    verb: str
    """`save-query` or `change-query`."""
    id: str
    """The public id of the one that is there; empty for a new one."""
    name: str
    """Its name, or what was typed."""
    text: str
    """What it asks, or what was typed."""
    mode: str
    """As in an address."""
    sort: str
    """As in an address."""
    run_name: str
    """The run that `predictions` means; empty for the newest."""
    slice: str
    """The public id of the slice that was looked at, to go back to; empty for the dataset."""
    is_live: bool
    """Whether it is to be listed among the slices."""
    frozen_name: str
    """What is proposed as the name of a slice frozen from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQueriesPage(Page):
    """A dataset's saved queries."""

    template: ClassVar[str] = "pages/saved_queries.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    rows: tuple[SavedRow, ...]
    """All of them by name."""
    form: SavedForm | None
    """The form that is open."""
    edit_hrefs: Mapping[str, str]
    """By id the address that opens its form; none for who may not change them."""
    close_href: str
    """This page without a form."""
    refusal: Refusal | None
    """Why something was not done."""


@person
def dataset_queries(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        deeds = {"save-query": save, "change-query": change, "delete-query": delete, "freeze-query": freeze_now}
        verbs = {name: partial(with_dataset, deed, dataset) for name, deed in deeds.items()}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def with_dataset(deed: object, dataset: Dataset, request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.CURATE)
    return deed(request, viewer, dataset)  # type: ignore[operator,no-any-return]


def save(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    """Keep what the grid shows, and go back to it."""
    slice_id = request.POST.get("slice", "")
    within = queries.slice_in(viewer, dataset, slice_id) if slice_id else None
    made = save_query(viewer, dataset, asked_for(request), name=name_of(request), is_live="live" in request.POST)
    say(request, f"Saved the query {made.name}{', a live slice' if made.is_live else ''}.")
    return redirect(hrefs_of(viewer, dataset, [made], within)[made.pk])


def change(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    found = saved_query(viewer, dataset, request.POST.get("id", ""))
    change_query(viewer, found, asked_for(request), name=name_of(request), is_live="live" in request.POST)
    say(request, f"Changed the query {name_of(request).strip()}.")
    return redirect(request.path)


def delete(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    found = saved_query(viewer, dataset, request.POST.get("id", ""))
    delete_query(viewer, found)
    say(request, f"Deleted the query {found.name}. What it found is untouched.")
    return redirect(request.path)


def freeze_now(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    found = saved_query(viewer, dataset, request.POST.get("id", ""))
    made = freeze(viewer, found, name=name_of(request))
    say(request, f"Froze {found.name}: {counted(made.size, row_noun(dataset))}.")
    return redirect(reverse("pages:slice", args=[made.public_id]))


def name_of(request: HttpRequest) -> str:
    return request.POST.get("name", "")


def asked_for(request: HttpRequest) -> Asked:
    text = " ".join(request.POST.get("text", "").splitlines())
    names = {name: request.POST.get(name, "") for name in ("mode", "sort", "run_name")}
    return Asked(text=text, **names)


def show(request: HttpRequest, viewer: Viewer, dataset: Dataset, *, refusal: Refusal | None = None) -> HttpResponse:
    found = list(saved_queries(viewer, dataset))
    may_change = viewer.may(Permission.CURATE)
    page = SavedQueriesPage(
        title=f"Saved queries of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="grid"),
        rows=rows_of(viewer, dataset, found),
        form=form_of(request, found) if may_change else None,
        edit_hrefs={one.public_id: address(request, edit=one.public_id) for one in found} if may_change else {},
        close_href=request.path,
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def form_of(request: HttpRequest, found: Iterable[SavedQuery]) -> SavedForm | None:
    """The form that was refused, with what was typed, or the one that the address opens."""
    posted = request.POST
    chosen = posted.get("id") or request.GET.get("edit", "")
    row = next((one for one in found if one.public_id == chosen), None)
    if posted.get("do") in ("save-query", "change-query"):
        asked = asked_for(request)
        name, is_live = name_of(request), "live" in posted
    elif row is not None:
        asked = Asked(row.text, row.mode, row.sort, row.run_name)
        name, is_live = row.name, row.is_live
    else:
        return None
    return SavedForm(
        verb="save-query" if row is None else "change-query",
        id=chosen if row is not None else "",
        name=name,
        text=asked.text,
        mode=asked.mode,
        sort=asked.sort,
        run_name=asked.run_name,
        slice=posted.get("slice", ""),
        is_live=is_live,
        frozen_name=name_of(request) if posted.get("do") == "freeze-query" else name,
    )


def rows_of(
    viewer: Viewer, dataset: Dataset | None, found: Iterable[SavedQuery], *, within: Slice | None = None
) -> tuple[SavedRow, ...]:
    """Of one dataset, or of several where none of them is about a run, as live slices are; asked of `within`."""
    found = list(found)
    hrefs = hrefs_of(viewer, dataset, found, within)
    return tuple(row_of(one, hrefs[one.pk]) for one in found)


def row_of(found: SavedQuery, href: str) -> SavedRow:
    return SavedRow(
        id=found.public_id,
        name=found.name,
        text=found.text,
        href=href,
        about=about(found),
        is_live=found.is_live,
        noun=row_noun(found.dataset) if not found.mode else "object",
        dataset_name=found.dataset.name,
        dataset_href=dataset_href(found.dataset.public_id),
        created_by=found.created_by.email,
        created_at=found.created_at,
    )


def about(found: SavedQuery) -> str:
    said = ["objects"] if found.mode else []
    said += [f"sorted by {found.sort}"] if found.sort else []
    said += [f"of {found.run_name}"] if found.run_name else []
    return ", ".join(said)


def row_noun(dataset: Dataset) -> str:
    return "scene" if dataset.is_scene else "item"


def hrefs_of(
    viewer: Viewer, dataset: Dataset | None, found: Iterable[SavedQuery], within: Slice | None = None
) -> dict[int, str]:
    """Where each opens its dataset's grid, or the slice's, by key; a run that is gone is no longer named there."""
    found = list(found)
    named = dataset is not None and any(one.run_name for one in found)
    runs = labels.runs_of_dataset(viewer, dataset) if dataset is not None and named else []
    # Of runs of one name the newest, which is the first.
    ids = {run.name: run.public_id for run in reversed(runs)}

    def href(one: SavedQuery) -> str:
        asked = {"q": one.text, "mode": one.mode, "sort": one.sort, "run": ids.get(one.run_name, "")}
        grid = dataset_href(one.dataset.public_id) if within is None else href_of(within)
        return f"{grid}?{urlencode({name: value for name, value in asked.items() if value})}"

    return {one.pk: href(one) for one in found}


def run_name_of(viewer: Viewer, dataset: Dataset, run_id: str) -> str:
    """The name of the run that an address names; empty for none."""
    return found_among(labels.runs_of_dataset(viewer, dataset), run_id).name if run_id else ""
