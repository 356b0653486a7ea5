"""The orders that rows may be shown in, by the names that addresses use.

Numbers come before texts, texts before the rest, and rows without a value last, whether the order rises or falls.
Rows that are alike follow by their keys. Texts are ordered by code point, numbers as 64-bit floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from webapp.labels.models import ModelRun
from webapp.privacy.refusals import Invalid
from webapp.query.asks import Ask, Mode
from webapp.query.expression import Value
from webapp.query.fields import ROOTS, Fields
from webapp.query.parser import parse
from webapp.query.refusals import QuerySyntaxError, nearest, quoted
from webapp.query.scope import Scope, Subject
from webapp.query.sources import Aliases, Filter, Source
from webapp.query.sql import Dialect, Kind, Sql, put
from webapp.query.tree import Path, Test
from webapp.query.writing import step

INSERTION, NEWEST = "", "-id"
REFERENCE, CONFIDENCE, AREA = "reference_id", "confidence", "area"
Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a row, never null, by which rows rise or fall."""

    value: Value
    is_falling: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by their `parts`, then by key. A row's place is its values, and its key last."""

    parts: tuple[Part, ...] = ()
    is_unique: bool = False
    """Whether no two rows are alike in the parts, so that keys need not tell."""
    is_falling: bool = False
    """Whether the keys fall."""
    field: Path | None = None
    """The metadata that orders them, where some does."""

    @property
    def is_by_key(self) -> bool:
        return not self.parts

    @property
    def names(self) -> list[str]:
        return [f"order_{number}" for number in range(len(self.parts))]

    @property
    def values(self) -> dict[str, Value]:
        return {name: part.value for name, part in zip(self.names, self.parts, strict=True)}

    def on(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what they are ordered by, for `following` and `sorted`."""
        named: QuerySet[Any] = rows.alias(**self.values)
        return named

    def sorted(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        names = (f"-{name}" if falls is not backwards else name for name, falls in self.directions())
        ordered: QuerySet[Any] = self.on(rows).order_by(*names)
        return ordered

    def walked(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The same rows, with a bound that all of them meet: with it SQLite walks an index instead of sorting them."""
        bounded: QuerySet[Any] = self.on(rows).filter(order_0__gte="") if self.is_unique else rows
        return bounded

    def following(self, rows: QuerySet[Any], place: Place, *, backwards: bool, inclusive: bool) -> QuerySet[Any]:
        """The rows behind a place, or before it; `inclusive` of a row that is there."""
        steps = [(name, "lt" if falls is not backwards else "gt") for name, falls in self.directions()]
        (key, beyond), *others = reversed(list(zip(steps, place, strict=False)))
        wanted = Q(**{f"{key[0]}__{key[1]}{'e' if inclusive else ''}": beyond})
        for (name, side), value in others:
            # Alone it says no more than the rest does, but an index can begin with it.
            wanted = Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | wanted)
        followed: QuerySet[Any] = self.on(rows).filter(wanted)
        return followed

    def directions(self) -> Iterator[tuple[str, bool]]:
        for name, part in zip(self.names, self.parts, strict=True):
            yield name, part.is_falling
        # Without it SQLite finds the order in an index.
        if not self.is_unique:
            yield "pk", self.is_falling

    def place_of(self, rows: QuerySet[Any], pk: int) -> Place | None:
        """Where the row with this key is; None where there is no such row any more."""
        if self.is_by_key:
            return (pk,)
        found: Place | None = rows.filter(pk=pk).annotate(**self.values).values_list(*self.names, "pk").first()
        return found


def order_of(ask: Ask) -> Order:
    """The order that an ask names. Raises Invalid with the nearest name there is."""
    if ask.sort in (INSERTION, NEWEST):
        return Order(is_falling=ask.sort == NEWEST)
    is_falling = ask.sort.startswith("-")
    name = ask.sort.removeprefix("-")
    if name == REFERENCE:
        by_name = (Part(Value(reference(ask), models.TextField()), is_falling),)
        return Order(by_name, is_unique=ask.mode is Mode.MEMBERS)
    if name == CONFIDENCE and (run := ask.run) is not None and (ask.mode is Mode.MEMBERS or ask.said_by is not None):
        return by_number(lambda dialect, one: confidence(dialect, ask, run, one), is_falling=is_falling)
    if name == AREA and ask.mode is Mode.OBJECTS:
        return Order((Part(Value(bounded_area, models.FloatField()), is_falling),))
    return by_field(ask, field_path(ask, name), is_falling=is_falling)


def sorts_of(ask: Ask) -> list[str]:
    """The names that rise, of all orders there are of these rows but that of insertion."""
    found = [REFERENCE]
    if ask.mode is Mode.OBJECTS:
        found.append(AREA)
    if ask.run is not None and (ask.mode is Mode.MEMBERS or ask.said_by is not None):
        found.append(CONFIDENCE)
    known = ask.dataset.field_types
    levels = {"scene.metadata": known.get("scene", {})}
    if ask.members is Subject.ITEMS:
        levels = {"metadata": known.get("item", {})} | levels
    return found + [f"{root}.{step(key)}" for root, keys in levels.items() for key in sorted(keys)]


def field_path(ask: Ask, name: str) -> Path:
    """The metadata field that a name means, which may lie below one that is known."""
    try:
        found = parse(f"{name} EXISTS")
    except QuerySyntaxError:
        found = None
    if isinstance(found, Test) and isinstance(path := found.operands[0], Path) and path.run is None:
        depth = 3 if path.steps[0] == "scene" else 2
        whole = ".".join(step(one) if number else one for number, one in enumerate(path.steps[:depth]))
        if whole in sorts_of(ask) and "metadata" in path.steps[:2]:
            return path
    known = [NEWEST, *sorts_of(ask)]
    raise Invalid(f"There is no order {quoted(name)} of what is shown here.{nearest(name, known)}")


def by_field(ask: Ask, path: Path, *, is_falling: bool) -> Order:
    def read(kind: Kind, dialect: Dialect, one: str) -> Sql:
        views = Fields(Scope(ask.subject, ask.dataset.pk), dialect, ask.subject.value).views(path)
        return views[kind].read(Aliases(one, one))

    def rank(dialect: Dialect, one: str) -> Sql:
        return put(
            "CASE WHEN {number} IS NOT NULL THEN 0 WHEN {text} IS NOT NULL THEN 1"
            " WHEN {truth} IS NOT NULL THEN 2 WHEN {present} THEN 3 ELSE 4 END",
            number=read(Kind.NUMBER, dialect, one),
            text=read(Kind.TEXT, dialect, one),
            truth=read(Kind.TRUTH, dialect, one),
            present=read(Kind.PRESENT, dialect, one),
        )

    def number(dialect: Dialect, one: str) -> Sql:
        return put(
            "COALESCE({number}, CASE WHEN {truth} THEN 1.0 ELSE 0.0 END)",
            number=read(Kind.NUMBER, dialect, one),
            truth=read(Kind.TRUTH, dialect, one),
        )

    def letters(dialect: Dialect, one: str) -> Sql:
        return dialect.in_order(put("COALESCE({text}, '')", text=read(Kind.TEXT, dialect, one)))

    return Order(
        (
            Part(Value(rank, models.IntegerField())),
            Part(Value(number, models.FloatField()), is_falling),
            Part(Value(letters, models.TextField()), is_falling),
        ),
        field=path,
    )


def by_number(read: Callable[[Dialect, str], Sql], *, is_falling: bool) -> Order:
    def is_missing(dialect: Dialect, one: str) -> Sql:
        return put("CASE WHEN {value} IS NULL THEN 1 ELSE 0 END", value=read(dialect, one))

    def number(dialect: Dialect, one: str) -> Sql:
        return put("COALESCE({value}, 0.0)", value=read(dialect, one))

    return Order(
        (
            Part(Value(is_missing, models.IntegerField())),
            Part(Value(number, models.FloatField()), is_falling),
        )
    )


def bounded_area(_: Dialect, one: str) -> Sql:
    """The area of what bounds an object that has a place; a product too small to write is 0."""
    sides = f'({one}."right" - {one}."left")', f"({one}.bottom - {one}.top)"
    is_drawn = " AND ".join(f"{side} > 1e-100" for side in sides)
    return Sql(f"CASE WHEN {is_drawn} THEN {' * '.join(sides)} ELSE 0.0 END")


def reference(ask: Ask) -> Callable[[Dialect, str], Sql]:
    """The reference id of a row; of an object that of its item."""

    def read(dialect: Dialect, one: str) -> Sql:
        if ask.mode is Mode.MEMBERS:
            return dialect.in_order(Sql(f"{one}.reference_id"))
        return dialect.in_order(
            Sql(f"(SELECT other.reference_id FROM datasets_item AS other WHERE other.id = {one}.item_id)")
        )

    return read


def confidence(dialect: Dialect, ask: Ask, run: ModelRun, one: str) -> Sql:
    """How sure a prediction is; of a picture how sure the run is of anything there."""
    if ask.mode is Mode.OBJECTS:
        return Sql(f"{one}.confidence")
    of_run = Filter("run", run.pk)
    said = Source(ROOTS["predictions"], ask.subject.value, (of_run,))
    return put(
        "(SELECT MAX(said.confidence) FROM {rows} AS said WHERE {of_run})",
        rows=said.rows(dialect, one),
        of_run=of_run.sql(dialect, "said"),
    )
