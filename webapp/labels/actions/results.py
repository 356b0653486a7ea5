"""Taking in what a labelling project's people made of its tasks: as annotations, all of a file or nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.locking import save_change
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.labels.actions.projects import labels_for, note_results
from webapp.labels.actions.storing import Target, store
from webapp.labels.drafts import LabelDraft
from webapp.labels.models import Annotation, LabellingProject, LabellingTask, Taxonomy
from webapp.labels.removal import IN_KEYS, as_text, remove_labels
from webapp.labels.rows import ANNOTATIONS, ids
from webapp.privacy.refusals import Invalid, NotAllowed


class TaskResult(NamedTuple):
    """What one task's picture shows: each draft names the item by its key and the task by its public id."""

    task_id: str
    item_pk: int
    dataset_pk: int
    drafts: Sequence[LabelDraft]


@dataclass
class ResultsTaken:
    """How many tasks have a result now, how many labels it has, and how many of earlier results are gone."""

    tasks: int = 0
    labels: int = 0
    removed: int = 0


def may_bring_results(viewer: Viewer, project: LabellingProject) -> bool:
    """Whether the viewer may: editors of the team, and whoever labels for the project while it is open."""
    is_editor = viewer.may(Permission.CURATE) and viewer.team_id == project.team_id
    return is_editor or labels_for(viewer, project)


def require_bringing(viewer: Viewer, project: LabellingProject) -> None:
    """Raise NotAllowed unless the viewer may bring results."""
    if not may_bring_results(viewer, project):
        raise NotAllowed("Results come from the project's labelers and from editors of the team.")


@transaction.atomic
def take_results(
    viewer: Viewer,
    project: LabellingProject,
    batches: Iterable[Sequence[TaskResult]],
    *,
    refuse: Callable[[RowRefused], None],
    form: str,
) -> ResultsTaken:
    """Store results in their order and mark their tasks completed, to be audited.

    A result replaces what an earlier one of the same task said. A label that cannot be taken is handed to `refuse`;
    `batches` raises at its end when there were any, and then nothing is stored.
    """
    require_bringing(viewer, project)
    datasets = locked_datasets(project)
    taken, items = ResultsTaken(), set[int]()
    for batch in batches:
        by_dataset: dict[int, list[TaskResult]] = defaultdict(list)
        for one in batch:
            by_dataset[one.dataset_pk].append(one)
            items.add(one.item_pk)
        for dataset_pk, results in by_dataset.items():
            take_batch(viewer, project, datasets[dataset_pk], results, taken, refuse)
    taken.tasks = note_results(
        viewer, project, items, said={"form": form, "labels": taken.labels, "removed": taken.removed}
    )
    return taken


def locked_datasets(project: LabellingProject) -> dict[int, Dataset]:
    """The datasets that the project has tasks in, locked in one order until the transaction ends."""
    of_project = LabellingTask.objects.unscoped().filter(project_id=project.pk).values("item__dataset_id")
    rows = Dataset.objects.unscoped().select_for_update(of=("self",))
    found = rows.filter(pk__in=of_project, team_id=project.team_id, deleted_at=None).order_by("pk")
    return {one.pk: one for one in found}


def take_batch(
    viewer: Viewer,
    project: LabellingProject,
    dataset: Dataset,
    results: Sequence[TaskResult],
    taken: ResultsTaken,
    refuse: Callable[[RowRefused], None],
) -> None:
    drafts = [draft for one in results for draft in one.drafts]
    words = {draft.label for draft in drafts if draft.taxonomy is not None}
    if words:
        keep_taxonomy(dataset, project, words)
    taken.removed += remove_earlier(dataset, results)
    outcome = store(viewer, Target(dataset, None), drafts, update=True, keep_refused=True)
    taken.labels += outcome.processed
    for row in (*outcome.refused, *outcome.unknown):
        refuse(row)


def keep_taxonomy(dataset: Dataset, project: LabellingProject, words: set[str]) -> None:
    """Have the project's categories be a taxonomy of its name, so that they replace nobody else's."""
    rows = Taxonomy.objects.unscoped()
    found, is_new = rows.get_or_create(
        dataset_id=dataset.pk, name=project.name, defaults={"kind": Taxonomy.Kind.CATEGORY, "labels": sorted(words)}
    )
    if found.kind != Taxonomy.Kind.CATEGORY:
        raise Invalid(
            f"the dataset {dataset.name!r} has a taxonomy {project.name!r} of kind {found.kind}, and this project's"
            " categories need one of kind category. Rename the project."
        )
    if missing := words.difference(found.labels):
        rows.filter(pk=found.pk).update(labels=[*found.labels, *sorted(missing)])
    if is_new or missing:
        save_change(dataset)


def remove_earlier(dataset: Dataset, results: Sequence[TaskResult]) -> int:
    """Remove what earlier results of these tasks said and the new ones do not; how many labels these are."""
    kept = {one.task_id: {draft.identity for draft in one.drafts} for one in results}
    rows = Annotation.objects.unscoped().filter(
        item_id__in=[one.item_pk for one in results], task_id__in=list(kept), dataset_id=dataset.pk
    )
    found = rows.values_list("pk", "task_id", "identity")
    gone = [pk for pk, task_id, identity in found if identity not in kept[str(task_id)]]
    if gone:
        remove_labels(ANNOTATIONS, dataset.pk, IN_KEYS.format(ids=ids("pk")), [as_text(gone)])
    return len(gone)
