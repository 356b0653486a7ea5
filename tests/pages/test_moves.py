"""The page that moves a dataset's addresses: shown first, then done, then taken back."""

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.wire.caller import run_jobs
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions.moves import moves

FORM = {"before": f"{make.MEDIA}/", "after": "https://new.harbor.example/2026/"}


@pytest.fixture
def path(house: House) -> str:
    return f"{house.grid}moves/"


def test_it_is_shown_done_and_taken_back(path: str, house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    make.append(owner, house.dataset, [make.draft_item(owner, "signed", url=f"{make.MEDIA}/s.jpg?sig=SECRET")])
    count = len(house.items) + 1
    make.make_promotion(owner, house.dataset, house.items[:2])
    shown = browser.post(path, {"do": "preview-move", **FORM})
    said = text_of(shown)
    assert f"{count} pictures would have another address." in said
    assert "2 items wait in requests to share and would be taken out of them." in said
    assert "1 address with a query." in said
    assert "https://media.harbor.example/item-0.jpg https://new.harbor.example/2026/item-0.jpg" in said
    assert "SECRET" not in said
    assert moves(owner, house.dataset, limit=1) == []
    started = browser.post(path, {"do": "move", **FORM}, follow=True)
    assert "Moving the addresses." in text_of(started)
    assert "Take back" not in text_of(started)
    run_jobs()
    done = browser.get(path)
    assert f"by owner@harbor.example, just now {count} done Take back" in text_of(done)
    grid = browser.get(house.grid)
    assert "https://new.harbor.example" in grid.headers["Content-Security-Policy"]
    (move,) = moves(owner, house.dataset, limit=5)
    browser.post(path, {"do": "take-back", "move": move.public_id}, follow=True)
    run_jobs()
    assert f"taken back {count} by owner@harbor.example" in text_of(browser.get(path))
    address = queries.items(owner, house.dataset).get(pk=house.items[0].pk).url
    assert address is not None
    assert address.reveal() == f"{make.MEDIA}/item-0.jpg"


@pytest.mark.parametrize("verb", ["preview-move", "move"])
def test_bad_prefix_is_refused_beside_the_form(path: str, owner: Viewer, browse: Browse, verb: str) -> None:
    refused = browse(owner).post(
        path, {"do": verb, "before": f"{make.MEDIA}/", "after": "https://u:TYPED@new.example/"}
    )
    assert refused.status_code == 400
    assert "The new prefix is refused: The address holds a user name or password" in text_of(refused)
    assert f'value="{make.MEDIA}/"' in refused.content.decode()


def test_what_begins_with_nothing_here_is_said(path: str, owner: Viewer, browse: Browse) -> None:
    shown = browse(owner).post(path, {"do": "preview-move", "before": "https://no.example/", "after": FORM["after"]})
    assert "No address of this dataset begins so." in text_of(shown)


def test_it_is_for_those_who_may_change_the_dataset(
    path: str, house: House, teammate: Viewer, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    for viewer, status in ((teammate, 403), (stranger, 404), (labeler, 404)):
        assert browse(viewer).get(path).status_code == status
        assert browse(viewer).post(path, {"do": "move", **FORM}).status_code == status
