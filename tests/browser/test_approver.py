"""An approver in a real browser: pictures come from their own host, and only a decision lets the server ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Watch, sign_in
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer, Fault

QUEUE = "/admin/promotions/promotion/"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for the twelve pictures, in the team of its approver."""

    page: str
    dataset_id: str
    approver: Person


@pytest.fixture
def asked(live: LiveTransom, editor: Person, pictures: dict[str, Any]) -> Asked:
    names = [item["reference_id"] for item in pictures["items"]]
    pk = live.ask_clerk(
        "ask_for_labels", email=editor.email, team=editor.team, dataset=pictures["id"], reference_ids=names
    )
    return Asked(f"{QUEUE}{pk}/decide/", pictures["id"], live.make_person("approver", team=editor.team))


@pytest.fixture
def courier(live: LiveTransom) -> Iterator[int]:
    yield live.start_courier()
    live.kill_courier()


def sign_in_again(page: Page, person: Person) -> None:
    page.get_by_label(f"Password of {person.email}").fill(person.password)
    page.get_by_role("button", name="Go on").click()


def let_the_courier_ask(page: Page, live: LiveTransom, team: str, origin: str) -> None:
    """What an admin who also operates the server does for a host in their own network: its rule, and the consent."""
    operator = live.make_person("admin", team=team, staff=True)
    sign_in(page, operator)
    page.goto("/admin/promotions/originrule/")
    page.get_by_role("link", name=origin).click()
    page.get_by_role("link", name="Sign in again").click()
    sign_in_again(page, operator)
    page.get_by_label("Address ranges").fill("127.0.0.0/8")
    page.get_by_label("Plain http").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Agree to these ranges").click()
    expect(page.get_by_text("Agreed to by")).to_be_visible()
    page.context.clear_cookies()


def test_pictures_come_from_their_host_to_the_approvers_browser_alone(
    page: Page, asked: Asked, canary: CanaryServer, live: LiveTransom, watch: Watch
) -> None:
    watch.expected.append(r"404 \(Not Found\)")
    canary.fail(Fault.NOT_FOUND, "/quay-05")
    sign_in(page, asked.approver)
    page.goto(QUEUE)
    page.get_by_role("link", name="Signs at night are missed.").click()
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(11)
    failed = page.locator(".media-cell[data-state=error]")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text(f"{canary.origin} gave your browser no picture")
    widths = page.locator(".media-cell__image").evaluate_all("images => images.map((image) => image.naturalWidth)")
    assert widths == [320] * 11
    assert canary.made_by(live.pids()) == []
    assert {one.query for one in canary.requests} == {f"sig=secret{n}" for n in range(12)}
    assert all("referer" not in one.headers and "cookie" not in one.headers for one in canary.requests)
    assert not any("secret" in one for one in watch.asked if one.startswith(live.url))


def test_approval_lets_the_courier_ask_once_for_each_and_the_page_says_so(
    page: Page, asked: Asked, canary: CanaryServer, live: LiveTransom, courier: int
) -> None:
    let_the_courier_ask(page, live, asked.approver.team, canary.origin)
    sign_in(page, asked.approver)
    page.goto(asked.page)
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(12)
    page.get_by_role("link", name="Sign in again to approve").click()
    sign_in_again(page, asked.approver)
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(12)
    assert canary.made_by(live.pids()) == []

    page.get_by_label("Type 12 to confirm").fill("12")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("this page shows how far it is")).to_be_visible()
    expect(page.locator(".head .status")).to_have_text("shared")
    expect(page.locator(".decided")).to_contain_text("12 of 12 shared")
    by_courier = [one for one in canary.requests if one.headers["user-agent"].startswith("transom-courier/")]
    # A connection may have ended before its process was looked up.
    assert {courier in one.owner.line for one in by_courier if one.owner} == {True}
    assert sorted(one.path for one in by_courier) == [f"/quay-{n:02}-320x240.jpg" for n in range(12)]
    assert canary.made_by(live.pids() - {courier}) == []
    page.goto(QUEUE)
    expect(page.get_by_role("heading", name="Nobody waits")).to_be_visible()


def test_what_was_approved_is_taken_back_where_it_was_decided(page: Page, asked: Asked) -> None:
    sign_in(page, asked.approver)
    page.goto(f"/admin/confirm/?next={asked.page}")
    sign_in_again(page, asked.approver)
    page.get_by_label("Type 12 to confirm").fill("12")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_label("Why").fill("The wrong pier.")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator(".head .status")).to_have_text("revoked")
    expect(page.locator(".decided")).to_contain_text("The wrong pier.")


def test_every_page_fits_a_small_phone_and_has_nothing_that_axe_minds(
    page: Page, asked: Asked, live: LiveTransom, watch: Watch
) -> None:
    watch.expected.append(axe.TRIES)
    operator = live.make_person("admin", team=asked.approver.team, staff=True)
    sign_in(page, operator)
    page.goto("/admin/confirm/")
    sign_in_again(page, operator)
    page.goto("/admin/promotions/originrule/")
    rule = str(page.locator("td a").first.get_attribute("href"))
    lists = [f"/admin/{name}/" for name in ("accounts/user", "accounts/team", "datasets/dataset", "jobs/job")]
    pages = ["/admin/", QUEUE, asked.page, f"{QUEUE}?show=decided", rule, "/admin/promotions/originrule/", *lists]
    pages += ["/admin/promotions/courierstop/", "/admin/confirm/", "/admin/second-factor/", "/admin/password_change/"]
    for address in pages:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(address)
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) <= 0, address
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.set_viewport_size({"width": 1440, "height": 900})
        assert axe.violations(page) == [], address


def test_sign_in_for_the_administration_is_the_apps_own_door(page: Page, asked: Asked) -> None:
    page.goto(asked.page)
    page.get_by_label("E-mail").fill(asked.approver.email)
    page.get_by_label("Password", exact=True).fill(asked.approver.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{page.url.partition('/admin')[0]}{asked.page}")
    expect(page.get_by_role("heading", level=1)).to_have_text("12 items of quays")
