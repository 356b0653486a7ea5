"""Keys and tokens for media hosts: they open what they are for, stay in the browser, and go when they are told to."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import boto3
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch, sign_in
from tests.browser.films import draw_film
from tests.browser.keyed_host import KeyedHost
from tests.browser.recording_proxy import RecordingProxy
from tests.browser.scene_page import make_scene, put_frames
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer, Fault, draw_picture
from tests.s3_server import NAME, READER, S3Server
from tests.wire_client import WireClient

SCRIPTS = 'const scripts = new URL("../js/", document.querySelector("link[rel=stylesheet]").href);'
# What a page keeps, as any script on it could read it.
READABLE = """async () => {
    const result = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
    const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    let keys = 0;
    for (const { name } of await indexedDB.databases()) {
        const database = await result(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
            const rows = await result(database.transaction(store).objectStore(store).getAll());
            for (const row of rows) {
                for (const key of Object.values(row.keys ?? {})) {
                    keys += 1;
                    for (const form of ["raw", "jwk"]) {
                        const got = await crypto.subtle.exportKey(form, key).catch((reason) => reason.name);
                        if (got !== "InvalidAccessError") found.push("exported");
                    }
                }
                const bytes = row.sealed?.bytes ?? (row instanceof ArrayBuffer ? row : new ArrayBuffer(0));
                found.push(JSON.stringify(row), new TextDecoder("latin1").decode(bytes));
            }
        }
        database.close();
    }
    return { keys, text: found.join("\\n") };
}"""

# A film of the page's scene in the browser's own player, which sends no header.
IN_PLAYER = f"""async () => {{
    {SCRIPTS}
    const {{ openNative }} = await import(`${{scripts}}viewer/sources/native.js`);
    const {{ scene }} = JSON.parse(document.querySelector("#island").textContent);
    const how = {{ count: null, rate_hz: 30, signal: new AbortController().signal }};
    return openNative(scene.video_url, how).then(() => "shown", (reason) => reason.reason);
}}"""
# As browsers give pages over http from another computer: nothing to sign or to encrypt with.
INSECURE = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })"


@dataclass
class Keys:
    """What the hosts of a test want, none of which anybody else has."""

    word: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def bearer(self) -> str:
        return f"bearer-{self.word}"

    @property
    def sas(self) -> str:
        return f"sv=2024-11-04&se=2099-01-01T00%3A00%3A00Z&sp=r&sig={quote('sas/+' + self.word, safe='')}"

    @property
    def cookie(self) -> str:
        return f"cookie-{self.word}"

    @property
    def secrets(self) -> list[str]:
        """What must be nowhere: the word is a part of all of them."""
        return [self.word, self.bearer, self.cookie, self.sas]


@dataclass
class Hosts:
    """One host for each way to be let in."""

    keys: Keys
    s3: S3Server
    bearer: CanaryServer
    query: CanaryServer
    azure: KeyedHost
    cookies: KeyedHost

    def put(self, key: str, body: bytes, content_type: str) -> str:
        """Where the object is, as a dataset stores it."""
        bucket = self.s3.bucket
        client = boto3.client(
            "s3",
            endpoint_url=bucket.endpoint,
            region_name=bucket.region,
            aws_access_key_id=bucket.access_key,
            aws_secret_access_key=bucket.secret_key,
        )
        client.put_object(Bucket=NAME, Key=bucket.prefix + key, Body=body, ContentType=content_type)
        return f"s3://{NAME}/{quote(bucket.prefix + key)}"

    def origins(self) -> dict[str, str]:
        return {
            "s3": self.s3.bucket.endpoint,
            "bearer": self.bearer.origin,
            "query": self.query.origin,
            "azure": self.azure.origin,
            "cookies": self.cookies.origin,
        }


@pytest.fixture
def hosts(s3: S3Server, watch: Watch) -> Iterator[Hosts]:
    keys = Keys()
    sas = parse_qs(keys.sas)["sig"]
    with (
        CanaryServer(cors=True, token=keys.bearer) as bearer,
        CanaryServer(cors=True, token=f"query-{keys.word}") as query,
        KeyedHost(lambda asked: parse_qs(urlsplit(asked.path).query).get("sig") == sas) as azure,
        KeyedHost(lambda asked: keys.cookie in asked.headers.get("Cookie", ""), "localhost") as cookies,
    ):
        made = Hosts(keys, s3, bearer, query, azure, cookies)
        watch.declared |= set(made.origins().values())
        # A browser says in its console that a host refused, which is what these do at first.
        watch.expected.append(r"status of 40[0134]|blocked by CORS policy|net::ERR_FAILED")
        yield made
        watch.leave()


@pytest.fixture
def admin(live: LiveTransom, hosts: Hosts) -> Person:
    """An admin of a team that said of each host how it is asked."""
    person = live.make_person("admin", team=f"Team {uuid.uuid4().hex[:8]}")
    for access, origin in hosts.origins().items():
        bucket = {"bucket": f"s3://{NAME}", "is_path_style": True, "region": "us-east-1"} if access == "s3" else {}
        terms = {"access": access, **bucket}
        live.ask_clerk("describe_host", email=person.email, team=person.team, origin=origin, terms=terms)
    return person


@pytest.fixture
def script(live: LiveTransom, admin: Person) -> WireClient:
    return WireClient(live.endpoint, admin.key())


def make_items(hosts: Hosts, script: WireClient) -> str:
    """A picture at each host, by the name of how it lets one in."""
    picture = draw_picture("in the bucket", 320, 240)
    urls = {
        "s3": hosts.put("a picture+1.jpg", picture, "image/jpeg"),
        "bearer": hosts.bearer.url("b-320x240.jpg"),
        "query": hosts.query.url("q-320x240.jpg?size=full"),
        "azure": f"{hosts.azure.origin}/container/a.jpg",
        # On this path, so that the cookie does not go to the app, which has the same name.
        "cookies": f"{hosts.cookies.origin}/kept/c.jpg",
    }
    dataset_id = script.create_dataset("keys", is_scene=False, privacy=True)
    script.append(dataset_id, [{"reference_id": name, "image_url": url, "metadata": {}} for name, url in urls.items()])
    return dataset_id


def enter(
    page: Page, origin: str, typed: dict[str, str], *, kind: str | None = None, is_remembered: bool = False
) -> Locator:
    """Type what lets one in into the element for this host, which is put on whatever page is open."""
    element = mount(page, origin)
    if kind is not None:
        element.get_by_label("What lets you in").select_option(kind)
    for label, text in typed.items():
        element.get_by_label(label).fill(text)
    if is_remembered:
        element.get_by_label("Remember on this device").check()
    element.get_by_role("button", name="Save in this browser").click()
    return element


def mount(page: Page, origin: str) -> Locator:
    page.evaluate(
        f"""async (origin) => {{
            {SCRIPTS}
            await import(`${{scripts}}elements/host-credentials.js`);
            const element = document.createElement("host-credentials");
            element.dataset.origin = origin;
            document.querySelector("main").prepend(element);
        }}""",
        origin,
    )
    return page.locator(f"host-credentials[data-origin='{origin}']").first


def enter_all(page: Page, hosts: Hosts) -> None:
    """Keys for all hosts: two remembered, the others for the tab."""
    keys, at = hosts.keys, hosts.origins()
    s3 = {
        "Access key ID": READER[0],
        "Secret access key": READER[1],
        "Session token": f"session-{keys.word}",
    }
    for origin, typed, is_remembered in (
        (at["s3"], s3, True),
        (at["bearer"], {"Token": keys.bearer}, False),
        (at["query"], {"Name and value": f"token=query-{keys.word}"}, True),
        (at["azure"], {"Shared access signature": f"?{keys.sas}"}, False),
    ):
        element = enter(page, origin, typed, is_remembered=is_remembered)
        expect(element).to_have_attribute("data-state", "remembered" if is_remembered else "set")


def make_scenes(hosts: Hosts, script: WireClient) -> dict[str, str]:
    """Paths of scenes: frames and a film at the host that wants a token, and a film in the bucket."""
    film = draw_film(30)
    at_bearer = hosts.bearer.put("/film.mp4", film.mp4, "video/mp4")
    in_bucket = hosts.put("film.mp4", film.mp4, "video/mp4")
    return {
        "frames": make_scene(script, "frames", frames=put_frames(hosts.bearer, "f", film.stills[:4]), frame_rate=30),
        "film": make_scene(script, "film", video_url=at_bearer, frame_rate=30),
        "bucket": make_scene(script, "bucket", video_url=in_bucket, frame_rate=30),
    }


@dataclass
class Trail:
    """What a page says of itself wherever it has been: its markup, its title and the addresses of its history."""

    page: Page
    seen: list[str] = field(default_factory=list)

    def look(self) -> None:
        history = self.page.context.new_cdp_session(self.page).send("Page.getNavigationHistory")
        self.seen += [self.page.content(), self.page.title(), self.page.url, json.dumps(history)]

    def text(self) -> str:
        return "\n".join(self.seen)


def found_in(held: bytes, words: Iterable[str]) -> list[str]:
    """Those of the words that are in there: as they are, as an address or a form writes them, or in base64."""
    return [word for word in words if any(form in held for form in forms_of(word))]


def forms_of(word: str) -> set[bytes]:
    raw = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return {raw, quote(word, safe="").encode(), quote(word).encode(), json.dumps(word)[1:-1].encode(), *shifted}


def look_at_items(page: Page, grid: str, trail: Trail) -> None:
    """Open the pictures of the bucket and of the hosts that want a token, a signature and a sign-in."""
    hrefs = [str(one.get_attribute("href")) for one in page.locator("media-grid [data-item-id]").all()]
    assert len(hrefs) == 5
    for href in hrefs:
        page.goto(urljoin(grid, href))
        expect(page.locator("media-stage")).to_have_attribute("data-state", "ready")
        trail.look()


def look_at_scenes(page: Page, url: str, scenes: dict[str, str], trail: Trail) -> None:
    """Open frames and films; a film that only the browser's own player could show says why it is not there."""
    for name, source in (("frames", "frames"), ("film", "mp4"), ("bucket", "mp4")):
        page.goto(url + scenes[name])
        expect(page.locator("frame-viewer")).to_have_attribute("data-source", source)
        expect(page.locator("frame-viewer")).to_have_attribute("data-state", "ready")
        page.keyboard.press("ArrowRight")
        expect(page.locator("frame-viewer")).to_have_attribute("data-frame", "1")
        trail.look()
        if name == "film":
            assert "sends no token" in page.evaluate(IN_PLAYER)


def another_tab_has_what_was_remembered(page: Page, hosts: Hosts) -> None:
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    missing = other.locator("outage-summary [data-kind=credentials-missing]")
    expect(other.locator("media-grid [data-state=ready]")).to_have_count(5)
    # The thumbnails are kept; what they were made of is not to be had here.
    assert mount(other, hosts.bearer.origin).get_attribute("data-state") != "set"
    expect(mount(other, hosts.s3.bucket.endpoint)).to_have_attribute("data-state", "remembered")
    expect(mount(other, hosts.azure.origin)).to_have_attribute("data-state", "not-set")
    expect(missing).to_have_count(0)
    other.close()


def thumbnails_are_found_again(page: Page, grid: str, hosts: Hosts) -> None:
    """By addresses that have no signature."""
    before = len(hosts.bearer.requests), len(hosts.azure.asked)
    page.goto(grid)
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(5)
    assert (len(hosts.bearer.requests), len(hosts.azure.asked)) == before


def what_scripts_can_read_is_no_secret(page: Page, hosts: Hosts) -> None:
    kept = page.evaluate(READABLE)
    assert kept["keys"] == 30
    assert hosts.s3.bucket.endpoint in kept["text"]
    assert found_in(kept["text"].encode("latin1", "replace"), [*hosts.keys.secrets, READER[1]]) == []
    assert "exported" not in kept["text"]


def a_refused_key_is_said_so_and_forgotten(page: Page, grid: str, hosts: Hosts, trail: Trail) -> None:
    hosts.bearer.fail(Fault.FORBIDDEN)
    # The browser's own cache has the picture, too.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    item = page.locator("media-grid [data-item-id]").nth(1)
    page.goto(urljoin(grid, str(item.get_attribute("href"))))
    expect(page.locator(".media-reason")).to_have_attribute("data-kind", "credentials-refused")
    trail.look()
    element = mount(page, hosts.bearer.origin)
    expect(element).to_have_attribute("data-state", "refused")
    element.get_by_role("button", name="Forget").click()
    expect(element).to_have_attribute("data-state", "forgotten")
    expect(page.locator(".media-reason")).to_have_attribute("data-kind", "credentials-missing")
    trail.look()


def nothing_is_kept_after_sign_out(page: Page) -> None:
    page.locator(".bar details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    kept = page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)")
    assert [name for name in kept if "credentials" in name] == []
    assert page.evaluate("localStorage.getItem('transom-credentials')") is None


def plant(page: Page, url: str, script: WireClient, control: str) -> None:
    """What a sweep has to find: in a header, a body, an address, a log line and a row of the database."""
    page.evaluate("(word) => fetch('/healthz', { headers: { 'X-Planted': word } })", f"header-{control}")
    page.evaluate("(word) => fetch('/sign-in/', { method: 'POST', body: word })", f"body-{control}")
    page.goto(f"{url}/sign-in/?next=/title-{control}")
    page.goto(f"{url}/log-{control}")
    script.create_dataset(f"name-{control}", is_scene=False, privacy=True)


def test_keys_open_what_they_are_for_go_when_told_and_reach_no_part_of_our_server(
    page: Page, live: LiveTransom, hosts: Hosts, admin: Person, script: WireClient, watch: Watch
) -> None:
    dataset_id = make_items(hosts, script)
    scenes = make_scenes(hosts, script)
    control = uuid.uuid4().hex
    with RecordingProxy(live.url) as proxy:
        watch.declared.add(proxy.url)
        trail = Trail(page)
        sign_in(page, admin)
        page.context.add_cookies(
            [{"name": "door", "value": hosts.keys.cookie, "domain": "localhost", "path": "/kept/"}]
        )
        grid = f"{proxy.url}/datasets/{dataset_id}/"
        page.goto(grid)
        expect(page.locator("outage-summary [data-kind=credentials-missing]")).to_have_count(4)
        expect(page.locator("media-grid [data-state=ready]")).to_have_count(1)
        # No host was asked for what it would refuse.
        assert hosts.bearer.requests == hosts.query.requests == []
        assert hosts.azure.asked == []

        # Typed here, and the grid goes on without a reload.
        enter_all(page, hosts)
        expect(page.locator("media-grid [data-state=ready]")).to_have_count(5)
        trail.look()
        look_at_items(page, grid, trail)
        look_at_scenes(page, proxy.url, scenes, trail)

        thumbnails_are_found_again(page, grid, hosts)
        what_scripts_can_read_is_no_secret(page, hosts)
        another_tab_has_what_was_remembered(page, hosts)
        a_refused_key_is_said_so_and_forgotten(page, grid, hosts, trail)
        nothing_is_kept_after_sign_out(page)
        trail.look()
        plant(page, proxy.url, script, control)
        trail.look()
        sent = proxy.everything()
        watch.leave()
    files = {path: path.read_bytes() for path in live.folder.rglob("*") if path.is_file()}
    # The control: what is planted on purpose is found.
    planted = [f"{part}-{control}" for part in ("header", "body", "title")]
    assert found_in(sent, planted) == planted
    assert [path for path, held in files.items() if found_in(held, [f"name-{control}"])] != []
    assert found_in(live.log_text().encode(), [f"log-{control}"]) != []
    assert found_in(trail.text().encode(), [control]) == [control]

    secrets = [*hosts.keys.secrets, READER[1]]
    assert found_in(sent, [*secrets, "X-Amz-Signature"]) == []
    assert found_in(trail.text().encode(), [*secrets, "X-Amz-Signature"]) == []
    assert {path: hits for path, held in files.items() if (hits := found_in(held, secrets))} == {}


def test_where_a_page_can_neither_sign_nor_encrypt_the_form_says_so_and_a_token_lasts_for_the_tab(
    page: Page, hosts: Hosts, admin: Person, script: WireClient
) -> None:
    dataset_id = make_items(hosts, script)
    sign_in(page, admin)
    page.add_init_script(INSECURE)
    page.goto(f"/datasets/{dataset_id}/")
    element = mount(page, hosts.bearer.origin)
    expect(element.locator("option[value=s3]")).to_be_disabled()
    expect(element).to_contain_text("nothing to sign or to encrypt with")
    expect(element.get_by_label("Remember on this device")).to_have_count(0)
    expect(enter(page, hosts.bearer.origin, {"Token": hosts.keys.bearer})).to_have_attribute("data-state", "set")
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(1)
    page.reload()
    expect(mount(page, hosts.bearer.origin)).to_have_attribute("data-state", "set")
    page.locator(".bar details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    assert found_in(page.evaluate("JSON.stringify(sessionStorage)").encode(), hosts.keys.secrets) == []


def test_an_address_in_a_bucket_is_signed_for_a_new_tab_when_the_button_is_pressed(
    page: Page, hosts: Hosts, admin: Person, script: WireClient, live: LiveTransom
) -> None:
    url = hosts.put("a note.jpg", b"no picture", "text/plain")
    dataset_id = script.create_dataset("notes", is_scene=False, privacy=True)
    script.append(dataset_id, [{"reference_id": "note", "image_url": url, "metadata": {}}])
    sign_in(page, admin)
    page.goto(f"/datasets/{dataset_id}/")
    page.locator("media-grid [data-item-id]").first.click()
    panel = page.locator("media-stage .media-reason")
    expect(panel).to_have_attribute("data-kind", "credentials-missing")
    leave = panel.get_by_role("button", name="Open the address in a new tab")
    tabs = len(page.context.pages)
    leave.click()
    expect(panel.get_by_role("status")).to_contain_text(f"This browser has no key for {hosts.s3.bucket.endpoint}")
    assert len(page.context.pages) == tabs
    typed = {"Access key ID": READER[0], "Secret access key": READER[1]}
    enter(page, hosts.s3.bucket.endpoint, typed)
    expect(panel).to_have_attribute("data-kind", "not-an-image")
    with page.context.expect_page() as opened:
        leave.click()
    tab = opened.value
    tab.wait_for_load_state()
    assert "X-Amz-Signature=" in tab.url
    assert (tab.inner_text("body"), tab.evaluate("document.referrer")) == ("no picture", "")
    assert "X-Amz-Signature" not in page.content()
    assert "X-Amz-Signature" not in live.log_text()
