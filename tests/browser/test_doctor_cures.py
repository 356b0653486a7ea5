"""What the doctor gives to paste, put into real servers: the verdict turns from what was wrong to what is right."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.films import draw_film
from tests.browser.scene_page import make_scene
from tests.browser.web_servers import HOST, MAKES, WebServer, site_of
from tests.live import free_port
from tests.media_server import CanaryServer, Fault, draw_picture
from tests.wire_client import WireClient

SERVERS = list(MAKES)
COMMAND = re.compile(r"(a2enmod|apachectl|nginx|caddy) ")
TEXT = "text/plain"
CALLED_TEXT = {
    "nginx": f"default_type {TEXT}; add_header X-Content-Type-Options nosniff;",
    "Apache": f"AddType {TEXT} .webp\nHeader always set X-Content-Type-Options nosniff",
    "Caddy": f"header /sound.webp Content-Type {TEXT}\nheader X-Content-Type-Options nosniff",
}


@dataclass
class Patient:
    """A media host by a real server, with one picture or film of it in a dataset; `path` is of its page."""

    name: str
    server: WebServer
    port: int
    upstream: CanaryServer
    page: Page
    wire: WireClient
    path: str = ""

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    def show(self, path: str) -> None:
        """Go to the page of an item with this picture."""
        dataset_id = self.wire.create_dataset(f"cure {path}", is_scene=False, privacy=True)
        item = {
            "reference_id": "one",
            "image_url": f"{self.origin}/{path}",
            "metadata": {},
            "width": 320,
            "height": 240,
        }
        self.wire.append(dataset_id, [item])
        item_id = self.wire.call("GET", f"dataset/{dataset_id}/refloc/one")["item"]["dataset_item_id"]
        self.page.goto(f"/datasets/{dataset_id}/items/{item_id}")

    def show_film(self, path: str) -> None:
        self.page.goto(make_scene(self.wire, f"cure {path}", video_url=f"{self.origin}/{path}", frame_rate=30))

    def configure(self, more: str, *, around: str = "") -> None:
        site = site_of(self.name, port=self.port, upstream=self.upstream.port, more=more)
        self.server.configure(f"{around}\n{site}")
        self.server.wait_for(self.port)

    def pasted(self, cure: str) -> str:
        """What a person copies from the doctor's report for such a server, but the commands that load it."""
        if self.page.locator(".media-reason").count():
            self.page.get_by_role("button", name="Why, and how to mend it").click()
        sheet = self.page.locator(f".cure[data-cure={cure}]")
        if sheet.get_attribute("open") is None:
            sheet.locator("summary").click()
        sheet.get_by_role("tab", name=self.name).click()
        shown = sheet.locator(".cure__panel:not([hidden]) .snippet__code")
        expect(shown.first).to_be_visible()
        texts = shown.all_inner_texts()
        self.page.keyboard.press("Escape")
        return "\n".join(text for text in texts if not COMMAND.match(text))

    def expect_kind(self, kind: str) -> None:
        expect(self.page.locator(".media-reason")).to_have_attribute("data-kind", kind)

    def try_again(self) -> None:
        self.page.get_by_role("button", name="Try again").click()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter: as root, Apache serves as somebody else."""
    made = Path(tempfile.mkdtemp(prefix="transom-host-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start(
    folder: Path, signed_in: Page, wire: WireClient, canary: CanaryServer, watch: Watch
) -> Iterator[Callable[[str], Patient]]:
    """Starts the server of a name and has a page for it; skips where it is not installed."""
    running: list[WebServer] = []
    watch.expected.append(r"Failed to load resource|blocked by CORS policy|ERR_")

    def begin(name: str) -> Patient:
        port = free_port()
        server = WebServer(name, folder / name, site_of(name, port=port, upstream=canary.port))
        running.append(server.__enter__().wait_for(port))
        server.put("sound.jpg", draw_picture("sound", 320, 240))
        watch.declared.add(f"http://{HOST}:{port}")
        return Patient(name, server, port, canary, signed_in, wire)

    yield begin
    watch.leave()
    for server in running:
        server.stop()


@pytest.mark.parametrize("name", SERVERS)
def test_a_host_turns_green_once_it_lets_this_page_read_its_files(start: Callable[[str], Patient], name: str) -> None:
    patient = start(name)
    patient.show("sound.jpg")
    patient.page.goto(f"{patient.page.url.partition('/items/')[0]}/hosts/")
    host = patient.page.locator("media-host")
    expect(host).to_have_attribute("data-state", "limited")
    expect(host.locator(".report")).to_have_attribute("data-kind", "no-cors")
    patient.configure(patient.pasted("cors"))
    host.get_by_role("button", name="Check again").click()
    expect(host).to_have_attribute("data-state", "good")
    expect(host.locator(".report")).to_have_count(0)


@pytest.mark.parametrize("name", SERVERS)
def test_what_a_host_may_not_say_is_named_once_the_page_may_read_it(start: Callable[[str], Patient], name: str) -> None:
    patient = start(name)
    patient.show("absent.jpg")
    patient.expect_kind("answered-unread")
    patient.configure(patient.pasted("cors"))
    patient.try_again()
    patient.expect_kind("not-found")


@pytest.mark.parametrize("name", SERVERS)
def test_a_picture_kept_from_other_sites_shows_once_they_are_let_in(start: Callable[[str], Patient], name: str) -> None:
    patient = start(name)
    patient.upstream.fail(Fault.OWN_SITE, "/own-site.")
    patient.show("behind/own-site.jpg")
    patient.expect_kind("reset-or-forbidden")
    patient.configure(patient.pasted("corp"))
    patient.try_again()
    expect(patient.page.locator("media-stage[data-state=ready]")).to_be_visible()


@pytest.mark.parametrize("name", SERVERS)
def test_a_picture_called_text_shows_under_its_right_type(start: Callable[[str], Patient], name: str) -> None:
    patient = start(name)
    patient.server.put("sound.webp", draw_picture("sound", 320, 240, "WEBP"))
    patient.configure(CALLED_TEXT[name])
    patient.show("sound.webp")
    patient.expect_kind("answered-unread")
    if name == "nginx":
        shutil.copy("/etc/nginx/mime.types", patient.server.folder)
        patient.configure(CALLED_TEXT[name], around=patient.pasted("content-type"))
    else:
        patient.configure(f"{CALLED_TEXT[name]}\n{patient.pasted('content-type')}")
    patient.try_again()
    expect(patient.page.locator("media-stage[data-state=ready]")).to_be_visible()


@pytest.mark.parametrize("name", ["nginx", "Apache"])
def test_a_film_sent_as_a_whole_only_plays_once_parts_are_sent(start: Callable[[str], Patient], name: str) -> None:
    patient = start(name)
    film = draw_film(30).mp4
    if name == "nginx":
        patient.upstream.put("/whole.mp4", film, "video/mp4")
        patient.upstream.fail(Fault.WHOLE, "/whole.")
    else:
        patient.server.put("film.mp4", film)
        patient.configure("MaxRanges none")
    patient.show_film("behind/whole.mp4" if name == "nginx" else "film.mp4")
    patient.expect_kind("no-range")
    patient.configure(patient.pasted("range"))
    patient.try_again()
    expect(patient.page.locator("frame-viewer[data-state=ready]")).to_be_visible()
