"""Each documented example of the query language in the grid's address, on COCO's photographs, in one Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from nucleus import NucleusClient
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.sdk import coco_queries
from tests.sdk.coco_queries import EXAMPLES, REFUSED, Facts, Row, matching
from tests.sdk.coco_upload import Coco, give_tasks, upload
from tests.shared_data import SHARED_DATA, shared

# So high that the grid has every cell of the dataset in sight, whichever way it fills itself.
TALL = {"width": 1440, "height": 4000}
LOOKS = 300


@pytest.fixture
def canary() -> Iterator[CanaryServer]:
    """The photographs' own host."""
    with CanaryServer(folder=shared("images/coco_cc/images")) as server:
        yield server


@pytest.fixture
def coco(live: LiveTransom, editor: Person, canary: CanaryServer) -> Coco:
    client = NucleusClient(editor.key(), endpoint=live.endpoint)
    sent = upload(client, Facts(SHARED_DATA), lambda one: canary.url(one.file_name))
    give_tasks(editor, sent)
    return sent


def shown(page: Page, count: int) -> set[str]:
    """The reference ids of the cells, looked at until there are so many, page after page."""
    found: set[str] = set()
    captions = page.locator("media-grid [data-item-id] .media-cell__caption")
    onward = page.locator("a[rel=next]")
    for _ in range(LOOKS):
        found |= set(captions.all_text_contents())
        if len(found) >= count:
            break
        if onward.count():
            onward.first.click()
            page.wait_for_load_state()
        else:
            captions.last.scroll_into_view_if_needed()
            page.wait_for_timeout(20)
    return found


def check(page: Page, path: str, rows: dict[str, Row], noun: str) -> None:
    """The grid at `path` shows what plain Python finds in `rows` for each example, and says how many."""
    for example in EXAMPLES:
        expected = set(matching(rows, example))
        page.goto(f"{path}?{urlencode({'q': example.text, 'size': 'small'})}")
        if not expected:
            expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
            expect(page.locator("[data-item-id]")).to_have_count(0)
            continue
        assert shown(page, len(expected)) == expected, example.text
        verb = "matches" if len(expected) == 1 else "match"
        expect(page.locator(".query__says")).to_have_text(f"{len(expected)} of {len(rows)} {noun} {verb}")


@pytest.mark.filterwarnings("ignore")
def test_the_grid_shows_what_each_documented_query_finds(
    signed_in: Page, coco: Coco, canary: CanaryServer, watch: Watch
) -> None:
    signed_in.set_viewport_size(TALL)  # type: ignore[arg-type]
    check(signed_in, f"/datasets/{coco.items.id}/", coco_queries.of_photographs(coco.facts.photographs), "items")
    check(signed_in, f"/datasets/{coco.scenes.id}/", coco_queries.of_scenes(coco.facts.scenes), "scenes")
    watch.expected.append("status of 400")
    for text, (column, length, sentence) in REFUSED.items():
        signed_in.goto(f"/datasets/{coco.items.id}/?q={quote(text)}")
        expect(signed_in.get_by_role("alert")).to_contain_text(f"At character {column}: {sentence}")
        place = signed_in.locator(".query__place").inner_text().splitlines()
        assert place[0][place[1].index("^") :][: len(place[1].strip())] == text[column - 1 :][:length]
        assert signed_in.get_by_label("Query").input_value() == text
        expect(signed_in.locator("media-grid")).to_have_count(0)
