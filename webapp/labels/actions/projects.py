"""The verbs of labelling projects: what one is for, who labels for it, and its tasks from made to audited.

Where a task changes, what a query finds in its dataset does: the dataset's version goes one step on. A dataset is
locked before the items in it, so call `ensure_tasks`, `lose_copies` and `note_results` before items are changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.models import Membership
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.models import Dataset, Item
from webapp.labels.drafts import checked_text
from webapp.labels.models import LabellingProject, LabellingTask, ProjectLabeler
from webapp.privacy.refusals import Conflict, Invalid, NotFound

MAX_PURPOSE = 4_000
MAX_CLASSES = 1_000
MAX_CLASS_NAME = 200
MAX_DESCRIPTION = 1_000
MAX_TASKS = 100_000
SHAPES = ("box", "polygon", "line", "keypoints", "category", "mask")
VERDICTS = (LabellingTask.Audit.ACCEPTED, LabellingTask.Audit.REJECTED)
# Below what SQLite takes as parameters of one statement.
AT_ONCE = 5_000


@transaction.atomic
def create_project(
    viewer: Viewer, *, name: str, purpose: str = "", classes: Sequence[Mapping[str, Any]] = ()
) -> LabellingProject:
    """A project of the viewer's team; raises Conflict where one has this name, archived ones too."""
    viewer.require(Permission.CURATE)
    made = LabellingProject(
        team_id=viewer.team_id,
        name=free_name(viewer, name),
        purpose=checked_purpose(purpose),
        ontology=checked_ontology(classes),
        created_by_id=viewer.user_id,
    )
    made.save()
    record(viewer, "project.create", subject=made.public_id, name=made.name)
    return made


@transaction.atomic
def describe_project(viewer: Viewer, project: LabellingProject, *, name: str, purpose: str) -> LabellingProject:
    project = locked_project(viewer, project)
    if name.strip() != project.name:
        project.name = free_name(viewer, name)
    project.purpose = checked_purpose(purpose)
    project.save(update_fields=["name", "purpose"])
    # Queries name a project by its name.
    touch(Dataset.objects.unscoped().filter(pk__in=tasks_of(project).values("item__dataset_id")))
    record(viewer, "project.change", subject=project.public_id, name=project.name)
    return project


@transaction.atomic
def change_ontology(
    viewer: Viewer, project: LabellingProject, classes: Sequence[Mapping[str, Any]]
) -> LabellingProject:
    """Say what is to be labelled, in the order given; results that came before stay as they are."""
    project = locked_project(viewer, project)
    project.ontology = checked_ontology(classes)
    project.save(update_fields=["ontology"])
    record(viewer, "project.change", subject=project.public_id, classes=len(project.ontology["classes"]))
    return project


@transaction.atomic
def archive_project(viewer: Viewer, project: LabellingProject, *, archived: bool) -> LabellingProject:
    """Close a project, or open it again: while it is archived its labelers do not see it. Nothing is deleted."""
    project = locked_project(viewer, project)
    project.archived_at = timezone.now() if archived else None
    project.save(update_fields=["archived_at"])
    record(viewer, "project.archive" if archived else "project.reopen", subject=project.public_id)
    return project


@transaction.atomic
def add_labelers(viewer: Viewer, project: LabellingProject, user_pks: Iterable[int]) -> int:
    """Put members of the team on the project; how many were not. Raises NotFound for somebody else."""
    project = locked_project(viewer, project)
    wanted = set(user_pks)
    members = dict(
        Membership.objects.filter(team_id=viewer.team_id, user_id__in=wanted).values_list("user_id", "user__email")
    )
    if wanted - set(members):
        raise NotFound("Only members of the team label for it; an admin adds them on the page Team.")
    there = set(ProjectLabeler.objects.filter(project=project, user_id__in=wanted).values_list("user_id", flat=True))
    new = sorted(wanted - there)
    ProjectLabeler.objects.bulk_create(
        ProjectLabeler(project=project, user_id=pk, added_by_id=viewer.user_id) for pk in new
    )
    if new:
        record(viewer, "project.labelers", subject=project.public_id, added=[members[pk] for pk in new])
    return len(new)


@transaction.atomic
def remove_labelers(viewer: Viewer, project: LabellingProject, user_pks: Iterable[int]) -> int:
    """Take people off the project, members or not; from now on they see nothing of it. How many were on it."""
    project = locked_project(viewer, project)
    rows = ProjectLabeler.objects.filter(project=project, user_id__in=set(user_pks))
    emails = sorted(rows.values_list("user__email", flat=True))
    rows.delete()
    if emails:
        record(viewer, "project.labelers", subject=project.public_id, removed=emails)
    return len(emails)


@transaction.atomic
def ensure_tasks(project: LabellingProject, item_pks: Iterable[int], promotion_pk: int | None) -> int:
    """Have a task for each of these items of the project's team; how many had none.

    `promotion_pk` is the promotion that copied them, None for labelling in place. A task that was canceled waits
    again; one whose labelers opened the private address gets the copy; all else stays as it is.
    """
    wanted = sorted(set(item_pks))
    touch_datasets_of(wanted)
    made = 0
    for part in parts(wanted):
        rows = tasks_of(project).filter(item_id__in=part)
        made += len(part) - rows.count()
        LabellingTask.objects.unscoped().bulk_create(
            [LabellingTask(project=project, item_id=pk, promotion_pk=promotion_pk) for pk in part],
            ignore_conflicts=True,
        )
        rows.filter(status=LabellingTask.Status.CANCELLED).update(status=LabellingTask.Status.PENDING)
        if promotion_pk is not None:
            rows.filter(promotion_pk=None).update(promotion_pk=promotion_pk)
    return made


@transaction.atomic
def label_in_place(viewer: Viewer, project: LabellingProject, dataset: Dataset, item_pks: Iterable[int]) -> int:
    """Have these items of a dataset labelled where they are, by people who reach their addresses; how many are new.

    Nothing is shared by it: whoever is only a labeler does not see them.
    """
    project = locked_project(viewer, project)
    wanted = sorted(set(item_pks))
    if len(wanted) > MAX_TASKS:
        raise Invalid(f"{len(wanted)} items at once; at most {MAX_TASKS} are given to a project together.")
    rows = Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    if not wanted or sum(rows.filter(pk__in=part).count() for part in parts(wanted)) != len(wanted):
        raise NotFound("There are no such items in this dataset.")
    made = ensure_tasks(project, wanted, None)
    record(viewer, "project.tasks", subject=project.public_id, dataset=dataset.public_id, items=len(wanted), new=made)
    return made


@transaction.atomic
def lose_copies(promotion_pk: int, heirs: Mapping[int, int | None]) -> None:
    """Let tasks know that a promotion has no copy of these items any more.

    By item: another promotion into the same project that has one, or None. Without an heir a task that waits is
    canceled, a completed one stays, and neither is shown to labelers.
    """
    touch_datasets_of(heirs)
    Status = LabellingTask.Status  # noqa: N806 (a class)
    rows = LabellingTask.objects.unscoped().filter(promotion_pk=promotion_pk)
    for part in parts([item for item, heir in heirs.items() if heir is None]):
        lost = rows.filter(item_id__in=part)
        lost.filter(status=Status.PENDING).update(status=Status.CANCELLED)
        lost.update(promotion_pk=None)
    by_heir: dict[int, list[int]] = {}
    for item, heir in heirs.items():
        if heir is not None:
            by_heir.setdefault(heir, []).append(item)
    for heir, items in by_heir.items():
        for part in parts(items):
            rows.filter(item_id__in=part).update(promotion_pk=heir)


@transaction.atomic
def note_results(
    viewer: Viewer, project: LabellingProject, item_pks: Iterable[int], *, said: Mapping[str, Any] | None = None
) -> int:
    """Mark the tasks of these items completed now, their audit pending; how many tasks these are.

    `said` is what the record keeps besides.

    For who may change the project, and for its labelers. Canceled tasks stay canceled.
    """
    wanted = sorted(set(item_pks))
    touch_datasets_of(wanted)
    rows = LabellingTask.objects.visible_to(viewer).filter(project_id=project.pk)
    if not (viewer.may(Permission.CURATE) or labels_for(viewer, project)):
        viewer.require(Permission.CURATE)
    now, done = timezone.now(), 0
    for part in parts(wanted):
        open_ones = rows.filter(item_id__in=part).exclude(status=LabellingTask.Status.CANCELLED)
        done += (
            LabellingTask.objects.unscoped()
            .filter(pk__in=list(open_ones.values_list("pk", flat=True)))
            .update(status=LabellingTask.Status.COMPLETED, audit_status=LabellingTask.Audit.PENDING, completed_at=now)
        )
    if done:
        record(viewer, "project.results", subject=project.public_id, tasks=done, **(said or {}))
    return done


@transaction.atomic
def audit_tasks(viewer: Viewer, project: LabellingProject, verdict: str, task_pks: Sequence[int] | None) -> int:
    """Accept or reject results; how many. Without keys (None) all that wait for an audit.

    Raises Conflict, changing nothing, where one of the tasks has no result.
    """
    viewer.require(Permission.CURATE)
    if verdict not in VERDICTS:
        raise Invalid(f"the verdict is {verdict[:80]!r}; {' and '.join(VERDICTS)} are accepted.")
    chosen = with_results(viewer, project, task_pks)
    rows = LabellingTask.objects.unscoped()
    items = [pk for part in parts(chosen) for pk in rows.filter(pk__in=part).values_list("item_id", flat=True)]
    touch_datasets_of(items)
    for part in parts(chosen):
        rows.filter(pk__in=part, status=LabellingTask.Status.COMPLETED).update(audit_status=verdict)
    if chosen:
        record(viewer, "project.audit", subject=project.public_id, verdict=verdict, tasks=len(chosen))
    return len(chosen)


def with_results(viewer: Viewer, project: LabellingProject, task_pks: Sequence[int] | None) -> list[int]:
    """These tasks' keys, refused unless all are completed; without keys those of all whose audit is pending."""
    seen = LabellingTask.objects.visible_to(viewer).filter(project_id=project.pk)
    done = seen.filter(status=LabellingTask.Status.COMPLETED)
    if task_pks is None:
        return list(done.filter(audit_status=LabellingTask.Audit.PENDING).values_list("pk", flat=True))
    chosen = sorted(set(task_pks))
    if sum(seen.filter(pk__in=part).count() for part in parts(chosen)) != len(chosen):
        raise NotFound("There are no such tasks in this project.")
    if waiting := len(chosen) - sum(done.filter(pk__in=part).count() for part in parts(chosen)):
        raise Conflict(f"{waiting} of these have no result yet, so there is nothing to judge.")
    return chosen


def labels_for(viewer: Viewer, project: LabellingProject) -> bool:
    """Whether the viewer is one of its labelers, and sees it."""
    seen = LabellingProject.objects.visible_to(viewer).filter(pk=project.pk, archived_at=None)
    return seen.exists() and ProjectLabeler.objects.filter(project_id=project.pk, user_id=viewer.user_id).exists()


def locked_project(viewer: Viewer, project: LabellingProject) -> LabellingProject:
    """The project as it is now, locked until the transaction ends, for a viewer who may change it."""
    viewer.require(Permission.CURATE)
    rows = LabellingProject.objects.visible_to(viewer).select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=project.pk).first()
    if found is None:
        raise NotFound("This project is gone.")
    return found


def free_name(viewer: Viewer, name: str) -> str:
    name = checked_name(name)
    if LabellingProject.objects.unscoped().filter(team_id=viewer.team_id, name=name).exists():
        raise Conflict(f"There is a labelling project {name!r} already; each has its own name.")
    return name


def checked_purpose(purpose: str) -> str:
    purpose = purpose.strip()
    if len(purpose) > MAX_PURPOSE or "\0" in purpose:
        raise Invalid(f"The purpose is plain text of at most {MAX_PURPOSE} characters.")
    return purpose


def checked_ontology(classes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As a project keeps it. Raises Invalid, naming the class by its place, counted from 1."""
    if len(classes) > MAX_CLASSES:
        raise Invalid(f"{len(classes)} classes; at most {MAX_CLASSES} are accepted.")
    kept: dict[tuple[str, str], dict[str, str]] = {}
    for place, one in enumerate(classes, 1):
        unknown = [key for key in one if key not in ("name", "shape", "description")]
        if unknown:
            raise Invalid(f"class {place} has {str(unknown[0])[:80]!r}; name, shape and description are accepted.")
        name = checked_text(one.get("name"), f"the name of class {place}", MAX_CLASS_NAME).strip()
        shape, description = one.get("shape"), one.get("description", "")
        if shape not in SHAPES:
            raise Invalid(f"the shape of class {place} is {str(shape)[:80]!r}; {', '.join(SHAPES)} are accepted.")
        if not isinstance(description, str) or len(description) > MAX_DESCRIPTION:
            raise Invalid(f"the description of class {place} is a text of at most {MAX_DESCRIPTION} characters.")
        if not name or any(ord(letter) < 32 for letter in name) or "\0" in description:
            raise Invalid(f"the name and description of class {place} are plain text.")
        if (name, shape) in kept:
            raise Invalid(f"{name[:80]!r} is named twice as a {shape}; once is enough.")
        kept[name, shape] = {"name": name, "shape": shape, "description": description.strip()}
    return {"classes": [{key: value for key, value in one.items() if value} for one in kept.values()]}


def tasks_of(project: LabellingProject) -> QuerySet[LabellingTask]:
    return LabellingTask.objects.unscoped().filter(project_id=project.pk)


def parts(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def touch_datasets_of(item_pks: Iterable[int]) -> None:
    datasets: set[int] = set()
    for part in parts(sorted(item_pks)):
        rows = Item.objects.unscoped().filter(pk__in=part).order_by()
        datasets.update(rows.values_list("dataset_id", flat=True).distinct())
    touch(Dataset.objects.unscoped().filter(pk__in=sorted(datasets)))


def touch(datasets: QuerySet[Dataset]) -> None:
    """Let what browsers keep of these datasets be asked for anew."""
    datasets.update(version=F("version") + 1)
