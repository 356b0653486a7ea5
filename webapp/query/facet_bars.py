"""Bars of a facet, each with the condition that finds what it counts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from webapp.query.facet_sql import DAY, HOUR, MAX_TEXT, MINUTE, MONTH, YEAR
from webapp.query.writing import value

# Makes a condition of what is to be said of a field's path.
Write = Callable[[Callable[[str], str]], str]
MAX_TIMES = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """`text` is the value, or where it begins; `until` where it ends, empty for a single value."""

    text: str
    count: int
    condition: str | None
    """What a query asks for to find it; None where it cannot."""
    until: str = ""


def named(write: Write, word: str, text: str, count: int, *, is_truth: bool) -> Bar:
    """A value; what is too long to compare is cut and leads nowhere."""
    if len(text) > MAX_TEXT:
        return Bar(text[:MAX_TEXT] + "…", count, None)
    wanted = value(text == "true" if is_truth else text)
    return Bar(text, count, write(lambda path: f"{path} {word} {wanted}"))


def bins_of(
    write: Write,
    counts: Sequence[tuple[int, int]],
    up: float,
    down: float,
    low: float,
    high: float,
    *,
    is_whole: bool,
    is_of_many: bool,
) -> list[Bar]:
    """A bar for each bin from the first to the last, also where there is nothing.

    With `is_of_many` a query asks it of many rows at once, and one comparison is to be about one of them.
    """
    if low == high:
        return [single(write, decimal(low), counts[0][1])]
    found = dict(counts)
    first, last = min(found), max(found)
    is_single = is_whole and up == 1

    def edge(place: int) -> Decimal:
        return Decimal(place) * decimal(up) / decimal(down)

    # The highest value alone does not make a bin where it ends one.
    is_closed = not is_single and last > first and float(edge(last)) == high
    bars = []
    for place in range(first, last + (not is_closed)):
        count = found.get(place, 0)
        if is_single:
            bars.append(single(write, edge(place), count))
            continue
        has_end = is_closed and place == last - 1
        bars.append(
            binned(
                write,
                edge(place),
                edge(place + 1),
                count + has_end * found[last],
                has_end=has_end,
                is_of_many=is_of_many,
            )
        )
    return bars


def binned(write: Write, start: Decimal, end: Decimal, count: int, *, has_end: bool, is_of_many: bool) -> Bar:
    low, high, sign = value(start), value(end), "<=" if has_end else "<"
    if is_of_many:
        return Bar(low, count, write(lambda path: f"{path} BETWEEN {low} AND {high}"), high)
    return Bar(low, count, write(lambda path: f"{path} >= {low} AND {path} {sign} {high}"), high)


def single(write: Write, number: Decimal, count: int) -> Bar:
    return Bar(value(number), count, write(lambda path: f"{path} = {value(number)}"))


def decimal(number: float) -> Decimal:
    """The number as it is written in JSON."""
    return Decimal(repr(float(number)))


def times_of(write: Write, counts: Sequence[tuple[str, int]], letters: int) -> list[Bar]:
    """A bar for each minute, hour, day, month or year in order, also for those between where nothing was."""
    found = dict(counts)
    between = list(times(min(found), max(found), letters))
    if set(found) <= set(between):
        found = {text: found.get(text, 0) for text in between}
    return [timed(write, text, count) for text, count in sorted(found.items())]


def timed(write: Write, text: str, count: int) -> Bar:
    return Bar(text, count, write(lambda path: f"{path} STARTS WITH {value(text)}"))


def times(first: str, last: str, letters: int) -> Iterator[str]:
    """All times from one to another, at most some; none where these are no dates."""
    try:
        moment = datetime.fromisoformat(f"{first}{'0001-01-01T00:00'[len(first) :]}")
    except ValueError:
        return
    for _ in range(MAX_TIMES):
        text = moment.isoformat(sep="T" if letters < HOUR else first[DAY])[:letters]
        if text > last:
            return
        yield text
        try:
            moment = after(moment, letters)
        except (OverflowError, ValueError):
            return


def after(moment: datetime, letters: int) -> datetime:
    steps = {MINUTE: timedelta(minutes=1), HOUR: timedelta(hours=1), DAY: timedelta(days=1)}
    if letters in steps:
        return moment + steps[letters]
    months = moment.year * 12 + moment.month - 1 + {MONTH: 1, YEAR: 12}[letters]
    return moment.replace(year=months // 12, month=months % 12 + 1, day=1)
