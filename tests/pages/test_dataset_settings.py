"""A dataset's settings: its name, whom its pages may contact, its end."""

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.test_headers import media_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions import declare_origin


def test_it_is_renamed(house: House, owner: Viewer, browse: Browse) -> None:
    page = browse(owner).post(f"{house.grid}settings/", {"do": "rename", "name": "Docks"}, follow=True)
    assert "Renamed." in text_of(page)
    assert make.reload(owner, house.dataset).name == "Docks"


def test_a_refused_name_stays_in_its_field(house: House, owner: Viewer, browse: Browse) -> None:
    refused = browse(owner).post(f"{house.grid}settings/", {"do": "rename", "name": "y" * 201})
    assert refused.status_code == 400
    assert "201 characters" in text_of(refused)
    assert f'value="{"y" * 201}"' in refused.content.decode()


def test_an_admin_says_whom_its_pages_may_contact(house: House, admin: Viewer, browse: Browse) -> None:
    browser, path = browse(admin), f"{house.grid}settings/"
    row = declare_origin(admin, "https://new.harbor.example")
    browser.post(path, {"do": "attach", "key": str(row.pk)})
    assert "https://new.harbor.example" in media_of(browser.get(house.grid))["img-src"]
    page = browser.post(path, {"do": "detach", "key": str(row.pk)}, follow=True)
    assert "Detached." in text_of(page)
    assert "https://new.harbor.example" not in media_of(browser.get(house.grid))["img-src"]


def test_deleting_takes_its_name_and_says_what_goes(house: House, owner: Viewer, browse: Browse) -> None:
    browser, path = browse(owner), f"{house.grid}settings/"
    said = "Deletes 5 items with their metadata, all labels and predictions on them, and 1 slice made of them."
    assert said in text_of(browser.get(path))
    refused = browser.post(path, {"do": "delete", "name": "quays?"})
    assert refused.status_code == 400
    assert "Type Quays to delete it." in text_of(refused)
    assert len(queries.datasets(owner)) == 2
    response = browser.post(path, {"do": "delete", "name": "Quays"}, follow=True)
    assert "Quays is gone from every list" in text_of(response)
    assert "Delete dataset" in text_of(response)
    assert browser.get(house.grid).status_code == 404


def test_an_editor_sees_origins_and_cannot_change_them(house: House, owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get(f"{house.grid}settings/"))
    assert "https://media.harbor.example named by an append" in page
    assert "Detach" not in page
