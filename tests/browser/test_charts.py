"""Charts, the map and the facets beside a grid: a drag and a click narrow, the table says the same, nothing moves."""

from __future__ import annotations

import csv
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import sign_in
from tests.live import Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient


@pytest.fixture
def drives(wire: WireClient, canary: CanaryServer) -> str:
    """The id of 260 pictures with a number, a time, a place, a word and a text of their own."""
    dataset_id = wire.create_dataset("drives", is_scene=False, privacy=True)
    items = [
        {
            "reference_id": f"d{n}",
            "image_url": canary.url(f"drive-{n:03}-320x240.jpg"),
            "metadata": {
                "speed": n / 2,
                "at": f"2024-02-{20 + n % 9:02}T10:00:00Z",
                "gps": {"lat": 48 + (n % 10) / 10, "lon": 11 + (n % 13) / 10},
                "weather": "rain" if n % 4 == 0 else "clear",
                "name": f"run {n:03}",
            },
        }
        for n in range(260)
    ]
    wire.append(dataset_id, items)
    return dataset_id


def panel(page: Page, name: str) -> Locator:
    return page.locator(f'.chart[data-name="{name}"]')


def query_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["q"][0]


def drag(page: Page, over: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one point of an element to another, both in parts of its sides."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=8)
    page.mouse.up()


def test_a_drag_over_numbers_narrows_the_query_to_its_bars(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    plot = panel(signed_in, "speed").locator(".u-over")
    # Of 0 to 130 in steps of 10.
    drag(signed_in, plot, (2.5 / 13, 0.5), (4.5 / 13, 0.4))
    signed_in.wait_for_url(re.compile(r"/charts/\?q="))
    assert query_of(signed_in) == "metadata.speed >= 20 AND metadata.speed < 50"
    expect(panel(signed_in, "weather")).to_have_attribute("data-state", "values")
    expect(panel(signed_in, "weather").locator("a.chart__row").first).to_contain_text("45")


def test_a_click_on_a_bar_narrows_and_the_pointer_reads_it(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    plot = panel(signed_in, "at").locator(".u-over")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    place = (box["x"] + box["width"] * 0.5 / 9, box["y"] + box["height"] / 2)
    signed_in.mouse.move(*place)
    expect(panel(signed_in, "at").locator(".chart__foot")).to_contain_text("2024-02-20: 29 · 11 %")
    signed_in.mouse.click(*place)
    signed_in.wait_for_url(re.compile(r"/charts/\?q="))
    assert query_of(signed_in) == 'metadata.at STARTS WITH "2024-02-20"'


def test_the_table_takes_the_drawings_place_and_its_rows_narrow_by_keys_alone(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    chart = panel(signed_in, "speed")
    expect(chart).to_have_attribute("data-state", "numbers")
    before = chart.bounding_box()
    toggle = chart.get_by_role("button", name="Table of metadata.speed")
    toggle.focus()
    signed_in.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(chart.locator("tbody tr")).to_have_count(13)
    assert chart.bounding_box() == before
    chart.locator("tbody a").nth(1).focus()
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url(re.compile(r"/charts/\?q="))
    assert query_of(signed_in) == "metadata.speed >= 10 AND metadata.speed < 20"


def test_the_csv_has_the_same_numbers(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    with signed_in.expect_download() as started:
        signed_in.get_by_role("link", name="CSV of metadata.weather").click()
    rows = list(csv.reader(started.value.path().read_text().splitlines()))
    assert [(row[0], row[2]) for row in rows[1:3]] == [("clear", "195"), ("rain", "65")]


def test_a_part_of_the_map_is_drawn_to_narrow_and_a_cell_is_pressed(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    shown = panel(signed_in, "lat, lon")
    canvas = shown.locator("canvas")
    expect(shown.locator(".chart__foot")).to_contain_text("260 on the map")
    drag(signed_in, canvas, (0.1, 0.05), (0.5, 0.95))
    signed_in.wait_for_url(re.compile(r"/charts/\?q="))
    assert re.fullmatch(
        r"metadata\.gps\.lat >= [\d.]+ AND metadata\.gps\.lat < [\d.]+"
        r" AND metadata\.gps\.lon >= [\d.]+ AND metadata\.gps\.lon < [\d.]+",
        query_of(signed_in),
    )
    foot = panel(signed_in, "lat, lon").locator(".chart__foot")
    expect(foot).to_contain_text("on the map")
    assert 0 < int(re.sub(r"\D", "", foot.inner_text())) < 260
    # A row of the table is a cell.
    panel(signed_in, "lat, lon").get_by_role("button", name="Table").click()
    first = panel(signed_in, "lat, lon").locator("tbody tr").first
    count = first.locator("td").nth(1).inner_text()
    first.locator("a").click()
    signed_in.wait_for_url(re.compile("lon"))
    expect(panel(signed_in, "lat, lon").locator(".chart__foot")).to_have_text(f"{count} on the map")


def test_a_value_among_many_is_looked_for(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    chart = panel(signed_in, "name")
    chart.get_by_role("searchbox").fill("RUN 25")
    expect(chart.locator("a.chart__row")).to_have_count(10)
    chart.locator("a.chart__row").first.click()
    signed_in.wait_for_url(re.compile(r"/charts/\?q="))
    assert query_of(signed_in) == 'metadata.name = "run 250"'


def test_the_ink_follows_the_theme(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/charts/")
    signed_in.emulate_media(color_scheme="light")
    canvas = panel(signed_in, "speed").locator("canvas")
    expect(canvas).to_be_visible()
    # The middle of the first bar: full, for the bars are all alike.
    read = """canvas => [...canvas.getContext('2d')
        .getImageData(canvas.width * 0.4, canvas.height * 0.6, 1, 1).data].slice(0, 3)"""
    day = canvas.evaluate(read)
    signed_in.emulate_media(color_scheme="dark")
    expect(signed_in.locator("body")).to_be_visible()
    for _ in range(40):
        if canvas.evaluate(read) != day:
            break
        signed_in.wait_for_timeout(50)
    night = canvas.evaluate(read)
    assert sum(night) > sum(day) > 0


def test_facets_beside_the_grid_narrow_and_keep_the_order(signed_in: Page, drives: str) -> None:
    signed_in.goto(f"/datasets/{drives}/?sort=-id")
    facets = signed_in.locator("facet-panel")
    expect(facets).to_be_visible()
    facets.locator('[data-name="metadata.weather"] a.chart__row', has_text="rain").click()
    signed_in.wait_for_url(re.compile("q="))
    assert query_of(signed_in) == 'metadata.weather = "rain"'
    assert parse_qs(urlsplit(signed_in.url).query)["sort"] == ["-id"]
    button = signed_in.get_by_role("button", name="Facets", exact=True)
    button.click()
    expect(facets).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    signed_in.reload()
    expect(facets).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(facets).to_be_visible()


def test_on_a_phone_facets_are_a_sheet(signed_in: Page, drives: str) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto(f"/datasets/{drives}/")
    facets = signed_in.locator("facet-panel")
    expect(facets).to_be_hidden()
    signed_in.get_by_role("button", name="Facets", exact=True).click()
    facets.locator('[data-name="metadata.weather"]').scroll_into_view_if_needed()
    expect(facets.locator('[data-name="metadata.weather"] a.chart__row')).to_have_count(2)
    signed_in.keyboard.press("Escape")
    expect(facets).to_be_hidden()
    signed_in.goto(f"/datasets/{drives}/charts/")
    expect(panel(signed_in, "speed").locator("canvas")).to_be_visible()
    assert signed_in.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_axe_finds_nothing_against_charts_and_facets(unguarded_page: Page, editor: Person, drives: str) -> None:
    page = unguarded_page
    sign_in(page, editor)
    for address, ready in (
        (f"/datasets/{drives}/charts/", ".u-over"),
        (f"/datasets/{drives}/", ".facets svg.bars"),
    ):
        page.goto(address)
        expect(page.locator(ready).first).to_be_visible()
        for toggle in page.locator("[data-show=table]").all()[:2]:
            toggle.evaluate("button => button.click()")
        assert axe.violations(page) == [], address
