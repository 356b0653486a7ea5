"""Giving a slice to a labelling project without promoting it, by a form on the slice's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Slice
from webapp.exchange.in_place import give_slice_in_place
from webapp.labels import queries as labels
from webapp.pages.frame import say
from webapp.pages.labelling_head import project_href
from webapp.pages.words import counted

VERB = "label-in-place"


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """A project that may be given items."""

    id: str
    """Its public id."""
    name: str
    """Its name."""


def choices(viewer: Viewer) -> tuple[ProjectChoice, ...]:
    return tuple(ProjectChoice(one.public_id, one.name) for one in labels.projects(viewer))


def give_slice(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    """Make a task in place of each item that the project does not have."""
    viewer.require(Permission.CURATE)
    project = labels.project(viewer, request.POST.get("project", ""))
    made = give_slice_in_place(viewer, project, found)
    sentence = f"{counted(made, 'item')} more to label in place for {project.name}. Nothing was shared."
    say(request, sentence if made else f"{project.name} had all of these items already.")
    return redirect(project_href(project))
