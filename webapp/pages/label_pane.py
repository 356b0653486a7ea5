"""What is said of one picture, as its page shows it before and without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Item
from webapp.labels.models import Annotation, ModelRun, Prediction
from webapp.pages.words import number

LISTED = 100
COLUMNS = ("kind", "label", "left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often one class is said of the picture."""

    label: str
    """The class; the kind of label where one label has several."""
    count: int
    """How often."""


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One label, for who has no script."""

    label: str
    """The class; empty where it has several."""
    kind: str
    """The kind of label, such as `box`."""
    place: str
    """Where its bounds are, in pixels from the upper left corner; empty for what has no place."""
    confidence: str
    """How sure the run is; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What one source says of the picture."""

    name: str
    """`Ground truth`, or the run's name."""
    total: int
    """How many labels."""
    classes: tuple[ClassCount, ...]
    """Its classes, the most frequent first."""
    lines: tuple[LabelLine, ...]
    """The first of its labels."""


@dataclass(frozen=True, slots=True)
class LabelPane:
    """What is said of the picture, by whom."""

    sources: tuple[SourceCounts, ...]
    """People first, then the run that is shown."""
    total: int
    """How many labels all of them gave."""


def label_pane(viewer: Viewer, found: Item, runs: Sequence[ModelRun]) -> LabelPane:
    """What people and the runs say of one picture."""
    sources = [people_on(viewer, found)] + [run_on(viewer, found, run) for run in runs]
    return LabelPane(tuple(sources), sum(one.total for one in sources))


def people_on(viewer: Viewer, found: Item) -> SourceCounts:
    rows = Annotation.objects.visible_to(viewer).filter(item_id=found.pk)
    classes = rows.order_by().values_list("kind", "label").annotate(count=Count("pk"))
    first = rows.order_by("pk").values_list(*COLUMNS)[:LISTED]
    return source_counts("Ground truth", list(classes), [line(*row) for row in first])


def run_on(viewer: Viewer, found: Item, run: ModelRun) -> SourceCounts:
    rows = Prediction.objects.visible_to(viewer).filter(item_id=found.pk, run_id=run.pk)
    classes = rows.order_by().values_list("kind", "label").annotate(count=Count("pk"))
    first = rows.order_by("pk").values_list(*COLUMNS, "confidence")[:LISTED]
    return source_counts(run.name, list(classes), [line(*row) for row in first])


def source_counts(name: str, rows: Sequence[tuple[str, str, int]], lines: Sequence[LabelLine]) -> SourceCounts:
    summed: dict[str, int] = {}
    for kind, label, count in rows:
        summed[label or kind] = summed.get(label or kind, 0) + count
    classes = sorted(summed.items(), key=lambda one: (-one[1], one[0]))
    return SourceCounts(
        name, sum(summed.values()), tuple(ClassCount(label, count) for label, count in classes), tuple(lines)
    )


def line(
    kind: str,
    label: str,
    left: float | None,
    top: float | None,
    right: float | None,
    bottom: float | None,
    confidence: float | None = None,
) -> LabelLine:
    sides = (left, top, right, bottom)
    placed = [number(round(side)) for side in sides if side is not None]
    place = f"{placed[0]}, {placed[1]} to {placed[2]}, {placed[3]}" if len(placed) == 4 else ""
    return LabelLine(label, kind, place, f"{confidence:.2f}" if confidence is not None else "")
