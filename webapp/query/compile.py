"""From the tree of a query to one boolean piece of SQL about one row.

Every test is true or false: what cannot be compared is false, and NOT turns that round. A test that asks a field of
which a row has many (its annotations, a scene's frames) is true if one of them fits, and all of the test is about one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce

from webapp.datasets.models import Slice
from webapp.privacy import public_id
from webapp.query.fields import LABELLING, TASK_ID, Fields
from webapp.query.refusals import Misused, quoted
from webapp.query.scope import Live, Members, Scope, is_slice
from webapp.query.sources import ITEMS, LINKS, SCENES, TASKS, Aliases, Source, View, Views
from webapp.query.sql import Dialect, Kind, Sql, joined, put
from webapp.query.tree import (
    LITERALS,
    All,
    Arithmetic,
    Condition,
    Literal,
    Not,
    Number,
    Objects,
    Operand,
    Path,
    Some,
    Span,
    Test,
    Text,
    depth,
)

ONE = "one"
# The row that is in a slice, where that is another than the query's own, which in brackets is ONE.
MEMBER = "member"
# The row that a live slice's query is about, where that is another than the query's own.
LIVE = "live"
# The kinds in which each word compares; = in all, order in those that have one.
KINDS = {
    "=": (Kind.NUMBER, Kind.TEXT, Kind.TRUTH),
    "IN": (Kind.NUMBER, Kind.TEXT, Kind.TRUTH),
    "STARTS WITH": (Kind.TEXT,),
    **dict.fromkeys(("<", "<=", ">", ">=", "BETWEEN"), (Kind.NUMBER, Kind.TEXT)),
}


def compiled(tree: Condition, scope: Scope, dialect: Dialect, row: str) -> Sql:
    """The condition on the row that SQL calls `row`; raises Misused for what fits no field."""
    return Compiler(Fields(scope, dialect, scope.subject.value), row).condition(tree)


def kind_of(literal: Literal) -> Kind:
    if isinstance(literal, Text):
        return Kind.TEXT
    return Kind.NUMBER if isinstance(literal, Number) else Kind.TRUTH


@dataclass(frozen=True, slots=True)
class Compiler:
    fields: Fields
    row: str

    @property
    def dialect(self) -> Dialect:
        return self.fields.dialect

    def condition(self, node: Condition) -> Sql:
        if isinstance(node, All | Some):
            word = " AND " if isinstance(node, All) else " OR "
            # SQLite's parser holds what waits to the left of a bracket, a hundred words at most.
            deepest_first = sorted(node.parts, key=depth, reverse=True)
            return put("({parts})", parts=joined(word, map(self.condition, deepest_first)))
        if isinstance(node, Not):
            return put("({part} IS NOT TRUE)", part=self.condition(node.part))
        if isinstance(node, Objects):
            source = self.fields.labels(node)
            condition = self.inside(node, source)
            return self.holding([View((source,), lambda at: condition(at.row if source.of is None else at.one))], node)
        if is_slice(node.operands[0]):
            return self.membership(node)
        return self.test(self.with_keys(node) if any(map(self.is_task_id, node.operands)) else node)

    def inside(self, node: Objects, source: Source) -> Callable[[str], Sql]:
        """The condition of annotations[...] on the label that SQL calls by the argument."""
        fields = Fields(self.fields.scope, self.dialect, source.table, is_inside=True)
        return lambda one: Compiler(fields, one).condition(node.condition)

    def is_task_id(self, operand: Operand) -> bool:
        if not isinstance(operand, Path):
            return False
        is_own = self.fields.is_inside and self.fields.table == TASKS
        return operand.steps == ((TASK_ID,) if is_own else (LABELLING, TASK_ID))

    def with_keys(self, node: Test) -> Test:
        """The test of a task's id with the ids in it as keys, which the row has; what is no id is no task's."""
        field, *ids = reversed(node.operands) if self.is_task_id(node.operands[-1]) else node.operands
        if not self.is_task_id(field) or node.word not in ("=", "IN", "EXISTS"):
            raise Misused(node.at, "a task is asked for with =, != or IN and its id.")
        keys = [replace(one, value=key_of(one.value)) if isinstance(one, Text) else one for one in ids]
        if any(isinstance(one, Path | Arithmetic | Objects) for one in ids):
            raise Misused(node.at, "a task is asked for with =, != or IN and its id.")
        return replace(node, operands=(field, *keys))

    def test(self, node: Test) -> Sql:
        views = self.views_of(node)
        if node.word == "EXISTS":
            branches = [self.present(views[0], node)]
        elif node.word == "CONTAINS":
            branches = self.containing(views, node)
        elif node.word == "IN":
            branches = self.among(views[0], node)
        else:
            branches = [
                self.holding([each[kind] for each in views], node, self.word(node, kind))
                for kind in KINDS[node.word]
                if all(kind in each for each in views)
            ]
        if not branches:
            raise Misused(node.at, self.mismatch(views, node))
        return branches[0] if len(branches) == 1 else put("({parts})", parts=joined(" OR ", branches))

    def views_of(self, node: Test) -> list[Views]:
        found = [self.views(operand) for operand in node.operands]
        if Kind.TEXT not in found[0] and Kind.NUMBER in found[0]:
            # Where only a number makes sense, a bare word is a field.
            for place, operand in enumerate(node.operands):
                if isinstance(operand, Text) and operand.is_bare:
                    found[place] = self.views(Path((operand.value,), operand.at))
        return found

    def views(self, operand: Operand) -> Views:
        if isinstance(operand, Path):
            return self.fields.views(operand)
        if isinstance(operand, LITERALS):
            value = self.dialect.literal(operand.value)
            return {kind_of(operand): View((), lambda _: value)}
        if isinstance(operand, Objects):
            source = self.fields.labels(operand)
            return {Kind.NUMBER: self.fields.count(source, self.inside(operand, source))}
        return {Kind.NUMBER: self.arithmetic(operand)}

    def arithmetic(self, node: Arithmetic) -> View:
        operands = [node.first, *(operand for _, operand in node.rest)]
        signs = ["", *(f"{sign} " for sign, _ in node.rest)]
        views = [self.number(operand) for operand in operands]

        def read(at: Aliases) -> Sql:
            values = [view.read(at) for view in views]
            if node.rest[0][0] == "%":
                return reduce(self.dialect.remainder, values)
            made = []
            for sign, operand, value in zip(signs, operands, values, strict=True):
                # What is no field's was bounded below, or is a literal.
                bounded = self.dialect.bounded(value) if isinstance(operand, Path) else value
                made.append(put(f"{sign}{{value}}", value=bounded))
            return put("({sum})", sum=joined(" ", made))

        return View(sources_of(views, node), read)

    def number(self, operand: Operand) -> View:
        views = self.views(operand)
        if Kind.NUMBER not in views:
            raise Misused(operand.at, "only numbers are added, subtracted or divided.")
        return views[Kind.NUMBER]

    def holding(
        self, views: Sequence[View], node: Test | Objects, write: Callable[..., Sql] = lambda value: value
    ) -> Sql:
        """What `write` makes of the values, where it holds for one row of their source."""
        sources = sources_of(views, node)
        tests = [write(*(view.read(Aliases(self.row, ONE)) for view in views))]
        for source in sources:
            alias = self.row if source.of is None else ONE
            tests += [each.sql(self.dialect, alias) for each in source.filters]
        held = joined(" AND ", tests)
        many = next((source for source in sources if source.of is not None), None)
        if many is None:
            return put("({held})", held=held)
        rows = many.rows(self.dialect, self.row)
        return put(f"EXISTS (SELECT 1 FROM {{rows}} AS {ONE} WHERE {{held}})", rows=rows, held=held)

    def word(self, node: Test, kind: Kind) -> Callable[..., Sql]:
        """How the values compare, read as `kind`; beside an unquoted date only texts that begin with one count."""
        others = [place for place, operand in enumerate(node.operands) if not isinstance(operand, LITERALS)]
        is_dated = kind is Kind.TEXT and any(isinstance(one, Text) and one.is_date for one in node.operands)
        is_ordered = kind is Kind.TEXT and node.word not in ("=", "STARTS WITH")

        def write(*values: Sql) -> Sql:
            dates = [self.dialect.begins_with_a_date(values[place]) for place in others] if is_dated else []
            if is_ordered:
                values = tuple(map(self.dialect.in_order, values))
            if node.word == "BETWEEN":
                held = self.dialect.between(*values)
            elif node.word == "STARTS WITH":
                held = self.dialect.starts(*values)
            else:
                held = self.dialect.compare(node.word, *values)
            return joined(" AND ", [held, *dates])

        return write

    def present(self, views: Views, node: Test) -> Sql:
        if Kind.PRESENT not in views:
            raise Misused(node.at, "this is always there; compare it with something.")
        return self.holding([views[Kind.PRESENT]], node)

    def containing(self, views: Sequence[Views], node: Test) -> list[Sql]:
        """A text within a text, or an element of a list."""
        found = []
        if all(Kind.TEXT in each for each in views):
            found.append(self.holding([each[Kind.TEXT] for each in views], node, self.dialect.has))
        wanted = node.operands[1]
        if Kind.LIST in views[0] and isinstance(wanted, LITERALS):
            kind, value = kind_of(wanted), self.dialect.literal(wanted.value)
            found.append(
                self.holding([views[0][Kind.LIST]], node, lambda listed: self.dialect.holds(listed, kind, value))
            )
        return found

    def among(self, views: Views, node: Test) -> list[Sql]:
        """Any of a list, kind by kind."""
        found = []
        for kind in KINDS["IN"]:
            literals = [one for one in node.operands[1:] if isinstance(one, LITERALS) and kind_of(one) is kind]
            if literals and kind in views:
                choices = [self.dialect.literal(one.value) for one in literals]
                found.append(self.holding([views[kind]], node, partial(self.dialect.one_of, choices)))
        return found

    def membership(self, node: Test) -> Sql:
        if node.word not in ("=", "IN") or not all(isinstance(name, Text) for name in node.operands[1:]):
            raise Misused(node.at, "a slice is asked for with =, != or IN and its name or id, as in slice = night.")
        found = [
            self.member(members, node.at)
            for name in node.operands[1:]
            if isinstance(name, Text)
            for members in self.fields.scope.slices[name.value]
        ]
        return put("({found})", found=joined(" OR ", found))

    def member(self, members: Members | Live, at: Span) -> Sql:
        """Whether the row is in a slice: it, its scene, or one of its frames."""
        if isinstance(members, Live):
            return self.live(members, at)
        table = ITEMS if members.kind == Slice.Kind.ITEMS else SCENES
        if table == self.fields.table:
            return put(f"{self.row}.id IN {{keys}}", keys=self.dialect.keys(members.keys))
        link = put(LINKS[self.fields.table, table], one=MEMBER, row=self.row)
        is_member = put(f"{MEMBER}.id IN {{keys}}", keys=self.dialect.keys(members.keys))
        return exists(table, joined(" AND ", [link, is_member]), MEMBER)

    def live(self, live: Live, at: Span) -> Sql:
        """Whether the row meets what a live slice asks; a row of another table, whether the live slice's row does."""
        table = live.scope.subject.value
        row = self.row if table == self.fields.table else LIVE
        try:
            held = put("({held})", held=compiled(live.tree, live.scope, self.dialect, row))
        except Misused as fault:
            reason = f"the live slice {quoted(live.name)} cannot be asked for: {fault.reason}"
            raise Misused(at, reason) from None
        if row == self.row:
            return held
        link = put(LINKS[self.fields.table, table], one=LIVE, row=self.row)
        return exists(table, joined(" AND ", [link, held]), LIVE)

    def mismatch(self, views: Sequence[Views], node: Test) -> str:
        words = []
        for each, operand in zip(views, node.operands, strict=True):
            kinds = " or ".join(kind.value for kind in each if kind is not Kind.PRESENT)
            words.append(f"{name_of(operand)} is {kinds}")
        hint = " Put quotes around a text of digits." if isinstance(node.operands[-1], Number) else ""
        return f"{' and '.join(dict.fromkeys(words))}: {node.word} never holds between them.{hint}"


def key_of(task_id: str) -> str:
    """A task's key as a text, one that no key is where it is no task's id."""
    pk = public_id.decode("task", task_id)
    return "none" if pk is None else str(pk)


def name_of(operand: Operand) -> str:
    if isinstance(operand, Path):
        return ".".join(operand.steps)
    return quoted(operand.value) if isinstance(operand, Text) else "the other side"


def exists(table: str, held: Sql, one: str) -> Sql:
    return put(f"EXISTS (SELECT 1 FROM {table} AS {one} WHERE {{held}})", held=held)


def sources_of(views: Sequence[View], node: Test | Objects | Arithmetic) -> tuple[Source, ...]:
    """Whose rows these values are of; raises Misused if more than one is not the row itself."""
    sources = tuple(dict.fromkeys(source for view in views for source in view.sources))
    if sum(source.of is not None for source in sources) > 1:
        raise Misused(node.at, "one comparison asks one thing of many: compare these with AND, each by itself.")
    return sources
