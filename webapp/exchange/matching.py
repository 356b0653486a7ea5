"""Which task of a project a file means: by the task's id, or by its item's reference id where only one has it."""

from __future__ import annotations

from typing import Any, NamedTuple

from webapp.accounts.viewer import Viewer
from webapp.labels import queries as labels
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid


class Known(NamedTuple):
    """A task; `width` and `height` are its picture's, None where nobody measured it."""

    pk: int
    item_pk: int
    dataset_pk: int
    reference_id: str
    width: int | None
    height: int | None

    @property
    def id(self) -> str:
        return public_id.encode("task", self.pk)


class KnownTasks:
    """The tasks of a project that the viewer may bring results for, which a canceled one is not."""

    def __init__(self, viewer: Viewer, project: LabellingProject) -> None:
        tasks = labels.tasks(viewer, project).exclude(status=LabellingTask.Status.CANCELLED).order_by()
        columns = ("item_id", "item__dataset_id", "item__reference_id", "item__width", "item__height")
        self.project_id = project.public_id
        self.by_pk: dict[int, Known] = {}
        self.by_reference: dict[str, list[Known]] = {}
        for row in tasks.values_list("pk", *columns).iterator():
            known = Known(*row)
            self.by_pk[known.pk] = known
            self.by_reference.setdefault(known.reference_id, []).append(known)
        self.met: set[int] = set()

    def take(self, task_id: Any, reference_id: Any) -> Known:
        """The task named so, once in a file; raises Invalid."""
        found = self.find(task_id, reference_id)
        if found.pk in self.met:
            raise Invalid(f"the task {found.id} ({found.reference_id[:200]!r}) has a result in this file already.")
        self.met.add(found.pk)
        return found

    def find(self, task_id: Any, reference_id: Any) -> Known:
        if task_id is not None:
            pk = public_id.decode("task", task_id) if type(task_id) is str else None
            found = self.by_pk.get(pk) if pk is not None else None
            if found is None:
                raise Invalid(f"this project has no task {str(task_id)[:60]!r} that takes results.")
            if reference_id not in (None, found.reference_id):
                raise Invalid(
                    f"the task {found.id} is of {found.reference_id[:200]!r}, not {str(reference_id)[:200]!r}."
                )
            return found
        if type(reference_id) is not str or not reference_id:
            raise Invalid("neither task_id nor reference_id says which task this is of.")
        named = self.by_reference.get(reference_id, [])
        if not named:
            raise Invalid(f"this project has no task of the reference id {reference_id[:200]!r} that takes results.")
        if len(named) > 1:
            raise Invalid(
                f"{len(named)} tasks of this project have the reference id {reference_id[:200]!r}, in as many datasets;"
                " say which by task_id."
            )
        return named[0]

    def check_project(self, project_id: Any) -> None:
        if project_id not in (None, self.project_id):
            raise Invalid(
                f"this is of the project {str(project_id)[:60]!r}; the results here are for {self.project_id}."
            )


class Classes:
    """The project's ontology as results are held to it."""

    def __init__(self, project: LabellingProject) -> None:
        self.shapes: dict[str, set[str]] = {}
        for one in project.ontology.get("classes", ()):
            self.shapes.setdefault(one["name"], set()).add(one["shape"])

    def of(self, name: Any) -> set[str]:
        """The shapes of a class; raises Invalid for a class that the project does not have."""
        if type(name) is str and name in self.shapes:
            return self.shapes[name]
        known = ", ".join(repr(one) for one in list(self.shapes)[:20]) or "none yet; name them in its Setup"
        raise Invalid(f"the project has no class {str(name)[:80]!r}; its classes are {known}.")

    def check(self, name: Any, *accepted: str) -> None:
        """Raise Invalid unless the class is drawn in one of these shapes."""
        shapes = self.of(name)
        if not shapes.intersection(accepted):
            raise Invalid(f"{name[:80]!r} is labelled as {' or '.join(sorted(shapes))} here, not as {accepted[0]}.")
