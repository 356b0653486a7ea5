"""`/models/prj_…/?run=run_…`: a model, its runs, and what one of them says of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels import queries as labels
from webapp.labels.models import CONFIDENCE_BUCKETS, Model, ModelRun
from webapp.pages.cells import dataset_href
from webapp.pages.door import person
from webapp.pages.facts import Fact, facts_of
from webapp.pages.frame import Page, render
from webapp.pages.histogram import Histogram, histogram
from webapp.pages.label_runs import found_among
from webapp.pages.model_list import model_href
from webapp.pages.run_counts import ClassOfRun, classes_by_run, classes_of_run, predictions_by_run

# More classes than this are counted, so that the page stays quick to read and to draw.
SHOWN_CLASSES = 300
SHOWN_RUNS = 200
SHOWN_DATASETS = 3


@dataclass(frozen=True, slots=True)
class RunOnDataset:
    """A dataset that a run has predictions on."""

    name: str
    """The dataset's name."""
    href: str
    """Its grid, showing what the run has predictions on."""
    prediction_count: int
    """How many predictions."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of the model."""

    name: str
    """Its name."""
    href: str
    """This page, with that run's numbers."""
    current: bool
    """Whether its numbers are shown."""
    datasets: tuple[RunOnDataset, ...]
    """The first of its datasets, by which it is known in the list."""
    more_datasets: int
    """How many it has besides."""
    prediction_count: int
    """How many predictions on all of them."""
    class_count: int
    """How many classes they name."""
    is_committed: bool
    """Whether its maker said that it is complete."""
    created_at: datetime
    """When it was made."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """What a run says of one class."""

    label: str
    """The class."""
    kind: str
    """The kind of label, such as `box`."""
    count: int
    """How many."""
    histogram: Histogram | None
    """How sure the run is of them; None where it does not say."""


@dataclass(frozen=True, slots=True)
class RunShown:
    """The run whose numbers are shown."""

    id: str
    """Its public id."""
    name: str
    """Its name."""
    metadata: tuple[Fact, ...]
    """Its metadata."""
    created_at: datetime
    """When it was made."""
    is_committed: bool
    """Whether its maker said that it is complete."""
    prediction_count: int
    """How many predictions it has."""
    datasets: tuple[RunOnDataset, ...]
    """Where it has them."""
    histogram: Histogram | None
    """How sure it is of all of them; None where it does not say."""
    unsure_count: int
    """How many have no confidence."""
    classes: tuple[ClassRow, ...]
    """Its classes, the most frequent first."""
    class_count: int
    """How many classes there are, kinds told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage(Page):
    """One model."""

    template: ClassVar[str] = "pages/model.html"
    room: ClassVar[str] = "models"

    id: str
    """Its public id."""
    name: str
    """Its name."""
    reference_id: str
    """The name its maker gave it."""
    tags: tuple[str, ...]
    """Its tags."""
    created_at: datetime
    """When it was made here."""
    trained_on: tuple[str, ...]
    """The public ids of the slices it was taught with, as its maker said."""
    metadata: tuple[Fact, ...]
    """Its metadata."""
    runs: tuple[RunRow, ...]
    """Its newest runs, newest first."""
    run_count: int
    """How many it has in all."""
    shown: RunShown | None
    """The run that the address names, or the newest; None without runs."""


@require_safe
@person
def model(request: HttpRequest, viewer: Viewer, model_id: str) -> HttpResponse:
    found = labels.model(viewer, model_id)
    runs = labels.runs_of_model(viewer, found)
    asked = request.GET.get("run")
    shown = found_among(runs, asked) if asked else (runs[0] if runs else None)
    counts = predictions_by_run(viewer, runs)
    pks = {pk for of_run in counts.values() for pk in of_run}
    datasets = Dataset.objects.visible_to(viewer).in_bulk(pks) if pks else {}
    classes = classes_by_run(viewer, runs)
    page = ModelPage(
        title=found.name,
        id=found.public_id,
        name=found.name,
        reference_id=found.reference_id,
        tags=tuple(found.tags),
        created_at=found.created_at,
        trained_on=tuple(found.trained_slice_ids),
        metadata=facts_of(found.metadata),
        runs=tuple(
            run_row(found, run, counts[run.pk], datasets, current=run == shown, class_count=classes.get(run.pk, 0))
            for run in runs[:SHOWN_RUNS]
        ),
        run_count=len(runs),
        shown=run_shown(viewer, shown, counts[shown.pk], datasets) if shown is not None else None,
    )
    return render(request, viewer, page)


def run_row(
    model: Model,
    run: ModelRun,
    counts: Mapping[int, int],
    datasets: Mapping[int, Dataset],
    *,
    current: bool,
    class_count: int,
) -> RunRow:
    places = run_on_datasets(run, counts, datasets)
    return RunRow(
        name=run.name,
        href=run_href(model, run),
        current=current,
        datasets=places[:SHOWN_DATASETS],
        more_datasets=max(0, len(places) - SHOWN_DATASETS),
        prediction_count=sum(counts.values()),
        class_count=class_count,
        is_committed=run.is_committed,
        created_at=run.created_at,
    )


def run_on_datasets(
    run: ModelRun, counts: Mapping[int, int], datasets: Mapping[int, Dataset]
) -> tuple[RunOnDataset, ...]:
    """The datasets of a run, those with the most predictions first."""
    found = sorted(((count, datasets[pk]) for pk, count in counts.items() if pk in datasets), key=lambda one: -one[0])
    return tuple(RunOnDataset(one.name, grid_of_run(one, run), count) for count, one in found)


def run_href(model: Model, run: ModelRun) -> str:
    return f"{model_href(model)}?run={run.public_id}"


def grid_of_run(dataset: Dataset, run: ModelRun) -> str:
    return f"{dataset_href(dataset.public_id)}?run={run.public_id}"


def run_shown(viewer: Viewer, run: ModelRun, counts: Mapping[int, int], datasets: Mapping[int, Dataset]) -> RunShown:
    classes = classes_of_run(viewer, run)
    sure = [sum(one.buckets[place] for one in classes) for place in range(CONFIDENCE_BUCKETS)]
    return RunShown(
        id=run.public_id,
        name=run.name,
        metadata=facts_of(run.metadata),
        created_at=run.created_at,
        is_committed=run.is_committed,
        prediction_count=sum(counts.values()),
        datasets=run_on_datasets(run, counts, datasets),
        histogram=histogram(sure, step=24, gap=2, height=96),
        unsure_count=sum(one.count for one in classes) - sum(sure),
        classes=class_rows(classes[:SHOWN_CLASSES]),
        class_count=len(classes),
    )


def class_rows(classes: Sequence[ClassOfRun]) -> tuple[ClassRow, ...]:
    return tuple(
        ClassRow(one.label, one.kind, one.count, histogram(one.buckets, step=5, gap=1, height=18)) for one in classes
    )
