"""`/datasets/ds_…/models/`: the runs that have predictions on a dataset, and what people say of it by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.labels import queries as labels
from webapp.labels.models import ModelRun
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.histogram import share
from webapp.pages.model_list import model_href
from webapp.pages.model_page import SHOWN_CLASSES, SHOWN_RUNS, grid_of_run, run_href
from webapp.pages.run_counts import predictions_by_run


@dataclass(frozen=True, slots=True)
class RunOfDataset:
    """A run with predictions on the dataset."""

    name: str
    """Its name."""
    href: str
    """Its numbers, on its model's page."""
    model_name: str
    """The model's name."""
    model_href: str
    """The model's page."""
    grid_href: str
    """The pictures of the dataset that it has predictions on."""
    prediction_count: int
    """How many it has on this dataset."""
    created_at: datetime
    """When it was made."""


@dataclass(frozen=True, slots=True)
class ClassOfDataset:
    """How often people named one class."""

    label: str
    """The class."""
    kind: str
    """The kind of label, such as `box`."""
    count: int
    """How many."""
    length: float
    """How long its bar is, where the longest has 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetModelsPage(Page):
    """What models and people say of one dataset."""

    template: ClassVar[str] = "pages/dataset_models.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    runs: tuple[RunOfDataset, ...]
    """The newest runs on it, newest first."""
    run_count: int
    """How many there are in all."""
    label_count: int
    """How many labels people gave, a mask counted for each of its classes."""
    classes: tuple[ClassOfDataset, ...]
    """Their classes, the most frequent first."""
    class_count: int
    """How many classes there are, kinds told apart."""


@require_safe
@person
def dataset_models(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    runs = labels.runs_of_dataset(viewer, dataset)
    classes = labels.class_counts(viewer, dataset)
    page = DatasetModelsPage(
        title=f"Models on {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="models"),
        runs=run_rows(viewer, dataset, runs[:SHOWN_RUNS]),
        run_count=len(runs),
        label_count=sum(count for _, _, count in classes),
        classes=tuple(
            ClassOfDataset(label, kind, count, share(count, classes[0][2]))
            for kind, label, count in classes[:SHOWN_CLASSES]
        ),
        class_count=len(classes),
    )
    return render(request, viewer, page)


def run_rows(viewer: Viewer, dataset: Dataset, runs: Sequence[ModelRun]) -> tuple[RunOfDataset, ...]:
    counts = predictions_by_run(viewer, runs)
    return tuple(
        RunOfDataset(
            name=run.name,
            href=run_href(run.model, run),
            model_name=run.model.name,
            model_href=model_href(run.model),
            grid_href=grid_of_run(dataset, run),
            prediction_count=counts[run.pk].get(dataset.pk, 0),
            created_at=run.created_at,
        )
        for run in runs
    )
