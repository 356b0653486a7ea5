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
from webapp.query.models import SavedQuery
from webapp.query.parser import MAX_DEPTH, MAX_NODES, parse
from webapp.query.refusals import Misused, QuerySyntaxError, nearest, nearest_of, quoted
from webapp.query.tree import Condition, Objects, Path, Span, Test, Text, depth, walk

SLICE_WORDS = ("slice", "slice_id")
# How many live slices may stand in each other.
MAX_LIVE = 3


class Subject(Enum):
    """The rows that a query chooses from, by their table."""

    ITEMS = "datasets_item"
    SCENES = "datasets_scene"
    ANNOTATIONS = "labels_annotation"
    PREDICTIONS = "labels_prediction"
    # Not chosen from by any query: what suggestions of their values are read from.
    TASKS = "labels_labellingtask"


@dataclass(frozen=True, slots=True)
class Members:
    """A slice's keys as one JSON text; `kind` says of what."""

    kind: str
    keys: str


@dataclass(frozen=True, slots=True)
class Live:
    """A live slice: a row is in it that meets its condition; `scope` has what the row is."""

    name: str
    tree: Condition
    scope: Scope


@dataclass(frozen=True, slots=True)
class Scope:
    """`runs` has each run's key by the name that the query calls it, None for the selected run, which may be none.

    `size` is how many parts the query has, together with those of the live slices in it.
    """

    subject: Subject
    dataset_pk: int
    runs: Mapping[str | None, int | None] = field(default_factory=dict)
    slices: Mapping[str, tuple[Members | Live, ...]] = field(default_factory=dict)
    size: int = 0


def scope_of(
    viewer: Viewer,
    dataset: Dataset,
    tree: Condition,
    subject: Subject,
    run: ModelRun | None,
    *,
    via: tuple[int, ...] = (),
    above: int = 0,
) -> Scope:
    """Look up what the query names; raises Misused for what the viewer's team does not have.

    A live slice's query is asked with `via`, the keys of the live slices it is part of, and so many levels `above` it.
    """
    nodes = list(walk(tree))
    size = len(nodes)
    runs: dict[str | None, int | None] = {}
    slices: dict[str, tuple[Members | Live, ...]] = {}
    for node, level in nodes:
        if isinstance(node, Path | Objects) and is_of_a_run(node) and node.run not in runs:
            runs[node.run] = run_key(viewer, dataset, node.run, run, node.at)
        if isinstance(node, Test) and is_slice(node.operands[0]):
            for name in node.operands[1:]:
                if not isinstance(name, Text):
                    continue
                if name.value not in slices:
                    slices[name.value] = members(viewer, dataset, name, via, above + level + 1)
                size += sum(one.scope.size for one in slices[name.value] if isinstance(one, Live))
                if size > MAX_NODES and size > len(nodes):
                    raise Misused(
                        name.at, f"with what its live slices ask for, the query has more than {MAX_NODES} parts."
                    )
    return Scope(subject, dataset.pk, runs, slices, size)


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
        names = [run.name for run in runs]
        reason = f"this dataset has no model run {quoted(name)}.{nearest(name, names)}"
        raise Misused(at, reason, near=nearest_of(name, names))
    return found.pk


def members(
    viewer: Viewer, dataset: Dataset, named: Text, via: tuple[int, ...], above: int
) -> tuple[Members | Live, ...]:
    """The dataset's slices of this name, or the one with this id; without one the live slice."""
    name, at = named.value, named.at
    pk = public_id.decode("slc", name)
    rows = Slice.objects.visible_to(viewer).filter(dataset_id=dataset.pk)
    found = list(rows.filter(pk=pk) if pk is not None else rows.filter(name=name))
    if found:
        return tuple(Members(one.kind, json_list(one.keys())) for one in found)
    saved = list(SavedQuery.objects.visible_to(viewer).filter(dataset_id=dataset.pk, is_live=True))
    pk = public_id.decode("qry", name)
    query = next((one for one in saved if one.pk == pk or one.name == name), None)
    if query is not None:
        return (live(viewer, dataset, query, at, via, above),)
    names = [one.name for one in dataset_queries.slices(viewer, dataset)]
    names += [one.name for one in saved]
    near = nearest_of(name, names)
    raise Misused(at, f"this dataset has no slice {quoted(name)}.{nearest(name, names)}", near=near)


def live(viewer: Viewer, dataset: Dataset, query: SavedQuery, at: Span, via: tuple[int, ...], above: int) -> Live:
    """What a live slice asks, within bounds. Raises Misused where it asks for itself, or for too much."""
    what = f"the live slice {quoted(query.name)}"
    if query.pk in via:
        raise Misused(at, f"{what} would ask for itself.")
    if len(via) >= MAX_LIVE:
        raise Misused(at, f"{what} stands more than {MAX_LIVE} live slices deep; freeze one of them.")
    try:
        tree = parse(query.text)
        if above + depth(tree) > MAX_DEPTH:
            raise Misused(at, f"it is nested more than {MAX_DEPTH} levels deep here; freeze it.")
        subject = Subject.SCENES if dataset.is_scene else Subject.ITEMS
        inner = scope_of(viewer, dataset, tree, subject, None, via=(*via, query.pk), above=above)
    except (Misused, QuerySyntaxError) as fault:
        raise Misused(at, f"{what} cannot be asked for: {fault.reason}") from None
    return Live(query.name, tree, inner)


def json_list(keys: Iterable[Any]) -> str:
    return msgspec.json.encode(list(keys)).decode()
