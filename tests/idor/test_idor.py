"""Every address by every method, by everybody: who may gets it, who may not is refused, another team's is not there.

The addresses come from the URL resolver and from the table of the door for programs. One without a line in
tests/idor/{pages,wire,admin}.py fails here, and so does a line without an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.idor.lines import ANYBODY, METHODS, Ask, Door, Line
from tests.idor.pages import PAGES, SHARED
from tests.idor.people import (
    BROWSERS,
    LINK_HOLDERS,
    NOBODY,
    PROGRAMS,
    SHARED_HOST,
    STRANGER,
    Crowd,
    address,
    expected,
    is_as_wanted,
    is_done,
    names_of,
    nowhere,
)
from tests.idor.routes import OF_PEOPLE, OF_SHARED_ORIGIN
from tests.idor.wire import WIRE
from webapp.wire.call import ROOT
from webapp.wire.routes import ROUTES, routes_at

pytestmark = pytest.mark.django_db

# What stands in an address or a body and is nobody's.
KNOWN_TO_ALL = {"word", "position", "index", "request_id"}
FORM_TAG = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ACTION = re.compile(r'\saction="([^"]*)"')
DO = re.compile(r'name="do"\s+value="([^"]+)"')


def title(line: Line) -> str:
    (method, asks) = max(line.asks.items(), key=lambda one: one[0])
    return f"{method} {line.route} {asks[0].takes.rpartition('/')[2]}" if line.door is Door.WIRE else f"/{line.route}"


every_line = pytest.mark.parametrize("line", [*PAGES, *SHARED, *WIRE], ids=title)


def test_every_page_and_feed_has_a_line() -> None:
    missing = [one for one in OF_PEOPLE if one not in {line.route for line in PAGES}]
    assert not missing, (
        "Who may see what is at these addresses, and send what there? Say it in tests/idor/pages.py, after their"
        " neighbours, as page(...) or feed(...):\n" + "\n".join(f'    page("{one}", get=SEE),' for one in missing)
    )


def test_every_route_for_programs_has_a_line() -> None:
    have = {(method, line.route, asks[0].takes) for line in WIRE for method, asks in line.asks.items()}
    missing = [one for one in ROUTES if (one.method, one.pattern, one.takes) not in have]
    assert not missing, (
        "Who may call these, and with which body? Say it in tests/idor/wire.py, after their neighbours:\n"
        + "\n".join(f'    wire("{one.method}", "{one.pattern}", SEE or CURATE, {{body}}),' for one in missing)
    )


def test_every_line_has_an_address() -> None:
    served = {(one.method, one.pattern, one.takes) for one in ROUTES}
    gone = [line.route for line in PAGES if line.route not in OF_PEOPLE]
    gone += [
        f"{method} {line.route}"
        for line in WIRE
        for method, asks in line.asks.items()
        if (method, line.route, asks[0].takes) not in served
    ]
    assert not gone, f"Take these lines out of tests/idor: nothing is served there (any more): {gone}"
    assert [line.route for line in SHARED] == OF_SHARED_ORIGIN, "SHARED in tests/idor/pages.py is webapp/shared_urls.py"
    routes = [line.route for line in PAGES]
    assert len(routes) == len(set(routes)), "an address has one line"


def people_at(line: Line) -> tuple[str, ...]:
    return {Door.WIRE: PROGRAMS, Door.SHARED: LINK_HOLDERS}.get(line.door, BROWSERS)


def asks_of(line: Line) -> Iterator[tuple[str, Ask]]:
    """Each way the line is asked, GET twice."""
    for method, asks in line.asks.items():
        for ask in asks:
            yield method, ask
            if method == "GET" and not ask.has_no_head:
                yield "HEAD", ask


@every_line
def test_everybody_gets_what_is_theirs(line: Line, crowd: Crowd) -> None:
    wrong = []
    for method, ask in asks_of(line):
        for who in people_at(line):
            if who == STRANGER and line.is_room and ask.needs != ANYBODY:
                continue  # They see their own team's; see below.
            answer = crowd.ask(who, line, method, ask, crowd.ours.names)
            wanted = expected(who, line, ask)
            is_led_in = answer.location.startswith("/sign-in/") or ask.needs == ANYBODY or who != NOBODY
            if not is_as_wanted(answer.status, wanted) or (answer.status == 302 and not is_led_in):
                said = answer.text[:300] if line.door is not Door.PAGE else answer.location
                wrong.append(f"{method} {ask.do} as {who}: {answer.status} instead of {wanted or 'success'}. {said}")
    assert not wrong, f"{line.route}, by tests/idor/{line.door.table}:\n" + "\n".join(wrong)


@every_line
def test_a_method_that_is_not_declared_is_405_to_everybody(line: Line, crowd: Crowd) -> None:
    declared = set(line.asks)
    if line.door is Door.WIRE:
        path = address(line, crowd.ours.names).removeprefix(f"{ROOT}/")
        declared = {route.method for route, _ in routes_at(path)}
    if "GET" in declared and not any(ask.has_no_head for ask in line.asks.get("GET", ())):
        declared.add("HEAD")
    for method in [one for one in METHODS if one not in declared]:
        for who in people_at(line):
            answer = crowd.ask(who, line, method, None, crowd.ours.names)
            assert answer.status == 405, (
                f"{method} {line.route} as {who}: {answer.status}. A page without forms is @require_safe above @person;"
                f" one with forms lists them in tests/idor/{line.door.table}."
            )


@every_line
def test_another_teams_things_are_as_if_they_were_not(line: Line, crowd: Crowd) -> None:
    """A stranger who knows ids of ours: all of them at once, and each alone among their own."""
    for method, ask in asks_of(line):
        if ask.needs == ANYBODY:
            continue
        used = {line.names.get(name, name) for name in names_of(line, ask)} - KNOWN_TO_ALL
        if line.is_room and not used:
            answer = crowd.ask(STRANGER, line, method, ask, crowd.theirs.names)
            assert crowd.ours.names["word"] not in answer.text, f"{method} {line.route} tells a stranger of the team"
        for known in [*([used] if len(used) > 1 else []), *({one} for one in used)]:
            assert_as_if_nothing_were_there(line, method, ask, crowd, known)


def assert_as_if_nothing_were_there(line: Line, method: str, ask: Ask, crowd: Crowd, known: set[str]) -> None:
    ours = {name: crowd.ours.names[name] for name in known}
    absent = {name: nowhere(value) for name, value in ours.items()}
    there = crowd.ask(STRANGER, line, method, ask, crowd.theirs.names | ours)
    nothing = crowd.ask(STRANGER, line, method, ask, crowd.theirs.names | absent)
    told = f"{method} {ask.do} {line.route} with {', '.join(sorted(known))} of another team: {there.status}"
    words = (*ours.values(), *absent.values())
    assert there.status == nothing.status, f"{told}, with ids of nothing {nothing.status}"
    assert there.without(*words) == nothing.without(*words), f"{told}, but it says something else than for nothing"
    # Everybody may call their own things as we call ours.
    are_own_words = all(name.endswith("reference_id") or name == "track" for name in known)
    assert ask.skips or are_own_words or not is_done(there.status), told


@every_line
def test_each_origin_has_its_own_addresses_only(line: Line, crowd: Crowd) -> None:
    path = address(line, crowd.ours.names)
    browser = crowd.browsers[NOBODY if line.door is Door.SHARED else "admin"]
    elsewhere = "testserver" if line.door is Door.SHARED else SHARED_HOST
    for method in METHODS:
        status = crowd.send(browser, method, path, b"", "", {"Host": elsewhere}).status
        assert status in (404, 405), f"{method} {path} at the other origin: {status}"


@pytest.mark.parametrize("line", [one for one in PAGES if one.door is Door.PAGE and "GET" in one.asks], ids=title)
def test_every_form_on_a_page_has_a_line(line: Line, crowd: Crowd) -> None:
    """The buttons that its people see; a form that posts elsewhere belongs to that address."""
    listed = {ask.do for ask in line.asks.get("POST", ())}
    here = address(line, crowd.ours.names)
    for who in ("editor", "admin"):
        text = crowd.ask(who, line, "GET", line.asks["GET"][0], crowd.ours.names).text
        for found in FORM_TAG.finditer(text):
            target = ACTION.search(found[1])
            if target is not None and target[1].partition("?")[0] not in ("", here):
                continue
            for verb in DO.findall(found[2]):
                assert verb in listed, (
                    f"{line.route} shows a form {verb!r}. Who may send it? Say it in tests/idor/pages.py, as"
                    f" form({verb!r}, CURATE) of that page."
                )
