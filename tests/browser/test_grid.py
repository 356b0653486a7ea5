"""The grid: measuring, choosing, making slices."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.wire_client import WireClient


def open_grid(page: Page, dataset_id: str) -> None:
    page.goto(f"/datasets/{dataset_id}/")
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(12)


def test_the_browser_measures_what_the_server_may_not_fetch(
    signed_in: Page, pictures: dict[str, Any], wire: WireClient
) -> None:
    open_grid(signed_in, pictures["id"])

    def sizes() -> set[tuple[int, int]]:
        items = wire.call("GET", f"dataset/{pictures['id']}/datasetItems")["dataset_items"]
        return {(item["width"], item["height"]) for item in items}

    # The page sends what it measured a little later, together.
    for _ in range(40):
        if sizes() == {(320, 240)}:
            return
        signed_in.wait_for_timeout(250)
    assert sizes() == {(320, 240)}


def test_a_slice_is_made_of_what_was_chosen_by_keyboard(
    signed_in: Page, pictures: dict[str, Any], wire: WireClient
) -> None:
    open_grid(signed_in, pictures["id"])
    cells = signed_in.locator("media-grid [data-item-id]")
    signed_in.keyboard.press("ArrowRight")
    expect(cells.first).to_be_focused()
    signed_in.keyboard.press("Space")
    signed_in.keyboard.press("ArrowRight")
    signed_in.keyboard.press("ArrowRight")
    signed_in.keyboard.press("Space")
    bar = signed_in.locator("selection-bar")
    expect(bar.locator(".selection-bar__count")).to_contain_text("2")
    bar.locator("[data-action=create]").click()
    bar.get_by_role("textbox").fill("two quays")
    signed_in.keyboard.press("Enter")
    expect(bar).to_contain_text("two quays")
    made = wire.call("GET", f"dataset/{pictures['id']}/slices")
    assert [one["name"] for one in made] == ["two quays"]
    members = wire.call("GET", f"slice/{made[0]['id']}")["items"]
    assert [one["reference_id"] for one in members] == ["quay/00", "quay/02"]


def test_a_range_is_chosen_with_shift_and_cleared_with_escape(signed_in: Page, pictures: dict[str, Any]) -> None:
    open_grid(signed_in, pictures["id"])
    cells = signed_in.locator("media-grid [data-item-id]")
    cells.nth(2).locator(".media-cell__tick").click()
    cells.nth(6).click(modifiers=["Shift"])
    expect(signed_in.locator("media-grid [aria-selected=true]")).to_have_count(5)
    signed_in.keyboard.press("Escape")
    expect(signed_in.locator("media-grid [aria-selected=true]")).to_have_count(0)
    expect(signed_in.locator("selection-bar")).to_be_hidden()


def test_items_are_walked_through_by_the_arrow_keys(signed_in: Page, pictures: dict[str, Any]) -> None:
    open_grid(signed_in, pictures["id"])
    signed_in.locator("media-grid [data-item-id]").first.focus()
    signed_in.keyboard.press("Enter")
    stage = signed_in.locator("media-stage[data-state=ready]")
    expect(stage).to_be_visible()
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("quay/00")
    signed_in.keyboard.press("ArrowRight")
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("quay/01")
    expect(stage).to_be_visible()
    signed_in.keyboard.press("ArrowLeft")
    expect(signed_in.get_by_role("heading", level=1)).to_contain_text("quay/00")


def test_members_leave_a_slice_and_come_back(signed_in: Page, pictures: dict[str, Any], wire: WireClient) -> None:
    items = wire.call("GET", f"dataset/{pictures['id']}/datasetItems")["dataset_items"]
    names = [item["ref_id"] for item in items[:3]]
    made = wire.call("POST", f"dataset/{pictures['id']}/create_slice", {"name": "thinned", "reference_ids": names})
    signed_in.goto(f"/slices/{made['slice_id']}")
    cells = signed_in.locator("media-grid [data-item-id]")
    expect(cells).to_have_count(3)
    cells.nth(1).focus()
    signed_in.keyboard.press("Space")
    bar = signed_in.locator("selection-bar")

    def held() -> int:
        return len(wire.call("GET", f"slice/{made['slice_id']}")["items"])

    bar.get_by_role("button", name="Remove from slice").click()
    expect(bar).to_contain_text("Removed 1 from thinned.")
    expect(signed_in.locator("[data-gone]")).to_have_count(1)
    assert held() == 2
    bar.get_by_role("button", name="Undo").click()
    expect(bar).to_contain_text("Put 1 back.")
    expect(signed_in.locator("[data-gone]")).to_have_count(0)
    assert held() == 3


def test_a_bar_of_a_chart_leads_to_what_it_counts(signed_in: Page, pictures: dict[str, Any], watch: Watch) -> None:
    watch.expected.append("net::ERR_FAILED")
    signed_in.route("**/facets?*", lambda route: route.abort())
    signed_in.goto(f"/datasets/{pictures['id']}/charts/")
    chart = signed_in.locator(".chart", has_text="CSV").last
    expect(chart).to_contain_text("did not count this")
    signed_in.unroute("**/facets?*")
    chart.get_by_role("button", name="Try again").click()
    expect(chart.get_by_role("img")).to_have_accessible_name("metadata.n of 12 items; most often 0, 1 time.")
    # Opened by the keyboard, the table has the links that the drawing has for a pointer.
    chart.get_by_role("button", name="Table of metadata.n").press("Enter")
    chart.get_by_role("link", name="3", exact=True).click()
    expect(signed_in).to_have_url(f"/datasets/{pictures['id']}/charts/?q=metadata.n%20%3D%203")


def test_all_that_match_leave_a_slice(signed_in: Page, pictures: dict[str, Any], wire: WireClient) -> None:
    names = [item["reference_id"] for item in pictures["items"][:5]]
    made = wire.call("POST", f"dataset/{pictures['id']}/create_slice", {"name": "thinned", "reference_ids": names})
    signed_in.goto(f"/slices/{made['slice_id']}?q=metadata.n+%3E+1&select=all")
    bar = signed_in.locator("selection-bar")
    bar.get_by_role("button", name="Remove from slice").click()
    expect(bar).to_contain_text("Removed 3 from thinned.")
    bar.get_by_role("button", name="Load the slice anew").click()
    expect(signed_in.locator(".empty__title")).to_have_text("Nothing matches")
    assert len(wire.call("GET", f"slice/{made['slice_id']}")["items"]) == 2
