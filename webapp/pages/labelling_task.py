"""`/labelling/lab_…/tasks/task_…`: one item to be labelled, as large as the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.actions import audit_tasks
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.pages.cells import dataset_href
from webapp.pages.door import Refusal, carry_out, member
from webapp.pages.frame import Page, render, say
from webapp.pages.label_islands import labels_of_item_page
from webapp.pages.label_pane import LabelPane, label_pane
from webapp.pages.label_runs import runs_of_page
from webapp.pages.labelling_head import ProjectHead, project_head
from webapp.pages.labelling_pictures import picture_of, task_pictures
from webapp.pages.labelling_project import narrowed, neighbors_of, state_of, task_href

Status = LabellingTask.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage(Page):
    """One task."""

    template: ClassVar[str] = "pages/labelling_task.html"
    room: ClassVar[str] = "labelling"

    project: ProjectHead
    """The project."""
    id: str
    """The task's public id."""
    reference_id: str
    """The item's reference id: what a result names it by."""
    address: str | None
    """Where the browser loads the picture from; None when it cannot be shown now."""
    privacy: str
    """The item's: `private`, `linked` or `shared`; empty for labelers, who have the copy."""
    dataset_name: str
    """The item's dataset; empty for labelers."""
    item_href: str
    """The item's own page; empty for labelers."""
    width: int | None
    """Pixels; None until somebody said or a browser measured it."""
    height: int | None
    """Pixels; None until somebody said or a browser measured it."""
    state: str
    """Its state for the mark."""
    says: str
    """Its state in words."""
    completed_at: datetime | None
    """When its last result came; None without one."""
    created_at: datetime
    """When it was made."""
    labels: LabelPane | None
    """What is said of the picture; None for labelers."""
    previous: str | None
    """The task before it; None for the first."""
    next: str | None
    """The task after it; None for the last."""
    up: str
    """The list it is in."""
    may_audit: bool
    """Whether the viewer may judge its result."""
    refusal: Refusal | None
    """Why it was not judged."""


@member
def task(request: HttpRequest, viewer: Viewer, project_id: str, task_id: str) -> HttpResponse:
    project = labels.project(viewer, project_id)
    found = labels.task(viewer, project, task_id)
    if request.method == "POST":
        verbs = {"audit": lambda request, viewer: audit(request, viewer, project, found)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, project, found, refusal=refusal))
    return show(request, viewer, project, found)


def audit(request: HttpRequest, viewer: Viewer, project: LabellingProject, task: LabellingTask) -> HttpResponse:
    """Judge this result, and go on to the next task."""
    verdict = request.POST.get("verdict", "")
    # Where it led before the verdict: by it the task may leave the list.
    _, after = neighbors_of(narrowed(request, viewer, project), task)
    audit_tasks(viewer, project, verdict, [task.pk])
    say(request, f"{verdict.capitalize()} the result for {task.item.reference_id}.")
    return redirect(task_href(project.public_id, after or task, request.GET.get("show", "")))


def show(
    request: HttpRequest,
    viewer: Viewer,
    project: LabellingProject,
    task: LabellingTask,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    sees_private = viewer.may(Permission.SEE_PRIVATE)
    shown, item = request.GET.get("show", ""), task.item
    before, after = neighbors_of(narrowed(request, viewer, project), task)
    pictures = task_pictures(request, viewer, [task])
    told, runs = runs_of_page(request, viewer, item.dataset) if sees_private else (None, [])
    state, says = state_of(task, sees_private=sees_private)
    page = TaskPage(
        title=f"{item.reference_id} · {project.name}",
        media=pictures.hosts,
        project=project_head(viewer, project, view=""),
        id=task.public_id,
        reference_id=item.reference_id,
        address=pictures.addresses.get(item.pk),
        privacy=item.privacy if sees_private else "",
        dataset_name=item.dataset.name if sees_private else "",
        item_href=f"{dataset_href(item.dataset.public_id)}items/{item.public_id}" if sees_private else "",
        width=item.width,
        height=item.height,
        state=state,
        says=says,
        completed_at=task.completed_at,
        created_at=task.created_at,
        labels=label_pane(viewer, item, runs) if sees_private else None,
        previous=task_href(project.public_id, before, shown) if before is not None else None,
        next=task_href(project.public_id, after, shown) if after is not None else None,
        up=up_href(project, shown),
        may_audit=viewer.may(Permission.CURATE) and task.status == Status.COMPLETED,
        refusal=refusal,
    )
    island: dict[str, Any] = {"item": picture_of(task, pictures, "")}
    if told is not None:
        urls = {"measure": reverse("pages:measurements", args=[item.dataset.public_id])}
        # The stage sends sizes, and labels are asked for, by the item's id.
        island["item"]["id"] = item.public_id
        # The verdict here is on the task's result.
        shown_labels = labels_of_item_page(viewer, item.dataset, item, told) | {"reviewUrl": None}
        island |= {"urls": urls, "labels": shown_labels}
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)


def up_href(project: LabellingProject, show: str) -> str:
    href = reverse("pages:labelling-project", args=[project.public_id])
    return f"{href}?show={show}" if show else href
