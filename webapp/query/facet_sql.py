"""The statements of facets: each counts in one pass over the rows that match, and none brings a row to Python.

`{rows}` is a SELECT of the ORM's own. Every name here is ours; the field's and the query's are its parameters.
"""

from __future__ import annotations

from webapp.query.sql import Dialect, Sql, put

BINS = 20
MAX_VALUES = 250
MAX_TEXT = 200
# Numbers beyond are counted, and not drawn: a float no longer holds each power of ten. What is nearer to 0 than the
# other is 0: PostgreSQL refuses a quotient that is too small to write.
MAX_DRAWN, MIN_DRAWN = "1e22", "1e-200"
# What a bin may span: 1, 2 or 5 of a power of ten, as a fraction, for an edge is exact only where it is one.
STEPS = ", ".join(f"({first}e{max(power, 0)}, 1e{max(-power, 0)})" for power in range(-22, 22) for first in (1, 2, 5))

NUMBERS = f"""WITH matched AS MATERIALIZED (
    SELECT CASE WHEN ABS(number) < {MIN_DRAWN} THEN 0.0 WHEN ABS(number) <= {MAX_DRAWN} THEN number END AS number,
    present FROM ({{rows}}) AS raw
), known AS MATERIALIZED (
    SELECT COUNT(*) AS total, COUNT(CASE WHEN present THEN 1 END) AS present, COUNT(number) AS numbers,
    MIN(number) AS low, MAX(number) AS high, SUM(number) AS added, COUNT(
        CASE WHEN ABS(number) <= 9007199254740991 THEN CASE WHEN CAST(number AS bigint) = number THEN 1 END END
    ) AS whole FROM matched
), steps(up, down) AS (VALUES {STEPS}
), fractions AS (
    SELECT CAST(up AS double precision) AS up, CAST(down AS double precision) AS down FROM steps
), step AS MATERIALIZED (
    SELECT up, down FROM fractions CROSS JOIN known
    WHERE up >= (high - low) / {BINS} * down AND (down = 1 OR whole < numbers) ORDER BY up / down LIMIT 1
), guessed AS (
    SELECT number, up, down, low, high, CASE WHEN low < high THEN CAST(number * down / up AS bigint) ELSE 0 END AS guess
    FROM matched CROSS JOIN known CROSS JOIN step WHERE number IS NOT NULL
), bins AS (
    SELECT CASE WHEN low = high THEN 0 WHEN number < guess * up / down THEN guess - 1
    WHEN number >= (guess + 1) * up / down THEN guess + 1 ELSE guess END AS bin, COUNT(*) AS found
    FROM guessed GROUP BY 1
) SELECT total, present, numbers, low, high, added, whole, up, down, bin, found
FROM known LEFT JOIN step ON TRUE LEFT JOIN bins ON TRUE ORDER BY bin"""

MINUTE, HOUR, DAY, MONTH, YEAR = 16, 13, 10, 7, 4
HOURS = ", ".join(f"'{hour:02d}'" for hour in range(24))


def day_number(text: str) -> str:
    """Days since long ago of what begins with a date, in whole numbers; a month that is none is one anyway."""
    year, month, day = (f"CAST(SUBSTR({text}, {at}, {length}) AS integer)" for at, length in ((1, 4), (6, 2), (9, 2)))
    # Years begin in March, so that the day that may be missing is the last of one.
    since = f"({year} + 4800 - (14 - {month}) / 12)"
    months = f"({month} + 12 * ((14 - {month}) / 12) - 3)"
    return f"({day} + (153 * {months} + 2) / 5 + 365 * {since} + {since} / 4 - {since} / 100 + {since} / 400)"


def hour(text: str) -> str:
    """The hour, where one is written, else NULL."""
    digits = f"SUBSTR({text}, 12, 2)"
    return f"CASE WHEN {digits} IN ({HOURS}) THEN CAST({digits} AS integer) END"


VALUES = f"""WITH matched AS MATERIALIZED ({{rows}}
), said AS MATERIALIZED ({{said}}
), known AS MATERIALIZED (
    SELECT {{total}} AS total, COUNT(CASE WHEN present THEN 1 END) AS present, COUNT({{fitting}}) AS fitting
    FROM matched
), dates AS MATERIALIZED (
    SELECT COUNT(*) AS texts, COUNT(CASE WHEN {{dated}} THEN 1 END) AS dated,
    MIN({{text}}) AS low, MAX({{text}}) AS high, MIN(LENGTH(text)) AS shortest FROM said
), lasting AS MATERIALIZED (
    SELECT texts, dated, shortest, CASE WHEN dated > 0 AND dated = texts THEN {day_number("high")} - {day_number("low")}
    END AS days, {hour("high")} - {hour("low")} AS hours FROM dates
), unit AS MATERIALIZED (
    SELECT CASE WHEN days IS NULL THEN 0 WHEN days * 24 + hours <= 2 AND shortest >= {MINUTE} THEN {MINUTE}
        WHEN days <= 4 AND shortest >= {HOUR} THEN {HOUR} WHEN days <= 93 THEN {DAY}
        WHEN days <= {366 * 8} THEN {MONTH} ELSE {YEAR}
    END AS letters FROM lasting
), counted AS MATERIALIZED (
    SELECT CASE WHEN letters > 0 THEN SUBSTR(text, 1, letters) ELSE text END AS value, COUNT(*) AS found
    FROM said CROSS JOIN unit GROUP BY 1
), most AS (
    SELECT SUBSTR(value, 1, {MAX_TEXT + 1}) AS value, found FROM counted
    ORDER BY found DESC, {{value}} LIMIT {MAX_VALUES}
) SELECT total, present, fitting, letters, (SELECT COUNT(*) FROM counted) AS kinds, value, found
FROM known CROSS JOIN unit LEFT JOIN most ON TRUE"""

KINDS = """SELECT COUNT(number), COUNT(text), COUNT(truth), COUNT(listed) FROM ({rows}) AS matched"""


def numbers(rows: Sql) -> Sql:
    return put(NUMBERS, rows=rows)


def values(
    rows: Sql, dialect: Dialect, *, fitting: str = "text", has_lists: bool = False, is_of_values: bool = False
) -> Sql:
    """Of rows with `text` and `present`; with lists also `key` and `listed`, of which each text counts.

    `fitting` is the column that is there in each row that has a value of the kind. The total is that of the rows, with
    `is_of_values` that of what they say.
    """
    said = Sql("SELECT text FROM matched WHERE text IS NOT NULL")
    if has_lists:
        said = put("{said} UNION ALL {elements}", said=said, elements=dialect.elements("matched", "listed"))
    return put(
        VALUES,
        rows=rows,
        said=said,
        fitting=fitting,
        total="(SELECT COUNT(*) FROM said)" if is_of_values else "COUNT(*)",
        dated=dialect.begins_with_a_date(Sql("text")),
        text=dialect.in_order(Sql("text")),
        value=dialect.in_order(Sql("value")),
    )
