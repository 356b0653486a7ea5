"""The grid asked a question: what is shown, said and refused, and a slice made of all that match."""

import html
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from tests.pages.labelled import draft, label_house, make_run, say
from tests.pages.test_grid import link, references
from tests.pages.test_query_counts import BAR, FRAME, RUNS
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.pages import grid_shown
from webapp.query import actions, results, time_limit
from webapp.query.asks import Ask


def asked(path: str, text: str, more: str = "") -> str:
    return f"{path}?q={quote(text)}{more}"


def bar_of(response: object) -> str:
    """The bar's markup."""
    found = re.search(r'<search class="query">.*?</search>', getattr(response, "content", b"").decode(), re.S)
    return found[0] if found else ""


def slices_of(viewer: Viewer, dataset: Dataset) -> dict[str, list[str]]:
    """The reference ids in each slice, by its name."""
    held = {}
    for one in queries.slices(viewer, dataset):
        page = queries.slice_page(viewer, queries.slice_(viewer, one.public_id), limit=1000)
        assert one.size == len(page.rows)
        held[one.name] = [row.reference_id for row in page.rows]
    return held


def test_the_grid_shows_what_matches_and_says_how_many(house: House, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    page = browser.get(asked(house.grid, "metadata.index >= 3"))
    assert references(page) == ["item-3", "item-4"]
    assert "2 of 5 items match" in text_of(page)
    assert ">metadata.index &gt;= 3</textarea>" in bar_of(page)
    assert island_of(page)["items"][0]["href"] == f"{house.grid}items/{house.items[3].public_id}"  # type: ignore[index]
    assert "1 of 5 items matches" in text_of(browser.get(asked(house.grid, "metadata.index = 3")))
    blank = browser.get(asked(house.grid, " "))
    assert len(references(blank)) == 5
    assert "match" not in text_of(blank)


def test_scenes_are_asked_for_in_a_dataset_of_scenes(house: House, owner: Viewer, browse: Browse) -> None:
    make.make_scene(owner, house.scene_dataset, "clear", metadata={"weather": "sun"})
    browser = browse(owner)
    path = asked(house.scene_grid, 'scene.metadata.weather = "fog"')
    page = browser.get(path)
    assert references(page) == ["crossing"]
    assert "1 of 2 scenes matches" in text_of(page)
    made = text_of(browser.post(path, {"do": "slice-query", "name": "Fog"}, follow=True))
    assert "Made a slice of 1 scene." in made
    assert slices_of(owner, house.scene_dataset) == {"Fog": ["crossing"]}


def test_pages_and_sizes_keep_what_was_asked(
    owner: Viewer, dataset: Dataset, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_shown, "PAGE_SIZE", 2)
    make.make_items(owner, dataset, 10)
    run = make_run(owner, dataset)
    say(owner, dataset, *(draft(owner, f"item-{index}", confidence=index / 10) for index in range(9)), run=run)
    browser = browse(owner)
    path = f"/datasets/{dataset.public_id}/"
    more = f"&run={run.public_id}&size=small"
    first = browser.get(asked(path, "metadata.index % 2 = 0 AND predictions.confidence < 0.9", more))
    second = browser.get(link(first, "Next"))
    third = browser.get(link(second, "Next"))
    assert [references(page) for page in (first, second, third)] == [
        ["item-0", "item-2"],
        ["item-4", "item-6"],
        ["item-8"],
    ]
    assert references(browser.get(link(third, "Previous"))) == ["item-4", "item-6"]
    for page in (first, second, third):
        assert 'data-density="small"' in page.content.decode()
        # The page counts nothing; its script does.
        assert '<output class="query__says" data-count></output>' in bar_of(page)
        # A new question starts at the first page, of the same run and in the same size.
        assert f'<input type="hidden" name="run" value="{run.public_id}">' in bar_of(page)
        assert '<input type="hidden" name="size" value="small">' in bar_of(page)
        assert "after" not in bar_of(page)


def test_predictions_are_those_of_the_run_that_the_address_names(house: House, owner: Viewer, browse: Browse) -> None:
    old, new = label_house(owner, house), make_run(owner, house.dataset, "newer")
    say(owner, house.dataset, draft(owner, "item-2", confidence=0.8), draft(owner, "item-4", confidence=0.1), run=new)
    browser = browse(owner)
    text = "predictions.confidence > 0.5"
    assert references(browser.get(asked(house.grid, text))) == ["item-2"]
    assert references(browser.get(asked(house.grid, text, f"&run={old.public_id}"))) == ["item-1"]
    path = asked(house.grid, "metadata.index >= 0", f"&run={new.public_id}")
    assert "2 items match" in text_of(browser.get(path))
    browser.post(path, {"do": "slice-query", "name": "Said"})
    assert slices_of(owner, house.dataset)["Said"] == ["item-2", "item-4"]


@pytest.mark.parametrize(
    ("text", "reason", "caret"),
    [
        ("metadata.index = 3 AND metdata.x = 1", "At character 24: there is no field", "^" * 9),
        ("metadata.index >", "At character 17: found the end; expected", "^"),
        ("metadata.index =\n\t= 3", "At character 19: found", "^"),
        ('slice = "<b>&"', "At character 9: this dataset has no slice", "^" * 6),
    ],
)
def test_a_query_that_means_nothing_is_shown_with_its_fault(
    text: str, reason: str, caret: str, house: House, owner: Viewer, browse: Browse
) -> None:
    response = browse(owner).get(asked(house.grid, text))
    assert response.status_code == 400
    assert reason in text_of(response)
    body = response.content.decode()
    assert "<media-grid" not in body
    assert "&lt;b&gt;" in body or "<b>&" not in text
    shown, below = re.search(r'<pre class="query__place"[^>]*>(.*?)\n<b>(.*?)</b></pre>', body, re.S).groups()  # type: ignore[union-attr]
    assert below.strip() == caret
    # The caret stands under what is at fault.
    place = re.sub(r"&\w+;|&#\d+;", "?", shown)[below.index("^") :][: len(caret)]
    assert place in {"metdata.x", "", "=", "??b???"} or place == "?" * 6
    assert 'aria-invalid="true"' in bar_of(response)
    assert "Make a slice" not in bar_of(response)


def test_a_query_that_takes_too_long_is_stopped(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL stops what takes too long by itself")
    make.make_items(owner, house.dataset, 300, prefix="more")
    limit = time_limit.in_time
    monkeypatch.setattr(time_limit, "STEPS", 10)
    browser, path = browse(owner), asked(house.grid, "metadata.index >= 0")
    assert browser.get(path).status_code == 200
    monkeypatch.setattr(results, "in_time", lambda: limit(-1))
    for stopped in (browser.get(path), browser.post(path, {"do": "slice-query", "name": "All"})):
        assert stopped.status_code == 400
        assert "it takes too long here" in text_of(stopped)
        assert "<media-grid" not in stopped.content.decode()
    assert list(slices_of(owner, house.dataset)) == ["Night"]


def test_nothing_found_says_so_and_offers_all_again(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    response = browser.get(asked(house.grid, "metadata.index > 99", "&size=large"))
    assert response.status_code == 200
    assert "Nothing matches No item of this dataset is what the query asks for." in text_of(response)
    assert f'href="{house.grid}?size=large">Clear the query' in response.content.decode()
    assert "Make a slice" not in text_of(response)
    refused = browser.post(asked(house.grid, "metadata.index > 99"), {"do": "slice-query", "name": "None"})
    assert refused.status_code == 400
    assert list(slices_of(owner, house.dataset)) == ["Night"]


def test_a_name_that_no_item_has_is_said_with_a_link_that_asks_what_was_meant(
    house: House, owner: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    text = text_of(browser.get(asked(house.grid, "metadata.indx > 0", "&size=large")))
    assert "Nothing matches No item has metadata.indx. Did you mean metadata.index ?" in text
    # Where something matches all the same, the bar says it.
    response = browser.get(asked(house.grid, "metadata.indx IS MISSING", "&size=large"))
    assert '<p class="query__missing">No item has metadata.indx. Did you mean <a' in bar_of(response)
    near = re.search(r'class="query__near" href="([^"]+)"', response.content.decode())
    assert near is not None
    asks_it = browser.get(html.unescape(near[1]))
    assert ">metadata.index IS MISSING</textarea>" in bar_of(asks_it)
    assert "query__missing" not in bar_of(asks_it)
    assert "size=large" in near[1]


def test_an_empty_dataset_is_not_asked_anything(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser = browse(owner)
    assert bar_of(browser.get(f"/datasets/{dataset.public_id}/")) == ""
    assert "Nothing matches" in text_of(browser.get(asked(f"/datasets/{dataset.public_id}/", "width > 0")))


def test_a_slice_holds_exactly_what_matches_and_is_written_down(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_shown, "PAGE_SIZE", 2)
    monkeypatch.setattr(results, "KEYS_AT_ONCE", 2)
    address = f"{make.MEDIA}/secret-path.jpg"
    text = f'metadata.index != 2 AND reference_id != "{address}"'
    browser = browse(owner)
    response = browser.post(asked(house.grid, text), {"do": "slice-query", "name": "But two"}, follow=True)
    made = Slice.objects.visible_to(owner).get(name="But two")
    assert response.request["PATH_INFO"] == f"/slices/{made.public_id}"
    assert "Made a slice of 4 items." in text_of(response)
    assert slices_of(owner, house.dataset)["But two"] == ["item-0", "item-1", "item-3", "item-4"]
    entry = AuditEntry.objects.get(action="slice.create", subject=made.public_id)
    assert entry.details["size"] == 4
    assert entry.details["recipe"]["query"]["text"].startswith("metadata.index != 2 AND reference_id")
    assert "secret-path" not in str(entry.details)


def test_a_slice_is_of_what_matches_when_it_is_made(
    house: House, owner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = queries.dataset(owner, house.dataset.public_id)
    read, first = results.keys, []

    def read_late(viewer: Viewer, ask: Ask, *, but: object) -> object:
        found = read(viewer, ask)
        if not first:
            first.append(found)
            make.make_items(owner, house.dataset, 1, prefix="late", metadata={"index": 9})
        return found

    monkeypatch.setattr(results, "keys", read_late)
    actions.slice_of_matches(owner, Ask(seen, text="metadata.index >= 4"), name="Last")
    assert slices_of(owner, house.dataset)["Last"] == ["item-4", "late-0"]


def test_a_refused_name_is_said_where_it_was_typed(house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).post(asked(house.grid, "width IS MISSING"), {"do": "slice-query", "name": "x" * 201})
    assert response.status_code == 400
    assert '<details class="drawer query__more" open>' in bar_of(response)
    assert f'value="{"x" * 201}"' in bar_of(response)
    assert "1 to 200 are accepted" in text_of(response)
    assert len(references(response)) == 5


def test_who_may_ask_and_who_may_make_slices(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse, client: Client
) -> None:
    path, form = asked(house.grid, "metadata.index >= 3"), {"do": "slice-query", "name": "Mine"}
    assert "Make a slice of all that match" in text_of(browse(owner).get(path))
    assert "Make a slice of all that match" not in text_of(browse(teammate).get(path))
    assert browse(teammate).post(path, form).status_code == 403
    for person in (stranger, labeler):
        browser = browse(person)
        assert [browser.get(path).status_code, browser.post(path, form).status_code] == [404, 404]
        # What a query names is not looked up for who may not see the dataset.
        assert browser.get(asked(house.grid, "slice = Night")).status_code == 404
    assert client.get(path).status_code == 302
    elsewhere = make.make_dataset(stranger)
    make.make_items(stranger, elsewhere, 1)
    theirs = asked(f"/datasets/{elsewhere.public_id}/", f"slice = {house.slice.public_id}")
    assert "this dataset has no slice" in text_of(browse(stranger).get(theirs))
    assert list(slices_of(owner, house.dataset)) == ["Night"]


def test_a_question_costs_as_many_queries_for_many_rows(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser, path = browse(owner), f"/datasets/{dataset.public_id}/"

    def queries_of(text: str, status: int = 200) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(asked(path, text)).status_code == status
        return len(seen)

    make.make_items(owner, dataset, 3)
    whole = FRAME + RUNS + BAR + 6
    assert queries_of("metadata.index >= 0") == whole
    # Without keys no rows are read.
    assert queries_of("metadata.index > 1000") == whole - 1
    assert queries_of("metadata.index >", 400) == whole - 2
    make.make_items(owner, dataset, 200, prefix="more")
    assert queries_of("metadata.index >= 0") == whole
    assert queries_of("metadata.index > 1000") == whole - 1


def test_the_bar_offers_fields_of_this_dataset(house: House, owner: Viewer, browse: Browse) -> None:
    label_house(owner, house)
    make.append(owner, house.dataset, [make.draft_item(owner, "dusk", metadata={"weather": "light rain", "index": 7})])
    browser = browse(owner)
    page = browser.get(house.grid)
    assert 'placeholder="e.g. metadata.weather = &#34;light rain&#34;"' in bar_of(page)
    offered = re.findall(r'class="query__example" href="([^"]+)"', bar_of(page).replace("&amp;", "&"))
    assert len(offered) > 8
    assert {browser.get(one).status_code for one in offered} == {200}
    assert references(browser.get(offered[1])) == ["dusk"]
    # Also where nothing is shown that they could be taken from.
    fault = bar_of(browser.get(asked(house.grid, "metadata.weather")))
    assert "metadata.weather = &#34;light rain&#34;" in fault
