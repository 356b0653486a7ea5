"""The doctor before every cause that can be set up on loopback: the verdict is right, or names what it cannot tell."""

from __future__ import annotations

import datetime
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.bad_hosts import BadHosts, bad_hosts
from tests.browser.chromium import launch
from tests.browser.conftest import LIMIT_MS
from tests.browser.films import draw_film, draw_frame, encode_mp4
from tests.browser.scene_page import make_scene
from tests.live import LiveTransom, Person
from tests.media_server import Fault, draw_picture
from tests.wire_client import WireClient


@dataclass(frozen=True)
class Cause:
    """Something that keeps a picture away. `url` is as BadHosts.url takes it, `kind` the verdict.

    `maybe` is found, ignoring case, among what a merged verdict says it may be; None where the verdict is sure.
    On an https page `permission` is the answer to the browser's question about the local network.
    """

    name: str
    url: str
    kind: str
    maybe: str | None = None
    permission: str | None = None
    hangs: bool = False

    def __str__(self) -> str:
        return self.name


ANSWERED = "answered-unread"
SILENT = "host-silent"
LIKELY_LOCAL = "local-network-or-unreachable"
DENIED = "local-network-denied"
FILES = [
    Cause("401 unread", "{closed}/unauthorized.jpg", ANSWERED, "401"),
    Cause("403 unread", "{closed}/forbidden.jpg", ANSWERED, "403"),
    Cause("404 unread", "{closed}/not-found.jpg", ANSWERED, "404"),
    Cause("500 unread", "{closed}/broken.jpg", ANSWERED, "5xx"),
    Cause("sign-in page unread", "{closed}/login-page.jpg", ANSWERED, "page to sign in|sign-in page"),
    Cause("broken file unread", "{closed}/corrupt.jpg", ANSWERED, "broken"),
    Cause("picture called text unread", "{closed}/wrong-type.jpg", ANSWERED, "type|called"),
    Cause("401", "{open}/unauthorized.jpg", "denied"),
    Cause("403", "{open}/forbidden.jpg", "denied"),
    Cause("404", "{open}/not-found.jpg", "not-found"),
    Cause("410", "{open}/gone.jpg", "not-found"),
    Cause("429", "{open}/busy.jpg", "host-error"),
    Cause("500", "{open}/broken.jpg", "host-error"),
    Cause("sign-in page", "{open}/login-page.jpg", "sign-in-page"),
    Cause("redirect to a sign-in page", "{open}/moved.jpg", "sign-in-page"),
    Cause("broken file", "{open}/torn.jpg", "broken-file"),
    Cause("noise in place of a picture", "{open}/corrupt.jpg", "not-an-image"),
    Cause("file cut short", "{open}/truncated.jpg", "reset-or-forbidden", "broke off"),
    Cause("text in place of a picture", "{open}/notes.jpg", "not-an-image"),
    Cause("picture called text", "{open}/wrong-type.jpg", "not-an-image"),
    Cause("connection reset", "{closed}/reset.jpg", "reset-or-forbidden", "breaks the connection off"),
    Cause("connection reset, readable host", "{open}/reset.jpg", "reset-or-forbidden", "breaks the connection off"),
    Cause(
        "Cross-Origin-Resource-Policy", "{closed}/own-site.jpg", "reset-or-forbidden", "Cross-Origin-Resource-Policy"
    ),
    Cause("redirect outside the list", "{closed}/astray.jpg", "redirected"),
    Cause("redirect outside the list, readable host", "{open}/astray.jpg", "redirected"),
    Cause("file hangs", "{closed}/hang.jpg", "file-silent", hangs=True),
    Cause("file stalls", "{open}/stall.jpg", "file-silent", hangs=True),
]
HOSTS = [
    Cause("nothing listens", "{refused}/a.jpg", "unreachable", "refuse|listens"),
    Cause("no such name", "{nameless}/a.jpg", "unreachable", "name"),
    Cause("self-signed certificate", "{stranger}/a.jpg", "unreachable", "certificate"),
    Cause("certificate of another name", "{other_name}/a.jpg", "unreachable", "certificate"),
    Cause("certificate run out", "{run_out}/a.jpg", "unreachable", "certificate"),
    Cause("client certificate missing", "{client}/a.jpg", "unreachable", "certificate of your own|client certificate"),
    Cause("https to a host without TLS", "{no_tls}/a.jpg", "unreachable", "https|encrypt"),
    Cause("http to a host that speaks TLS", "{tls_only}/a.jpg", ANSWERED, "40"),
    Cause("host is silent", "{silent}/a.jpg", SILENT, "VPN", hangs=True),
    Cause("packets are dropped", "{dropping}/a.jpg", SILENT, "firewall", hangs=True),
]
SECURE = [
    Cause("denied, by name", "{vpn}/sound.jpg", LIKELY_LOCAL, "local network", "denied"),
    Cause("denied, by address", "{vpn_address}/sound.jpg", DENIED, None, "denied"),
    Cause("denied, by .local", "{vpn_local}/sound.jpg", DENIED, None, "denied"),
    Cause("denied, this machine", "{closed}/sound.jpg", DENIED, None, "denied"),
    Cause("denied and refused", "{vpn_refused}/a.jpg", LIKELY_LOCAL, "refuse|listens", "denied"),
    Cause("http by name", "{named_http}/sound.jpg", "mixed-content", None, "granted"),
    Cause("http by a name inside", "{vpn_http}/sound.jpg", "mixed-content", None, "granted"),
    Cause("http by a public address", "{public_address}/sound.jpg", "mixed-content", None, "granted"),
    Cause("refused, though all is allowed", "{vpn_refused}/a.jpg", "unreachable", "refuse|listens", "granted"),
    Cause("404 behind the permission", "{vpn}/absent.jpg", ANSWERED, "404", "granted"),
]
VIDEOS = [
    Cause("mp4: 404 unread", "{closed}/absent.mp4", ANSWERED, "404"),
    Cause("mp4: HEVC unread", "{closed}/hevc.mp4", ANSWERED, "of a type that this browser cannot show"),
    Cause("mp4: no parts of files", "{closed}/whole.mp4", "no-range"),
    Cause("mp4: 404", "{open}/absent.mp4", "not-found"),
    Cause("mp4: sign-in page", "{open}/login-page.mp4", "sign-in-page"),
    Cause("mp4: HEVC", "{open}/hevc.mp4", "codec"),
    Cause("mp4: a picture", "{open}/picture.mp4", "not-a-video"),
    Cause("mp4: broken file", "{open}/torn.mp4", "broken-file"),
    Cause("mp4: noise", "{open}/corrupt.mp4", "not-a-video"),
    Cause("mp4: nothing listens", "{refused}/a.mp4", "unreachable", "refuse|listens"),
]
# Good for two seconds: long enough to be stored.
SIGNED = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}&X-Amz-Expires=2&X-Amz-Signature=00"
SHORT_LIVED = [
    Cause("expired, unread", "{closed}/forbidden.jpg?" + SIGNED, "expired"),
    Cause("expired", "{open}/forbidden.jpg?" + SIGNED, "expired"),
]
SOUND = [
    Cause("sound", "{closed}/sound.jpg", ""),
    Cause("called bytes", "{closed}/octets.jpg", ""),
    Cause("allowed, by name", "{vpn}/sound.jpg", "", None, "granted"),
    Cause("allowed, by address", "{vpn_address}/sound.jpg", "", None, "granted"),
    Cause("allowed, by .local", "{vpn_local}/sound.jpg", "", None, "granted"),
    Cause("public, though the local network is denied", "{secure}/sound.jpg", "", None, "denied"),
]
FAULTS = {
    "unauthorized": Fault.UNAUTHORIZED,
    "forbidden": Fault.FORBIDDEN,
    "not-found": Fault.NOT_FOUND,
    "gone": Fault.GONE,
    "busy": Fault.BUSY,
    "broken": Fault.BROKEN,
    "login-page": Fault.LOGIN_PAGE,
    "corrupt": Fault.CORRUPT,
    "truncated": Fault.TRUNCATED,
    "reset": Fault.RESET,
    "own-site": Fault.OWN_SITE,
    "hang": Fault.HANG,
    "stall": Fault.STALL,
    "wrong-type": Fault.WRONG_TYPE,
}


@dataclass
class Ward:
    """The live server, the bad hosts, a browser that believes in them, and a dataset with every cause."""

    live: LiveTransom
    hosts: BadHosts
    browser: Browser
    person: Person
    wire: WireClient
    dataset_id: str
    paths: dict[str, str]
    links_end: float

    pages: dict[str | None, Page] = field(default_factory=dict)
    opened: list[Page] = field(default_factory=list)

    def page(self, permission: str | None = None) -> Page:
        """A page that stays for all causes: https on a public network where a permission is given, else http://localhost."""
        if permission not in self.pages:
            self.pages[permission] = self._open(permission)
        return self.pages[permission]

    def new_page(self, permission: str | None = None, *, base_url: str | None = None) -> Page:
        """A page of one test, which is closed after it."""
        page = self._open(permission, base_url)
        self.opened.append(page)
        return page

    def leave(self) -> None:
        while self.opened:
            self.opened.pop().context.close()

    def _open(self, permission: str | None, base_url: str | None = None) -> Page:
        base = base_url or (self.hosts.origins["page"] if permission else self.live.url)
        context = self.browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(LIMIT_MS)
        name, value = self.person.cookie().values()
        context.add_cookies([{"name": name, "value": value, "url": base, "httpOnly": True, "sameSite": "Lax"}])
        page = context.new_page()
        if permission:
            allow_local_network(page, permission)
        return page


def allow_local_network(page: Page, setting: str) -> None:
    """Have the browser's question about the local network answered: granted, denied or prompt."""
    browser = page.context.new_cdp_session(page)
    profile = browser.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    for name in ("local-network", "loopback-network"):
        permission = {"permission": {"name": name}, "setting": setting, "browserContextId": profile}
        browser.send("Browser.setPermission", permission)


@pytest.fixture(scope="module")
def ward(playwright: Playwright, live: LiveTransom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with bad_hosts(tmp_path_factory.mktemp("hosts") / "bad", live) as hosts:
        for host in (hosts.closed, hosts.open):
            for name, fault in FAULTS.items():
                host.fail(fault, f"/{name}.")
        hosts.open.redirect(
            hosts.open.put("/sign-in", b"<!doctype html><title>Sign in</title>", "text/html"), "/moved."
        )
        hosts.closed.put("/octets.jpg", draw_picture("octets", 320, 240), "application/octet-stream")
        hosts.open.put("/torn.jpg", torn(draw_picture("torn", 320, 240)))
        hosts.open.put("/notes.jpg", b"a,b\n1,2\n", "text/csv")
        for host in (hosts.closed, hosts.open):
            host.redirect("https://elsewhere.example/a.jpg", "/astray.")
        person = live.make_person("admin", team=f"Team {uuid.uuid4().hex[:8]}")
        wire = WireClient(live.endpoint, person.key())
        dataset_id = wire.create_dataset("causes", is_scene=False, privacy=True)
        paths = add_items(wire, dataset_id, hosts, [*FILES, *HOSTS, *SECURE, *SOUND])
        paths |= add_videos(wire, hosts)
        hosts.origins["date"] = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        paths |= add_items(wire, dataset_id, hosts, SHORT_LIVED)
        links_end = time.time() + 3
        browser = launch(playwright, hosts.flags)
        yield Ward(live, hosts, browser, person, wire, dataset_id, paths, links_end)
        browser.close()
        pids = live.pids()
        assert [one for host in (hosts.closed, hosts.open, hosts.near) for one in host.made_by(pids)] == []
        assert all("Chrome/" in line for line in hosts.nginx.log.read_text().splitlines())


@pytest.fixture(autouse=True)
def leave(ward: Ward) -> Iterator[None]:
    """What a page still asks of a host would be another test's."""
    yield
    ward.leave()
    for page in ward.pages.values():
        page.goto("about:blank")


def add_items(wire: WireClient, dataset_id: str, hosts: BadHosts, causes: list[Cause]) -> dict[str, str]:
    """Store an item for each cause; the path of its page by the cause's name."""
    size = {"width": 320, "height": 240}
    items = [{"reference_id": one.name, "image_url": hosts.url(one.url), "metadata": {}, **size} for one in causes]
    wire.append(dataset_id, items)
    listed = {
        one["reference_id"]: one["dataset_item_id"]
        for one in wire.call("GET", f"dataset/{dataset_id}/datasetItems")["dataset_items"]
    }
    return {one.name: f"/datasets/{dataset_id}/items/{listed[one.name]}" for one in causes}


def add_videos(wire: WireClient, hosts: BadHosts) -> dict[str, str]:
    """Store a scene with an mp4 alone for each cause; the path of its page by the cause's name."""
    pictures = [draw_frame(index) for index in range(12)]
    hevc = encode_mp4(pictures, rate_hz=10, codec="libx265")
    for host in (hosts.closed, hosts.open):
        host.put("/hevc.mp4", hevc, "video/mp4")
        for name in ("whole", "login-page", "corrupt"):
            host.put(f"/{name}.mp4", draw_film(12).mp4, "video/mp4")
        host.put("/torn.mp4", torn(draw_film(12).mp4), "video/mp4")
        host.put("/picture.mp4", draw_picture("picture", 320, 240), "image/jpeg")
        host.fail(Fault.WHOLE, "/whole.")
    return {one.name: make_scene(wire, one.name, video_url=hosts.url(one.url), frame_rate=10) for one in VIDEOS}


def torn(file: bytes) -> bytes:
    """Its first bytes, which say what it is, and then nothing of it."""
    return file[:48] + bytes(len(file) - 48)


def check_verdict(page: Page, cause: Cause) -> None:
    """What the person reads on the page of an item or a scene."""
    reason = page.locator(".media-reason")
    expect(reason).to_be_visible()
    said = reason.inner_text()
    print(f"{cause.name} | {reason.get_attribute('data-kind')} | {said}")
    assert reason.get_attribute("data-kind") == cause.kind
    if cause.maybe:
        assert re.search(cause.maybe, said)
    # A signature may be in what follows the origin.
    assert not re.search(r"\.jpg|\.mp4|X-Amz", said)


@pytest.mark.parametrize("cause", [one for one in [*FILES, *HOSTS, *SECURE, *VIDEOS] if not one.hangs], ids=str)
def test_the_verdict_is_right_or_names_what_it_cannot_tell(ward: Ward, cause: Cause) -> None:
    page = ward.page(cause.permission)
    page.goto(ward.paths[cause.name])
    check_verdict(page, cause)


@pytest.mark.parametrize("cause", [one for one in [*FILES, *HOSTS] if one.hangs], ids=str)
def test_what_hangs_is_told_from_who_hangs(ward: Ward, cause: Cause) -> None:
    page = ward.new_page()
    pending: set[str] = set()
    page.on("request", lambda request: pending.add(request.url))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: pending.discard(request.url))
    url = ward.hosts.url(cause.url)
    page.clock.install()
    page.goto(ward.paths[cause.name], wait_until="domcontentloaded")
    reason = page.locator(".media-reason")
    deadline = time.monotonic() + LIMIT_MS / 1000
    while not reason.is_visible() and time.monotonic() < deadline:
        # Nothing is on its way but what never comes: time may pass.
        if pending and all(one.split("?")[0] == url or cause.kind == SILENT for one in pending):
            page.clock.fast_forward(10_000)
        page.wait_for_timeout(100)
    check_verdict(page, cause)


@pytest.mark.parametrize("cause", SOUND, ids=str)
def test_what_is_sound_is_shown(ward: Ward, cause: Cause) -> None:
    page = ward.page(cause.permission)
    page.goto(ward.paths[cause.name])
    expect(page.locator("media-stage[data-state=ready]")).to_be_visible()


@pytest.mark.parametrize("cause", SHORT_LIVED, ids=str)
def test_a_link_that_has_run_out_is_told_by_its_own_date(ward: Ward, cause: Cause) -> None:
    page = ward.page()
    while time.time() < ward.links_end:
        page.wait_for_timeout(100)
    page.goto(ward.paths[cause.name])
    check_verdict(page, cause)


def test_a_browser_without_a_network_is_told_so_and_heals(ward: Ward) -> None:
    cause = Cause("offline", "{named_http}/spell.jpg", "offline")
    path = add_items(ward.wire, ward.dataset_id, ward.hosts, [cause])[cause.name]
    ward.hosts.closed.fail(Fault.NOT_FOUND, "/spell.")
    page = ward.new_page()
    page.goto(path)
    expect(page.locator(".media-reason")).to_have_attribute("data-kind", ANSWERED)
    ward.hosts.closed.fail(Fault.OWN_SITE, "/spell.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".media-reason")).to_have_attribute("data-kind", cause.kind)
    check_verdict(page, cause)


def test_transom_that_does_not_answer_either_is_not_blamed_on_the_host(ward: Ward) -> None:
    with ward.hosts.second_house() as (nginx, page_url, media_origin):
        cause = Cause("Transom is down too", f"{media_origin}/absent.jpg", "app-unreachable", "VPN")
        path = add_items(ward.wire, ward.dataset_id, ward.hosts, [cause])[cause.name]
        page = ward.new_page("granted", base_url=page_url)
        page.goto(path)
        expect(page.locator(".media-reason")).to_have_attribute("data-kind", ANSWERED)
        nginx.stop()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".media-reason")).to_have_attribute("data-kind", cause.kind)
        check_verdict(page, cause)


def test_a_host_that_an_admin_took_off_the_list_is_told_so(ward: Ward) -> None:
    cause = Cause("undeclared", "{near}/a.jpg", "undeclared")
    path = add_items(ward.wire, ward.dataset_id, ward.hosts, [cause])[cause.name]
    page = ward.new_page()
    page.goto(path)
    expect(page.locator("media-stage[data-state=ready]")).to_be_visible()
    page.goto(f"/datasets/{ward.dataset_id}/settings/")
    page.get_by_role("button", name=f"Detach {ward.hosts.near.origin}").click()
    page.goto(path)
    check_verdict(page, cause)


@pytest.mark.parametrize("name", ["denied, by address", "denied, by .local", "denied, this machine", "denied, by name"])
def test_the_local_network_is_not_asked_before_the_person_has_been(ward: Ward, name: str) -> None:
    page = ward.new_page("prompt")
    hosts = (ward.hosts.near, ward.hosts.closed)
    before = [len(host.requests) for host in hosts]
    page.goto(ward.paths[name])
    step = page.locator(".outage[data-kind=local-network-prompt]")
    expect(step).to_be_visible()
    expect(step.get_by_role("button", name="Ask my browser")).to_be_enabled()
    assert [len(host.requests) for host in hosts] == before
    allow_local_network(page, "granted")
    expect(page.locator("media-stage[data-state=ready]")).to_be_visible()


def test_a_person_who_says_no_is_told_where_to_change_that(ward: Ward) -> None:
    page = ward.new_page("prompt")
    page.goto(ward.paths["denied, by address"])
    expect(page.locator(".outage[data-kind=local-network-prompt]")).to_be_visible()
    allow_local_network(page, "denied")
    told = page.locator("[data-kind=local-network-denied]")
    expect(told.first).to_be_visible()
    expect(told.first).to_contain_text("Site settings")


def test_a_grid_of_all_causes_tells_each_files_own_and_each_hosts_once(ward: Ward) -> None:
    page = ward.new_page()
    page.goto(f"/datasets/{ward.dataset_id}/")
    cells = page.locator("media-grid [data-item-id]")
    # What pages may read they show, whatever it is called.
    for cause in [one for one in FILES if not one.hangs and one.name != "picture called text"]:
        cell = cells.filter(has=page.get_by_text(cause.name, exact=True))
        expect(cell.locator(".media-cell__reason"), cause.name).to_have_attribute("data-kind", cause.kind)
    for cause in [one for one in HOSTS if not one.hangs and one.kind != ANSWERED]:
        origin = ward.hosts.url(cause.url).rpartition("/")[0]
        row = page.locator(f'outage-summary > [data-origin="{origin}"]')
        expect(row, cause.name).to_have_attribute("data-kind", cause.kind)
