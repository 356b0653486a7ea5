"""`/datasets/ds_…/history/`: who changed what and when, newest first, each with its undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import edit_queries, queries
from webapp.datasets.actions.undo import undo
from webapp.datasets.models import Dataset, Edit
from webapp.pages.cells import dataset_href
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, Undoable, render, say
from webapp.pages.paging import Paging, key_from, paging

LIST_SIZE = 100
# Pages of what an edit is about, by the beginning of its id; labels have none.
PATHS = {"di": "items/", "scn": "scenes/"}


@dataclass(frozen=True, slots=True)
class EditRow:
    """One edit."""

    id: str
    """Its public id."""
    summary: str
    """What was changed."""
    href: str | None
    """The page of what it changed; None for many things, and for what has no page."""
    made_by: str
    """Who did it."""
    by_program: bool
    """Whether by an API key."""
    made_at: datetime
    """When."""
    undone_by: str
    """Who took it back; empty for nobody."""
    undone_at: datetime | None
    """When; None while it stands."""
    action: str
    """`Undo` or `Redo`; empty where it can no longer be taken back, or not by this viewer."""
    is_kept: bool
    """Whether what would take it back is still kept."""
    refusal: str
    """Why it was not taken back just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHistoryPage(Page):
    """A dataset's edits."""

    template: ClassVar[str] = "pages/edit_history.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    edits: tuple[EditRow, ...]
    """The edits of this page."""
    paging: Paging
    """Where the list goes on."""
    may_undo: bool
    """Whether the viewer may take edits back."""


@person
def edit_history(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    if request.method == "POST":
        verbs = {"undo": lambda request, viewer: take_back(request, viewer, dataset)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


def take_back(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    made = undo(viewer, dataset, request.POST.get("edit", ""))
    say(
        request,
        f"{made.summary}.",
        undo=Undoable(dataset.public_id, made.public_id, "Undo" if not made.is_undo else "Redo"),
    )
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("pages:dataset-history", args=[dataset.public_id])
    return redirect(back)


def say_edit(request: HttpRequest, viewer: Viewer, dataset: Dataset, act: Callable[[], object], sentence: str) -> None:
    """Carry out an edit and say so on the next page, with its undo there."""
    before = edit_queries.newest_own_edit(viewer, dataset)
    act()
    after = edit_queries.newest_own_edit(viewer, dataset)
    is_new = after is not None and (before is None or after.pk != before.pk)
    if after is not None and is_new:
        say(request, sentence, undo=Undoable(dataset.public_id, after.public_id, "Undo"))
    else:
        say(request, "Nothing changed: it was so already.")


def show(request: HttpRequest, viewer: Viewer, dataset: Dataset, *, refusal: Refusal | None = None) -> HttpResponse:
    before = key_from(request, "after", "edt")
    listed = edit_queries.edits(viewer, dataset, before=before, limit=LIST_SIZE + 1)
    found = listed[:LIST_SIZE]
    may_undo = viewer.may(Permission.CURATE)
    refused = (request.POST.get("edit", ""), refusal.sentence) if refusal is not None else ("", "")
    page = EditHistoryPage(
        title=f"History of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="history"),
        edits=tuple(row_of(dataset, one, may_undo=may_undo, refused=refused) for one in found),
        paging=paging(request, "edt", after=found[-1].pk if len(listed) > LIST_SIZE else None),
        may_undo=may_undo,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def row_of(dataset: Dataset, found: Edit, *, may_undo: bool, refused: tuple[str, str]) -> EditRow:
    is_kept = bool(getattr(found, "is_still_kept", True))
    is_open = may_undo and found.undone_at is None and is_kept
    return EditRow(
        id=found.public_id,
        summary=found.summary,
        href=href_of(dataset, found.subject),
        made_by=found.made_by.email,
        by_program=found.api_key_id is not None,
        made_at=found.made_at,
        undone_by=found.undone_by.email if found.undone_by is not None else "",
        undone_at=found.undone_at,
        action=("Redo" if found.is_undo else "Undo") if is_open else "",
        is_kept=is_kept,
        refusal=refused[1] if refused[0] == found.public_id else "",
    )


def href_of(dataset: Dataset, subject: str) -> str | None:
    prefix = subject.partition("_")[0]
    if prefix == "slc":
        return reverse("pages:slice", args=[subject])
    path = PATHS.get(prefix)
    return f"{dataset_href(dataset.public_id)}{path}{subject}" if path else None
