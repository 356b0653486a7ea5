"""What each page lets the browser contact: exactly the origins of the dataset it shows."""

import re

import pytest
from django.test import Client

from tests import make
from tests.pages.conftest import Browse, House
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions import declare_origin

OTHER = "https://other.harbor.example:8443"


def media_of(response: object) -> dict[str, set[str]]:
    """The foreign origins of each directive that may name some."""
    policy = response["Content-Security-Policy"]  # type: ignore[index]
    named = {}
    for directive in ("img-src", "media-src", "connect-src"):
        found = re.search(rf"{directive} ([^;]*)", policy)
        assert found is not None, policy
        named[directive] = {one for one in found[1].split() if one.startswith("http")}
    return named


def everywhere(*origins: str) -> dict[str, set[str]]:
    return {directive: set(origins) for directive in ("img-src", "media-src", "connect-src")}


@pytest.fixture
def two_hosts(house: House, owner: Viewer, admin: Viewer) -> House:
    """The house, with a second dataset on another host and an origin nobody uses."""
    make.make_items(owner, make.make_dataset(owner, name="Sheds"), 1, prefix="shed", origin=OTHER)
    declare_origin(admin, "https://unused.harbor.example")
    return house


@pytest.mark.parametrize("thing", ["grid", "scene grid", "item", "scene", "slice", "media hosts"])
def test_a_page_of_a_dataset_contacts_its_own_hosts_only(
    thing: str, two_hosts: House, owner: Viewer, browse: Browse
) -> None:
    assert media_of(browse(owner).get(two_hosts.paths[thing])) == everywhere(make.MEDIA)


def test_the_list_contacts_the_hosts_of_the_datasets_on_it(two_hosts: House, owner: Viewer, browse: Browse) -> None:
    assert media_of(browse(owner).get("/")) == everywhere(make.MEDIA, OTHER)


@pytest.mark.parametrize(
    "address",
    [
        "/slices/",
        "/models/",
        "/jobs/",
        "/team/",
        "/privacy/",
        "/nowhere",
        "dataset slices",
        "dataset models",
        "model",
        "job",
    ],
)
def test_pages_without_pictures_contact_nobody(address: str, two_hosts: House, admin: Viewer, browse: Browse) -> None:
    assert media_of(browse(admin).get(two_hosts.paths.get(address, address))) == everywhere()


def test_the_sign_in_page_contacts_nobody(client: Client, db: None) -> None:
    assert media_of(client.get("/sign-in/")) == everywhere()


@pytest.mark.parametrize("thing", ["grid", "item", "scene", "job"])
def test_the_foot_of_a_page_says_whom_the_browser_may_contact(
    thing: str, house: House, owner: Viewer, browse: Browse
) -> None:
    response = browse(owner).get(house.paths[thing])
    foot = response.content.decode().partition("<footer")[2]
    for origin in media_of(response)["img-src"]:
        assert origin in foot
    assert ("loads nothing from any other host" in foot) == (not media_of(response)["img-src"])
    assert "no-store" in response["Cache-Control"]
