"""The list of datasets, a new one, and a newcomer's first steps."""

import re
from typing import Any

from tests import make
from tests.pages.conftest import Browse, House, island_of, text_of
from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.viewer import Role, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.pages import datasets
from webapp.privacy.origins import Origin


def test_each_dataset_says_what_it_is(house: House, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get("/"))
    assert "2 datasets 8 items" in page
    assert "Quays private images media.harbor.example 5 items just now" in page
    assert "Crossings private video media.harbor.example 1 scene 3 frames" in page


def test_a_strip_shows_the_first_four_pictures(house: House, owner: Viewer, browse: Browse) -> None:
    items: Any = island_of(browse(owner).get("/"))["items"]
    shown = [one["reference_id"] for one in items]
    assert sorted(shown) == ["crossing", "item-0", "item-1", "item-2", "item-3"]
    still = next(one for one in items if one["reference_id"] == "crossing")
    assert still["url"] == f"{make.MEDIA}/crossing-0.jpg"


def test_a_long_list_goes_on_by_key(owner: Viewer, browse: Browse, monkeypatch: Any) -> None:
    monkeypatch.setattr(datasets, "PAGE_SIZE", 2)
    for number in range(5):
        make.make_dataset(owner, name=f"number {number}")
    browser, seen, path = browse(owner), [], "/"
    for _ in range(3):
        response = browser.get(path)
        seen += [number for number in range(5) if f"number {number}" in text_of(response)]
        following = re.search(r'href="(/\?after=[^"&]+)"', response.content.decode())
        path = following[1] if following else ""
    assert path == ""
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_a_dataset_is_made_by_the_form(owner: Viewer, browse: Browse) -> None:
    fields = {"do": "create", "name": " Piers ", "kind": "video", "privacy": "private"}
    response = browse(owner).post("/", fields)
    made = Dataset.objects.visible_to(owner).get()
    assert response["Location"] == f"/datasets/{made.public_id}/"
    assert (made.name, made.is_scene, made.use_privacy_mode) == ("Piers", True, True)


def test_a_refused_form_keeps_what_was_filled_in(owner: Viewer, browse: Browse) -> None:
    fields = {"do": "create", "name": "x" * 300, "kind": "video", "privacy": "ordinary"}
    response = browse(owner).post("/", fields)
    assert response.status_code == 400
    body = response.content.decode()
    assert "300 characters" in text_of(response)
    assert 'value="video" checked' in body
    assert 'value="ordinary" checked' in body
    assert 'aria-invalid="true"' in body
    assert queries.datasets(owner) == []


def test_a_newcomer_gets_a_script_with_this_servers_address(owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get("/"))
    assert "No datasets yet" in page
    assert 'endpoint="http://testserver/v1/nucleus"' in page
    assert '"YOUR_API_KEY"' in page


def test_a_newcomer_without_the_right_gets_no_script(teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get("/"))
    assert "No datasets yet" in page
    assert "NucleusClient" not in page
    assert "role editor" in page


def test_a_key_is_put_into_the_script_and_shown_once(admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)
    page = text_of(browser.post("/", {"do": "create-key"}))
    key = page.split('NucleusClient( "')[1].split('"')[0]
    holder = viewer_of_key(key)
    assert holder is not None
    assert (holder.user_id, holder.role) == (admin.user_id, Role.EDITOR)
    assert key not in browser.get("/").content.decode()
    assert key not in browser.get("/team/").content.decode()


def test_more_than_two_hosts_are_counted() -> None:
    hosts = [Origin.parse(f"https://{letter}.example") for letter in "cab"]
    assert datasets.hosts_in_words(hosts) == "a.example, b.example and 1 more host"
    assert datasets.hosts_in_words(hosts[:1]) == "c.example"
    assert datasets.hosts_in_words([]) == ""
