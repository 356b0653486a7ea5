"""The grid of a whole result: every place in it, by scrollbar, key, address and way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, sign_in
from tests.live import Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

COUNT = 1503
READY = "media-grid[data-state=ready]"
FOCUSED = "media-grid .media-cell:focus"
# Of the cells in the window: those whose picture is not their own, and how many are ready.
PICTURES = """() => {
  const ready = [...document.querySelectorAll("media-grid [data-item-id][data-state=ready]")];
  const number = (text) => /shot.(\\d{5})/.exec(text)?.[1];
  const wrong = ready.filter((cell) => {
    const numbers = [cell.querySelector("img").src, cell.querySelector(".media-cell__caption").textContent].map(number);
    return numbers[0] === undefined || numbers[0] !== numbers[1] || Number(numbers[0]) !== cell.ariaPosInSet - 1;
  });
  return { wrong: wrong.length, ready: ready.length, all: document.querySelectorAll("media-grid > *").length };
}"""
# Columns, the height of a row with its gap, and of the whole grid.
LAYOUT = """() => {
  const [first, ...rest] = document.querySelectorAll("media-grid > *");
  const next = rest.findIndex((cell) => cell.offsetTop !== first.offsetTop);
  return [next + 1, rest[next].offsetTop - first.offsetTop, document.querySelector("media-grid").offsetHeight];
}"""
# How much of the window's upper end the query bar covers.
COVERED = """() => {
  const form = document.querySelector(".query__form");
  return form && getComputedStyle(form).position === "sticky" ? form.offsetHeight : 0;
}"""
# The position of the first cell whose row begins in what is left of it.
FIRST_SEEN = """() => {
  const covered = (COVERED)();
  const cells = [...document.querySelectorAll("media-grid > *")];
  const seen = cells.filter((cell) => cell.getBoundingClientRect().bottom > covered + 1);
  return Math.min(...seen.map((cell) => Number(cell.ariaPosInSet)));
}""".replace("COVERED", COVERED)

# What a busy browser does: the cells settle in another place after the click, before the page is left.
LEAVE_WHILE_MOVING = """() => {
  const cells = [...document.querySelectorAll("media-grid > *")];
  cells[2].click();
  const detail = { from: cells[5].dataset.itemId, position: 5, count: 1503, isExact: true };
  document.querySelector("media-grid").dispatchEvent(new CustomEvent("place-change", { detail }));
}"""


@pytest.fixture
def many(wire: WireClient, canary: CanaryServer) -> dict[str, Any]:
    """A privacy dataset of fifteen hundred small pictures, each numbered in its name."""
    dataset_id = wire.create_dataset("many", is_scene=False, privacy=True)
    items = [
        {
            "reference_id": f"shot/{n:05}",
            "image_url": canary.url(f"shot-{n:05}-48x32.jpg"),
            "metadata": {"even": n % 2 == 0},
        }
        for n in range(COUNT)
    ]
    wire.append(dataset_id, items)
    return {"id": dataset_id, "path": f"/datasets/{dataset_id}/"}


def open_grid(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(READY)).to_be_visible()


def expect_item(page: Page, name: str) -> None:
    """The page of that item is there, and hears keys."""
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.wait_for_load_state()


def focused_position(page: Page) -> int:
    """The position of the cell that has the focus, counted from 1; waits until its row is there."""
    cell = page.locator(f"{FOCUSED}[data-item-id]")
    expect(cell).to_have_count(1)
    return int(cell.get_attribute("aria-posinset") or 0)


def check_pictures(page: Page) -> None:
    """All cells show their own picture, and only those near the window exist."""
    expect(page.locator("media-grid > [data-state=waiting], media-grid > [data-state=loading]")).to_have_count(0)
    found = page.evaluate(PICTURES)
    assert found["wrong"] == 0
    assert 0 < found["ready"] == found["all"] < 300


def test_every_place_of_a_result_is_reached_and_shows_its_own_pictures(signed_in: Page, many: dict[str, Any]) -> None:
    page = signed_in
    open_grid(page, many["path"])
    check_pictures(page)
    expect(page.locator("media-grid > *").first).to_have_attribute("aria-setsize", str(COUNT))
    columns, pitch_px, height_px = page.evaluate(LAYOUT)
    assert columns > 4
    assert height_px == -(-COUNT // columns) * pitch_px
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = page.locator(f'media-grid [aria-posinset="{COUNT}"]')
    expect(last).to_be_in_viewport()
    expect(page.locator(".grid-readout")).to_contain_text("of 1\u202f503")
    check_pictures(page)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator('media-grid [aria-posinset="1"]')).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/$"))
    page.locator("media-grid > *").first.focus()
    below = 2 + columns
    page_down = below + (900 - page.evaluate(COVERED)) // pitch_px * columns
    moves = [("End", COUNT), ("ArrowUp", COUNT - columns), ("Home", 1), ("ArrowRight", 2), ("ArrowDown", below)]
    for key, position in [*moves, ("PageDown", page_down), ("PageUp", below)]:
        page.keyboard.press(key)
        assert focused_position(page) == position, key
        expect(page.locator(FOCUSED)).to_be_in_viewport(ratio=1)
    page.keyboard.press("g")
    page.keyboard.type("2000")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-goto__refusal")).to_have_text("There are 1\u202f503")
    page.get_by_label("Position").fill("777")
    page.keyboard.press("Enter")
    assert focused_position(page) == 777
    check_pictures(page)
    expect(page).to_have_url(re.compile(rf"\?from=di_\w+&position={776 - 776 % columns}$"))


def test_the_first_row_stays_whatever_the_size(signed_in: Page, many: dict[str, Any]) -> None:
    page = signed_in
    open_grid(page, many["path"])
    page.locator("media-grid > *").first.focus()
    page.keyboard.press("g")
    page.keyboard.type("801")
    page.keyboard.press("Enter")
    assert 801 - 12 < page.evaluate(FIRST_SEEN) <= 801
    for size in ("Small pictures", "Large pictures", "Medium pictures"):
        page.get_by_role("link", name=size).evaluate("(link) => link.click()")
        expect(page.get_by_role("link", name=size)).to_have_attribute("aria-current", "true")
        assert 801 - 12 < page.evaluate(FIRST_SEEN) <= 801
    page.get_by_role("link", name="Small pictures").evaluate("(link) => link.click()")
    for width in (900, 390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        assert 801 - 8 < page.evaluate(FIRST_SEEN) <= 801
        assert page.evaluate("document.documentElement.scrollWidth") == width
        check_pictures(page)
    # The size chosen is taken along by what was rendered before.
    page.get_by_label("Query", exact=True).fill("metadata.even = true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"size=small"))
    expect(page.locator(READY)).to_have_attribute("data-density", "small")


def test_a_slice_is_made_of_all_but_some_and_of_a_range_never_loaded(
    signed_in: Page, many: dict[str, Any], wire: WireClient
) -> None:
    page = signed_in
    open_grid(page, f"{many['path']}?q=metadata.even%20%3D%20true")
    bar = page.locator("selection-bar")
    page.locator("media-grid > *").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+a")
    expect(bar.locator(".selection-bar__count")).to_have_text("752 selected")
    expect(bar.locator("[data-action=all]")).to_be_hidden()
    page.keyboard.press("Space")
    expect(bar.locator(".selection-bar__count")).to_have_text("751 selected")
    expect(page).to_have_url(re.compile(r"select=all-but\.di_\w+$"))
    # The link is the selection.
    open_grid(page, page.url)
    expect(bar.locator(".selection-bar__count")).to_have_text("751 selected")
    make_slice(page, "all but the second")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.locator("media-grid > *").nth(2).focus()
    page.keyboard.press("Space")
    page.keyboard.press("g")
    page.keyboard.type("703")
    page.keyboard.press("Enter")
    assert focused_position(page) == 703
    page.keyboard.press("Shift+Space")
    expect(bar.locator(".selection-bar__count")).to_have_text("701 selected")
    expect(page).to_have_url(re.compile(r"select=n701"))
    make_slice(page, "third to 703rd")
    bar.get_by_role("button", name="Select all 752 that match").click()
    expect(page).to_have_url(re.compile(r"select=all"))
    found = {one["name"]: one["id"] for one in wire.call("GET", f"dataset/{many['id']}/slices")}
    held = {name: references(wire, slice_id) for name, slice_id in found.items()}
    even = [f"shot/{n:05}" for n in range(0, COUNT, 2)]
    assert held == {"all but the second": {*even} - {"shot/00002"}, "third to 703rd": {*even[2:703]}}


def test_what_is_undone_is_shown_and_the_place_the_focus_and_the_selection_stay(
    signed_in: Page, many: dict[str, Any], wire: WireClient
) -> None:
    page = signed_in
    names = [f"shot/{n:05}" for n in range(700)]
    made = wire.call("POST", f"dataset/{many['id']}/create_slice", {"name": "first", "reference_ids": names})
    open_grid(page, f"/slices/{made['slice_id']}")
    page.wait_for_load_state()
    evens = page.locator('.chart[data-name="even"] .chart__count')
    expect(evens).to_have_text(["350", "350"])
    page.locator("media-grid > *").first.focus()
    page.keyboard.press("g")
    page.keyboard.type("400")
    page.keyboard.press("Enter")
    assert focused_position(page) == 400
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.locator("selection-bar").get_by_role("button", name="Remove from slice").click()
    expect(page.locator("media-grid [data-gone]")).to_have_count(1)
    expect(page.locator("media-grid [data-gone]")).to_contain_text("shot/00400")
    page.locator("media-grid [tabindex='0']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    first = page.evaluate(FIRST_SEEN)
    held, chosen = page.locator(f"{FOCUSED}[data-item-id]"), page.locator("media-grid [aria-selected=true]")
    page.evaluate("() => { document.activeElement.dataset.mark = 'the same element'; }")

    def stays(count: int, position: int) -> None:
        """So many rows, and nothing under the hand has moved."""
        expect(held).to_have_attribute("aria-setsize", str(count))
        expect(page.locator(".head__facts")).to_contain_text(f"{count} items")
        expect(held).to_have_attribute("aria-posinset", str(position))
        expect(held).to_have_attribute("data-mark", "the same element")
        expect(held).to_contain_text("shot/00401")
        expect(chosen).to_contain_text(["shot/00401"])
        expect(page.locator(".selection-bar__count")).to_have_text("1 selected")
        assert page.evaluate(FIRST_SEEN) == first
        expect(page.locator("media-grid [data-gone]")).to_have_count(0)

    page.keyboard.press("z")
    expect(page.locator(".edit-toast")).to_contain_text("Undid: ")
    expect(page.locator(".selection-bar__said")).to_be_empty()
    stays(700, 402)
    page.keyboard.press("Shift+Z")
    expect(page.locator(".edit-toast")).to_contain_text("Did again: ")
    expect(evens).to_have_text(["350", "349"])
    stays(699, 401)
    expect(page.locator("media-grid > *", has_text="shot/00400")).to_have_count(0)


def make_slice(page: Page, name: str) -> None:
    bar = page.locator("selection-bar")
    bar.locator("[data-action=create]").click()
    bar.get_by_role("textbox").fill(name)
    page.keyboard.press("Enter")
    expect(bar.get_by_role("link", name=name)).to_be_visible()
    page.locator("media-grid [tabindex='0']").focus()


def references(wire: WireClient, slice_id: str) -> set[str]:
    return {one["reference_id"] for one in wire.call("GET", f"slice/{slice_id}")["items"]}


def test_escape_leads_back_to_the_cell_one_came_from(signed_in: Page, many: dict[str, Any]) -> None:
    page = signed_in
    open_grid(page, many["path"])
    page.locator("media-grid > *").first.focus()
    page.keyboard.press("g")
    page.keyboard.type("900")
    page.keyboard.press("Enter")
    assert focused_position(page) == 900
    before = page.evaluate(FIRST_SEEN)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect_item(page, "shot/00900")
    page.keyboard.press("Escape")
    expect(page.locator(READY)).to_be_visible()
    assert focused_position(page) == 901
    assert page.evaluate(FIRST_SEEN) == before
    # After a walk through neighbors it is the same grid, though no longer one step back.
    page.keyboard.press("Enter")
    expect_item(page, "shot/00900")
    page.keyboard.press("ArrowRight")
    expect_item(page, "shot/00901")
    page.keyboard.press("Escape")
    expect(page.locator(READY)).to_be_visible()
    assert focused_position(page) == 901


def test_escape_leads_back_though_the_cells_moved_while_the_grid_was_left(
    signed_in: Page, many: dict[str, Any]
) -> None:
    page = signed_in
    open_grid(page, many["path"])
    page.locator("media-grid > *").nth(2).focus()
    page.evaluate(LEAVE_WHILE_MOVING)
    expect_item(page, "shot/00002")
    page.keyboard.press("Escape")
    expect(page.locator(READY)).to_be_visible()
    assert focused_position(page) == 3


def test_what_is_asked_stays_in_sight_and_covers_no_row(signed_in: Page, many: dict[str, Any]) -> None:
    page = signed_in
    open_grid(page, f"{many['path']}?q=metadata.even EXISTS")

    def top_of(selector: str) -> float:
        return float(page.locator(selector).evaluate("(one) => one.getBoundingClientRect().top"))

    page.locator("media-grid > *").first.focus()
    page.keyboard.press("g")
    page.keyboard.type("700")
    page.keyboard.press("Enter")
    assert focused_position(page) == 700
    covered = page.evaluate(COVERED)
    assert 0 < covered < 60
    assert top_of(".query__form") == 0
    expect(page.locator(".query__says")).to_be_in_viewport(ratio=1)
    assert abs(top_of(".facets") - covered) <= 1
    assert abs(top_of(FOCUSED) - covered) <= 1
    for key in ("ArrowUp", "ArrowUp", "PageUp", "PageDown"):
        page.keyboard.press(key)
        focused_position(page)
        assert top_of(FOCUSED) >= covered - 1, key
    # A longer question takes more room, and no row is lost to it.
    before = page.evaluate(FIRST_SEEN)
    page.get_by_label("Query", exact=True).fill("metadata.even = true OR " * 20)
    expect(page.locator(".query__form")).not_to_have_css("height", f"{covered}px")
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert page.evaluate(COVERED) > covered
    assert page.evaluate(FIRST_SEEN) == before
    # A telephone has no room for it.
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(COVERED) == 0


def test_a_link_shows_a_teammate_the_same_place_and_choice(
    signed_in: Page, many: dict[str, Any], chromium: Browser, editor: Person
) -> None:
    page = signed_in
    open_grid(page, f"{many['path']}?size=small")
    page.locator("media-grid > *").first.focus()
    page.keyboard.press("g")
    page.keyboard.type("1200")
    page.keyboard.press("Enter")
    assert focused_position(page) == 1200
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"size=small&from=di_\w+&position=\d+&select=di_\w+\.di_\w+$"))
    first = page.evaluate(FIRST_SEEN)
    teammate = editor.live.make_person("viewer", team=editor.team)
    context = chromium.new_context(base_url=editor.live.url, viewport={"width": 1440, "height": 900})
    other = context.new_page()
    sign_in(other, teammate)
    open_grid(other, page.url)
    assert other.evaluate(FIRST_SEEN) == first
    check_pictures(other)
    # A viewer makes no slices; a curator sees the two chosen.
    expect(other.locator("selection-bar")).to_have_count(0)
    context.close()
    open_grid(page, page.url)
    expect(page.locator(".selection-bar__count")).to_have_text("2 selected")
    assert page.locator("media-grid [aria-selected=true]").count() == 2


def test_rows_that_do_not_come_are_said_and_asked_for_again(
    signed_in: Page, many: dict[str, Any], watch: Watch
) -> None:
    page = signed_in
    watch.expected.append(r"net::ERR_FAILED|status of 500")
    open_grid(page, many["path"])
    failed = page.locator(".grid-notice[data-kind=failed]")
    for fault in (lambda route: route.abort(), lambda route: route.fulfill(status=500, body="{}")):
        page.route("**/rows?*", fault)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        expect(failed).to_be_visible()
        expect(page.locator("media-grid > [data-state=waiting]")).not_to_have_count(0)
        with page.expect_request("**/rows?*"):
            failed.get_by_role("button", name="Try again").click()
        expect(failed).to_be_visible()
        page.unroute("**/rows?*")
        # Any move of the window asks as well, and may come first.
        page.evaluate("() => document.querySelector('.grid-notice[data-kind=failed] button')?.click()")
        expect(failed).to_be_hidden()
        check_pictures(page)
        open_grid(page, many["path"])


def test_a_result_that_changed_says_so_and_is_shown_anew(
    signed_in: Page, many: dict[str, Any], wire: WireClient, canary: CanaryServer
) -> None:
    page = signed_in
    open_grid(page, many["path"])
    item = {"reference_id": "shot/late", "image_url": canary.url("shot-01503-48x32.jpg"), "metadata": {}}
    wire.append(many["id"], [item])
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    notice = page.locator(".grid-notice", has_text="The dataset changed.")
    notice.get_by_role("button", name="Show the new state").click()
    expect(page.locator("media-grid > *").first).to_have_attribute("aria-setsize", str(COUNT + 1))
    expect(page.locator(READY)).to_be_visible()
    assert page.evaluate(FIRST_SEEN) > COUNT - 100
