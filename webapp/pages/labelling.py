"""`/labelling/`: the labelling projects of the team; for a labeler those they are on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.actions import create_project
from webapp.labels.models import LabellingProject
from webapp.labels.queries import Progress
from webapp.pages.door import Refusal, carry_out, member
from webapp.pages.frame import Page, render, say
from webapp.pages.labelling_head import project_href
from webapp.pages.paging import Paging, address, key_from, paging

LIST_SIZE = 100


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in the list."""

    name: str
    """Its name."""
    href: str
    """Its own page."""
    purpose: str
    """What it is for."""
    class_count: int
    """How many classes its ontology has."""
    progress: Progress
    """How far it is."""
    created_at: datetime
    """When it was made."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """The form for a new project, as it was filled in."""

    name: str = ""
    """The name."""
    purpose: str = ""
    """What it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingPage(Page):
    """The projects, newest first."""

    template: ClassVar[str] = "pages/labelling.html"
    room: ClassVar[str] = "labelling"

    projects: tuple[ProjectRow, ...]
    """The projects of this page."""
    project_count: int
    """How many there are."""
    waiting_count: int
    """How many tasks wait in all of them."""
    paging: Paging
    """Where the list goes on."""
    is_archive: bool
    """Whether these are the archived ones."""
    archive_href: str | None
    """The archived ones, or the open ones when these are they; None for labelers."""
    sees_private: bool
    """Whether the viewer is more than a labeler."""
    may_curate: bool
    """Whether the viewer may make projects."""
    is_form_open: bool
    """Whether the form for a new one is open."""
    form_href: str
    """The address that opens it, or closes it when it is open."""
    form: NewProject
    """What stands in it."""
    refusal: Refusal | None
    """Why it was not accepted."""


@member
def projects(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    if request.method == "POST":
        return carry_out(request, viewer, {"create": create}, lambda refusal: show(request, viewer, refusal=refusal))
    return show(request, viewer)


def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    form = form_from(request)
    made = create_project(viewer, name=form.name, purpose=form.purpose)
    say(request, f"Made the project {made.name}. Say now what is to be labelled, and by whom.")
    return redirect(reverse("pages:labelling-settings", args=[made.public_id]))


def form_from(request: HttpRequest) -> NewProject:
    return NewProject(name=request.POST.get("name", ""), purpose=request.POST.get("purpose", ""))


def show(request: HttpRequest, viewer: Viewer, *, refusal: Refusal | None = None) -> HttpResponse:
    sees_private = viewer.may(Permission.SEE_PRIVATE)
    is_archive = sees_private and "archived" in request.GET
    found = labels.projects(viewer, archived=is_archive)
    after = key_from(request, "after", "lab")
    rest = [one for one in found if after is None or one.pk < after]
    shown = rest[:LIST_SIZE]
    progress = labels.progress(viewer, shown)
    is_open = "new" in request.GET or refusal is not None
    page = LabellingPage(
        title="Labelling",
        projects=tuple(row_of(one, progress[one.pk]) for one in shown),
        project_count=len(found),
        waiting_count=sum(one.pending for one in progress.values()),
        paging=paging(request, "lab", after=shown[-1].pk if len(rest) > LIST_SIZE else None),
        is_archive=is_archive,
        archive_href=address(request, archived=None if is_archive else "1", after=None, new=None)
        if sees_private
        else None,
        sees_private=sees_private,
        may_curate=viewer.may(Permission.CURATE),
        is_form_open=is_open,
        form_href=address(request, new=None if is_open else "1"),
        form=form_from(request) if refusal else NewProject(),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def row_of(project: LabellingProject, progress: Progress) -> ProjectRow:
    return ProjectRow(
        name=project.name,
        href=project_href(project),
        purpose=project.purpose,
        class_count=len(project.ontology.get("classes", ())),
        progress=progress,
        created_at=project.created_at,
    )
