"""A real Chromium in front of a live server and a canary media host.

Every test of this folder also proves, when it ends, that the browser contacted the app and the declared hosts only, and
that the page's console held no error but those the test expected.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.browser.chromium import NoChromium, launch
from tests.browser.profile import Profile
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

# Other tests keep the machine busy beside these.
LIMIT_MS = 15_000
expect.set_options(timeout=LIMIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    try:
        browser = launch(playwright)
    except NoChromium as error:
        pytest.fail(str(error), pytrace=False)
    yield browser
    browser.close()


@pytest.fixture
def canary() -> Iterator[CanaryServer]:
    """The declared media host: no CORS, as the plainest static server."""
    with CanaryServer() as server:
        yield server


@pytest.fixture
def open_host(watch: Watch) -> Iterator[CanaryServer]:
    """Another media host, which lets pages read pixels."""
    with CanaryServer(cors=True) as server:
        watch.declared.add(server.origin)
        yield server
        # A page that is still loading would see the host go.
        watch.leave()


@pytest.fixture
def closed_host(canary: CanaryServer, watch: Watch) -> CanaryServer:
    """The canary, for pages that ask it for pixels first, which it does not let them read."""
    watch.expected.append(r"blocked by CORS policy|net::ERR_FAILED")
    return canary


@pytest.fixture
def editor(live: LiveTransom) -> Person:
    """An editor in a team of their own: the first page shows pictures of all of a team's datasets."""
    return live.make_person("editor", team=f"Team {uuid.uuid4().hex[:8]}")


@pytest.fixture
def wire(live: LiveTransom, editor: Person) -> WireClient:
    """The editor's own script."""
    return WireClient(live.endpoint, editor.key())


@dataclass
class Watch:
    """What a page said and whom it asked.

    `expected` are patterns of console errors that the test brings about, `declared` origins that its media are on,
    `leave` closes the page, `probed` are addresses that pages tried to read and may not: one for a host.
    """

    expected: list[str] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    leave: Callable[[], None] = lambda: None
    probed: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Note an error, unless it is what a browser says when a page learns that a host lets nobody read its files, or
        asks one that is late whether it is there at all: its front page need not be."""
        if re.fullmatch(r"\w+://[^/]+/", message.location["url"]) and "404" in message.text:
            return
        probe = re.match(r"Access to fetch at '([^']+)' .* blocked by CORS policy", message.text)
        if message.type != "error" or (probe is None and message.location["url"] in self.probed):
            return
        if probe is not None:
            self.probed.append(probe[1])
        else:
            self.errors.append(message.text)

    def unexpected(self) -> list[str]:
        return [one for one in self.errors if not any(re.search(pattern, one) for pattern in self.expected)]

    def origins(self) -> set[str]:
        """The origins that requests really left for, of the network schemes."""
        parts = [urlsplit(url) for url in self.asked]
        return {f"{one.scheme}://{one.netloc}" for one in parts if one.scheme in ("http", "https", "ws", "wss")}


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="session")
def profile(chromium: Browser, live: LiveTransom) -> Iterator[Profile]:
    one = Profile(chromium, (live.url, live.shared_url), LIMIT_MS, base_url=live.url)
    yield one
    one.context.close()


@pytest.fixture
def page(profile: Profile, live: LiveTransom, canary: CanaryServer, watch: Watch) -> Iterator[Page]:
    """A page of a browser that nobody has used, 1440 x 900. For another time of day take `own_page`."""
    page = profile.new_page()
    watch.leave = profile.leave
    listen(page, watch)
    yield page
    profile.forget()
    demand_quiet(watch, live, canary)


@pytest.fixture
def own_page(chromium: Browser, live: LiveTransom, canary: CanaryServer, watch: Watch) -> Iterator[Page]:
    """A page of a context of its own: `page.clock` is its context's, and nothing sets that right again."""
    context = chromium.new_context(base_url=live.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    watch.leave = page.close
    listen(page, watch)
    yield page
    context.close()
    demand_quiet(watch, live, canary)


def listen(page: Page, watch: Watch) -> None:
    page.on("console", watch.hear)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on("request", lambda request: watch.asked.append(request.url))


def demand_quiet(watch: Watch, live: LiveTransom, canary: CanaryServer) -> None:
    assert watch.unexpected() == []
    assert watch.origins() <= {live.url, canary.origin, *watch.declared}, "the page asked somebody it was not told of"


@pytest.fixture(scope="session")
def unguarded_profile(chromium: Browser, live: LiveTransom) -> Iterator[Profile]:
    one = Profile(chromium, (live.url, live.shared_url), LIMIT_MS, base_url=live.url, bypass_csp=True)
    yield one
    one.context.close()


@pytest.fixture
def unguarded_page(unguarded_profile: Profile, canary: CanaryServer) -> Iterator[Page]:
    """A page without our content policy, which would refuse a checker of accessibility itself."""
    yield unguarded_profile.new_page()
    unguarded_profile.forget()


def sign_in(page: Page, person: Person) -> None:
    """Be signed in, without the form and its slow hash: a hundred tests do so."""
    page.context.add_cookies([{**person.cookie(), "url": person.live.url, "httpOnly": True, "sameSite": "Lax"}])


def sign_in_by_hand(page: Page, person: Person) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.fixture
def signed_in(page: Page, editor: Person) -> Page:
    sign_in(page, editor)
    return page


@pytest.fixture
def pictures(wire: WireClient, canary: CanaryServer) -> dict[str, Any]:
    """A privacy dataset of twelve pictures on the canary, without sizes."""
    dataset_id = wire.create_dataset("quays", is_scene=False, privacy=True)
    items = [
        {
            "reference_id": f"quay/{n:02}",
            "image_url": canary.url(f"quay-{n:02}-320x240.jpg?sig=secret{n}"),
            "metadata": {"n": n},
        }
        for n in range(12)
    ]
    wire.append(dataset_id, items)
    return {"id": dataset_id, "items": items}
