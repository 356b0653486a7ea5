"""Which runs are shown beside what people say: those an address names, and how scripts are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import urlencode

from django.http import HttpRequest

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels import queries as labels
from webapp.labels.models import LabelCount, ModelRun
from webapp.pages.label_columns import Source, Sources
from webapp.privacy.refusals import Invalid, NotFound

MAX_RUNS = 8


class RunOnPage(TypedDict):
    """A run as the island names it."""

    id: str
    name: str
    model: str


class RunsOnPage(TypedDict):
    """The runs one may choose from, newest first, and those chosen."""

    runs: list[RunOnPage]
    chosen: list[str]


def run_of_page(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> ModelRun | None:
    """The run that a page shows: that of `?run=`, else the newest that says anything of the dataset."""
    return one_of(request, dataset, labels.runs_of_dataset(viewer, dataset))


def runs_of_page(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> tuple[RunsOnPage, list[ModelRun]]:
    """The runs that a page's script may choose from, and those chosen at first."""
    offered = labels.runs_of_dataset(viewer, dataset)
    one = one_of(request, dataset, offered)
    chosen = [one] if one is not None else []
    return {"runs": [run_on_page(run) for run in offered], "chosen": [run.public_id for run in chosen]}, chosen


def run_query(request: HttpRequest) -> str:
    """The end of an address that shows the same run as this one does; empty where it names none."""
    asked = request.GET.get("run")
    return f"?{urlencode({'run': asked})}" if asked else ""


def one_of(request: HttpRequest, dataset: Dataset, offered: Sequence[ModelRun]) -> ModelRun | None:
    """Raises NotFound when `?run=` names none of the `offered` runs."""
    asked = request.GET.get("run")
    return found_among(offered, asked) if asked else newest_with_predictions(dataset, offered)


def runs_asked_for(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> list[ModelRun]:
    """The runs that a feed's `?runs=run_…,run_…` names, in its order; raises NotFound for what is no run on it."""
    asked = list(dict.fromkeys(one for one in request.GET.get("runs", "").split(",") if one))
    if len(asked) > MAX_RUNS:
        raise Invalid(f"`runs` names {len(asked)} runs; at most {MAX_RUNS} are shown at once.")
    offered = labels.runs_of_dataset(viewer, dataset) if asked else []
    return [found_among(offered, one) for one in asked]


def found_among(offered: Sequence[ModelRun], run_id: str) -> ModelRun:
    for run in offered:
        if run.public_id == run_id:
            return run
    raise NotFound(f"There is no run {run_id[:60]!r} on this dataset that you may see.")


def newest_with_predictions(dataset: Dataset, offered: Sequence[ModelRun]) -> ModelRun | None:
    """The newest run that says anything of this dataset."""
    counted = LabelCount.objects.filter(dataset_id=dataset.pk, run__in=[run.pk for run in offered], count__gt=0)
    newest = counted.order_by("-run_id").values_list("run_id", flat=True).first() if offered else None
    return next((run for run in offered if run.pk == newest), None)


def run_on_page(run: ModelRun) -> RunOnPage:
    return {"id": run.public_id, "name": run.name, "model": run.model.name}


def sources_of(runs: Sequence[ModelRun]) -> Sources:
    """People's labels first, then those of the runs in their order."""
    told: list[Source] = [{"id": None, "name": "Ground truth"}]
    told += [{"id": run.public_id, "name": run.name, "model": run.model.name} for run in runs]
    places: dict[int | None, int] = {run.pk: place for place, run in enumerate(runs, start=1)}
    places[None] = 0
    return Sources(told, places)
