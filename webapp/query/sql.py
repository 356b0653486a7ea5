"""Pieces of SQL with their parameters, and what the two databases say differently.

No text that a person wrote is ever in a statement: names and values alike are parameters. A number is a 64-bit float
on both, a text compares by code point, and a value of another type than the one asked for is NULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from string import Formatter
from typing import Any, NamedTuple


class Kind(Enum):
    """What a value may be read as; PRESENT is whether there is any, null being none."""

    NUMBER = "a number"
    TEXT = "a text"
    TRUTH = "true or false"
    LIST = "a list"
    PRESENT = "there"


class Sql(NamedTuple):
    text: str
    params: tuple[Any, ...] = ()


def put(template: str, **parts: Sql | str) -> Sql:
    """The template with each {name} filled; the parameters follow their pieces. A `%` is written `%%`."""
    texts: list[str] = []
    params: list[Any] = []
    for before, name, _, _ in Formatter().parse(template):
        texts.append(before)
        if name is not None:
            part = parts[name]
            texts.append(part if isinstance(part, str) else part.text)
            params += () if isinstance(part, str) else part.params
    return Sql("".join(texts), tuple(params))


def joined(separator: str, parts: Iterable[Sql]) -> Sql:
    listed = list(parts)
    return Sql(separator.join(part.text for part in listed), tuple(one for part in listed for one in part.params))


def param(value: object) -> Sql:
    return Sql("%s", (value,))


FALSE, TRUE = Sql("FALSE"), Sql("TRUE")
# A key that SQLite's paths can name and that JSON writes in one way only.
PLAIN_KEY = re.compile(r"[ !#-\[\]-~]+")


class SaidAlike:
    """What both databases say alike."""

    def compare(self, word: str, left: Sql, right: Sql) -> Sql:
        return put(f"{{left}} {word} {{right}}", left=left, right=right)

    def between(self, value: Sql, low: Sql, high: Sql) -> Sql:
        return joined(" AND ", [self.compare(">=", value, low), self.compare("<=", value, high)])

    def one_of(self, choices: Sequence[Sql], value: Sql) -> Sql:
        return put("{value} IN ({choices})", value=value, choices=joined(", ", choices))

    def bounded(self, value: Sql) -> Sql:
        """A number that may be added to hundreds like it: PostgreSQL stops where a sum leaves its floats."""
        return put("CASE WHEN ABS({value}) <= 1e300 THEN {value} END", value=value)

    def remainder(self, left: Sql, right: Sql) -> Sql:
        """Of whole numbers that a float holds exactly, else NULL; the sign is that of the left one.

        The two are named, so that the statement grows no faster than its query, and PostgreSQL casts what fits only.
        """
        whole = "CAST(a AS bigint) = a AND CAST(b AS bigint) = b"
        found = "CAST(CAST(a AS bigint) %% NULLIF(CAST(b AS bigint), 0) AS double precision)"
        return put(
            "(SELECT CASE WHEN ABS(a) <= 9007199254740991 AND ABS(b) <= 9007199254740991"
            f" THEN CASE WHEN {whole} THEN {found} END END FROM (SELECT {{left}} AS a, {{right}} AS b) AS pair)",
            left=left,
            right=right,
        )


class Sqlite(SaidAlike):
    def literal(self, value: float | str | bool) -> Sql:  # noqa: FBT001 (a value of JSON)
        return param(value)

    def json(self, column: str, steps: Sequence[str], kind: Kind) -> Sql:
        """What lies below `steps` in a column of JSON objects, read as `kind`."""
        if all(PLAIN_KEY.fullmatch(step) for step in steps):
            path = param("$" + "".join(f'."{step}"' for step in steps))
            found, value = (put(f"{name}({column}, {{path}})", path=path) for name in ("json_type", "json_extract"))
            return put(JSON_OF_SQLITE[kind], type=found, value=value)
        # Each level is a table of the keys below the one before.
        tables, tests = [f"json_each({column}) AS level0"], []
        for depth, step in enumerate(steps):
            if depth:
                above = f"level{depth - 1}"
                inside = f"CASE WHEN {above}.type = 'object' THEN {above}.value END"
                tables.append(f"json_each({inside}) AS level{depth}")
            tests.append(put(f"level{depth}.key = {{step}}", step=param(step)))
        last = f"level{len(steps) - 1}"
        found = put(JSON_OF_SQLITE[kind], type=f"{last}.type", value=f"{last}.value")
        source = put(" CROSS JOIN ".join(tables))
        return put(
            "(SELECT {found} FROM {source} WHERE {tests})", found=found, source=source, tests=joined(" AND ", tests)
        )

    def parsed(self, column: str) -> str:
        """A text column that holds JSON."""
        return column

    def holds(self, listed: Sql, kind: Kind, value: Sql) -> Sql:
        """Whether a list has this element."""
        element = put(JSON_OF_SQLITE[kind], type="element.type", value="element.value")
        return put(
            "EXISTS (SELECT 1 FROM json_each({listed}) AS element WHERE {element} = {value})",
            listed=listed,
            element=element,
            value=value,
        )

    def elements(self, table: str, column: str) -> Sql:
        """A SELECT of the texts in a column of lists, as `text`, each once a row."""
        return Sql(
            f"SELECT text FROM (SELECT DISTINCT {table}.key, element.value AS text FROM {table}"
            f" CROSS JOIN json_each({column}) AS element WHERE element.type = 'text') AS apart"
        )

    def mask_labels(self, geometry: str) -> Sql:
        return Sql(
            f"(SELECT json_group_array(json_extract(part.value, '$.label'))"
            f" FROM json_each({geometry}, '$.annotations') AS part)"
        )

    def for_each(self, found: Sql, name: str, table: str, one: str, held: Sql) -> Sql:
        """What stands in FROM: the rows `found`, called `name`, and with each of them the rows for which it holds."""
        return put(f"({{found}}) AS {name} CROSS JOIN {table} AS {one} ON {{held}}", found=found, held=held)

    def in_order(self, text: Sql) -> Sql:
        return text

    def has(self, text: Sql, part: Sql) -> Sql:
        return put("INSTR({text}, {part}) > 0", text=text, part=part)

    def starts(self, text: Sql, part: Sql) -> Sql:
        return put("SUBSTR({text}, 1, LENGTH({part})) = {part}", text=text, part=part)

    def begins_with_a_date(self, text: Sql) -> Sql:
        digit = "[0-9]"
        return put(f"{{text}} GLOB '{digit * 4}-{digit * 2}-{digit * 2}*'", text=text)

    def moment(self, column: str) -> Sql:
        """A time as text, in UTC, to the second."""
        return Sql(f"strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', {column})")

    def keys(self, listed: str) -> Sql:
        """The keys of one JSON text, as what IN takes."""
        return Sql("(SELECT value FROM json_each(%s))", (listed,))


JSON_OF_SQLITE = {
    Kind.NUMBER: "CASE WHEN {type} IN ('integer', 'real') THEN CAST({value} AS REAL) END",
    Kind.TEXT: "CASE WHEN {type} = 'text' THEN {value} END",
    Kind.TRUTH: "CASE {type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
    Kind.LIST: "CASE WHEN {type} = 'array' THEN {value} END",
    Kind.PRESENT: "{type} <> 'null'",
}


class Postgresql(SaidAlike):
    def literal(self, value: float | str | bool) -> Sql:  # noqa: FBT001 (a value of JSON)
        if isinstance(value, bool):
            return Sql("%s::boolean", (value,))
        return Sql("%s::text" if isinstance(value, str) else "%s::double precision", (value,))

    def json(self, column: str, steps: Sequence[str], kind: Kind) -> Sql:
        """What lies below `steps` in a column of JSON objects, read as `kind`."""
        value = Sql(f"({column}{' -> %s::text' * len(steps)})", tuple(steps))
        return put(JSON_OF_POSTGRESQL[kind], value=value)

    def parsed(self, column: str) -> str:
        """A text column that holds JSON."""
        return f"({column})::jsonb"

    def holds(self, listed: Sql, kind: Kind, value: Sql) -> Sql:
        """Whether a list has this element."""
        return put(
            "EXISTS (SELECT 1 FROM jsonb_array_elements({listed}) AS element WHERE {element} = {value})",
            listed=listed,
            element=put(JSON_OF_POSTGRESQL[kind], value="element"),
            value=value,
        )

    def elements(self, table: str, column: str) -> Sql:
        """A SELECT of the texts in a column of lists, as `text`, each once a row."""
        return Sql(
            f"SELECT text FROM (SELECT DISTINCT {table}.key, element #>> '{{}}' AS text FROM {table}"
            f" CROSS JOIN jsonb_array_elements({column}) AS element WHERE jsonb_typeof(element) = 'string') AS apart"
        )

    def mask_labels(self, geometry: str) -> Sql:
        return Sql(
            f"(SELECT jsonb_agg(part -> 'label') FROM jsonb_array_elements({geometry} -> 'annotations') AS part)"
        )

    def for_each(self, found: Sql, name: str, table: str, one: str, held: Sql) -> Sql:
        """What stands in FROM: the rows `found`, called `name`, and with each of them the rows for which it holds."""
        # OFFSET keeps the two from becoming one join, in which a whole table may be read.
        rows = put(f"SELECT * FROM {table} AS {one} WHERE {{held}} OFFSET 0", held=held)
        return put(f"({{found}} OFFSET 0) AS {name} CROSS JOIN LATERAL ({{rows}}) AS {one}", found=found, rows=rows)

    def in_order(self, text: Sql) -> Sql:
        return put('{text} COLLATE "C"', text=text)

    def has(self, text: Sql, part: Sql) -> Sql:
        return put("STRPOS({text}, {part}) > 0", text=text, part=part)

    def starts(self, text: Sql, part: Sql) -> Sql:
        return put("STARTS_WITH({text}, {part})", text=text, part=part)

    def begins_with_a_date(self, text: Sql) -> Sql:
        return put("{text} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'", text=text)

    def moment(self, column: str) -> Sql:
        """A time as text, in UTC, to the second."""
        return Sql(f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")

    def keys(self, listed: str) -> Sql:
        """The keys of one JSON text, as what IN takes."""
        return Sql("(SELECT one_key::bigint FROM jsonb_array_elements_text(%s::jsonb) AS one_key)", (listed,))


JSON_OF_POSTGRESQL = {
    Kind.NUMBER: "CASE WHEN jsonb_typeof({value}) = 'number' THEN {value}::double precision END",
    Kind.TEXT: "CASE WHEN jsonb_typeof({value}) = 'string' THEN {value} #>> '{{}}' END",
    Kind.TRUTH: "CASE WHEN jsonb_typeof({value}) = 'boolean' THEN {value}::boolean END",
    Kind.LIST: "CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} END",
    Kind.PRESENT: "jsonb_typeof({value}) <> 'null'",
}
Dialect = Sqlite | Postgresql
DIALECTS: dict[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
