"""The fields that a query may name, all of them, and what each reads. Nothing else reaches a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NoReturn

from webapp.query.refusals import Misused, nearest, nearest_of, quoted
from webapp.query.scope import SLICE_WORDS, Scope, Subject
from webapp.query.sources import ITEMS, LINKS, SCENES, TASKS, TO_ONE, Aliases, Filter, Source, View, Views, labels_of
from webapp.query.sql import TRUE, Dialect, Kind, Sql, joined, put
from webapp.query.tree import Objects, Path, Span

# Reads a value of the row that SQL calls by the second argument.
Read = Callable[[Dialect, str], Sql]
ROOTS = {"annotations": Subject.ANNOTATIONS.value, "predictions": Subject.PREDICTIONS.value}
LABELLING = "scale_metadata"


def number(column: str) -> tuple[Kind, Read]:
    return Kind.NUMBER, lambda _, one: Sql(f"CAST({one}.{column} AS double precision)")


def text(column: str) -> tuple[Kind, Read]:
    return Kind.TEXT, lambda _, one: Sql(f"{one}.{column}")


def moment(column: str) -> tuple[Kind, Read]:
    return Kind.TEXT, lambda dialect, one: dialect.moment(f"{one}.{column}")


def name_of(table: str, column: str, key: str) -> tuple[Kind, Read]:
    """What the row is called that the row's `key` points at."""
    return Kind.TEXT, lambda _, one: Sql(f"(SELECT {column} FROM {table} WHERE {table}.id = {one}.{key})")


def place(corner: str, axis: str) -> tuple[Kind, Read]:
    """A cuboid's position in its scene, or where what bounds a shape begins in the image."""

    def read(dialect: Dialect, one: str) -> Sql:
        cuboid = dialect.json(dialect.parsed(f"{one}.geometry"), ("position", axis), Kind.NUMBER)
        return put(f"CASE {one}.kind WHEN 'cuboid' THEN {{cuboid}} ELSE {corner.format(one=one)} END", cuboid=cuboid)

    return Kind.NUMBER, read


def size(sides: str, side: str, axis: str) -> tuple[Kind, Read]:
    """A cuboid's size, a box's as it was sent, or that of what bounds another shape."""

    def read(dialect: Dialect, one: str) -> Sql:
        geometry = dialect.parsed(f"{one}.geometry")
        return put(
            f"CASE {one}.kind WHEN 'cuboid' THEN {{cuboid}} WHEN 'box' THEN {{box}} ELSE {sides.format(one=one)} END",
            cuboid=dialect.json(geometry, ("dimensions", axis), Kind.NUMBER),
            box=dialect.json(geometry, (side,), Kind.NUMBER),
        )

    return Kind.NUMBER, read


WIDTH = size('{one}."right" - {one}."left"', "width", "x")
HEIGHT = size("{one}.bottom - {one}.top", "height", "y")


def area(dialect: Dialect, one: str) -> Sql:
    """What a shape's bounds cover; a product too small to write is 0, which PostgreSQL would refuse."""
    sides = put("SELECT {width} AS a, {height} AS b", width=WIDTH[1](dialect, one), height=HEIGHT[1](dialect, one))
    return put(
        f"(SELECT CASE WHEN {one}.kind = 'cuboid' THEN NULL"
        " WHEN a > 1e-100 AND b > 1e-100 THEN a * b WHEN a >= 0 AND b >= 0 THEN 0 END FROM ({sides}) AS pair)",
        sides=sides,
    )


def track_count(dialect: Dialect, one: str) -> Sql:
    """The tracks that a scene was sent with, and those that annotations of its frames name."""
    return put(
        f"(SELECT COUNT(known.id) FROM (SELECT id FROM labels_track WHERE scene_id = {one}.id"
        " UNION SELECT said.track_id FROM {annotations} AS said) AS known)",
        annotations=Source(ROOTS["annotations"], SCENES).rows(dialect, one),
    )


# Fields of an item; on a query about scenes OWN ones are the scene's.
ITEM_FIELDS = {"width": number("width"), "height": number("height"), "frame": number("frame_index")}
OWN_FIELDS = {"reference_id": text("reference_id"), "ref_id": text("reference_id"), "created_at": moment("created_at")}
SCENE_FIELDS = {"reference_id": text("reference_id"), "tracks.count": (Kind.NUMBER, track_count)}
# Fields of one annotation or prediction.
OBJECT_FIELDS = {
    "label": (Kind.TEXT, lambda _, one: Sql(f"NULLIF({one}.label, '')")),
    "labels": (Kind.LIST, labels_of),
    "type": (Kind.TEXT, lambda _, one: Sql(f"CASE {one}.kind WHEN 'mask' THEN 'segmentation' ELSE {one}.kind END")),
    "annotation_id": text("annotation_id"),
    "task_id": text("task_id"),
    "track": name_of("labels_track", "reference_id", "track_id"),
    "taxonomy": name_of("labels_taxonomy", "name", "taxonomy_id"),
    "area": (Kind.NUMBER, area),
    "position.x": place('{one}."left"', "x"),
    "position.y": place("{one}.top", "y"),
    "position.z": place("NULL", "z"),
    "dimensions.x": WIDTH,
    "dimensions.y": HEIGHT,
    "dimensions.z": size("NULL", "", "z"),
}
CONFIDENCE = {"confidence": number("confidence")}
# What is not metadata where a class's name stands before it.
OF_CLASS = {name for name in OBJECT_FIELDS if "." in name} | {"area", "confidence", "track"}
TYPES = {
    **{name: name for name in ("box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory")},
    "segmentation": "mask",
    "mask": "mask",
}
# Fields of one labelling task. A task's id is its key here: nobody but compile.py reads one, which turns ids to keys.
TASK_ID = "task_id"
SCALE_FIELDS = {
    "project_name": name_of("labels_labellingproject", "name", "project_id"),
    "task_status": text("status"),
    TASK_ID: (Kind.TEXT, lambda _, one: Sql(f"CAST({one}.id AS text)")),
    "completed_at": moment("completed_at"),
    "created_at": moment("created_at"),
    "audit_status": (Kind.TEXT, lambda _, one: Sql(f"NULLIF({one}.audit_status, '')")),
}
SCALE_SYNONYMS = {"task_audit_status": "audit_status", "status": "task_status", "project": "project_name"}
AUTOTAGS = ("autotag", "autotag_training")
FIELD_NAMES = [
    "metadata",
    *ITEM_FIELDS,
    *OWN_FIELDS,
    *SLICE_WORDS,
    "scene.metadata",
    *(f"scene.{name}" for name in SCENE_FIELDS),
    *ROOTS,
    *(f"{LABELLING}.{name}" for name in SCALE_FIELDS),
]


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields as they read from a row of `table`; `is_inside`: in annotations[...], where only an object's are."""

    scope: Scope
    dialect: Dialect
    table: str
    is_inside: bool = False

    def views(self, path: Path) -> Views:
        """The field that a path names, by the kinds it can be read as; raises Misused for one that is not known."""
        if self.is_inside:
            source = Source(self.table, None)
            is_of_task = self.table == TASKS
            return self.of_task(path, path.steps, source) if is_of_task else self.of_object(path, path.steps, source)
        root, rest = path.steps[0], path.steps[1:]
        if path.run is not None and root != "predictions":
            raise Misused(path.at, "a run stands only behind predictions, as in predictions@first.count.")
        if root == "metadata" and rest:
            return self.json(self.source(ITEMS), rest)
        if root in ROOTS:
            return self.of_labels(path, rest)
        if root == "scene":
            return self.of_scene(path, rest)
        if root == LABELLING:
            return self.of_task(path, rest, self.source(TASKS))
        if not rest and root in ITEM_FIELDS:
            return self.plain(self.source(ITEMS), *ITEM_FIELDS[root])
        if not rest and root in OWN_FIELDS:
            return self.plain(self.source(SCENES if self.table == SCENES else ITEMS), *OWN_FIELDS[root])
        return refuse(path)

    def source(self, table: str) -> Source:
        return Source(table, None if table == self.table else self.table)

    def view(self, source: Source, read: Callable[[str], Sql]) -> View:
        """A value of a row of the source, which `read` knows by what SQL calls that row."""
        if source.of is None:
            return View((source,), lambda at: read(at.row))
        if (self.table, source.table) not in TO_ONE:
            return View((source,), lambda at: read(at.one))

        def value(at: Aliases) -> Sql:
            row = put(LINKS[self.table, source.table], one="other", row=at.row)
            return put(f"(SELECT {{value}} FROM {source.table} AS other WHERE {{row}})", value=read("other"), row=row)

        return View((), value)

    def plain(self, source: Source, kind: Kind, read: Read) -> Views:
        """A field of one kind."""
        present = self.view(source, lambda one: put("{value} IS NOT NULL", value=read(self.dialect, one)))
        return {kind: self.view(source, lambda one: read(self.dialect, one)), Kind.PRESENT: present}

    def json(self, source: Source, steps: tuple[str, ...]) -> Views:
        """A field of metadata, which may be of any kind in each row."""

        def view(kind: Kind) -> View:
            return self.view(source, lambda one: self.dialect.json(f"{one}.metadata", steps, kind))

        return {kind: view(kind) for kind in Kind}

    def of_scene(self, path: Path, rest: tuple[str, ...]) -> Views:
        if len(rest) > 1 and rest[0] == "metadata":
            return self.json(self.source(SCENES), rest[1:])
        if found := SCENE_FIELDS.get(".".join(rest)):
            return self.plain(self.source(SCENES), *found)
        raise unknown(path.at, path.steps, [name for name in FIELD_NAMES if name.startswith("scene.")])

    def of_task(self, path: Path, steps: tuple[str, ...], source: Source) -> Views:
        name = ".".join(steps)
        if found := SCALE_FIELDS.get(SCALE_SYNONYMS.get(name, name)):
            return self.plain(source, *found)
        raise unknown(path.at, path.steps, [name if self.is_inside else f"{LABELLING}.{name}" for name in SCALE_FIELDS])

    def of_labels(self, path: Path, rest: tuple[str, ...]) -> Views:
        if not rest:
            raise Misused(
                path.at, f"{path.steps[0]} alone is no field; write {path.steps[0]}.count or a class behind it."
            )
        source = self.labels(path)
        if rest == ("count",):
            shapes = (Filter("shape"),) if path.steps[0] == "predictions" else ()
            return {Kind.NUMBER: self.count(narrowed(source, *shapes))}
        if rest[0] in TYPES and len(rest) > 1:
            source, rest = narrowed(source, Filter("kind", TYPES[rest[0]])), rest[1:]
            if rest == ("count",):
                return {Kind.NUMBER: self.count(source)}
        elif rest[0] in ("metadata", "position", "dimensions"):
            return self.of_object(path, rest, source)
        if len(rest) == 1:
            return self.of_name(path, rest[0], source)
        of_class = narrowed(source, Filter("class", rest[0]))
        is_known = ".".join(rest[1:]) in OF_CLASS or rest[1] == "metadata"
        return self.of_object(path, rest[1:], of_class) if is_known else self.json(of_class, rest[1:])

    def of_name(self, path: Path, name: str, source: Source) -> Views:
        """A field of objects, the number of a class, or the answer to a taxonomy: whichever kind is asked for."""
        of_taxonomy = narrowed(source, Filter("taxonomy", name))
        answer = self.plain(of_taxonomy, *OBJECT_FIELDS["label"])
        found: Views = {
            Kind.NUMBER: self.count(narrowed(source, Filter("class", name))),
            Kind.TEXT: answer[Kind.TEXT],
            Kind.LIST: self.plain(of_taxonomy, *OBJECT_FIELDS["labels"])[Kind.LIST],
            Kind.PRESENT: View((narrowed(source, Filter("named", name)),), lambda _: TRUE),
        }
        if name in self.object_fields(source):
            found |= self.of_object(path, (name,), source)
        return found

    def of_object(self, path: Path, steps: tuple[str, ...], source: Source) -> Views:
        if steps[0] == "metadata" and len(steps) > 1:
            return self.json(source, steps[1:])
        known = self.object_fields(source)
        if found := known.get(".".join(steps)):
            return self.plain(source, *found)
        raise unknown(path.at, steps, ["metadata", *known])

    def object_fields(self, source: Source) -> dict[str, tuple[Kind, Read]]:
        return OBJECT_FIELDS | (CONFIDENCE if source.table == ROOTS["predictions"] else {})

    def labels(self, asked: Path | Objects) -> Source:
        """The labels that `annotations`, `predictions` or `predictions@run` means, or the row itself if it is one.

        In front of brackets the tasks, too.
        """
        root = asked.steps[0] if isinstance(asked, Path) else asked.root
        if root not in (*ROOTS, LABELLING):
            known = ", ".join([*ROOTS, LABELLING])
            raise Misused(asked.at, f"brackets stand only behind {known}, not behind {quoted(root)}.")
        if self.is_inside:
            raise Misused(asked.at, "brackets do not stand inside brackets.")
        if asked.run is not None and root != "predictions":
            raise Misused(asked.at, "a run stands only behind predictions, as in predictions@first[confidence > 0.5].")
        if root == LABELLING:
            return self.source(TASKS)
        table = ROOTS[root]
        is_own = table == self.table and asked.run is None
        filters: tuple[Filter, ...] = ()
        if root == "predictions":
            run = self.scope.runs.get(asked.run)
            filters = (Filter("nothing") if run is None else Filter("run", run),)
        return Source(table, None if is_own else self.table, filters)

    def count(self, source: Source, condition: Callable[[str], Sql] = lambda _: TRUE) -> View:
        """How many labels there are; of a query about labels, how many their items have."""
        every = replace(source, of=self.table)

        def read(at: Aliases) -> Sql:
            filters = [each.sql(self.dialect, "one") for each in source.filters]
            tests = joined(" AND ", [condition("one"), *filters])
            counted = "(SELECT CAST(COUNT(*) AS double precision) FROM {rows} AS one WHERE {tests})"
            return put(counted, rows=every.rows(self.dialect, at.row), tests=tests)

        return View((), read)


def narrowed(source: Source, *filters: Filter) -> Source:
    return replace(source, filters=(*source.filters, *filters))


def unknown(at: Span, steps: Iterable[str], known: list[str]) -> Misused:
    name = ".".join(steps)
    reason = f"there is no field {quoted(name)}; known here: {', '.join(known)}.{nearest(name, known)}"
    return Misused(at, reason, near=nearest_of(name, known))


def refuse(path: Path) -> NoReturn:
    root = path.steps[0]
    if root in AUTOTAGS:
        raise Misused(path.at, "there are no autotags yet, so nothing can be asked of them.")
    if root in SLICE_WORDS:
        raise Misused(path.at, "a slice is asked for with =, != or IN and its name or id, as in slice = night.")
    if root == "metadata":
        raise Misused(path.at, "metadata alone is no field; write metadata. and a name.")
    own = "" if nearest(root, FIELD_NAMES) else f" A field of your own is metadata.{root[:60]}."
    quotes = " Put quotes around a text that has dots." if len(path.steps) > 1 else ""
    reason = f"there is no field {quoted('.'.join(path.steps))}.{nearest(root, FIELD_NAMES)}{own}{quotes}"
    raise Misused(path.at, reason, near=nearest_of(root, FIELD_NAMES))
