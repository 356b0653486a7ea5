"""One browser profile for all tests: what was fetched and compiled stays, what a person or a page kept does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

KEPT = "cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage"


class Profile:
    """A context whose pages are a test's own; `forget` makes it as new for these origins, but for the HTTP cache.

    Static files carry their version in the address, and no media host of tests has a port that another had.
    """

    def __init__(self, browser: Browser, origins: Iterable[str], limit_ms: int, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC", **options
        )
        self.context.set_default_timeout(limit_ms)
        self._origins = [*origins]
        self._anchor = self.context.new_page()
        self._cdp = self.context.new_cdp_session(self._anchor)

    def new_page(self) -> Page:
        return self.context.new_page()

    def leave(self) -> None:
        """Close the test's pages."""
        for page in self.context.pages:
            if page is not self._anchor:
                page.close()

    def forget(self) -> None:
        self.leave()
        self.context.clear_cookies()
        self.context.clear_permissions()
        for origin in self._origins:
            self._cdp.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT})
