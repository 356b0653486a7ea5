"""The officer's report says what is stored, whom browsers contact, and what is not claimed."""

import json

import pytest

from tests import make
from tests.pages.conftest import Browse, House, make_file_item, text_of
from tests.pages.labelled import label_masks
from webapp.accounts import queries as people
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.pages import officer
from webapp.privacy.sandbox import EgressState


def test_addresses_are_counted_by_dataset(house: House, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get("/privacy/"))
    assert "addresses of media held elsewhere 8" in page
    assert "Quays private 5 0 0 https://media.harbor.example" in page
    assert "Crossings private 3 0 0 https://media.harbor.example" in page
    assert "What is not claimed" in page


def test_the_address_of_an_mp4_is_an_address_too(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    make.make_scene(owner, scene_dataset, "film", frames=0, frame_rate=None, video_url=f"{make.MEDIA}/film.mp4")
    assert "addresses of media held elsewhere 1" in text_of(browse(owner).get("/privacy/"))


def test_copies_are_counted_apart(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, name="Office", privacy=False)
    make.make_items(owner, dataset, 2)
    make_file_item(owner, dataset, "scan")
    page = text_of(browse(owner).get("/privacy/"))
    assert "media uploaded as files 1 copies and uploads together 40 bytes" in page
    assert "Office ordinary 2 0 1" in page


def test_masks_are_addresses_or_copies(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, name="Office", privacy=False)
    make.make_items(owner, dataset, 2)
    label_masks(owner, dataset)
    page = text_of(browse(owner).get("/privacy/"))
    assert "Office ordinary 4 0 1" in page


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (EgressState(True, "none (seccomp)", "The kernel refuses."), "It can therefore load none of the media above"),
        (EgressState(False, "open", "Not on this system."), "the kernel does not enforce it"),
    ],
)
def test_the_state_of_the_lock_is_told_as_it_is(
    state: EgressState, says: str, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(officer, "egress_state", lambda: state)
    page = text_of(browse(owner).get("/privacy/"))
    assert f"Egress: {state.how}. {state.why}" in page
    assert says in page


def test_only_admins_read_the_audit_trail(house: House, admin: Viewer, teammate: Viewer, browse: Browse) -> None:
    trail = text_of(browse(admin).get("/privacy/"))
    assert "owner@harbor.example origin.declare https://media.harbor.example" in trail
    assert "Audit trail" not in text_of(browse(teammate).get("/privacy/"))


def test_the_report_names_no_media_address(house: House, admin: Viewer, browse: Browse) -> None:
    body = browse(admin).get("/privacy/").content.decode()
    assert f"{make.MEDIA}/" not in body


def test_the_trail_says_where_its_chain_ends(house: House, admin: Viewer, browse: Browse) -> None:
    head = people.audit_head(admin)
    page = text_of(browse(admin).get("/privacy/"))
    assert f"Acts {head.length} {head.hash}" in page
    assert f"Connections 0 {'0' * 64}" in page


def test_approvers_and_admins_take_the_signed_report_and_nobody_else(
    house: House, owner: Viewer, approver: Viewer, admin: Viewer, labeler: Viewer, browse: Browse
) -> None:
    for viewer, status in [(owner, 403), (labeler, 404), (approver, 200), (admin, 200)]:
        response = browse(viewer).get("/privacy/report.json")
        assert response.status_code == status
    assert "attachment" in response["Content-Disposition"]
    said = json.loads(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert said["made_by"] == "admin@harbor.example"
    assert said["acts"][-1]["facts"]["action"] == "report.export"
