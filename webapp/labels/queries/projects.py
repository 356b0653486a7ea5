"""Reads about labelling projects. Whoever is only a labeler finds their own, and in them what has a copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from webapp.accounts.models import Membership
from webapp.accounts.viewer import Viewer
from webapp.labels.models import LabellingProject, LabellingTask, ProjectLabeler
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound

Status, Audit = LabellingTask.Status, LabellingTask.Audit


@dataclass(frozen=True, slots=True)
class Progress:
    """How many tasks of a project, as far as the viewer sees them, are where. `total` leaves out canceled ones.

    Of the completed ones some are accepted, some rejected, and the rest wait for an audit. `in_place` have no copy.
    """

    pending: int = 0
    completed: int = 0
    canceled: int = 0
    accepted: int = 0
    rejected: int = 0
    in_place: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.completed

    @property
    def to_audit(self) -> int:
        return self.completed - self.accepted - self.rejected


def projects(viewer: Viewer, *, archived: bool = False) -> list[LabellingProject]:
    """The projects the viewer sees that are open (or archived), newest first."""
    rows = LabellingProject.objects.visible_to(viewer).filter(archived_at__isnull=not archived)
    return list(rows.order_by("-pk"))


def project(viewer: Viewer, project_id: str) -> LabellingProject:
    """The project with this public id (`lab_…`)."""
    pk = public_id.decode("lab", project_id)
    rows = LabellingProject.objects.visible_to(viewer).select_related("created_by")
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no labelling project {project_id[:60]!r} that you may see.")
    return found


def project_named(viewer: Viewer, name: str) -> LabellingProject:
    """The open project with this name or this public id: programs say either."""
    pk = public_id.decode("lab", name)
    rows = LabellingProject.objects.visible_to(viewer).filter(archived_at=None)
    found = rows.filter(Q(pk=pk) if pk is not None else Q(name=name)).first()
    if found is None:
        raise NotFound(f"There is no labelling project {name[:200]!r} that you may see.")
    return found


def labelers(viewer: Viewer, project: LabellingProject) -> list[ProjectLabeler]:
    """Who labels for it, by address; `.role` is what they are in the team, None for who has left it."""
    if not LabellingProject.objects.visible_to(viewer).filter(pk=project.pk).exists():
        return []
    of_team = Membership.objects.filter(team_id=project.team_id, user_id=OuterRef("user_id"))
    rows = ProjectLabeler.objects.filter(project_id=project.pk).select_related("user", "added_by")
    return list(rows.annotate(role=Subquery(of_team.values("role")[:1])).order_by("user__email"))


def progress(viewer: Viewer, projects: Iterable[LabellingProject]) -> dict[int, Progress]:
    """How far each of these projects is, by its key."""
    keys = [one.pk for one in projects]
    completed = Q(status=Status.COMPLETED)
    counted = {
        "pending": Q(status=Status.PENDING),
        "completed": completed,
        "canceled": Q(status=Status.CANCELLED),
        "accepted": completed & Q(audit_status=Audit.ACCEPTED),
        "rejected": completed & Q(audit_status=Audit.REJECTED),
        "in_place": Q(promotion_pk=None) & ~Q(status=Status.CANCELLED),
    }
    tasks = LabellingTask.objects.visible_to(viewer).filter(project_id__in=keys).order_by()
    counts = {f"is_{name}": Count("pk", filter=one) for name, one in counted.items()}
    rows = tasks.values("project_id").annotate(**counts).values_list("project_id", *counts)
    found = {key: Progress(**dict(zip(counted, numbers, strict=True))) for key, *numbers in rows}
    return dict.fromkeys(keys, Progress()) | found


def tasks(
    viewer: Viewer, project: LabellingProject, *, status: str | None = None, audit: str | None = None
) -> QuerySet[LabellingTask]:
    """The project's tasks in the order of their items, with these, of one status or audit status (None: of any)."""
    rows = LabellingTask.objects.visible_to(viewer).filter(project_id=project.pk)
    if status is not None:
        rows = rows.filter(status=status)
    if audit is not None:
        rows = rows.filter(audit_status=audit)
    return rows.select_related("item", "item__dataset").order_by("item_id")


def task(viewer: Viewer, project: LabellingProject, task_id: str) -> LabellingTask:
    """The task with this public id (`task_…`), with its item."""
    pk = public_id.decode("task", task_id)
    found = tasks(viewer, project).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no task {task_id[:60]!r} in this project that you may see.")
    return found


def tasks_of_items(viewer: Viewer, item_pks: Sequence[int]) -> dict[int, list[LabellingTask]]:
    """By item the tasks it has, with their projects, oldest project first."""
    found: dict[int, list[LabellingTask]] = {}
    rows = LabellingTask.objects.visible_to(viewer).filter(item_id__in=item_pks).select_related("project")
    for one in rows.order_by("item_id", "project_id"):
        found.setdefault(one.item_id, []).append(one)
    return found


def has_task_on(viewer: Viewer, item_pk: int) -> bool:
    """Whether there is a task that the viewer sees for the item: what lets a labeler open its copy."""
    return LabellingTask.objects.visible_to(viewer).filter(item_id=item_pk).exists()
