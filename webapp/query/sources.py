"""How one gets from the row that a query is about to the rows that its fields are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from webapp.query.scope import Subject
from webapp.query.sql import FALSE, Dialect, Kind, Sql, joined, put

ITEMS, SCENES = Subject.ITEMS.value, Subject.SCENES.value
LABELS = (Subject.ANNOTATIONS.value, Subject.PREDICTIONS.value)
TASKS = Subject.TASKS.value

# By the table a query is about and the one it asks: what makes {one} a row of {row}.
LINKS = {
    (ITEMS, SCENES): "{one}.id = {row}.scene_id",
    (SCENES, ITEMS): "{one}.scene_id = {row}.id",
    **{(ITEMS, label): "{one}.item_id = {row}.id" for label in LABELS},
    **{(SCENES, label): "{one}.scene_id = {row}.id" for label in LABELS},
    **{(label, ITEMS): "{one}.id = {row}.item_id" for label in LABELS},
    **{(label, SCENES): "{one}.id = (SELECT scene_id FROM datasets_item WHERE id = {row}.item_id)" for label in LABELS},
    **{(label, other): "{one}.item_id = {row}.item_id" for label in LABELS for other in LABELS},
    (ITEMS, TASKS): "{one}.item_id = {row}.id",
    **{pair: "{one}.item_id = {row}.item_id" for label in LABELS for pair in ((label, TASKS), (TASKS, label))},
    (TASKS, ITEMS): "{one}.id = {row}.item_id",
    (TASKS, SCENES): "{one}.id = (SELECT scene_id FROM datasets_item WHERE id = {row}.item_id)",
}
# What a scene has by way of its frames; labels also by itself.
ON_FRAMES = (*LABELS, TASKS)
# What a statement calls rows while it looks for them.
LINKED = "linked"
# Where there is at most one such row, whose values are as good as the row's own.
TO_ONE = {(ITEMS, SCENES), *((one, table) for one in (*LABELS, TASKS) for table in (ITEMS, SCENES))}


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows labels: `word` is one of FILTERS, `value` what it is held to."""

    word: str
    value: str | int = ""

    def sql(self, dialect: Dialect, one: str) -> Sql:
        return FILTERS[self.word](dialect, one, self.value)


def labels_of(dialect: Dialect, one: str) -> Sql:
    """The list of labels of what has several: a mask, a multicategory."""
    geometry = dialect.parsed(f"{one}.geometry")
    return put(
        f"CASE {one}.kind WHEN 'mask' THEN {{mask}} WHEN 'multicategory' THEN {{several}} END",
        mask=dialect.mask_labels(geometry),
        several=dialect.json(geometry, ("labels",), Kind.LIST),
    )


def is_of_class(dialect: Dialect, one: str, name: str | int) -> Sql:
    wanted = dialect.literal(name)
    among = dialect.holds(labels_of(dialect, one), Kind.TEXT, wanted)
    return put(
        f"CASE WHEN {one}.label <> '' THEN {one}.label = {{wanted}} ELSE {{among}} END", wanted=wanted, among=among
    )


def is_of_taxonomy(dialect: Dialect, one: str, name: str | int) -> Sql:
    # Not the column itself, by whose index PostgreSQL may look through all answers there are, once for every row.
    known = f"SELECT id FROM labels_taxonomy WHERE dataset_id = {one}.dataset_id AND name = {{name}}"
    return put(f"COALESCE({one}.taxonomy_id, 0) = ({known})", name=dialect.literal(name))


def is_named(dialect: Dialect, one: str, name: str | int) -> Sql:
    """Of this class, or the answer to this taxonomy."""
    either = joined(" OR ", [is_of_class(dialect, one, name), is_of_taxonomy(dialect, one, name)])
    return put("({either})", either=either)


FILTERS: dict[str, Callable[[Dialect, str, str | int], Sql]] = {
    "class": is_of_class,
    "taxonomy": is_of_taxonomy,
    "named": is_named,
    "kind": lambda dialect, one, kind: put(f"{one}.kind = {{kind}}", kind=dialect.literal(kind)),
    # Not the value itself, which PostgreSQL would look up in its statistics: a run that is new has nothing in them.
    "run": lambda _, one, run: Sql(f"{one}.run_id = (SELECT %s)", (run,)),
    "shape": lambda _dialect, one, _value: Sql(f"{one}.kind NOT IN ('category', 'multicategory')"),
    "nothing": lambda _dialect, _one, _value: FALSE,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of which one is to fit: those of a row of the table `of`; None for the row itself that the query is about.

    Two sources are the same where one row must answer for both.
    """

    table: str
    of: str | None
    filters: tuple[Filter, ...] = ()

    def rows(self, dialect: Dialect, row: str) -> Sql:
        """What stands in FROM: all that `row` has.

        They are read for each row anew, by its key. Joined to it, PostgreSQL would find them as its statistics advise,
        which are old after each ingest, and could read everybody's labels once for every row.
        """
        assert self.of is not None  # noqa: S101 (else there is nothing to find)
        found = []
        if link := LINKS.get((self.of, self.table)):
            own = put(link, one=LINKED, row=row)
            found.append(put(f"{self.table} AS {LINKED} WHERE {{own}}", own=own))
        if self.of == SCENES and self.table in ON_FRAMES:
            of_run = [each.sql(dialect, LINKED) for each in self.filters if each.word == "run"]
            held = joined(" AND ", [Sql(f"{LINKED}.item_id = frame.id"), *of_run])
            frames = Sql(f"SELECT id FROM {ITEMS} WHERE scene_id = {row}.id")
            found.append(dialect.for_each(frames, "frame", self.table, LINKED, held))
        selected = [put(f"SELECT {LINKED}.* FROM {{rows}}", rows=rows) for rows in found]
        return put("({selected})", selected=joined(" UNION ALL ", selected))


class Aliases(NamedTuple):
    """What SQL calls the row that the query is about, and the row of a source."""

    row: str
    one: str


@dataclass(frozen=True, slots=True)
class View:
    """A value read as one kind, of rows of these sources, of which at most one is not the row itself."""

    sources: tuple[Source, ...]
    read: Callable[[Aliases], Sql]


Views = dict[Kind, View]
