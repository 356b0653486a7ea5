"""What one may choose above a grid: the size of its cells, pictures or objects, and the order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest

from webapp.pages.paging import address
from webapp.pages.query_bar import PLACES
from webapp.query.asks import Ask, Mode
from webapp.query.ordering import AREA, CONFIDENCE, INSERTION, NEWEST, REFERENCE, sorts_of
from webapp.query.scope import Subject

DENSITIES = ("small", "medium", "large")
MAX_SORTS = 60
WORDS_OF_MODES = {Subject.ITEMS: "Images", Subject.SCENES: "Scenes"}
WORDS = {REFERENCE: "Reference id", CONFIDENCE: "Confidence", AREA: "Area"}


@dataclass(frozen=True, slots=True)
class Density:
    """A size of cells one may choose."""

    name: str
    """`small`, `medium` or `large`."""
    href: str
    """This page with cells of that size."""
    current: bool
    """Whether it is the size shown."""


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """What the cells may be."""

    text: str
    """`Images`, `Scenes` or `Objects`."""
    href: str
    """The grid of those."""
    current: bool
    """Whether it is what is shown."""


@dataclass(frozen=True, slots=True)
class SortChoice:
    """An order one may choose."""

    text: str
    """Its name."""
    href: str
    """The grid in that order, from its beginning."""
    current: bool
    """Whether it is the order shown, in either direction."""


@dataclass(frozen=True, slots=True)
class SortMenu:
    """The orders there are."""

    text: str
    """The name of the order shown."""
    turn_text: str
    """What the other direction is called; empty for the order of insertion, whose two are choices."""
    turn_href: str
    """The same order the other way round."""
    choices: tuple[SortChoice, ...]
    """The orders: of insertion and by names of our own first, then by metadata."""


def densities(request: HttpRequest) -> tuple[Density, ...]:
    asked = request.GET.get("size", "")
    chosen = asked if asked in DENSITIES else "medium"
    return tuple(
        Density(name, address(request, size=None if name == "medium" else name), name == chosen) for name in DENSITIES
    )


def beginning(request: HttpRequest, **changes: str | None) -> str:
    """This grid from its beginning, changed."""
    return address(request, **(dict.fromkeys(PLACES) | changes))


def modes(request: HttpRequest, ask: Ask) -> tuple[ModeChoice, ...]:
    """Pictures or objects, in the same order where both have it."""
    name = ask.sort.removeprefix("-")
    found = []
    for mode in Mode:
        there = replace(ask, mode=mode)
        keeps = ask.sort in (INSERTION, NEWEST) or name in sorts_of(there)
        href = beginning(request, mode=str(mode) or None, **({} if keeps else {"sort": None}))
        found.append(ModeChoice(WORDS_OF_MODES.get(there.subject, "Objects"), href, mode is ask.mode))
    return tuple(found)


def sort_menu(request: HttpRequest, ask: Ask) -> SortMenu:
    is_by_key = ask.sort in (INSERTION, NEWEST)
    name = ask.sort if is_by_key else ask.sort.removeprefix("-")
    is_falling = ask.sort.startswith("-")

    def choice(text: str, sort: str) -> SortChoice:
        return SortChoice(text, beginning(request, sort=sort or None), sort == name)

    choices = [choice("Oldest first", INSERTION), choice("Newest first", NEWEST)]
    choices += [choice(WORDS.get(one, one), one) for one in sorts_of(ask)[:MAX_SORTS]]
    text = next((one.text for one in choices if one.current), name)
    return SortMenu(
        text=text if is_by_key else f"{text} {'↓' if is_falling else '↑'}",
        turn_text="" if is_by_key else "Lowest first" if is_falling else "Highest first",
        turn_href=beginning(request, sort=name if is_falling else f"-{name}"),
        choices=tuple(choices),
    )
