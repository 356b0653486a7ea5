"""What holds for every page: it fits a small phone, in both themes, and keys reach its content."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import sign_in_by_hand
from tests.live import Person
from tests.wire_client import WireClient

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


@pytest.fixture
def addresses(pictures: dict[str, Any], wire: WireClient, signed_in: Page) -> list[str]:
    """Every page an editor may open, with something on it."""
    dataset = f"/datasets/{pictures['id']}/"
    slice_id = wire.call(
        "POST",
        f"dataset/{pictures['id']}/create_slice",
        {"name": "a slice whose name is rather long for a phone", "reference_ids": ["quay/01", "quay/02"]},
    )["slice_id"]
    item_id = wire.call("GET", f"dataset/{pictures['id']}/iloc/0")["item"]["id"]
    model_id = model_with_predictions(wire, pictures["id"])
    sub_pages = [f"{dataset}{name}/" for name in ("slices", "models", "jobs", "settings")]
    return [
        "/",
        dataset,
        *sub_pages,
        f"{dataset}items/{item_id}",
        f"/slices/{slice_id}",
        "/slices/",
        "/models/",
        f"/models/{model_id}/",
        "/jobs/",
        "/privacy/",
    ]


def model_with_predictions(wire: WireClient, dataset_id: str) -> str:
    """The id of a model that is sure of some boxes of one picture."""
    model = {
        "name": "A detector of a long name",
        "reference_id": "detector/2026-11-22/last",
        "tags": ["night", "small"],
    }
    model_id: str = wire.call("POST", "models/add", model)["model_id"]
    geometry = {"x": 10, "y": 20, "width": 30, "height": 40}
    box = {"type": "box", "reference_id": "quay/00", "geometry": geometry}
    boxes = [{**box, "label": name, "confidence": share} for name, share in (("crane", 0.9), ("gull", 0.4))]
    wire.call("POST", f"dataset/{dataset_id}/model/{model_id}/uploadPredictions", {"annotations": boxes})
    return model_id


def test_no_page_scrolls_sideways_on_a_small_phone(signed_in: Page, addresses: list[str]) -> None:
    signed_in.set_viewport_size({"width": 360, "height": 740})
    for address in addresses:
        response = signed_in.goto(address)
        assert response is not None
        assert response.status == 200, address
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        for scheme in SCHEMES:
            signed_in.emulate_media(color_scheme=scheme)
            assert signed_in.evaluate(too_wide) <= 0, (address, scheme)


def test_every_page_has_one_first_line_and_a_way_past_the_menu(signed_in: Page, addresses: list[str]) -> None:
    for address in addresses:
        signed_in.goto(address)
        expect(signed_in.get_by_role("heading", level=1)).to_have_count(1)
        signed_in.keyboard.press("Tab")
        expect(signed_in.locator(":focus")).to_have_attribute("href", "#main")


def test_a_pinned_theme_survives_the_next_page(signed_in: Page) -> None:
    signed_in.goto("/privacy/")
    signed_in.locator("[data-theme-choice=dark]").first.evaluate("button => button.click()")
    signed_in.goto("/")
    expect(signed_in.locator("html")).to_have_attribute("data-theme", "dark")


def test_axe_finds_nothing_against_any_page(unguarded_page: Page, editor: Person, addresses: list[str]) -> None:
    sign_in_by_hand(unguarded_page, editor)
    for address in ["/sign-in/", *addresses]:
        unguarded_page.goto(address)
        assert axe.violations(unguarded_page) == [], address
