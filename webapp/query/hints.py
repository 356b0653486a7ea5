"""What a query names that its dataset does not have, and what may have been meant: no error, for schemas are open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import field_types
from webapp.datasets.models import Dataset
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.query.examples import LEVELS
from webapp.query.facet_fields import ANNOTATION, ITEM, PREDICTION, SCENE
from webapp.query.fields import CONFIDENCE, OBJECT_FIELDS, OF_CLASS, ROOTS, TYPES
from webapp.query.parser import parse
from webapp.query.refusals import QuerySyntaxError, nearest_of
from webapp.query.scope import is_slice, run_key
from webapp.query.suggestions import values
from webapp.query.tree import Condition, Node, Not, Objects, Path, Span, Test, Text, parts_of
from webapp.query.writing import quoted, step

LEVEL_OF_ROOT = {"annotations": ANNOTATION, "predictions": PREDICTION}
# What stands behind a root and is no class.
NOT_CLASSES = {"count", "metadata", "position", "dimensions", *OBJECT_FIELDS, *CONFIDENCE, *TYPES}
# How many values are looked for in other capitals: each takes a moment.
MAX_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Hint:
    """One name, or one value, that no row has."""

    sentence: str
    """That none has it, as in: No item has metadata.sped."""
    at: Span
    """Where it stands, in characters from 0."""
    near: str | None
    """What may have been meant, as a query writes it; None for nothing known."""
    query: str | None
    """The query with that in its place."""


class Name(NamedTuple):
    """A step of a path that is a name of the dataset's own: metadata at a level, or with `is_class` a class."""

    path: Path
    place: int
    level: str
    is_class: bool
    inside: str
    """The root of the brackets around it; empty outside of any."""

    @property
    def word(self) -> str:
        return self.path.steps[self.place]


class Known(NamedTuple):
    """What a dataset has: metadata keys by their level; classes and taxonomies by root and run of the query."""

    keys: Mapping[str, Collection[str]]
    classes: Mapping[tuple[str, str | None], Collection[str]]


def hint(
    viewer: Viewer, dataset: Dataset, text: str, run: ModelRun | None, *, has_matches: bool | None = None
) -> Hint | None:
    """The first thing in the query that no row has; with `has_matches` False also a value in other capitals.

    The query is one that can be asked; a run that it names is there.
    """
    tree = parse(text)
    asked = {(root_of(name), name.path.run) for name in names(tree) if name.is_class}
    classes = {one: classes_of(viewer, dataset, *one, run) for one in asked}
    known = Known({level: field_types(dataset, level).known for level in LEVELS}, classes)
    found = unknown(text, tree, known, is_scene=dataset.is_scene)
    if found is None and has_matches is False:
        return other_capitals(viewer, dataset, text, tree)
    return found


def unknown(text: str, tree: Condition, known: Known, *, is_scene: bool) -> Hint | None:
    """The first name in the text that is not known."""
    found = [name for name in names(tree) if name.word not in among(known, name)]
    if not found:
        return None
    first = min(found, key=lambda name: name.path.at)
    nouns = {SCENE: "scene", ANNOTATION: "annotation", PREDICTION: "prediction", ITEM: "frame" if is_scene else "item"}
    who = "scene" if first.is_class and is_scene else "item" if first.is_class else nouns[first.level]
    sentence = f"No {who} has {written(first.path)}."
    near = near_of(known, first)
    return Hint(sentence, first.path.at, near, replaced(text, first.path.at, near))


def near_of(known: Known, name: Name) -> str | None:
    """The same key at the other level of a scene, else the nearest of its own."""
    steps = name.path.steps
    if name.level in (ITEM, SCENE):
        other = SCENE if name.level == ITEM else ITEM
        if name.word in known.keys.get(other, ()):
            rest = steps[name.place + 1 :]
            return ".".join([LEVELS[other], *map(step, (name.word, *rest))])
    near = nearest_of(name.word, among(known, name))
    if near is None:
        return None
    return written(replace(name.path, steps=(*steps[: name.place], near, *steps[name.place + 1 :])))


def among(known: Known, name: Name) -> Collection[str]:
    return known.classes.get((root_of(name), name.path.run), ()) if name.is_class else known.keys.get(name.level, ())


def root_of(name: Name) -> str:
    return name.inside or name.path.steps[0]


def names(tree: Condition) -> Iterator[Name]:
    """Every name that is the dataset's own."""
    for node, inside in placed(tree):
        if isinstance(node, Path):
            yield from names_of(node, inside)


def placed(node: Node, inside: str = "", *, only_wanted: bool = False) -> Iterator[tuple[Node, str]]:
    """Every node, with the root of the brackets that it stands in; `only_wanted`: none of what NOT turns round."""
    yield node, inside
    if only_wanted and isinstance(node, Not):
        return
    root = node.root if isinstance(node, Objects) else inside
    for part in parts_of(node):
        yield from placed(part, root, only_wanted=only_wanted)


def names_of(path: Path, inside: str) -> Iterator[Name]:
    steps = path.steps
    if inside:
        if steps[0] == "metadata" and len(steps) > 1 and inside in LEVEL_OF_ROOT:
            yield Name(path, 1, LEVEL_OF_ROOT[inside], is_class=False, inside=inside)
    elif steps[0] == "metadata":
        yield Name(path, 1, ITEM, is_class=False, inside="")
    elif steps[:2] == ("scene", "metadata") and len(steps) > 2:
        yield Name(path, 2, SCENE, is_class=False, inside="")
    elif steps[0] in ROOTS and len(steps) > 1:
        yield from names_of_labels(path, LEVEL_OF_ROOT[steps[0]])


def names_of_labels(path: Path, level: str) -> Iterator[Name]:
    """As webapp.query.fields reads what stands behind `annotations` and `predictions`."""
    start = 2 if path.steps[1] in TYPES and len(path.steps) > 2 else 1
    rest = path.steps[start:]
    if rest[0] == "metadata" and len(rest) > 1:
        yield Name(path, start + 1, level, is_class=False, inside="")
    elif ".".join(rest) not in NOT_CLASSES and rest[0] not in NOT_CLASSES:
        yield Name(path, start, level, is_class=True, inside="")
        if len(rest) > 1 and ".".join(rest[1:]) not in OF_CLASS:
            place = start + 2 if rest[1] == "metadata" and len(rest) > 2 else start + 1
            yield Name(path, place, level, is_class=False, inside="")


def classes_of(viewer: Viewer, dataset: Dataset, root: str, name: str | None, chosen: ModelRun | None) -> set[str]:
    """What may stand behind a root: the classes that the dataset or the run knows, and taxonomies."""
    counts = label_queries.class_counts(viewer, dataset)
    if root == "predictions":
        pk = run_key(viewer, dataset, name, chosen, (0, 0))
        run = next((one for one in label_queries.runs_of_dataset(viewer, dataset) if one.pk == pk), None)
        counts += label_queries.class_counts(viewer, dataset, run) if run is not None else []
    return {label for _, label, _ in counts if label} | {one.name for one in label_queries.taxonomies(viewer, dataset)}


def other_capitals(viewer: Viewer, dataset: Dataset, text: str, tree: Condition) -> Hint | None:
    """The first text that a field has in other capitals only."""
    for path, wanted, inside in islice(equalities(tree), MAX_LOOKS):
        field = f"{inside}.{written(path)}" if inside else written(path)
        try:
            found = [value for value, _ in values(viewer, dataset, field, wanted.value).texts]
        except QuerySyntaxError:
            continue
        near = next((value for value in found if value.lower() == wanted.value.lower()), None)
        if near is not None and wanted.value not in found:
            who = LEVEL_OF_ROOT.get(field.split(".")[0], "scene" if field.startswith("scene.") else "item")
            sentence = f"No {who} has {written(path)} = {step(wanted.value)}; capitals count."
            return Hint(sentence, wanted.at, step(near), replaced(text, wanted.at, quoted(near)))
    return None


def equalities(tree: Condition) -> Iterator[tuple[Path, Text, str]]:
    """Each field that is asked to equal a text, outside of NOT; of runs, whose values are not known here, none."""
    for node, inside in placed(tree, only_wanted=True):
        if isinstance(node, Test) and node.word == "=":
            path, wanted = node.operands
            if isinstance(path, Path) and isinstance(wanted, Text) and path.run is None and not is_slice(path):
                yield path, wanted, inside


def written(path: Path) -> str:
    root = path.steps[0] if path.run is None else f"{path.steps[0]}@{step(path.run)}"
    return ".".join([root, *map(step, path.steps[1:])])


def replaced(text: str, at: Span, by: str | None) -> str | None:
    return f"{text[: at[0]]}{by}{text[at[1] :]}" if by is not None else None
