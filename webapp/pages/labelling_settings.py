"""`/labelling/lab_…/settings/`: what a project is for, its classes, its labelers, and where its items come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts import queries as people
from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.actions import (
    add_labelers,
    archive_project,
    change_ontology,
    describe_project,
    remove_labelers,
)
from webapp.labels.actions.projects import SHAPES
from webapp.labels.models import LabellingProject, ProjectLabeler
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.labelling_head import ProjectClass, ProjectHead, project_head
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid
from webapp.promotions.models import Promotion
from webapp.promotions.queries import promotions
from webapp.promotions.states import State

BLANK_CLASSES = 3
MOST_PROMOTIONS = 20


@dataclass(frozen=True, slots=True)
class LabelerRow:
    """Somebody who labels for the project."""

    user: int
    """The user's key, for the form that removes them."""
    email: str
    """Who."""
    role: str
    """As what they are in the team; empty for who has left it."""
    added_by: str
    """Who put them on it."""
    added_at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """A member of the team who may be put on the project."""

    user: int
    """The user's key."""
    email: str
    """Who."""
    role: str
    """As what."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A promotion that items came by, or may yet."""

    id: str
    """Its public id."""
    href: str
    """Its own page."""
    dataset_name: str
    """The dataset its items are of."""
    requested_by: str
    """Who asked."""
    requested_at: datetime
    """When."""
    state: str
    """Its state in a word."""
    item_count: int
    """How many items were asked for."""
    stored_count: int
    """How many of them have a copy now."""
    expires_at: datetime | None
    """When its copies end; None for no end, and before it is approved."""
    ends: str
    """The same in words where there is no such moment; empty where nothing is shared by it, or will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettingsPage(Page):
    """A project's setup."""

    template: ClassVar[str] = "pages/labelling_settings.html"
    room: ClassVar[str] = "labelling"

    project: ProjectHead
    """The project."""
    created_by: str
    """Who made it."""
    created_at: datetime
    """When."""
    name: str
    """What stands in the field for its name."""
    purpose: str
    """What stands in the field for its purpose."""
    classes: tuple[ProjectClass, ...]
    """What stands in the editor of its classes, blank rows last."""
    shapes: tuple[str, ...]
    """How a class may be drawn."""
    labelers: tuple[LabelerRow, ...]
    """Who labels for it."""
    choices: tuple[MemberChoice, ...]
    """Who else of the team may; labelers first."""
    sources: tuple[SourceRow, ...]
    """The newest promotions into it."""
    source_count: int
    """How many there are."""
    in_place_count: int
    """How many tasks are labelled where they are, without a copy."""
    may_administer: bool
    """Whether the viewer may add people to the team."""
    refusal: Refusal | None
    """Why a form was not accepted."""


@person
def project_settings(request: HttpRequest, viewer: Viewer, project_id: str) -> HttpResponse:
    project = labels.project(viewer, project_id)
    if request.method == "POST":
        verbs = {
            "describe": lambda request, viewer: describe(request, viewer, project),
            "classes": lambda request, viewer: set_classes(request, viewer, project),
            "add-labeler": lambda request, viewer: add(request, viewer, project),
            "remove-labeler": lambda request, viewer: remove(request, viewer, project),
            "archive": lambda request, viewer: archive(request, viewer, project, archived=True),
            "reopen": lambda request, viewer: archive(request, viewer, project, archived=False),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, project, refusal=refusal))
    return show(request, viewer, project)


def describe(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    describe_project(viewer, project, name=request.POST.get("name", ""), purpose=request.POST.get("purpose", ""))
    return back(request, project, "Saved.", "about")


def set_classes(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    changed = change_ontology(viewer, project, classes_from(request))
    count = len(changed.ontology["classes"])
    return back(request, project, f"Saved {counted(count, 'class', 'classes')}.", "classes")


def classes_from(request: HttpRequest) -> list[Mapping[str, str]]:
    """The rows of the editor; one without a name is no class."""
    names, shapes, descriptions = (request.POST.getlist(f"class-{one}") for one in ("name", "shape", "description"))
    rows = zip_longest(names, shapes, descriptions, fillvalue="")
    return [
        {"name": name, "shape": shape, "description": description.replace("\r\n", "\n")}
        for name, shape, description in rows
        if name.strip()
    ]


def add(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    user = user_from(request)
    known = {one.user_id: one.user.email for one in people.members(viewer)}
    add_labelers(viewer, project, [user])
    return back(request, project, f"{known[user]} labels for it now.", "labelers")


def remove(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    remove_labelers(viewer, project, [user_from(request)])
    return back(request, project, "Taken off. They see nothing of it from now on.", "labelers")


def user_from(request: HttpRequest) -> int:
    text = request.POST.get("user", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("Choose a member of the team.")
    return int(text)


def archive(request: HttpRequest, viewer: Viewer, project: LabellingProject, *, archived: bool) -> HttpResponse:
    archive_project(viewer, project, archived=archived)
    sentence = "Archived. Its labelers do not see it any more." if archived else "Open again."
    return back(request, project, sentence, "about")


def back(request: HttpRequest, project: LabellingProject, sentence: str, section: str) -> HttpResponse:
    say(request, sentence)
    return redirect(f"{reverse('pages:labelling-settings', args=[project.public_id])}#{section}")


def show(
    request: HttpRequest, viewer: Viewer, project: LabellingProject, *, refusal: Refusal | None = None
) -> HttpResponse:
    head = project_head(viewer, project, view="settings")
    refused = refusal.verb if refusal is not None else ""
    on_it, sources = labels.labelers(viewer, project), promotions(viewer).filter(project_id=project.pk)
    page = ProjectSettingsPage(
        title=f"Setup of {project.name}",
        project=head,
        created_by=project.created_by.email,
        created_at=project.created_at,
        name=request.POST.get("name", "") if refused == "describe" else project.name,
        purpose=request.POST.get("purpose", "") if refused == "describe" else project.purpose,
        classes=editable(request, head, is_refused=refused == "classes"),
        shapes=SHAPES,
        labelers=tuple(map(labeler_row, on_it)),
        choices=choices_of(viewer, on_it) if head.may_curate else (),
        sources=tuple(source_row(one) for one in sources[:MOST_PROMOTIONS]),
        source_count=sources.count(),
        in_place_count=head.progress.in_place,
        may_administer=viewer.may(Permission.ADMINISTER),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def editable(request: HttpRequest, head: ProjectHead, *, is_refused: bool) -> tuple[ProjectClass, ...]:
    """The classes as they are, or as a refused form had them, and some blank rows."""
    sent = tuple(ProjectClass(one["name"], one["shape"], one["description"]) for one in classes_from(request))
    return (*(sent if is_refused else head.classes), *[ProjectClass("", SHAPES[0], "")] * BLANK_CLASSES)


def labeler_row(row: ProjectLabeler) -> LabelerRow:
    role: str | None = getattr(row, "role", None)
    return LabelerRow(row.user_id, row.user.email, role or "", row.added_by.email, row.added_at)


def choices_of(viewer: Viewer, on_it: Sequence[ProjectLabeler]) -> tuple[MemberChoice, ...]:
    there = {one.user_id for one in on_it}
    rest = [one for one in people.members(viewer) if one.user_id not in there]
    rest.sort(key=lambda one: (one.role != "labeler", one.user.email))
    return tuple(MemberChoice(one.user_id, one.user.email, one.role) for one in rest)


def source_row(one: Promotion) -> SourceRow:
    return SourceRow(
        id=one.public_id,
        href=reverse("pages:promotion", args=[one.public_id]),
        dataset_name=one.dataset_name,
        requested_by=one.requested_by.email,
        requested_at=one.requested_at,
        state=one.get_state_display(),
        item_count=one.item_count,
        stored_count=one.stored_count,
        expires_at=one.expires_at,
        ends=end_in_words(one),
    )


def end_in_words(one: Promotion) -> str:
    if one.state == State.REQUESTED and one.for_days is not None:
        return f"{counted(one.for_days, 'day')} after an approval"
    is_over = one.state in (State.REJECTED, State.WITHDRAWN, State.REVOKED)
    return "" if is_over or one.expires_at is not None else "when it is revoked"
