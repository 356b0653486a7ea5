"""Editing where things are seen: a value, a selection, tags, a request for labels; each undone by a key or a button."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Watch, sign_in
from tests.live import Person
from tests.wire_client import WireClient


def metadata(wire: WireClient, dataset_id: str, reference_id: str) -> dict[str, Any]:
    found: dict[str, Any] = wire.call("GET", f"dataset/{dataset_id}/refloc/{reference_id}")["item"]["metadata"]
    return found


def open_item(page: Page, dataset_id: str) -> None:
    page.goto(f"/datasets/{dataset_id}/")
    page.locator("media-grid [data-item-id]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("media-stage[data-state=ready]")).to_be_visible()


def choose_two(page: Page, dataset_id: str) -> None:
    page.goto(f"/datasets/{dataset_id}/")
    cells = page.locator("media-grid [data-item-id]")
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(12)
    cells.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")


def test_a_value_is_edited_in_place_and_undone_by_a_key(
    signed_in: Page, pictures: dict[str, Any], wire: WireClient
) -> None:
    page = signed_in
    open_item(page, pictures["id"])
    facts, toast = page.locator("[data-facts-of]"), page.locator(".edit-toast")
    facts.locator("dd").first.dblclick()
    facts.get_by_label("Value").fill("many")
    page.keyboard.press("Enter")
    expect(facts.get_by_role("alert")).to_contain_text("Write a number")
    facts.get_by_label("Value").fill("9007199254740993")
    page.keyboard.press("Enter")
    expect(toast).to_contain_text("n of quay/00: 0 → 9007199254740993")
    assert metadata(wire, pictures["id"], "quay/00") == {"n": 9007199254740993}
    facts.get_by_role("button", name="Add a field").click()
    facts.get_by_label("Name of the field").fill("weather")
    facts.get_by_label("Value").fill("zz")
    page.keyboard.press("Enter")
    expect(facts).to_contain_text("zz")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(toast).to_contain_text("Undid: weather")
    expect(facts).not_to_contain_text("zz")
    page.keyboard.press("z")
    expect(toast).to_contain_text("Undid: n of quay/00")
    assert metadata(wire, pictures["id"], "quay/00") == {"n": 0}
    page.keyboard.press("Shift+Z")
    expect(toast).to_contain_text("Did again: n of quay/00")
    page.reload()
    expect(facts).to_contain_text("9 007 199 254 740 993".replace(" ", "\N{NARROW NO-BREAK SPACE}"))


def test_a_value_that_somebody_changed_meanwhile_is_said_and_kept(
    signed_in: Page, pictures: dict[str, Any], wire: WireClient, watch: Watch
) -> None:
    watch.expected.append("409")
    page = signed_in
    open_item(page, pictures["id"])
    change = {"metadata": [{"reference_id": "quay/00", "metadata": {"n": 7}}], "level": "item"}
    wire.call("POST", f"dataset/{pictures['id']}/metadata?async=0", change)
    facts = page.locator("[data-facts-of]")
    facts.locator("dd").first.dblclick()
    facts.get_by_label("Value").fill("8")
    page.keyboard.press("Enter")
    expect(facts.get_by_role("alert")).to_contain_text("n was changed meanwhile: it is 7 now")
    assert metadata(wire, pictures["id"], "quay/00") == {"n": 7}


def test_chosen_items_are_edited_together_and_undone(
    signed_in: Page, pictures: dict[str, Any], wire: WireClient
) -> None:
    page = signed_in
    choose_two(page, pictures["id"])
    bar = page.locator("selection-bar")
    bar.get_by_role("button", name="Edit metadata").click()
    expect(bar).to_contain_text("changes 2")
    bar.get_by_label("Metadata field").fill("weather")
    bar.get_by_label("Value").fill("fog")
    page.keyboard.press("Enter")
    toast = page.locator(".edit-toast")
    expect(toast).to_contain_text('weather of 2 items: "fog"')
    assert metadata(wire, pictures["id"], "quay/01") == {"n": 1, "weather": "fog"}
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Undid")
    assert metadata(wire, pictures["id"], "quay/01") == {"n": 1}
    page.goto(f"/datasets/{pictures['id']}/history/")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".notice")).to_contain_text("Did again")
    assert metadata(wire, pictures["id"], "quay/01") == {"n": 1, "weather": "fog"}


def test_labels_are_asked_for_and_the_request_is_withdrawn(signed_in: Page, pictures: dict[str, Any]) -> None:
    page = signed_in
    choose_two(page, pictures["id"])
    bar = page.locator("selection-bar")
    bar.get_by_role("button", name="Request labelling").click()
    expect(bar).to_contain_text("Nothing is shared until somebody else approves it.")
    bar.get_by_label("Why").fill("rare quays")
    bar.get_by_label("Labelling project").fill("Quays")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("Asked for 2 images to be labelled.")
    bar.get_by_role("link", name="The request").click()
    expect(page.get_by_text("rare quays")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".head")).to_contain_text("withdrawn")


def test_tags_are_given_and_axe_finds_nothing_against_any_of_it(
    unguarded_page: Page, editor: Person, pictures: dict[str, Any]
) -> None:
    page = unguarded_page
    sign_in(page, editor)
    found: dict[str, Any] = {}

    def look(name: str) -> None:
        if violations := axe.violations(page):
            found[name] = violations

    page.goto(f"/datasets/{pictures['id']}/history/")
    look("empty history")
    page.goto(f"/datasets/{pictures['id']}/requests/")
    look("no requests")
    page.goto(f"/datasets/{pictures['id']}/settings/")
    page.get_by_label("New tag").fill("coast")
    page.keyboard.press("Enter")
    expect(page.locator(".tags__tag")).to_contain_text("coast")
    look("settings")
    page.goto(f"/datasets/{pictures['id']}/history/")
    look("history")
    open_item(page, pictures["id"])
    page.locator("[data-action=editFacts]").click()
    page.get_by_role("button", name="Edit n").click()
    look("item")
    choose_two(page, pictures["id"])
    page.get_by_role("button", name="Request labelling").click()
    look("request")
    assert found == {}
