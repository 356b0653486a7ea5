"""The query bar: completing, checking, remembering, saving and opening queries by keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import Watch, sign_in
from tests.live import LiveTransom, Person

# The text's own arrow keys scroll the list. The rule sees that of an input alone, and this is a textarea.
RULES = {"scrollable-region-focusable": {"enabled": False}}


@pytest.fixture
def bar(signed_in: Page, pictures: dict[str, Any]) -> Locator:
    signed_in.goto(f"/datasets/{pictures['id']}/")
    expect(signed_in.locator("query-field[data-ready]")).to_be_visible()
    return signed_in.locator("#q")


def options(page: Page) -> Locator:
    return page.locator("query-field [role=option]")


def test_a_query_is_written_by_accepting_what_is_offered(signed_in: Page, bar: Locator) -> None:
    signed_in.keyboard.press("/")
    expect(options(signed_in).first).to_have_text(re.compile("metadata.n"))
    signed_in.keyboard.type("meta")
    expect(options(signed_in).first).to_have_text(re.compile("metadata.n"))
    signed_in.keyboard.press("Tab")
    expect(bar).to_have_value("metadata.n ")
    expect(options(signed_in).first).to_have_text("=")
    for _ in range(4):
        signed_in.keyboard.press("ArrowDown")
    expect(bar).to_have_attribute("aria-activedescendant", re.compile("query-list-"))
    signed_in.keyboard.press("Enter")
    expect(bar).to_have_value("metadata.n >= ")
    expect(options(signed_in)).to_have_text([re.compile("0.*lowest"), re.compile("11.*highest")])
    signed_in.keyboard.type("9")
    expect(options(signed_in)).to_have_count(0)
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/?q=metadata.n*")
    expect(signed_in.locator(".query__says")).to_contain_text("3 of 12 items match")


def test_a_mistake_is_waved_under_and_explained_without_moving_the_page(signed_in: Page, bar: Locator) -> None:
    grid = signed_in.locator("media-grid")
    before = grid.bounding_box()
    bar.click()
    signed_in.keyboard.type("metdata.n = 3 AND width > 1")
    expect(signed_in.locator("[data-token][data-wrong]")).to_have_text(["metdata", ".", "n"])
    says = signed_in.locator(".query-field__says")
    expect(says).to_contain_text("Did you mean metadata?")
    assert grid.bounding_box() == before
    # What is not finished is no mistake yet.
    bar.fill("metadata.n >")
    expect(says).to_be_hidden()
    expect(signed_in.locator("[data-wrong]")).to_have_count(0)


def test_what_was_asked_before_comes_back_and_is_forgotten(
    signed_in: Page, bar: Locator, pictures: dict[str, Any]
) -> None:
    for number in (3, 4):
        signed_in.goto(f"/datasets/{pictures['id']}/?q=metadata.n = {number}")
        expect(signed_in.locator("query-field[data-ready]")).to_be_visible()
    signed_in.goto(f"/datasets/{pictures['id']}/")
    bar.focus()
    recent = signed_in.locator("[role=group]").filter(has_text="Asked before").locator("[role=option]")
    expect(recent).to_have_text([re.compile("metadata.n = 4"), re.compile("metadata.n = 3")])
    signed_in.keyboard.type("half")
    signed_in.keyboard.press("Alt+ArrowUp")
    expect(bar).to_have_value("metadata.n = 4")
    signed_in.keyboard.press("Alt+ArrowUp")
    expect(bar).to_have_value("metadata.n = 3")
    signed_in.keyboard.press("Alt+ArrowDown")
    signed_in.keyboard.press("Alt+ArrowDown")
    expect(bar).to_have_value("half")
    bar.fill("")
    signed_in.get_by_role("button", name="Clear history").click()
    expect(recent).to_have_count(0)
    signed_in.reload()
    bar.focus()
    expect(options(signed_in).first).to_have_text(re.compile("metadata.n"))


def test_a_saved_query_is_opened_by_a_viewer_and_hidden_from_strangers(
    signed_in: Page, bar: Locator, pictures: dict[str, Any], live: LiveTransom, editor: Person, watch: Watch
) -> None:
    signed_in.goto(f"/datasets/{pictures['id']}/?q=metadata.n >= 10")
    signed_in.locator("summary", has_text="Saved").click()
    signed_in.get_by_label("Name for this query").fill("the last two")
    signed_in.get_by_label("List it among the slices").check()
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.locator(".notice")).to_contain_text("Saved the query the last two")
    sign_in(signed_in, live.make_person("viewer", team=editor.team))
    signed_in.goto("/slices/")
    row = signed_in.locator("tr").filter(has_text="the last two")
    expect(row).to_contain_text("live")
    row.get_by_role("link", name="the last two").click()
    expect(signed_in.locator("media-grid [data-item-id]")).to_have_count(2)
    signed_in.locator("summary", has_text="Saved").click()
    expect(signed_in.get_by_role("link", name="the last two")).to_be_visible()
    expect(signed_in.get_by_label("Name for this query")).to_have_count(0)
    bar.fill("slice = la")
    expect(options(signed_in)).to_have_text(re.compile("the last two.*live"))
    watch.expected.append("404")
    sign_in(signed_in, live.make_person("admin", team="Elsewhere by far"))
    signed_in.goto(f"/datasets/{pictures['id']}/queries/")
    expect(signed_in.get_by_role("heading", level=1)).not_to_contain_text("quays")
    signed_in.goto("/slices/")
    expect(signed_in.locator("body")).not_to_contain_text("the last two")


def test_axe_finds_nothing_against_the_bar_with_all_that_opens(
    unguarded_page: Page, editor: Person, pictures: dict[str, Any]
) -> None:
    page = unguarded_page
    sign_in(page, editor)
    page.goto(f"/datasets/{pictures['id']}/?q=metadata.n >= 0")
    page.locator("summary", has_text="Saved").click()
    bar = page.locator("#q")
    for text, opened in (
        ("", ".query-list [role=group]"),
        ("metadata.", ".query-list [aria-selected=true]"),
        ("metdata.n = 3 AND width > 1", ".query-field__says:not([hidden])"),
    ):
        bar.fill(text)
        bar.press("ArrowDown")
        expect(page.locator(opened).first).to_be_visible()
        assert axe.violations(page, rules=RULES) == [], text
    page.get_by_label("Name for this query").fill("all")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"/datasets/{pictures['id']}/queries/")
    page.get_by_role("link", name="Change all").click()
    expect(page.locator("query-field[data-ready]")).to_be_visible()
    assert axe.violations(page, rules=RULES) == []


def test_a_text_that_no_address_can_carry_is_refused_where_it_stands(signed_in: Page, bar: Locator) -> None:
    address = signed_in.url
    bar.fill(f'metadata.note = "{"漁" * 900}"')
    bar.press("Enter")
    assert bar.evaluate("bar => bar.validationMessage").startswith("This query is too long")
    assert signed_in.url == address
    bar.fill(f'metadata.note = "{"漁" * 700}"')
    bar.press("Enter")
    signed_in.wait_for_url("**/?q=metadata.note*")
    expect(signed_in.locator(".empty__title")).to_have_text("Nothing matches")
