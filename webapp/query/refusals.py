"""How a query is refused: with the place, a caret under it, what was found, what was expected, and what is near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from webapp.privacy.refusals import Invalid
from webapp.query.tree import Span

# How much of a long line is shown on either side of the caret.
AROUND = 50


class QuerySyntaxError(Invalid):
    """A query that means nothing. `line` and `column` count from 1; `position` counts characters from 0.

    `reason` is the sentence alone; `sentence` has the place before it and the line with a caret below it. `length` is
    how many characters are at fault. `found` and `expected` are what the grammar met and would have taken, empty for
    what is well formed; `near` is the known name that it may have been meant for, None for none.
    """

    def __init__(
        self,
        text: str,
        at: Span,
        reason: str,
        *,
        found: str = "",
        expected: Sequence[str] = (),
        near: str | None = None,
    ) -> None:
        self.position = min(at[0], len(text))
        self.line = text.count("\n", 0, self.position) + 1
        start = text.rfind("\n", 0, self.position) + 1
        self.column = self.position - start + 1
        self.reason = reason
        self.length = at[1] - at[0]
        self.found, self.expected, self.near = found, tuple(expected), near
        shown, caret = excerpt(text[start:].split("\n", 1)[0], self.column - 1, self.length)
        super().__init__(f"query, line {self.line}, column {self.column}: {reason}\n{shown}\n{caret}")


class Misused(Exception):
    """Something below knows what is wrong at a place, but not the text around it."""

    def __init__(self, at: Span, reason: str, *, near: str | None = None) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason
        self.near = near

    def within(self, text: str) -> QuerySyntaxError:
        """The same, with the text around it."""
        return QuerySyntaxError(text, self.at, self.reason, near=self.near)


def excerpt(line: str, place: int, length: int, around: int = AROUND) -> tuple[str, str]:
    """The part of a line around a place, and a line with carets for below it."""
    line = line.replace("\t", " ").replace("\r", " ")
    first = max(0, min(place - around, len(line) + 1 - 2 * around))
    last = first + 2 * around
    head, tail = "… " if first else "", " …" if len(line) > last else ""
    carets = "^" * max(1, min(length, last - place, len(line) - place))
    return head + line[first:last] + tail, " " * (len(head) + place - first) + carets


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean …?` with the nearest known word, or nothing."""
    near = nearest_of(word, known)
    return f" Did you mean {near}?" if near is not None else ""


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    by_lower = {one.lower(): one for one in known}
    found = get_close_matches(word.lower()[:100], by_lower, n=1)
    return by_lower[found[0]] if found else None


def quoted(word: str) -> str:
    return f'"{word[:60]}…"' if len(word) > 60 else f'"{word}"'
