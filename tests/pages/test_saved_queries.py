"""Saved queries on the pages: the drawer, their page, live slices beside the frozen, what changed since."""

import html
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.labelled import make_run
from tests.pages.test_grid import references
from tests.pages.test_query_counts import queries_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Slice
from webapp.query.saved import Asked, save_query, saved_queries

ADDRESSES = re.compile(r'<a class="(?:table__link|strong)" href="([^"]+)"[^>]*>([^<]+)</a>')


def links(response: Any) -> dict[str, str]:
    """The addresses of what is listed, by name."""
    return {name: html.unescape(href) for href, name in ADDRESSES.findall(response.content.decode())}


def form(name: str, text: str, **fields: str) -> dict[str, str]:
    return {"do": "save-query", "name": name, "text": text, **fields}


def test_a_query_is_saved_from_the_grid_and_opened_by_a_teammate(
    house: House, owner: Viewer, teammate: Viewer, browse: Browse
) -> None:
    asked = f"{house.grid}?q={quote('metadata.index >= 3')}&sort=-id"
    page = browse(owner).get(asked).content.decode()
    assert f'action="{house.grid}queries/"' in page
    assert '<input type="hidden" name="sort" value="-id">' in page
    saved = browse(owner).post(f"{house.grid}queries/", form("Late", "metadata.index >= 3", sort="-id"), follow=True)
    assert "Saved the query Late." in text_of(saved)
    assert references(saved) == ["item-4", "item-3"]
    bar = browse(teammate).get(house.grid)
    assert references(browse(teammate).get(links(bar)["Late"])) == ["item-4", "item-3"]
    assert "Name for this query" not in text_of(browse(teammate).get(asked))
    assert "Change, freeze or delete" not in text_of(bar)
    listed = browse(teammate).get(f"{house.grid}queries/")
    assert "sorted by -id" in text_of(listed)
    assert "?edit=" not in listed.content.decode()


def test_a_query_is_saved_from_a_slices_grid_and_asked_where_one_is(
    house: House, owner: Viewer, teammate: Viewer, browse: Browse
) -> None:
    browser, path, query = browse(owner), house.paths["slice"], "metadata.index >= 1"
    page = browser.get(f"{path}?q={quote(query)}&sort=-id")
    assert f'<input type="hidden" name="slice" value="{house.slice.public_id}">' in page.content.decode()
    assert "It asks whatever grid it is opened on" in text_of(page)
    fields = form("Late", query, sort="-id", slice=house.slice.public_id)
    saved = browser.post(f"{house.grid}queries/", fields, follow=True)
    assert saved.redirect_chain[0][0] == f"{path}?q=metadata.index+%3E%3D+1&sort=-id"
    assert "Saved the query Late." in text_of(saved)
    assert references(saved) == ["item-1"]
    # It says nothing of the slice: on the dataset's grid it finds all, on the slice's what is in it.
    assert saved_queries(owner, house.dataset).get().text == query
    everywhere = browser.get(links(browse(teammate).get(house.grid))["Late"])
    assert references(everywhere) == ["item-4", "item-3", "item-2", "item-1"]
    assert references(browser.get(links(browse(teammate).get(path))["Late"])) == ["item-1"]
    assert "Name for this query" not in text_of(browse(teammate).get(f"{path}?q={quote(query)}"))
    again = browser.post(f"{house.grid}queries/", fields)
    assert again.status_code == 400
    assert f'name="slice" value="{house.slice.public_id}"' in again.content.decode()
    other = make.make_dataset(owner, name="Other")
    assert browser.post(f"/datasets/{other.public_id}/queries/", fields).status_code == 404
    assert saved_queries(owner).count() == 1


def test_what_is_refused_is_said_beside_what_was_typed(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}queries/"
    browser.post(path, form("Late", "metadata.index >= 3"))
    for fields, sentence in (
        (form("Late", "width > 3"), "a saved query 'Late' already"),
        (form("Wrong", "width >\n3 AND"), "at character 14: found the end"),
        (form("", "width > 3"), "name has 0 characters"),
        (form("Boxes", "width > 3", mode="objects", live="1"), "cannot be a live slice"),
    ):
        refused = browser.post(path, fields)
        assert refused.status_code == 400
        assert sentence in text_of(refused)
        assert f">{html.escape(' '.join(fields['text'].split()))}</textarea>" in refused.content.decode()
    assert saved_queries(owner, house.dataset).count() == 1


def test_it_is_changed_frozen_and_deleted(house: House, owner: Viewer, browse: Browse) -> None:
    kept = save_query(owner, house.dataset, Asked("metadata.index >= 3"), name="Late", is_live=True)
    browser, path = browse(owner), f"{house.grid}queries/"
    assert 'value="change-query"' in browser.get(f"{path}?edit={kept.public_id}").content.decode()
    fields = {**form("Later", "metadata.index = 4", live="1"), "do": "change-query", "id": kept.public_id}
    assert "Changed the query Later." in text_of(browser.post(path, fields, follow=True))
    frozen = browser.post(path, {"do": "freeze-query", "id": kept.public_id, "name": "Then"}, follow=True)
    assert "Froze Later: 1 item." in text_of(frozen)
    assert references(frozen) == ["item-4"]
    assert Slice.objects.visible_to(owner).get(name="Then").recipe["query"]["text"] == "metadata.index = 4"
    deleted = text_of(browser.post(path, {"do": "delete-query", "id": kept.public_id}, follow=True))
    assert "Deleted the query Later." in deleted
    assert "No saved queries yet" in deleted
    assert browser.post(path, {"do": "delete-query", "id": kept.public_id}).status_code == 404


def test_live_slices_stand_among_the_frozen_with_their_mark(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, browse: Browse
) -> None:
    save_query(owner, house.dataset, Asked("metadata.index >= 3"), name="Late", is_live=True)
    save_query(owner, house.dataset, Asked("metadata.index >= 2"), name="Not listed")
    for path in ("/slices/", f"{house.grid}slices/", "/slices/?q=LAT"):
        page = browse(teammate).get(path)
        assert "Late live" in text_of(page)
        assert "Not listed" not in text_of(page)
        assert references(browse(teammate).get(links(page)["Late"])) == ["item-3", "item-4"]
    assert "Late" not in text_of(browse(teammate).get("/slices/?q=night"))
    assert "Late" not in text_of(browse(teammate).get(f"{house.scene_grid}slices/"))
    assert "Late" not in text_of(browse(stranger).get("/slices/"))


def test_a_slice_of_a_query_is_compared_with_what_that_finds_now(
    house: House, owner: Viewer, teammate: Viewer, browse: Browse
) -> None:
    live = save_query(owner, house.dataset, Asked("metadata.index >= 3"), name="Late", is_live=True)
    browse(owner).post(f"{house.grid}queries/", {"do": "freeze-query", "id": live.public_id, "name": "Then"})
    frozen = Slice.objects.visible_to(owner).get(name="Then")
    compare = f"/slices/{frozen.public_id}/compare"
    assert '<option value="now">what its query finds now</option>' in browse(teammate).get(compare).content.decode()
    make.make_items(owner, house.dataset, 2, prefix="more", metadata={"index": 9})
    make.append(
        owner,
        make.reload(owner, house.dataset),
        [make.draft_item(owner, "item-3", metadata={"index": 0})],
        update=True,
    )
    page = browse(teammate).get(f"{compare}?with=now")
    said = text_of(page)
    assert "Entered since 2 items" in said
    assert "Left since 1 item" in said
    assert "Still matching 1 item" in said
    assert references(page) == ["more-0", "more-1", "item-3", "item-4"]
    assert "Make a slice of these" not in said


def test_a_slice_that_cannot_be_asked_again_says_why(
    house: House, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    by_hand = f"/slices/{house.slice.public_id}/compare"
    assert 'value="now"' not in browse(owner).get(by_hand).content.decode()
    refused = browse(owner).get(f"{by_hand}?with=now")
    assert (refused.status_code, "not made by a query" in text_of(refused)) == (400, True)
    address = f'reference_id != "{make.MEDIA}/x.jpg"'
    browse(owner).post(f"{house.grid}?q={quote(address)}", {"do": "slice-query", "name": "Secret"})
    secret = queries.slices(owner, house.dataset, name="Secret")[0]
    refused = browse(owner).get(f"/slices/{secret.public_id}/compare?with=now")
    assert (refused.status_code, "is not kept" in text_of(refused)) == (400, True)
    assert browse(stranger).get(f"/slices/{secret.public_id}/compare?with=now").status_code == 404


def test_a_query_of_a_run_opens_with_that_run(house: House, owner: Viewer, browse: Browse) -> None:
    run = make_run(owner, house.dataset, "night run")
    make.make_predictions(owner, run, house.dataset, house.items[:2])
    browser = browse(owner)
    page = browser.get(f"{house.grid}?q=metadata.index >= 1&run={run.public_id}")
    assert '<input type="hidden" name="run_name" value="night run">' in page.content.decode()
    saved = browser.post(
        f"{house.grid}queries/", form("Seen", "metadata.index >= 1", run_name="night run"), follow=True
    )
    assert f"run={run.public_id}" in saved.request["QUERY_STRING"]
    assert references(saved) == ["item-1"]


def test_the_page_costs_as_many_queries_for_many_as_for_few(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}queries/"
    save_query(owner, house.dataset, Asked("width > 3"), name="first")
    few, in_bar = queries_of(browser, path), queries_of(browser, house.grid)
    for number in range(20):
        save_query(owner, house.dataset, Asked("width > 3"), name=f"more {number}", is_live=number % 2 == 0)
    assert queries_of(browser, path) == few
    assert queries_of(browser, house.grid) == in_bar


@pytest.mark.parametrize("person", ["stranger", "labeler"])
def test_nobody_else_sees_any_of_it(
    person: str, house: House, owner: Viewer, browse: Browse, request: pytest.FixtureRequest
) -> None:
    kept = save_query(owner, house.dataset, Asked("width > 3"), name="Ours", is_live=True)
    browser = browse(request.getfixturevalue(person))
    for verb in ("save-query", "change-query", "delete-query", "freeze-query"):
        fields = {**form("Mine", "width > 3"), "do": verb, "id": kept.public_id}
        assert browser.post(f"{house.grid}queries/", fields).status_code == 404
    assert [one.name for one in saved_queries(owner, house.dataset)] == ["Ours"]
