"""The frame around every page, and the island inside."""

import re
from typing import Any

from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from webapp.accounts.viewer import Viewer
from webapp.jinja import island


def test_the_room_one_is_in_is_marked(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)

    def marked(path: str) -> list[tuple[str, ...]]:
        bar = browser.get(path).content.decode().partition("</header>")[0]
        return re.findall(r'aria-current="(\w+)">(\w+)<', bar)

    assert marked("/") == [("page", "Datasets")]
    assert marked(house.grid) == [("true", "Datasets")]
    assert marked(house.paths["slice"]) == [("true", "Slices")]
    assert marked("/privacy/") == [("page", "Privacy")]


def test_only_admins_are_told_the_state_of_the_lock(owner: Viewer, admin: Viewer, browse: Browse) -> None:
    assert "Server egress" in text_of(browse(admin).get("/"))
    assert "Server egress" not in text_of(browse(owner).get("/"))


def test_what_was_done_is_said_once(owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    page = browser.post("/", {"do": "create", "name": "Piers", "kind": "images"}, follow=True)
    assert "Made the dataset Piers." in text_of(page)
    assert "Made the dataset" not in text_of(browser.get("/"))


def test_scripts_carry_the_nonce_of_their_own_page(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    seen = set()
    for path in (house.grid, house.grid):
        response = browser.get(path)
        allowed = re.findall(r"'nonce-([^']+)'", response["Content-Security-Policy"])
        used = set(re.findall(r'<script[^>]*nonce="([^"]*)"', response.content.decode()))
        assert used == set(allowed)
        seen |= used
    assert len(seen) == 2


def test_the_island_cannot_end_its_element() -> None:
    text = str(island({"a": "</script><!-- & \u2028"}))
    assert not set("<>&\u2028") & set(text)
    assert text.startswith("{")


def test_hostile_names_stay_text(owner: Viewer, client: Client, browse: Browse) -> None:
    hostile = '</script><img src=x onerror="alert(1)">'
    dataset = make.make_dataset(owner, name=hostile)
    drafts = [make.draft_item(owner, hostile, url=f"{make.MEDIA}/1.jpg", metadata={hostile: hostile})]
    make.append(owner, dataset, drafts)
    browser = browse(owner)
    grid = browser.get(f"/datasets/{dataset.public_id}/")
    items: Any = island_of(grid)["items"]
    for response in (grid, browser.get("/"), browser.get(items[0]["href"])):
        assert response.status_code == 200
        assert "<img src=x" not in response.content.decode()
    assert items[0]["reference_id"] == hostile
