"""Reads about models and their runs. What one may not see is NotFound."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet, Sum

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.queries import items, scenes
from webapp.labels.models import LabelCount, Model, ModelRun, Prediction, RunDataset
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound


def model(viewer: Viewer, model_id: str) -> Model:
    """The model with this public id (`prj_…`), or the one of the run that a `run_…` id names."""
    if model_id.startswith("run_"):
        return run(viewer, model_id).model
    pk = public_id.decode("prj", model_id)
    found = Model.objects.visible_to(viewer).select_related("created_by").filter(pk=pk).first() if pk else None
    if found is None:
        raise NotFound(f"There is no model {model_id[:60]!r} that you may see.")
    return found


def model_by_reference(viewer: Viewer, reference_id: str) -> Model:
    found = Model.objects.visible_to(viewer).filter(reference_id=reference_id).first()
    if found is None:
        raise NotFound(f"There is no model with the reference_id {reference_id[:200]!r}.")
    return found


def models(viewer: Viewer) -> list[Model]:
    """All models of the team, newest first."""
    return list(Model.objects.visible_to(viewer).select_related("created_by").order_by("-id"))


def run(viewer: Viewer, run_id: str) -> ModelRun:
    pk = public_id.decode("run", run_id)
    found = runs(viewer).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no model run {run_id[:60]!r} that you may see.")
    return found


def runs(viewer: Viewer) -> QuerySet[ModelRun]:
    """The team's runs, newest first, with their models."""
    return ModelRun.objects.visible_to(viewer).select_related("model", "created_by").order_by("-id")


def runs_of_model(viewer: Viewer, model: Model) -> list[ModelRun]:
    return list(runs(viewer).filter(model_id=model.pk))


def runs_of_dataset(viewer: Viewer, dataset: Dataset, *, with_predictions: bool = False) -> list[ModelRun]:
    """The runs on a dataset, newest first; `with_predictions`: only those that say something there."""
    if not Dataset.objects.visible_to(viewer).filter(pk=dataset.pk).exists():
        return []
    on_it = RunDataset.objects.filter(dataset_id=dataset.pk, run_id=OuterRef("pk"))
    found = runs(viewer).filter(Exists(on_it))
    if with_predictions:
        found = found.filter(Exists(LabelCount.objects.filter(dataset_id=dataset.pk, run_id=OuterRef("pk"))))
    return list(found)


def datasets_of_run(viewer: Viewer, run: ModelRun) -> list[Dataset]:
    """The datasets a run is on, in the order in which they were made."""
    on_it = RunDataset.objects.filter(run_id=run.pk, dataset_id=OuterRef("pk"))
    return list(Dataset.objects.visible_to(viewer).filter(Exists(on_it)).order_by("pk"))


def class_counts(viewer: Viewer, dataset: Dataset | None, run: ModelRun | None = None) -> list[tuple[str, str, int]]:
    """How many labels of each kind and class, most first: a dataset's annotations, or a run's predictions on it.

    Without a dataset (None) those of the run on all of its datasets.
    """
    rows = visible_counts(viewer, dataset, run)
    found = rows.values_list("kind", "label").annotate(total=Sum("count")).order_by("-total", "kind", "label")
    return [(kind, label, total) for kind, label, total in found]


def confidence_histogram(viewer: Viewer, run: ModelRun, dataset: Dataset | None = None) -> dict[str, list[int]]:
    """How many predictions of each class lie in each twentieth of the confidences, from 0 up.

    Predictions without a confidence are in none.
    """
    rows = visible_counts(viewer, dataset, run).filter(bucket__gte=0)
    found: dict[str, list[int]] = {}
    for label, bucket, total in rows.values_list("label", "bucket").annotate(total=Sum("count")).order_by("label"):
        found.setdefault(label, [0] * 20)[bucket] = total
    return found


def run_totals(viewer: Viewer, found: Sequence[ModelRun]) -> dict[int, int]:
    """How many labels each of these runs has predicted, by run key; a mask counts once for each of its labels."""
    if not viewer.may(Permission.SEE_PRIVATE):
        return {}
    rows = LabelCount.objects.filter(run__in=[one.pk for one in found], dataset__team_id=viewer.team_id)
    rows = rows.filter(dataset__deleted_at=None)
    return dict(rows.values_list("run_id").annotate(total=Sum("count")))


def visible_counts(viewer: Viewer, dataset: Dataset | None, run: ModelRun | None) -> QuerySet[LabelCount]:
    if not viewer.may(Permission.SEE_PRIVATE):
        return LabelCount.objects.none()
    rows = LabelCount.objects.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)
    if dataset is not None:
        rows = rows.filter(dataset_id=dataset.pk)
    if run is None:
        return rows.filter(run=None)
    return rows.filter(run_id=run.pk, run__deleted_at=None, run__model__deleted_at=None)


def items_of_run(viewer: Viewer, dataset: Dataset, run: ModelRun) -> QuerySet[Item]:
    """The dataset's items that a run says something about, unordered."""
    said = Prediction.objects.visible_to(viewer).filter(run_id=run.pk, item_id=OuterRef("pk"))
    return items(viewer, dataset).filter(Exists(said))


def scenes_of_run(viewer: Viewer, dataset: Dataset, run: ModelRun) -> QuerySet[Scene]:
    """The dataset's scenes of which a run says something, or about one of whose frames."""
    said = Prediction.objects.visible_to(viewer).filter(run_id=run.pk, item__scene_id=OuterRef("pk"))
    of_itself = Prediction.objects.visible_to(viewer).filter(run_id=run.pk, scene_id=OuterRef("pk"))
    return scenes(viewer, dataset).filter(Exists(said) | Exists(of_itself))
