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
WORDS = {INSERTION: "Added", REFERENCE: "Reference id", CONFIDENCE: "Confidence", AREA: "Area"}
# What an order would be, turned: of one that rises, and of one that falls.
TURNS = {True: ("Newest first", "Oldest first"), False: ("Descending", "Ascending")}


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
    is_falling: bool
    """Whether it falls."""
    turn_text: str
    """What turning it round does."""
    turn_href: str
    """The same order the other way round."""
    choices: tuple[SortChoice, ...]
    """The orders of our own: of insertion, by reference id, by what is said."""
    fields: tuple[SortChoice, ...]
    """Those by metadata."""


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
    is_falling = ask.sort.startswith("-")
    name = INSERTION if ask.sort in (INSERTION, NEWEST) else ask.sort.removeprefix("-")
    is_by_key = name == INSERTION

    def choice(of: str) -> SortChoice:
        short = of.removeprefix("metadata." if ask.members is Subject.ITEMS else "scene.metadata.")
        return SortChoice(WORDS.get(of, short), beginning(request, sort=of or None), of == name)

    known = [INSERTION, *sorts_of(ask)][:MAX_SORTS]
    turned = (INSERTION if is_falling else NEWEST) if is_by_key else name if is_falling else f"-{name}"
    return SortMenu(
        text=choice(name).text,
        is_falling=is_falling,
        turn_text=TURNS[is_by_key][is_falling],
        turn_href=beginning(request, sort=turned or None),
        choices=tuple(choice(of) for of in known if of in WORDS),
        fields=tuple(choice(of) for of in known if of not in WORDS),
    )
