"""What is wrong with a file of results, each fault with its place, collected so that a person mends all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.privacy.refusals import Invalid

MOST = 50


@dataclass(frozen=True, slots=True)
class Fault:
    place: str
    """Where in the file, as `annotations[3].bbox`; empty for the file as a whole."""
    sentence: str
    """What is wrong there, and what would be accepted."""

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class ResultsRefused(Invalid):
    """A file of results of which nothing was stored; `faults` are the first ones, at least one."""

    def __init__(self, faults: Sequence[Fault], *, is_all: bool = True) -> None:
        first = str(faults[0])
        more = f" There {'is 1 fault' if len(faults) == 2 else f'are {len(faults) - 1} faults'} more."
        more = more if is_all else f" There are {MOST - 1} faults more, and maybe others after them."
        super().__init__(first + (more if len(faults) > 1 else "") + " Nothing of the file was stored.")
        self.faults = list(faults)
        self.is_all = is_all


class Faults:
    """The faults of one file; reading goes on until there are `MOST`."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    @property
    def are_enough(self) -> bool:
        return len(self.found) >= MOST

    def add(self, place: str, sentence: str) -> None:
        if not self.are_enough:
            self.found.append(Fault(place, sentence))

    def raise_any(self) -> None:
        if self.found:
            raise ResultsRefused(self.found, is_all=not self.are_enough)
