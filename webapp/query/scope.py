"""What a query is about, and what the names in it stand for: found once, before any SQL is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.privacy import public_id
from webapp.query.refusals import Misused, nearest, quoted
from webapp.query.tree import Condition, Objects, Path, Span, Test, Text, walk

SLICE_WORDS = ("slice", "slice_id")


class Subject(Enum):
    """The rows that a query chooses from, by their table."""

    ITEMS = "datasets_item"
    SCENES = "datasets_scene"
    ANNOTATIONS = "labels_annotation"
    PREDICTIONS = "labels_prediction"


@dataclass(frozen=True, slots=True)
class Members:
    """A slice's keys as one JSON text; `kind` says of what."""

    kind: str
    keys: str


@dataclass(frozen=True, slots=True)
class Scope:
    """`runs` has each run's key by the name that the query calls it, None for the selected run, which may be none."""

    subject: Subject
    dataset_pk: int
    runs: Mapping[str | None, int | None] = field(default_factory=dict)
    slices: Mapping[str, tuple[Members, ...]] = field(default_factory=dict)


def scope_of(viewer: Viewer, dataset: Dataset, tree: Condition, subject: Subject, run: ModelRun | None) -> Scope:
    """Look up what the query names; raises Misused for what the viewer's team does not have."""
    nodes = [node for node, _ in walk(tree)]
    runs: dict[str | None, int | None] = {}
    slices: dict[str, tuple[Members, ...]] = {}
    for node in nodes:
        if isinstance(node, Path | Objects) and is_of_a_run(node) and node.run not in runs:
            runs[node.run] = run_key(viewer, dataset, node.run, run, node.at)
        if isinstance(node, Test) and is_slice(node.operands[0]):
            for name in node.operands[1:]:
                if isinstance(name, Text) and name.value not in slices:
                    slices[name.value] = members(viewer, dataset, name.value, name.at)
    return Scope(subject, dataset.pk, runs, slices)


def is_of_a_run(node: Path | Objects) -> bool:
    root = node.steps[0] if isinstance(node, Path) else node.root
    return root == "predictions"


def is_slice(node: object) -> bool:
    return isinstance(node, Path) and len(node.steps) == 1 and node.steps[0] in SLICE_WORDS


def run_key(viewer: Viewer, dataset: Dataset, name: str | None, chosen: ModelRun | None, at: Span) -> int | None:
    """The run that `predictions` or `predictions@name` means: the chosen one, else the newest that says something."""
    if name is None:
        if chosen is not None:
            return chosen.pk
        return next((run.pk for run in label_queries.runs_of_dataset(viewer, dataset, with_predictions=True)), None)
    runs = label_queries.runs_of_dataset(viewer, dataset)
    pk = public_id.decode("run", name)
    found = next((run for run in runs if run.pk == pk or run.name == name), None)
    if found is None:
        raise Misused(at, f"this dataset has no model run {quoted(name)}.{nearest(name, [run.name for run in runs])}")
    return found.pk


def members(viewer: Viewer, dataset: Dataset, name: str, at: Span) -> tuple[Members, ...]:
    """The dataset's slices of this name, or the one with this id."""
    pk = public_id.decode("slc", name)
    rows = Slice.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    found = list(rows.filter(pk=pk) if pk is not None else rows.filter(name=name))
    if not found:
        names = [one.name for one in dataset_queries.slices(viewer, dataset)]
        raise Misused(at, f"this dataset has no slice {quoted(name)}.{nearest(name, names)}")
    return tuple(Members(one.kind, json_list(one.keys())) for one in found)


def json_list(keys: Iterable[Any]) -> str:
    return msgspec.json.encode(list(keys)).decode()
