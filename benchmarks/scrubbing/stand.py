"""Where the scrubbing benchmark stands: a live server with its scenes, and browser profiles that are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.scrubbing.media import RATE_HZ, MediaHost
from tests.live import LiveTransom
from tests.wire_client import WireClient

RUN = Path(__file__).with_name("in_page.js").read_text().rstrip().removesuffix(";")
READY = "frame-viewer[data-state=ready]"


class Stand:
    """Makes scenes and opens their pages, each in a profile with nothing cached."""

    def __init__(self, browser: Browser, live: LiveTransom, hosts: list[MediaHost]) -> None:
        self.browser = browser
        self.hosts = hosts
        self._live = live
        person = live.make_person("editor", team="Bench")
        self.wire = WireClient(live.endpoint, person.key())
        self._signed_in: Any = self._sign_in(person.email, person.password)

    def frames_scene(self, host: MediaHost, count: int) -> str:
        """The path of a scene of this many frames."""
        name = f"frames-{count}-{host.latency_ms}"
        frames = [
            {"reference_id": f"{name}/{n}", "url": host.still(n), "type": "image", "metadata": {"number": n}}
            for n in range(count)
        ]
        return self._scene(name, frame_rate=RATE_HZ, frames=frames)

    def film_scene(self, host: MediaHost, group: int) -> str:
        """The path of a scene that is an mp4 alone, a key frame each `group` frames."""
        return self._scene(f"group-{group}-{host.latency_ms}", frame_rate=RATE_HZ, video_url=host.film(group))

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A page of a new profile, signed in."""
        context = self.browser.new_context(
            base_url=self._live.url, viewport={"width": 1440, "height": 900}, storage_state=self._signed_in
        )
        try:
            yield context.new_page()
        finally:
            context.close()

    @contextmanager
    def open(self, path: str, frame: int = 0) -> Iterator[Page]:
        """A scene's page with its first picture on screen."""
        with self.page() as page:
            page.goto(f"{path}?frame={frame}")
            page.wait_for_selector(READY)
            yield page

    def _scene(self, name: str, **scene: Any) -> str:
        dataset_id = self.wire.create_dataset(name, is_scene=True, privacy=True)
        self.wire.append_scenes(dataset_id, [{"reference_id": name, **scene}])
        found = self.wire.call("GET", f"dataset/{dataset_id}/scenes_list")["scenes"][0]
        return f"/datasets/{dataset_id}/scenes/{found['id']}"

    def _sign_in(self, email: str, password: str) -> Any:
        context = self.browser.new_context(base_url=self._live.url)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        state = context.storage_state()
        context.close()
        return state


def run(page: Page, **plan: Any) -> list[dict[str, Any]]:
    """Have the page move about by a plan of in_page.js; one finding for each of its steps."""
    return page.evaluate(f"async (plan) => ({RUN})().run(plan)", plan)  # type: ignore[no-any-return]
