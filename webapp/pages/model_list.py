"""`/models/`: the models of the team, taught elsewhere, whose predictions are shown here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.models import Model, ModelRun
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.paging import Paging, key_from, paging
from webapp.pages.run_counts import predictions_by_model

LIST_SIZE = 200


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model in the list."""

    name: str
    """Its name."""
    href: str
    """Its own page."""
    reference_id: str
    """The name its maker gave it."""
    tags: tuple[str, ...]
    """Its tags."""
    run_count: int
    """How many runs it has."""
    prediction_count: int
    """How many predictions they have together."""
    newest_run: str | None
    """The name of its newest run; None without one."""
    newest_run_at: datetime | None
    """When that was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPage(Page):
    """The models of the team, newest first."""

    template: ClassVar[str] = "pages/models.html"
    room: ClassVar[str] = "models"

    models: tuple[ModelRow, ...]
    """The models of this page."""
    model_count: int
    """How many there are in all."""
    paging: Paging
    """Where the list goes on."""


@require_safe
@person
def models(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    found = labels.models(viewer)
    after = key_from(request, "after", "prj")
    rest = [one for one in found if after is None or one.pk < after]
    shown = rest[:LIST_SIZE]
    page = ModelsPage(
        title="Models",
        models=model_rows(viewer, shown),
        model_count=len(found),
        paging=paging(request, "prj", after=shown[-1].pk if len(rest) > LIST_SIZE else None),
    )
    return render(request, viewer, page)


def model_rows(viewer: Viewer, shown: Sequence[Model]) -> tuple[ModelRow, ...]:
    runs: dict[int, list[ModelRun]] = {model.pk: [] for model in shown}
    for run in ModelRun.objects.visible_to(viewer).filter(model__in=list(runs)).order_by("-pk"):
        runs[run.model_id].append(run)
    counts = predictions_by_model(viewer, list(runs))
    return tuple(row_of(model, runs[model.pk], counts.get(model.pk, 0)) for model in shown)


def row_of(model: Model, runs: Sequence[ModelRun], count: int) -> ModelRow:
    return ModelRow(
        name=model.name,
        href=model_href(model),
        reference_id=model.reference_id,
        tags=tuple(model.tags),
        run_count=len(runs),
        prediction_count=count,
        newest_run=runs[0].name if runs else None,
        newest_run_at=runs[0].created_at if runs else None,
    )


def model_href(model: Model) -> str:
    return reverse("pages:model", args=[model.public_id])
