"""The page of media hosts: what a browser finds of each, what mends it, and that nobody is asked without a wish."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import LIMIT_MS, Watch, sign_in
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer, Fault
from tests.wire_client import WireClient

# The button says so for two seconds only; this ends when it is so, or the test does.
COPIED = """async (text) => {
    while (!(await navigator.clipboard.readText()).includes(text)) await new Promise(requestAnimationFrame);
}"""
EXPECTED = rf"blocked by CORS policy|net::ERR_|status of 40[34]|{axe.TRIES}"


@pytest.fixture(scope="module")
def person(live: LiveTransom) -> Person:
    return live.make_person("editor", team=f"Team {uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def tab(chromium: Browser, live: LiveTransom, person: Person) -> Iterator[Page]:
    """One profile for the module; each host has a port of its own, so that nothing known of one is known of another."""
    context = chromium.new_context(
        base_url=live.url, viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    sign_in(page, person)
    yield page
    context.close()


@pytest.fixture
def asked(tab: Page) -> Iterator[Watch]:
    """What the page said and asked for during one test."""
    watch = Watch(expected=[EXPECTED])
    hear, fault = watch.hear, lambda error: watch.errors.append(str(error))
    note = lambda request: watch.asked.append(request.url)  # noqa: E731
    tab.on("console", hear)
    tab.on("pageerror", fault)
    tab.on("request", note)
    yield watch
    tab.remove_listener("console", hear)
    tab.remove_listener("pageerror", fault)
    tab.remove_listener("request", note)
    assert watch.unexpected() == []


def dataset_on(person: Person, *hosts: CanaryServer) -> str:
    wire = WireClient(person.live.endpoint, person.key())
    dataset_id = wire.create_dataset(f"of {uuid.uuid4().hex[:6]}", is_scene=False, privacy=True)
    items = [
        {"reference_id": f"{host.port}/one", "image_url": host.url("one-320x240.jpg?sig=secret"), "metadata": {}}
        for host in hosts
    ]
    wire.append(dataset_id, items)
    return dataset_id


def found(host: Locator, ability: str) -> Locator:
    return host.locator(f"[data-ability={ability}] .abilities__found")


def test_a_host_without_cors_is_told_the_rule_and_is_well_when_it_has_it(
    tab: Page, person: Person, asked: Watch
) -> None:
    with CanaryServer() as canary:
        tab.goto(f"/datasets/{dataset_on(person, canary)}/hosts/")
        host = tab.locator("media-host")
        expect(host).to_have_attribute("data-state", "limited")
        expect(found(host, "reachable")).to_have_text("yes")
        expect(found(host, "readable")).to_have_text("no")
        expect(found(host, "space")).to_have_text("this computer")
        expect(found(host, "latency_ms")).to_contain_text("ms")

        rule = host.locator("[data-cure=cors]")
        expect(rule).to_have_attribute("open", "")
        host.get_by_role("tab", name="nginx").press("ArrowRight")
        expect(host.get_by_role("tab", name="Apache")).to_be_focused()
        panel = rule.get_by_role("tabpanel")
        expect(panel).to_contain_text(f'Header always set Access-Control-Allow-Origin "{person.live.url}"')
        panel.get_by_role("button", name="Copy").nth(1).click()
        tab.evaluate(COPIED, "RewriteRule ^ - [R=204,L]")
        assert axe.violations(tab) == []

        canary.let_pages_read()
        host.get_by_role("button", name="Check again").click()
        expect(host).to_have_attribute("data-state", "good")
        expect(found(host, "readable")).to_have_text("yes")
        expect(found(host, "ranges")).to_have_text("yes")
        expect(host.locator(".report")).to_have_count(0)
        asked.asked.clear()
        tab.reload()
        expect(host).to_have_attribute("data-state", "good")
        # What is known is shown again, and taught the settings, without a question to the host.
        tab.goto(tab.url.replace("/hosts/", "/settings/"))
        expect(tab.locator("host-abilities tbody tr")).to_contain_text("yes")
        assert asked.origins() == {person.live.url}


def test_a_host_that_refuses_says_so_with_evidence_and_a_way_on(tab: Page, person: Person, asked: Watch) -> None:
    with CanaryServer(cors=True) as canary:
        canary.fail(Fault.FORBIDDEN)
        tab.goto(f"/datasets/{dataset_on(person, canary)}/hosts/")
        report = tab.locator("media-host .report")
        expect(report).to_have_attribute("data-kind", "denied")
        expect(report).to_contain_text("403")
        expect(report).to_contain_text("Who can mend it: you or whoever runs the host.")
        report.locator(".report__asked").click()
        expect(report.locator(".report__table")).to_contain_text(" ms")
        leave = report.get_by_role("link", name="Open the address in a new tab").last
        expect(leave).to_have_attribute("rel", "noopener noreferrer")
        assert "secret" not in report.inner_text()
        tab.goto(tab.url.replace("/hosts/", "/"))
        # The same report opens from a picture that does not come.
        tab.locator("media-grid [data-item-id]").first.click()
        tab.get_by_role("button", name="how to mend it").click()
        dialog = tab.get_by_role("dialog")
        expect(dialog.locator(".report")).to_have_attribute("data-kind", "denied")
        look = dialog.get_by_role("link", name="Look into this host")
        expect(look).to_have_attribute("href", f"/datasets/{tab.url.split('/')[4]}/hosts/?origin={escaped(canary)}")
        dialog.press("Escape")
        expect(dialog).to_have_count(0)


def test_of_many_hosts_each_is_asked_when_it_is_opened_or_all_by_the_button(
    tab: Page, person: Person, asked: Watch
) -> None:
    hosts = [CanaryServer(cors=number != 1) for number in range(4)]
    try:
        dataset_id = dataset_on(person, *hosts)
        hosts[3].close()
        tab.goto(f"/datasets/{dataset_id}/hosts/?origin={escaped(hosts[1])}")
        states = {host.origin: tab.locator(f'media-host[data-origin="{host.origin}"]') for host in hosts}
        expect(states[hosts[1].origin]).to_have_attribute("data-state", "limited")
        assert [len(host.requests) > 0 for host in hosts[:3]] == [False, True, False]
        tab.get_by_role("button", name="Check all 4").click()
        for host, state in zip(hosts, ("good", "limited", "good", "bad"), strict=True):
            expect(states[host.origin]).to_have_attribute("data-state", state)
        expect(states[hosts[3].origin].locator(".host__state")).to_have_text("cannot be reached")
    finally:
        for host in hosts[:3]:
            host.close()


def escaped(host: CanaryServer) -> str:
    return host.origin.replace(":", "%3A").replace("/", "%2F")
