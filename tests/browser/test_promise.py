"""The promise as a browser sees it: media comes from its own host, and nobody else hears of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, sign_in_by_hand
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer, Fault

BLOCKED = r"violates the following Content Security Policy directive|Content-Security-Policy"


def grid(page: Page, dataset_id: str) -> Any:
    page.goto(f"/datasets/{dataset_id}/")
    return page.locator("media-grid [data-item-id]")


def test_pictures_come_from_their_host_and_from_the_browser_alone(
    signed_in: Page, pictures: dict[str, Any], canary: CanaryServer, live: LiveTransom
) -> None:
    cells = grid(signed_in, pictures["id"])
    expect(cells).to_have_count(12)
    expect(signed_in.locator("media-grid [data-state=ready]")).to_have_count(12)
    asked = [one.path for one in canary.requests]
    assert sorted(set(asked)) == [f"/quay-{n:02}-320x240.jpg" for n in range(12)]
    assert canary.made_by(live.pids()) == []
    assert canary.connections


def test_signatures_arrive_byte_for_byte(signed_in: Page, pictures: dict[str, Any], canary: CanaryServer) -> None:
    grid(signed_in, pictures["id"])
    expect(signed_in.locator("media-grid [data-state=ready]")).to_have_count(12)
    assert {one.query for one in canary.requests} == {f"sig=secret{n}" for n in range(12)}


def test_no_referer_and_no_cookie_reach_the_media_host(
    page: Page, editor: Person, pictures: dict[str, Any], canary: CanaryServer
) -> None:
    # The canary is the same site as the app but for its name: a cookie that could travel would.
    sign_in_by_hand(page, editor)
    cells = grid(page, pictures["id"])
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(12)
    cells.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("media-stage[data-state=ready]")).to_be_visible()
    assert page.context.cookies()
    for asked in canary.requests:
        assert "referer" not in asked.headers
        assert "cookie" not in asked.headers
        assert "authorization" not in asked.headers


def test_a_redirect_to_an_undeclared_host_is_blocked_and_says_so(
    signed_in: Page, pictures: dict[str, Any], canary: CanaryServer, watch: Watch
) -> None:
    watch.expected.append(BLOCKED)
    with CanaryServer() as elsewhere:
        canary.redirect(elsewhere.url("/stolen-320x240.jpg"), "/quay-03")
        grid(signed_in, pictures["id"])
        failed = signed_in.locator("media-grid [data-state=error]")
        expect(failed).to_have_count(1)
        expect(failed.locator(".media-cell__reason")).to_have_attribute("data-kind", "redirected")
        expect(failed).to_contain_text(canary.origin.removeprefix("http://"))
        assert elsewhere.connections == []
    # The request that the browser then refused to send is the test's own doing.
    watch.asked = [url for url in watch.asked if "stolen" not in url]


def test_each_page_may_contact_exactly_its_datasets_hosts(
    signed_in: Page, pictures: dict[str, Any], canary: CanaryServer
) -> None:
    policy = str(signed_in.goto(f"/datasets/{pictures['id']}/").headers["content-security-policy"])  # type: ignore[union-attr]
    assert f"img-src 'self' blob: data: {canary.origin};" in policy
    elsewhere = str(signed_in.goto("/privacy/").headers["content-security-policy"])  # type: ignore[union-attr]
    assert canary.origin not in elsewhere


def test_a_picture_that_is_not_there_is_a_sentence_without_its_address(
    signed_in: Page, pictures: dict[str, Any], canary: CanaryServer, watch: Watch
) -> None:
    watch.expected.append("Failed to load resource")
    canary.fail(Fault.NOT_FOUND, "/quay-05")
    canary.fail(Fault.LOGIN_PAGE, "/quay-06")
    canary.fail(Fault.RESET, "/quay-07")
    canary.fail(Fault.CORRUPT, "/quay-08")
    grid(signed_in, pictures["id"])
    expect(signed_in.locator("media-grid [data-state=ready]")).to_have_count(8)
    failed = signed_in.locator("media-grid [data-state=error]")
    expect(failed).to_have_count(4)
    for cell in failed.all():
        said = cell.locator(".media-cell__reason").inner_text()
        assert "127.0.0.1" in said
        assert "quay-" not in said
        assert "secret" not in said
