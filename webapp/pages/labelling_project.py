"""`/labelling/lab_…/`: the tasks of a project. Members audit results here; a labeler sees what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.actions import audit_tasks
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.labels.queries import Progress
from webapp.pages.cells import Cell, PictureOnPage, dataset_href
from webapp.pages.door import Refusal, carry_out, member
from webapp.pages.frame import Page, render, say
from webapp.pages.labelling_head import ProjectHead, project_head
from webapp.pages.labelling_pictures import TaskPictures, picture_of, task_pictures
from webapp.pages.media_hosts import NO_MEDIA
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.words import counted, number
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

PAGE_SIZE = 100
MAX_CHOSEN = 1_000
Status, Audit = LabellingTask.Status, LabellingTask.Audit
# What a list of tasks may be narrowed to: by its word in the address its name, a status and an audit status.
SHOWN: dict[str, tuple[str, str | None, str | None]] = {
    "waiting": ("Waiting", Status.PENDING, None),
    "audit": ("To audit", Status.COMPLETED, Audit.PENDING),
    "accepted": ("Accepted", Status.COMPLETED, Audit.ACCEPTED),
    "rejected": ("Rejected", Status.COMPLETED, Audit.REJECTED),
    "canceled": ("Canceled", Status.CANCELLED, None),
}
SHOWN_TO_LABELERS: dict[str, tuple[str, str | None, str | None]] = {
    "waiting": ("To do", Status.PENDING, None),
    "done": ("Done", Status.COMPLETED, None),
    "rejected": ("Rejected", Status.COMPLETED, Audit.REJECTED),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the list."""

    text: str
    """Its name."""
    count: str
    """How many tasks it leaves, in words."""
    href: str
    """Its address."""
    current: bool
    """Whether it is the one shown."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list."""

    id: str
    """Its public id."""
    cell: Cell
    """Its picture."""
    href: str
    """Its own page."""
    reference_id: str
    """The item's."""
    dataset_name: str
    """The item's dataset; empty for labelers."""
    dataset_href: str
    """That dataset's grid; empty for labelers."""
    is_in_place: bool
    """Whether it is labelled where it is, without a copy."""
    state: str
    """Its state for the mark: `queued`, `running`, `completed`, `errored` or `cancelled`."""
    says: str
    """Its state in words."""
    completed_at: datetime | None
    """When its last result came; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPage(Page):
    """A project's tasks, in the order of its items."""

    template: ClassVar[str] = "pages/labelling_project.html"
    room: ClassVar[str] = "labelling"

    project: ProjectHead
    """The project."""
    tasks: tuple[TaskRow, ...]
    """The tasks of this page."""
    choices: tuple[Choice, ...]
    """How the list can be narrowed."""
    is_narrowed: bool
    """Whether it is."""
    paging: Paging
    """Where the list goes on."""
    may_audit: bool
    """Whether the viewer may judge, and a result is on this page."""
    refusal: Refusal | None
    """Why nothing was judged."""


@member
def project(request: HttpRequest, viewer: Viewer, project_id: str) -> HttpResponse:
    found = labels.project(viewer, project_id)
    if request.method == "POST":
        verbs = {
            "audit": lambda request, viewer: audit(request, viewer, found),
            "audit-all": lambda request, viewer: audit_all(request, viewer, found),
        }
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, found, refusal=refusal))
    return show(request, viewer, found)


def audit(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    """Judge the chosen tasks."""
    ids = request.POST.getlist("task")[:MAX_CHOSEN]
    if not ids:
        raise Invalid("Nothing is chosen. Tick the tasks to judge first.")
    count = audit_tasks(viewer, project, request.POST.get("verdict", ""), [task_key(one) for one in ids])
    say(request, f"{done(request)} {counted(count, 'result')}.")
    return redirect(request.get_full_path())


def audit_all(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> HttpResponse:
    """Judge all that wait for it."""
    count = audit_tasks(viewer, project, request.POST.get("verdict", ""), None)
    say(request, f"{done(request)} {counted(count, 'result')}.")
    return redirect(request.get_full_path())


def done(request: HttpRequest) -> str:
    return "Accepted" if request.POST.get("verdict") == Audit.ACCEPTED else "Rejected"


def task_key(task_id: str) -> int:
    pk = public_id.decode("task", task_id)
    if pk is None:
        raise NotFound("There is no such task in this project.")
    return pk


def show(
    request: HttpRequest, viewer: Viewer, project: LabellingProject, *, refusal: Refusal | None = None
) -> HttpResponse:
    head = project_head(viewer, project, view="tasks")
    listed, at_start, at_end = page_of(request, narrowed(request, viewer, project))
    pictures = task_pictures(request, viewer, listed)
    rows = tuple(row_of(request, head, one, pictures) for one in listed)
    page = ProjectPage(
        title=project.name,
        media=pictures.hosts if listed else NO_MEDIA,
        project=head,
        tasks=rows,
        choices=choices(request, head),
        is_narrowed=request.GET.get("show", "") in shown_to(head),
        paging=paging(
            request,
            "di",
            before=listed[0].item_id if not at_start else None,
            after=listed[-1].item_id if not at_end else None,
        ),
        may_audit=viewer.may(Permission.CURATE) and any(one.status == Status.COMPLETED for one in listed),
        refusal=refusal,
    )
    found = [picture_of(task, pictures, row.href) for task, row in zip(listed, rows, strict=True)]
    items: list[PictureOnPage] = [one for one in found if one is not None]
    return render(request, viewer, page, island={"items": items}, status=refusal.status if refusal else 200)


def shown_to(head: ProjectHead) -> dict[str, tuple[str, str | None, str | None]]:
    return SHOWN if head.sees_private else SHOWN_TO_LABELERS


def narrowed(request: HttpRequest, viewer: Viewer, project: LabellingProject) -> QuerySet[LabellingTask]:
    """The tasks that the address asks for."""
    known = SHOWN if viewer.may(Permission.SEE_PRIVATE) else SHOWN_TO_LABELERS
    _, status, audit = known.get(request.GET.get("show", ""), ("", None, None))
    return labels.tasks(viewer, project, status=status, audit=audit)


def page_of(request: HttpRequest, rows: QuerySet[LabellingTask]) -> tuple[list[LabellingTask], bool, bool]:
    """The tasks of one page, and whether it is the first and the last."""
    after, before = key_from(request, "after", "di"), key_from(request, "before", "di")
    if before is not None:
        found = list(rows.filter(item_id__lt=before).order_by("-item_id")[: PAGE_SIZE + 1])
        return found[:PAGE_SIZE][::-1], len(found) <= PAGE_SIZE or not found, not found
    found = list((rows.filter(item_id__gt=after) if after is not None else rows)[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], after is None or not found, len(found) <= PAGE_SIZE


def choices(request: HttpRequest, head: ProjectHead) -> tuple[Choice, ...]:
    chosen = request.GET.get("show", "")
    known = shown_to(head)
    counts = counts_of(head.progress)
    every = head.progress.total + (head.progress.canceled if head.sees_private else 0)
    rest = {"after": None, "before": None}
    first = Choice("All", number(every), address(request, show=None, **rest), chosen not in known)
    return (
        first,
        *(
            Choice(text, number(counts[word]), address(request, show=word, **rest), word == chosen)
            for word, (text, _, _) in known.items()
        ),
    )


def counts_of(progress: Progress) -> dict[str, int]:
    return {
        "waiting": progress.pending,
        "done": progress.completed,
        "audit": progress.to_audit,
        "accepted": progress.accepted,
        "rejected": progress.rejected,
        "canceled": progress.canceled,
    }


def row_of(request: HttpRequest, head: ProjectHead, task: LabellingTask, pictures: TaskPictures) -> TaskRow:
    href = task_href(head.id, task, request.GET.get("show", ""))
    state, says = state_of(task, sees_private=head.sees_private)
    note = "" if head.sees_private or task.status == Status.PENDING else says
    has_picture = task.item_id in pictures.addresses
    return TaskRow(
        id=task.public_id,
        cell=Cell(task.public_id, href, task.item.reference_id, note, has_picture=has_picture),
        href=href,
        reference_id=task.item.reference_id,
        dataset_name=task.item.dataset.name if head.sees_private else "",
        dataset_href=dataset_href(task.item.dataset.public_id) if head.sees_private else "",
        is_in_place=task.promotion_pk is None,
        state=state,
        says=says,
        completed_at=task.completed_at,
    )


def task_href(project_id: str, task: LabellingTask, show: str) -> str:
    href = reverse("pages:labelling-task", args=[project_id, task.public_id])
    return f"{href}?show={show}" if show in SHOWN | SHOWN_TO_LABELERS else href


def state_of(task: LabellingTask, *, sees_private: bool) -> tuple[str, str]:
    """How a task stands, as the mark and in the words of members or of labelers."""
    if task.status == Status.PENDING:
        return "queued", "waiting" if sees_private else "to do"
    if task.status == Status.CANCELLED:
        return "cancelled", "canceled"
    verdicts = {Audit.ACCEPTED: ("completed", "accepted"), Audit.REJECTED: ("errored", "rejected")}
    return verdicts.get(Audit(task.audit_status), ("running", "to audit" if sees_private else "done"))


def neighbors_of(rows: QuerySet[LabellingTask], task: LabellingTask) -> Sequence[LabellingTask | None]:
    """The task before and the one after it among these."""
    before = rows.filter(item_id__lt=task.item_id).order_by("-item_id").first()
    return before, rows.filter(item_id__gt=task.item_id).first()
