"""A person at the pages without a browser: cookies, forms and links, but nothing a page would load."""

from __future__ import annotations

import html
import http.client
import re
from collections import Counter
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import combinations
from urllib.parse import urlencode, urljoin, urlsplit

from tests.live import LiveTransom, Person

LINK = re.compile(r'\shref="([^"#]*)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ID = re.compile(r"_[a-z2-7]{26}|(?<=/)\d+")
NOT_PAGES = ("/static/", "/sign-out/", "/admin/logout/", "/admin/jsi18n/")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    location: str | None


def kind_of(path: str) -> str:
    """What kind of page this is: the path without ids, numbers and its query."""
    return ID.sub("", path.partition("?")[0])


def kinds_of(path: str) -> set[tuple[str, ...]]:
    """The kind of a page with each two names of its query, which are in too many together; in the admin without it."""
    kind, query = kind_of(path), path.partition("?")[2]
    names = set() if kind.startswith("/admin/") else {part.partition("=")[0] for part in query.split("&") if part}
    return {(kind, *some) for size in range(min(len(names), 2) + 1) for some in combinations(sorted(names), size)}


class Visitor:
    """One signed-in session."""

    def __init__(self, live: LiveTransom) -> None:
        self._live = live
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, form: dict[str, str], *, page: str | None = None) -> Answer:
        """Fill in a form of `page` (by default the one at `path`) and send it."""
        token = TOKEN.search(self.get(page or path).text)
        fields = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
        return self._ask("POST", path, urlencode(fields))

    def sign_in(self, person: Person) -> None:
        answer = self.post("/sign-in/", {"email": person.email, "password": person.password, "next": "/"})
        assert answer.status == 302, answer.text[:500]

    def crawl(self, start: str) -> dict[str, int]:
        """Follow the links of our own from `start`, until each kind was seen twice; the status of each by its path."""
        seen: dict[str, int] = {}
        kinds: Counter[tuple[str, ...]] = Counter()
        waiting = [start]
        while waiting:
            path = waiting.pop(0)
            if path in seen or min(kinds[kind] for kind in kinds_of(path)) >= 2:
                continue
            kinds.update(kinds_of(path))
            answer = self.get(path)
            seen[path] = answer.status
            targets = [html.unescape(link) for link in LINK.findall(answer.text)]
            if answer.location:
                targets.append(answer.location)
            for target in targets:
                parts = urlsplit(urljoin(f"{self._live.url}{path}", target))
                onward = parts.path + (f"?{parts.query}" if parts.query else "")
                if f"{parts.scheme}://{parts.netloc}" == self._live.url and not onward.startswith(NOT_PAGES):
                    waiting.append(onward)
        return seen

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._live.url}
        connection = http.client.HTTPConnection("localhost", self._live.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                # As it came: a value may be quoted, and must go back so.
                self._cookies[name] = morsel.coded_value
        return Answer(response.status, text, response.headers.get("Location"))
