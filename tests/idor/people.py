"""Everybody who may come to a door, and what each gets there."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import make
from tests.idor.house import GIF, ITS_LABELER, NOWHERE, PNG, ROLES, House
from tests.idor.lines import ANYBODY, FORM, LABEL, LINES, MEMBER, SEE, URLENCODED, Ask, Door, Line, filled, names_in
from tests.wire.caller import ROOT, basic
from webapp.accounts.api_keys import revoke_api_key
from webapp.accounts.models import ApiKey, User
from webapp.accounts.viewer import NEEDS, Role
from webapp.privacy import public_id

NOBODY, STRANGER, REVOKED, COOKIE, OPERATOR = "nobody", "stranger", "a revoked key", "cookies, no key", "operator"
BROWSERS = (NOBODY, STRANGER, ITS_LABELER, *ROLES)
LINK_HOLDERS = (NOBODY,)
PROGRAMS = (NOBODY, COOKIE, REVOKED, STRANGER, ITS_LABELER, *ROLES)
SHARED_HOST = f"testserver:{settings.SHARED_PORT}"
FILES = {"gif": ("%2Fa.gif", GIF), "png": ("%2Fa.png", PNG)}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)(?::rest)?\}")
# What no two answers have in common, whatever they say.
FLEETING = re.compile(
    r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|name="csrf-token" content="[^"]*"'
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z|(?:job|run)_[a-z2-7]{26}"
)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str

    def without(self, *words: str) -> str:
        """What it says, but for what is new each time and for these words."""
        text = FLEETING.sub("", self.text)
        for word in [one for one in words if len(one) > 5]:  # row numbers are not repeated
            for written in {word, quote(word, safe=""), quote(word), html.escape(word), json.dumps(word)[1:-1]}:
                text = text.replace(written, "…")
        return text


class Crowd:
    """One client for each person, and a key of each role: all an admin's, narrowed, so that the key is what counts."""

    def __init__(self, ours: House, theirs: House) -> None:
        self.ours, self.theirs = ours, theirs
        self.browsers = {NOBODY: Client(raise_request_exception=False)}
        for role, viewer in ours.people.items():
            self.browsers[role] = make.sign_in(Client(raise_request_exception=False), viewer)
        self.browsers[STRANGER] = make.sign_in(Client(raise_request_exception=False), theirs.people["admin"])
        operator = User.objects.create_superuser("operator@example.com", None)
        self.browsers[OPERATOR] = Client(raise_request_exception=False)
        self.browsers[OPERATOR].force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
        admin = ours.people["admin"]
        self.keys = {role: make.make_key(admin, role=role) for role in ROLES}
        self.keys[ITS_LABELER] = make.make_key(ours.people[ITS_LABELER])
        self.keys[STRANGER] = make.make_key(theirs.people["admin"])
        self.keys[REVOKED] = make.make_key(admin)
        revoke_api_key(admin, ApiKey.objects.latest("pk").pk)

    def ask(self, who: str, line: Line, method: str, ask: Ask | None, names: Mapping[str, str]) -> Answer:
        """What this person gets; what it changed is forgotten."""
        names = names_at(line, names)
        raw, content_type = body_of(ask, names) if ask is not None and method not in ("GET", "HEAD") else (b"", "")
        query = f"?{filled(ask.query, names)}" if ask is not None and ask.query else ""
        headers: dict[str, str] = {}
        browser = self.browsers.get(who, self.browsers[NOBODY])
        if line.door is Door.SHARED:
            browser, headers = self.browsers[NOBODY], {"Host": SHARED_HOST}
        if line.door is Door.WIRE:
            browser = self.browsers["admin"] if who == COOKIE else self.browsers[NOBODY]
            headers = {"Authorization": basic(self.keys[who])} if who in self.keys else {}
        return self.send(browser, method, f"{address(line, names)}{query}", raw, content_type, headers)

    def send(
        self, browser: Client, method: str, path: str, raw: bytes, content_type: str, headers: Mapping[str, str]
    ) -> Answer:
        kept = browser.cookies.output()
        with transaction.atomic():
            response = browser.generic(method, path, raw, content_type=content_type, headers=headers)
            parts: Any = response.streaming_content if response.streaming else [response.content]
            text = b"".join(parts).decode("utf-8", "replace")
            transaction.set_rollback(True)
        if browser.cookies.output() != kept:
            browser.cookies = SimpleCookie(kept.replace("Set-Cookie: ", ""))
        return Answer(response.status_code, text, response.headers.get("Location", ""))


def names_at(line: Line, names: Mapping[str, str]) -> dict[str, str]:
    """The names of the house as the line calls them."""
    return {**names, **{name: names[other] for name, other in line.names.items()}}


def address(line: Line, names: Mapping[str, str]) -> str:
    names = names_at(line, names)

    def part(found: re.Match[str]) -> str:
        return quote(names[found[1] or found[2]], safe="")

    path = PARAMETER.sub(part, line.route)
    return f"{ROOT}/{path}" if line.door is Door.WIRE else f"/{path}"


def body_of(ask: Ask, names: Mapping[str, str]) -> tuple[bytes, str]:
    body = filled(ask.body, names)
    if ask.takes == URLENCODED:
        return urlencode(body).encode(), URLENCODED
    if ask.takes == LINES:
        return b"".join(json.dumps(row).encode() + b"\n" for row in body), ""
    if ask.takes == FORM:
        parts = {
            name: SimpleUploadedFile(*FILES[part]) if isinstance(part, str) else json.dumps(part)
            for name, part in body.items()
        }
        return encode_multipart(BOUNDARY, parts), MULTIPART_CONTENT
    return (json.dumps(body).encode(), ask.takes) if body is not None else (b"{}", ask.takes)


def names_of(line: Line, ask: Ask) -> set[str]:
    """The names of the house that are in the address, the query and the body."""
    in_path = {one or other for one, other in PARAMETER.findall(line.route)}
    return in_path | names_in(ask.query) | (names_in(ask.body) if ask.body is not None else set())


def nowhere(value: str) -> str:
    """What could stand there as well, and names nothing."""
    prefix = value.rpartition("_")[0]
    if prefix and public_id.decode(prefix, value) is not None:
        return public_id.encode(prefix, NOWHERE)
    return str(NOWHERE) if value.isdigit() else "no-such-thing"


def is_done(status: int) -> bool:
    return 200 <= status < 300 or status == 302


def may(who: str, ask: Ask) -> bool:
    if ask.only:
        return who in ask.only
    if ask.needs in (ANYBODY, MEMBER):
        return True
    if who == ITS_LABELER:
        return ask.needs == LABEL
    if ask.needs == LABEL:
        return may(who, Ask(SEE))
    return who in ROLES and Role(who).rank >= NEEDS[ask.needs].rank  # type: ignore[index]


def is_as_wanted(status: int, wanted: int | tuple[int, ...]) -> bool:
    if isinstance(wanted, tuple):
        return status in wanted
    return status == wanted if wanted else is_done(status)


def expected(who: str, line: Line, ask: Ask) -> int | tuple[int, ...]:
    """The status this person gets, 0 for any that says it is done; several where `ask` says so."""
    if ask.needs == ANYBODY:
        return ask.status
    if who in (NOBODY, COOKIE, REVOKED):
        return 302 if line.door is Door.PAGE else 401
    if who == STRANGER:
        return 404
    if may(who, ask):
        return ask.status
    if ask.to_labelers and who in (ITS_LABELER, "labeler"):
        return ask.to_labelers
    # A page that labelers do not have is not there for them; what the room is of, their programs are told.
    is_there = line.is_room and (line.is_labelers or line.door is Door.WIRE)
    is_seen = is_there or may(who, Ask(LABEL if line.is_labelers else SEE))
    return 403 if is_seen and not ask.is_hidden else 404
