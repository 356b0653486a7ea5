"""`/labelling/lab_…/results`: a project's files for labelling tools, and the results that come back in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Viewer
from webapp.exchange.faults import MOST, Fault, ResultsRefused
from webapp.exchange.handing_out import DEFAULT_DAYS, MOST_DAYS
from webapp.exchange.results import MAX_BYTES, bring_results
from webapp.labels import queries as labels
from webapp.labels.actions import ResultsTaken, may_bring_results, require_bringing
from webapp.labels.models import LabellingProject
from webapp.pages.door import Refusal, carry_out, member
from webapp.pages.errors import status_of
from webapp.pages.feeds import answer
from webapp.pages.frame import Page, render, say
from webapp.pages.labelling_head import ProjectHead, project_head
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid, Refused, TooLarge


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage(Page):
    """What goes out of a project and comes back."""

    template: ClassVar[str] = "pages/labelling_results.html"
    room: ClassVar[str] = "labelling"

    project: ProjectHead
    """The project."""
    manifest_href: str
    """Its tasks in our own JSON."""
    coco_href: str
    """The same for tools that read COCO."""
    label_studio_href: str
    """The same for Label Studio."""
    interface_href: str
    """Label Studio's labelling interface for the project's classes."""
    in_place_count: int
    """How many tasks are handed out with their private address; 0 for labelers."""
    days: int
    """How long links live when nobody says."""
    most_days: int
    """How long they may."""
    undrawable: tuple[str, ...]
    """Classes that no file can bring back, drawn as lines."""
    may_bring: bool
    """Whether the viewer may bring results."""
    faults: tuple[Fault, ...]
    """What was wrong with the file that was refused."""
    has_more_faults: bool
    """Whether there may be others after them."""
    refusal: Refusal | None
    """Why it was refused."""


@member
def results(request: HttpRequest, viewer: Viewer, project_id: str) -> HttpResponse:
    project = labels.project(viewer, project_id)
    if request.method == "POST" and request.content_type == "application/json":
        return as_feed(request, viewer, project)
    if request.method == "POST":
        found: list[ResultsRefused] = []
        verbs = {"results": lambda request, viewer: bring(request, viewer, project, found)}
        return carry_out(
            request, viewer, verbs, lambda refusal: show(request, viewer, project, refusal=refusal, found=found)
        )
    return show(request, viewer, project)


def as_feed(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    """The file as the body itself; `?empty=done` as in the form."""
    try:
        raw = request.read(MAX_BYTES + 1)
        taken = bring_results(viewer, project, raw, empty_is_done=request.GET.get("empty") == "done")
    except ResultsRefused as refusal:
        faults = [{"place": one.place, "sentence": one.sentence} for one in refusal.faults]
        return answer({"error": refusal.sentence, "faults": faults}, status=400)
    except Refused as refusal:
        return answer({"error": refusal.sentence}, status=status_of(refusal))
    return answer({"tasks": taken.tasks, "labels": taken.labels, "removed": taken.removed})


def bring(request: HttpRequest, viewer: Viewer, project: LabellingProject, found: list[ResultsRefused]) -> HttpResponse:
    """Take in the file of the form; a refusal's faults are kept in `found` for the page that shows them."""
    require_bringing(viewer, project)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid("Choose a file first.")
    if (file.size or 0) > MAX_BYTES:
        raise TooLarge(f"The file has {file.size} bytes; at most {MAX_BYTES} are taken. Send it in parts.")
    try:
        taken = bring_results(viewer, project, file.read(), empty_is_done=request.POST.get("empty") == "done")
    except ResultsRefused as refusal:
        found.append(refusal)
        raise
    say(request, in_words(taken))
    return redirect(reverse("pages:labelling-project", args=[project.public_id]))


def in_words(taken: ResultsTaken) -> str:
    if not taken.tasks:
        return "The file holds no results: no task in it was done."
    said = f"Took in {counted(taken.labels, 'label')} for {counted(taken.tasks, 'task')}, which now wait for an audit."
    return f"{said} {counted(taken.removed, 'label')} of earlier results went." if taken.removed else said


def show(
    request: HttpRequest,
    viewer: Viewer,
    project: LabellingProject,
    *,
    refusal: Refusal | None = None,
    found: Sequence[ResultsRefused] = (),
) -> HttpResponse:
    head = project_head(viewer, project, view="files")

    def href(name: str) -> str:
        return reverse(f"pages:labelling-{name}", args=[project.public_id])

    faults = tuple(found[0].faults) if found else ()
    page = ResultsPage(
        title=f"Files · {project.name}",
        project=head,
        manifest_href=href("manifest"),
        coco_href=href("coco"),
        label_studio_href=href("label-studio"),
        interface_href=href("interface"),
        in_place_count=head.progress.in_place if head.sees_private else 0,
        days=DEFAULT_DAYS,
        most_days=MOST_DAYS,
        undrawable=tuple(one.name for one in head.classes if one.shape == "line"),
        may_bring=may_bring_results(viewer, project),
        faults=faults,
        has_more_faults=len(faults) >= MOST,
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)
