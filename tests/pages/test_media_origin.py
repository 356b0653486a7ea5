"""The page of one media origin: how its media is asked for, said by an admin."""

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries

FORM = {
    "do": "describe-origin",
    "access": "s3",
    "bucket": " s3://frames ",
    "addressing": "path",
    "region": "eu-west-1",
    "resolver": "https://links.harbor.example/fresh",
}


@pytest.fixture
def path(house: House, owner: Viewer) -> str:
    return f"/team/origins/{queries.team_origin_rows(owner)[0].pk}/"


def test_an_admin_says_it_and_the_other_pages_repeat_it(path: str, house: House, admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)
    said = browser.post(path, FORM, follow=True)
    assert f"Saved. Pages ask {make.MEDIA} like this from now on." in text_of(said)
    body = said.content.decode()
    for held in ('value="s3://frames"', 'value="eu-west-1"', 'value="https://links.harbor.example/fresh"'):
        assert held in body
    for chosen in ('value="s3" checked', 'value="path" checked'):
        assert chosen in body
    assert "Crossings , Quays" in text_of(said)
    for other in ("/team/", f"{house.grid}settings/"):
        page = browser.get(other)
        assert "an S3 access key · s3://frames · fresh links" in text_of(page)
        assert f'href="{path}"' in page.content.decode()


def test_what_is_refused_stays_in_the_form(path: str, admin: Viewer, browse: Browse) -> None:
    refused = browse(admin).post(path, {**FORM, "resolver": "https://links.harbor.example/?token=TYPED"})
    assert refused.status_code == 400
    assert "A resolver's address has no query" in text_of(refused)
    assert 'value=" s3://frames "' in refused.content.decode()
    assert queries.media_origin(admin, int(path.split("/")[3])).bucket == ""


def test_it_is_for_admins_of_the_team(
    path: str, owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, admin: Viewer, browse: Browse
) -> None:
    answers = {viewer.email: browse(viewer).get(path).status_code for viewer in (owner, teammate, stranger, labeler)}
    assert list(answers.values()) == [403, 403, 404, 404]
    assert browse(stranger).post(path, FORM).status_code == 404
    assert browse(admin).get(f"/team/origins/{2**70}/").status_code == 404
    assert f'href="{path}"' not in browse(owner).get("/team/").content.decode()
