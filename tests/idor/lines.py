"""The vocabulary of the tables: what one line says of one address, and what follows from it for each person.

A line names the permission that each method takes. What follows is fixed by the kind of address, and is the same for
all of them:

    an address that names a thing (has parameters)      an address that names none (a room)
    who may                   what `Ask.status` says    the same
    in the team, may look     403                       403
    a labeler                 404                       404; 403 where some of it is theirs, and to programs
    another team              404, as for nothing       the same as in one's own team: it shows one's own team
    nobody                    a page: 302 to sign in; a feed, a program: 401

HEAD is answered as GET. A method that a line does not name is answered 405 to everybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from webapp.accounts.viewer import Permission

SEE, CURATE, DECIDE, ADMINISTER = (
    Permission.SEE_PRIVATE,
    Permission.CURATE,
    Permission.DECIDE,
    Permission.ADMINISTER,
)
MEMBER = None  # the membership is enough, whatever the role
LABEL = "label for the project"  # to see private items, or to be a labeler of the project
ANYBODY = "anybody"  # nothing is: no sign-in, no key; what is secret is in the address, if anything
Needs = Permission | str | None

JSON, FORM, LINES = "application/json", "multipart/form-data", "application/x-ndjson"
URLENCODED = "application/x-www-form-urlencoded"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Door(StrEnum):
    """Who comes through, and how they are told that they are not known."""

    PAGE = "page"
    FEED = "feed"
    WIRE = "wire"
    SHARED = "shared"

    @property
    def table(self) -> str:
        """The file whose lines are of this door."""
        return "wire.py" if self is Door.WIRE else "pages.py"


@dataclass(frozen=True)
class Ask:
    """One way to call an address, by somebody who means it: with a body that does something.

    `needs` is what it takes. In `body` and `query` `{name}` is that name of the house (house.py). `status` is what one
    who may gets, 0 for any 2xx and 302, several where it is not the same for all.
    Exceptions: `only` names the roles that may, whatever `needs` says (whoever has it is refused with 403).
    `is_hidden`: who may not gets 404, even in a room. `skips`: ids in the body that name nothing are passed over, so
    that one gets an answer with ids of another team's, the same as with ids of nothing. `has_no_head`: HEAD is not
    served, because asking already is an act that is recorded. `to_labelers`: what labelers get, who are led elsewhere.
    """

    needs: Needs
    body: Any = None
    query: str = ""
    takes: str = JSON
    status: int | tuple[int, ...] = 0
    only: tuple[str, ...] = ()
    is_hidden: bool = False
    skips: bool = False
    has_no_head: bool = False
    to_labelers: int = 0

    @property
    def do(self) -> str:
        """Which form of a page this is; empty for none."""
        return self.body.get("do", "") if self.takes == URLENCODED else ""


@dataclass(frozen=True)
class Line:
    """An address as its table of routes writes it, and how it is called, by method.

    `names` says which name of the house stands for a parameter, where it is not the one of the same name.
    """

    route: str
    door: Door
    asks: Mapping[str, tuple[Ask, ...]]
    names: Mapping[str, str] = field(default_factory=dict)
    is_room: bool = False

    @property
    def is_labelers(self) -> bool:
        """Whether labelers come here too, so that they are told what they may not do."""
        return any(ask.needs in (MEMBER, LABEL) for asks in self.asks.values() for ask in asks)


def page(
    route: str,
    *,
    get: Needs | Ask = SEE,
    forms: tuple[Ask, ...] = (),
    names: Mapping[str, str] | None = None,
) -> Line:
    """A page for people, and the forms on it. Without forms the view is `@require_safe` above `@person`."""
    asks = {"GET": (get if isinstance(get, Ask) else Ask(get),)}
    return Line(route, Door.PAGE, asks | ({"POST": forms} if forms else {}), names or {}, "<" not in route)


def shared(route: str, *, names: Mapping[str, str]) -> Line:
    """An address of the shared origin, where there are no cookies: the link is the permission."""
    asks = {method: (Ask(ANYBODY),) for method in ("GET", "OPTIONS")}
    return Line(route, Door.SHARED, asks, names)


def post_only(route: str, ask: Ask) -> Line:
    """An address for people that only takes a form."""
    return Line(route, Door.PAGE, {"POST": (ask,)}, {}, "<" not in route)


def form(
    do: str,
    needs: Needs,
    *,
    status: int | tuple[int, ...] = 302,
    query: str = "",
    only: tuple[str, ...] = (),
    is_hidden: bool = False,
    skips: bool = False,
    to_labelers: int = 0,
    **fields: str,
) -> Ask:
    """A form of a page: the value of its `do`, what it takes, and what is filled in."""
    return Ask(needs, {"do": do, **fields}, query, URLENCODED, status, only, is_hidden, skips, to_labelers=to_labelers)


def feed(
    route: str,
    *,
    get: Needs | Ask = None,
    post: Ask | None = None,
    names: Mapping[str, str] | None = None,
) -> Line:
    """What the pages' own scripts ask: one method, JSON."""
    asks = {"POST": (post,)} if post is not None else {"GET": (get if isinstance(get, Ask) else Ask(get),)}
    return Line(route, Door.FEED, asks, names or {}, "<" not in route)


def send(needs: Needs, body: Any, *, status: int = 200, skips: bool = False) -> Ask:
    """A JSON body."""
    return Ask(needs, body, status=status, skips=skips)


def wire(
    method: str,
    route: str,
    needs: Needs,
    body: Any = None,
    *,
    query: str = "",
    takes: str = JSON,
    status: int = 200,
    only: tuple[str, ...] = (),
    skips: bool = False,
    names: Mapping[str, str] | None = None,
) -> Line:
    """One route of the door for programs."""
    is_room = "{" not in route and not names_in(body) - {"word"}
    ask = Ask(needs, body, query, takes, status, only, skips=skips)
    return Line(route, Door.WIRE, {method: (ask,)}, names or {}, is_room)


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with each `{name}` in its texts put in."""
    if isinstance(value, str):
        return value.format_map(names) if "{" in value else value
    if isinstance(value, list | tuple):
        return [filled(one, names) for one in value]
    if isinstance(value, dict):
        return {filled(key, names): filled(one, names) for key, one in value.items()}
    return value


def names_in(value: Any) -> set[str]:
    """Every name of the house that stands in `value`."""
    return set(re.findall(r"\{(\w+)\}", value if isinstance(value, str) else json.dumps(value)))
