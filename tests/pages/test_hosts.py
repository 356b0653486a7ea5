"""The page of media hosts: which are shown, and which file of a host its script is told of."""

from __future__ import annotations

import re

from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions
from webapp.datasets.models import Dataset

OTHER = "https://other.harbor.example"


def files_of(browser: Client, dataset: Dataset, origin: str) -> list[dict[str, str]]:
    response = browser.get(f"/datasets/{dataset.public_id}/hosts/files", {"origin": origin})
    assert response.status_code == 200, response.content
    found: list[dict[str, str]] = response.json()["files"]
    return found


def opened(response: object) -> list[str]:
    """The origins of the sheets that stand open."""
    body = getattr(response, "content", b"").decode()
    return re.findall(r'<media-host [^>]*data-origin="([^"]+)"[^>]*>\s*<details [^>]*\bopen>', body)


def test_each_host_has_a_sheet_and_the_one_asked_for_stands_open(house: House, owner: Viewer, browse: Browse) -> None:
    make.make_items(owner, house.dataset, 1, prefix="other", origin=OTHER)
    browser, path = browse(owner), f"{house.grid}hosts/"
    assert opened(browser.get(path)) == [make.MEDIA, OTHER]
    assert opened(browser.get(path, {"origin": OTHER})) == [OTHER]


def test_of_many_hosts_none_stands_open_by_itself(house: House, owner: Viewer, browse: Browse) -> None:
    for number in range(5):
        make.make_items(owner, house.dataset, 1, prefix=f"of-{number}", origin=f"https://media-{number}.example")
    response = browse(owner).get(f"{house.grid}hosts/")
    assert opened(response) == []
    assert "from 6 hosts" in text_of(response)


def test_a_host_that_is_not_among_them_is_said_to_be_none(house: House, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    response = browser.get(f"{house.grid}hosts/", {"origin": "https://elsewhere.example"})
    assert "https://elsewhere.example is no media origin of this dataset" in text_of(response)
    assert browser.get(f"{house.grid}hosts/files", {"origin": "https://elsewhere.example"}).status_code == 404


def test_a_dataset_without_hosts_says_how_one_comes(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    assert "No media host yet" in text_of(browse(owner).get(f"/datasets/{dataset.public_id}/hosts/"))


def test_a_file_of_the_very_host_is_told_with_its_page(house: House, owner: Viewer, browse: Browse) -> None:
    (theirs,) = make.make_items(owner, house.dataset, 1, prefix="other", origin=OTHER)
    (found,) = files_of(browse(owner), house.dataset, OTHER)
    assert found["url"].startswith(f"{OTHER}/")
    assert (found["medium"], found["name"]) == ("image", theirs.reference_id)
    assert found["href"] == f"{house.grid}items/{theirs.public_id}"


def test_a_file_of_its_bucket_is_a_file_of_the_host(
    dataset: Dataset, admin: Viewer, owner: Viewer, browse: Browse
) -> None:
    store = actions.declare_origin(admin, OTHER)
    actions.describe_origin(admin, store.pk, actions.OriginTerms(bucket="s3://films"))
    make.append(owner, dataset, [make.draft_item(owner, "a", url="s3://films/a.jpg")])
    assert [one["url"] for one in files_of(browse(owner), dataset, OTHER)] == ["s3://films/a.jpg"]


def test_a_frame_leads_to_its_place_in_the_scene(house: House, owner: Viewer, browse: Browse) -> None:
    found = files_of(browse(owner), house.scene_dataset, make.MEDIA)
    assert found[0]["href"] == f"{house.scene_grid}scenes/{house.scene.public_id}?frame=0"
