"""What is made of slices and taken from them: samples, comparisons, removals with their undoing, files."""

import csv
import io
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, island_of, make_file_item, text_of
from tests.pages.labelled import label_house
from tests.pages.test_grid import link, references
from tests.pages.test_query_counts import FRAME, queries_of
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.undo import undo_last
from webapp.datasets.models import Slice
from webapp.pages import slice_exports, slices

SAMPLE = {"do": "sample", "name": "Drawn", "size": "2", "seed": "7", "method": "random", "field": ""}


@pytest.fixture
def other(house: House, owner: Viewer) -> Slice:
    """A slice that shares item-1 with the house's."""
    return make.make_slice(owner, house.dataset, house.items[1:4], name="Day")


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def send(browser: Client, path: str, body: object) -> Any:
    return browser.post(path, msgspec.json.encode(body), content_type="application/json")


def test_a_sample_is_drawn_of_a_dataset_and_of_a_slice(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    assert "Draw sample" in text_of(browser.get(f"{house.paths['dataset slices']}?sample=1"))
    drawn = text_of(browser.post(house.paths["dataset slices"], SAMPLE, follow=True))
    assert "Drew 2 items into Drawn with the seed 7." in drawn
    assert "Made as a random sample of 2, seed 7, of the dataset ." in drawn
    fields = SAMPLE | {"size": "9", "seed": "", "method": "equal", "field": "index"}
    again = text_of(browser.post(house.paths["slice"], fields, follow=True))
    assert "Drew 2 items into Drawn with the seed" in again
    assert "Made as a sample of 9 by index, equal shares of 2 values, seed" in again
    assert house.slice.public_id in again


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"size": "ten"}, "whole number, written in digits; 'ten' is not"),
        ({"size": "0"}, "A sample holds 1 to 1000000 members; 0 were asked for."),
        ({"seed": "-1"}, "The seed is a whole number"),
        ({"method": "equal", "field": "sky"}, "None of these items has a metadata field 'sky'."),
        ({"method": "best"}, "choose one of the three"),
        ({"name": " "}, "1 to 200 are accepted"),
    ],
)
def test_a_refused_sample_says_why_and_keeps_what_was_typed(
    change: dict[str, str], sentence: str, house: House, owner: Viewer, browse: Browse
) -> None:
    for path in (house.paths["slice"], house.paths["dataset slices"]):
        response = browse(owner).post(path, SAMPLE | change)
        assert response.status_code == 400
        assert sentence in text_of(response)
        typed = (SAMPLE | change)["size"]
        assert f'value="{typed}"' in response.content.decode()
    assert [one.name for one in queries.slices(owner)] == ["Night"]


def test_two_slices_are_compared_and_slices_made_of_it(
    house: House, owner: Viewer, other: Slice, browse: Browse
) -> None:
    browser, path = browse(owner), f"{house.paths['slice']}/compare"
    assert "Day (3)" in text_of(browser.get(path))
    response = browser.get(f"{path}?with={other.public_id}")
    page = text_of(response)
    for words in ("Only in Night 1 item", "Only in Day 2 items", "In both 1 item", "In either 4 items"):
        assert words in page
    assert references(response) == ["item-0", "item-2", "item-3", "item-1"]
    for verb, expected in (
        ("only-here", ["item-0"]),
        ("only-there", ["item-2", "item-3"]),
        ("both", ["item-1"]),
        ("either", ["item-0", "item-1", "item-2", "item-3"]),
    ):
        made = browser.post(f"{path}?with={other.public_id}", {"do": verb, "name": f"Of {verb}"}, follow=True)
        assert references(made) == expected
    assert "Made as the union of" in text_of(made)
    refused = browser.post(f"{path}?with={other.public_id}", {"do": "both", "name": ""})
    assert (refused.status_code, "1 to 200 are accepted" in text_of(refused)) == (400, True)


def test_what_cannot_be_compared_is_refused(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, other: Slice, browse: Browse
) -> None:
    path = f"{house.paths['slice']}/compare"
    films = actions.create_slice(owner, house.scene_dataset, name="Films", scene_pks=[house.scene.pk])
    theirs = make.make_slice(stranger, make.make_dataset(stranger))
    browser = browse(owner)
    assert "different datasets" in text_of(browser.get(f"{path}?with={films.public_id}"))
    assert "one slice twice" in text_of(browser.get(f"{path}?with={house.slice.public_id}"))
    assert browser.get(f"{path}?with={theirs.public_id}").status_code == 404
    seen = browse(teammate).get(f"{path}?with={other.public_id}")
    assert (seen.status_code, "Make a slice of these" in text_of(seen)) == (200, False)
    assert browse(teammate).post(f"{path}?with={other.public_id}", {"do": "both", "name": "x"}).status_code == 403
    twin = make.make_slice(owner, house.dataset, house.items[:3])
    page = text_of(browser.get(f"{path}?with={twin.public_id}"))
    assert ("Only in the first 0 items" in page, "Only in the second 1 item" in page) == (True, True)
    assert "Nothing to compare with" in text_of(browser.get(f"/slices/{films.public_id}/compare"))


def test_members_are_removed_and_put_back(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    island: Any = island_of(browser.get(house.paths["slice"]))
    ids = [house.items[1].public_id, house.items[4].public_id]
    answer = send(browser, island["leaving"]["url"], {"slice_id": island["leaving"]["id"], "ids": ids}).json()
    assert (answer["removed"], answer["ids"]) == (1, ids[:1])
    page = browser.get(house.paths["slice"])
    assert references(page) == ["item-0"]
    assert "changed by owner@harbor.example just now" in text_of(page)
    back = {"slice_id": island["leaving"]["id"], "ids": answer["ids"]}
    assert send(browser, island["urls"]["add_to_slice"], back).json()["added"] == 1
    assert references(browser.get(house.paths["slice"])) == ["item-0", "item-1"]
    actions.delete_item(owner, house.dataset, house.items[0])
    assert "1 item gone since" in text_of(browser.get(house.paths["slice"]))


def test_files_of_a_slice(house: House, teammate: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slice_exports, "ROWS_AT_ONCE", 1)
    browser, path = browse(teammate), house.paths["slice"]
    response = browser.get(f"{path}/export.json")
    assert response["Content-Disposition"] == f'attachment; filename="Night-{house.slice.public_id}.json"'
    text = body_of(response)
    assert b"media.harbor.example" not in text
    monkeypatch.setattr(slice_exports, "ROWS_AT_ONCE", 100)
    first = {"id": house.items[0].public_id, "reference_id": "item-0", "metadata": {"index": 0}}
    found = msgspec.json.decode(text)
    assert (found["members"][0], len(found["members"])) == (first, 2)
    with_addresses = msgspec.json.decode(body_of(browser.get(f"{path}/export.json?addresses=1")))
    assert with_addresses["members"][1]["address"] == f"{make.MEDIA}/item-1.jpg"
    assert body_of(browser.get(f"{path}/export.csv")) == b"reference_id\r\nitem-0\r\nitem-1\r\n"
    assert browser.head(f"{path}/export.csv").status_code == 200
    rows = AuditEntry.objects.filter(action="slice.export").order_by("id").values_list("user_id", "details")
    assert [*rows] == [
        (teammate.user_id, {"form": form, "size": 2, "addresses": addresses})
        for form, addresses in (("json", False), ("json", True), ("csv", False))
    ]


@pytest.mark.parametrize("dense", [0, 3])
def test_a_file_has_members_only_and_all_of_them(
    dense: int, house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its pieces are read as ranges or as lists."""
    monkeypatch.setattr(slice_exports, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(slice_exports, "DENSE", dense)
    made = make.make_slice(owner, house.dataset, house.items[::2])
    text = body_of(browse(owner).get(f"/slices/{made.public_id}/export.csv"))
    assert text.split() == [b"reference_id", b"item-0", b"item-2", b"item-4"]


def test_a_file_computes_nothing_and_has_a_name_any_system_takes(
    owner: Viewer, house: House, scene_dataset: Any, browse: Browse
) -> None:
    names = ["=1+1", "+1", "-1", "@x", "\tt", 'a,"b"', "plain"]
    drafts = [make.draft_item(owner, name, url=f"{make.MEDIA}/{index}.jpg") for index, name in enumerate(names)]
    make.append(owner, house.dataset, drafts)
    made = actions.create_slice(owner, house.dataset, name='../"é;\\ x', reference_ids=names)
    browser = browse(owner)
    response = browser.get(f"/slices/{made.public_id}/export.csv")
    assert response["Content-Disposition"] == f'attachment; filename="x-{made.public_id}.csv"'
    read = [row[0] for row in csv.reader(io.StringIO(body_of(response).decode(), newline=""))]
    assert read == ["reference_id", "'=1+1", "'+1", "'-1", "'@x", "'\tt", 'a,"b"', "plain"]
    films = actions.create_slice(owner, scene_dataset, name="Films", scene_pks=[house.scene.pk])
    of_films = msgspec.json.decode(body_of(browser.get(f"/slices/{films.public_id}/export.json?addresses=1")))
    assert of_films["members"][0] == {
        "id": house.scene.public_id,
        "reference_id": "crossing",
        "metadata": {"weather": "fog"},
        "address": None,
    }
    ordinary = make.make_dataset(owner, name="Ordinary", privacy=False)
    stored = make.make_slice(owner, ordinary, [make_file_item(owner, ordinary, "kept")])
    text = body_of(browser.get(f"/slices/{stored.public_id}/export.json?addresses=1"))
    assert msgspec.json.decode(text)["members"][0]["address"] is None


@pytest.mark.parametrize("end", ["", "/compare", "/export.json", "/export.json?addresses=1", "/export.csv"])
def test_a_slice_is_for_its_team(
    end: str, house: House, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    path = f"{house.paths['slice']}{end}"
    assert browse(teammate).get(path).status_code == 200
    for viewer in (stranger, labeler):
        assert browse(viewer).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert not AuditEntry.objects.filter(action="slice.export").exclude(user_id=teammate.user_id).exists()


def test_only_curators_change_slices_from_pages(
    house: House, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    body = {"slice_id": house.slice.public_id, "ids": [house.items[0].public_id]}
    for viewer, status in ((teammate, 403), (stranger, 404), (labeler, 404)):
        browser = browse(viewer)
        assert send(browser, f"{house.grid}slices/removals", body).status_code == status
        for path in (house.paths["slice"], house.paths["dataset slices"]):
            assert browser.post(path, SAMPLE).status_code == status
    page = browse(teammate).get(f"{house.paths['slice']}?panel=sample")
    assert "Draw sample" not in text_of(page)
    assert "leaving" not in island_of(page)
    assert queries.slice_(teammate, house.slice.public_id).size == 2


def test_all_that_match_leave_a_slice_and_come_back(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    made = make.make_slice(owner, house.dataset, house.items[:4], name="Most")
    matching = {"q": "metadata.index >= 1", "slice": made.public_id, "but": [house.items[2].public_id]}
    body, path = {"slice_id": made.public_id, "matching": matching}, f"{house.grid}slices/removals"
    for viewer, status in ((teammate, 403), (stranger, 404), (labeler, 404)):
        assert send(browse(viewer), path, body).status_code == status
    assert send(browse(owner), path, body | {"ids": [house.items[0].public_id]}).status_code == 400
    before = queries.slice_(owner, made.public_id).keys()
    said = send(browse(owner), path, body).json()
    assert (said["name"], said["removed"], said["ids"]) == ("Most", 2, [])
    assert list(queries.slice_(owner, made.public_id).keys()) == [house.items[0].pk, house.items[2].pk]
    undo_last(owner, make.reload(owner, house.dataset))
    assert queries.slice_(owner, made.public_id).keys() == before
    scenes = send(browse(owner), f"{house.scene_grid}slices/removals", body)
    assert scenes.status_code == 404


def test_the_list_goes_on_by_key_and_is_searched(
    house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "LIST_SIZE", 2)
    for number in range(4):
        make.make_slice(owner, house.dataset, name=f"Fog {number} 100%")
    browser = browse(owner)
    for path in ("/slices/", house.paths["dataset slices"]):
        first = browser.get(path)
        last = browser.get(link(browser.get(link(first, "Next")), "Next"))
        assert ("Night" in text_of(last), link(last, "Next")) == (True, "")
        back = browser.get(link(last, "Previous"))
        assert "Fog 1 100%" in text_of(back)
        assert link(browser.get(link(back, "Previous")), "Previous") == ""
        found = text_of(browser.get(f"{path}?q=G+1+100%25"))
        assert ("Fog 1" in found, "Fog 2" in found) == (True, False)
        assert "No slice has this in its name" in text_of(browser.get(f"{path}?q=fog_1"))


def test_questions_to_the_database_do_not_grow(house: House, owner: Viewer, other: Slice, browse: Browse) -> None:
    browser = browse(owner)
    # The two slices, the choices, the origins, and the cells of three parts.
    path = f"{house.paths['slice']}/compare?with={other.public_id}"
    paths = {
        path: FRAME + 7,
        house.paths["dataset slices"] + "?sample=1": FRAME + 4,
        # Session, person, membership, slice, audit row with its chain's head before and after; the members are asked
        # for as the file is read.
        f"{house.paths['slice']}/export.csv": 7,
    }
    few = {one: queries_of(browser, one) for one in paths}
    make.make_items(owner, house.dataset, 60, prefix="more")
    for number in range(5):
        make.make_slice(owner, house.dataset, list(queries.items(owner, house.dataset)), name=f"n{number}")
    assert {one: queries_of(browser, one) for one in paths} == few == paths


def test_a_slice_of_a_query_says_so_and_asks_it_again(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    browser = browse(owner)
    asked = f"?q=metadata.index+%3E%3D+1&run={run.public_id}&mode=objects&sort=-area"
    made = browser.post(house.grid + asked, {"do": "slice-query", "name": "Seen"}).headers["Location"]
    page = browser.get(made)
    assert f"Made by the query metadata.index >= 1 , asked of objects, where {run.public_id} has" in text_of(page)
    assert f'href="{house.grid}{asked}"'.replace("&", "&amp;") in page.content.decode()
    inside = browser.post(f"{made}?q=metadata.index+%3C+9", {"do": "slice-query", "name": "Again"}).headers["Location"]
    assert f'href="{made}?q=metadata.index+%3C+9"' in browser.get(inside).content.decode()
    # Who looks for an address is not told it again, and no link pretends to ask for it.
    address = f"{make.MEDIA}/item-0.jpg"
    secret = browser.post(
        f"{house.grid}?q=reference_id+!=+%22{address}%22", {"do": "slice-query", "name": "Found"}
    ).headers["Location"]
    body = browser.get(secret).content.decode()
    assert "Made by the query <code>reference_id != " in body
