"""Asking by program for items to be shared: what is recorded, what the job says, and that nothing is shared by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make
from tests.wire.caller import Answer, Caller, item, scene
from webapp.accounts.queries import team
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Item
from webapp.jobs import queries as jobs
from webapp.jobs.actions import cancel
from webapp.labels.actions.projects import archive_project, create_project
from webapp.labels.models import LabellingProject
from webapp.promotions import queries
from webapp.promotions.actions.decide import approve, reject
from webapp.promotions.models import Promotion


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    """A privacy dataset of items i0 to i4."""
    caller.post(f"dataset/{items_id}/append", {"items": [item(f"i{number}") for number in range(5)]})
    return items_id


@pytest.fixture
def project(owner: Viewer) -> LabellingProject:
    return create_project(owner, name="Boats / night", classes=[{"name": "boat", "shape": "box"}])


@pytest.fixture
def slice_id(caller: Caller, filled: str) -> str:
    body = {"name": "Night", "reference_ids": ["i1", "i3"]}
    return str(caller.post(f"dataset/{filled}/create_slice", body).body["slice_id"])


def ask(caller: Caller, dataset_id: str, **body: Any) -> Answer:
    return caller.post(f"dataset/{dataset_id}/promotions", {"reason": "For the night shift", **body})


def only_promotion(viewer: Viewer) -> Promotion:
    (found,) = queries.promotions(viewer)
    return found


def test_send_to_labeling_asks_and_its_job_runs_until_somebody_decides(
    caller: Caller, slice_id: str, project: LabellingProject, owner: Viewer, approver: Viewer
) -> None:
    sent = caller.post(f"slice/{slice_id}/{project.public_id}/send_to_labeling", {})
    assert sent.status == 200
    assert (sent.body["job_last_known_status"], sent.body["job_type"]) == ("Running", "sendToLabeling")
    found = only_promotion(owner)
    assert (found.way, found.state, found.item_count, found.project) == ("slice", "requested", 2, project)
    path = f"job/{sent.body['job_id']}"
    before = caller.get(path).body
    assert (before["status"], before["message"], before["total_steps"]) == ("Running", {}, 2)
    approve(approver, found)
    # Approved is not done: the courier has not been there.
    assert caller.get(path).body["status"] == "Running"
    assert not Item.objects.unscoped().exclude(shared_at=None).exists()


def test_a_name_with_a_slash_has_to_be_said_by_its_id(caller: Caller, slice_id: str, project: LabellingProject) -> None:
    by_name = caller.post(f"slice/{slice_id}/{project.name.replace(' / ', '%20%2F%20')}/send_to_labeling", {})
    assert by_name.status == 404
    assert caller.post(f"slice/{slice_id}/{project.public_id}/send_to_labeling", {}).status == 200


def test_a_plain_name_is_enough(caller: Caller, slice_id: str, owner: Viewer) -> None:
    create_project(owner, name="Boats at night")
    assert caller.post(f"slice/{slice_id}/Boats%20at%20night/send_to_labeling", {}).status == 200


def test_a_call_that_is_repeated_asks_once(
    caller: Caller, slice_id: str, project: LabellingProject, owner: Viewer
) -> None:
    path = f"slice/{slice_id}/{project.public_id}/send_to_labeling"
    assert caller.post(path, {}).body == caller.post(path, {}).body
    only_promotion(owner)


def test_somebody_elses_request_for_the_same_is_a_conflict(
    caller: Caller, slice_id: str, project: LabellingProject, admin: Viewer
) -> None:
    path = f"slice/{slice_id}/{project.public_id}/send_to_labeling"
    caller.post(path, {})
    again = Caller(admin).post(path, {})
    assert again.status == 409
    assert "asked for already, by owner@harbor.example" in again.error


def test_an_unknown_or_archived_project_is_not_found(
    caller: Caller, slice_id: str, project: LabellingProject, owner: Viewer
) -> None:
    archive_project(owner, project, archived=True)
    for name in ("5f0e1a2b3c4d", "lab_none", project.public_id):
        answer = caller.post(f"slice/{slice_id}/{name}/send_to_labeling", {})
        assert answer.status == 404
        assert "There is no labelling project" in answer.error


@pytest.mark.parametrize("verb", ["send", "ask"])
def test_a_viewer_asks_for_nothing(
    verb: str, slice_id: str, filled: str, project: LabellingProject, teammate: Viewer, owner: Viewer
) -> None:
    viewer = Caller(teammate)
    if verb == "send":
        answer = viewer.post(f"slice/{slice_id}/{project.public_id}/send_to_labeling", {})
    else:
        answer = ask(viewer, filled, reference_ids=["i1"])
    assert answer.status == 403
    assert not queries.promotions(owner).exists()


def test_the_endpoint_takes_reference_ids_a_reason_and_an_end(
    caller: Caller, filled: str, project: LabellingProject
) -> None:
    asked = ask(caller, filled, reference_ids=["i4", "i0", "i4"], project=project.public_id, days=30).body
    assert (asked["item_count"], asked["left_out"], asked["job_last_known_status"]) == (2, 0, "Running")
    told = caller.get(f"promotions/{asked['promotion_id']}").body
    requested_at = told.pop("requested_at")
    assert requested_at.endswith("Z")
    assert told == {
        "promotion_id": asked["promotion_id"],
        "state": "requested",
        "job_id": asked["job_id"],
        "dataset_id": filled,
        "project_id": project.public_id,
        "requested_by": "owner@harbor.example",
        "reason": "For the night shift",
        "days": 30,
        "decided_by": None,
        "decided_at": None,
        "decision_reason": "",
        "expires_at": None,
        "item_count": 2,
        "stored_count": 0,
        "attention_count": 0,
    }


def test_the_endpoint_takes_a_slice_for_nobody_in_particular(caller: Caller, filled: str, slice_id: str) -> None:
    asked = ask(caller, filled, slice_id=slice_id).body
    assert asked["item_count"] == 2
    assert caller.get(f"promotions/{asked['promotion_id']}").body["project_id"] is None


def test_scenes_are_asked_for_frame_by_frame(caller: Caller, scenes_id: str) -> None:
    caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [scene("v", 4), scene("w", 2)]})
    assert ask(caller, scenes_id, reference_ids=["v"]).body["item_count"] == 4


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 400, "either `reference_ids` or `slice_id`"),
        ({"reference_ids": ["i1"], "slice_id": "slc_x"}, 400, "either `reference_ids` or `slice_id`"),
        ({"reference_ids": []}, 400, "1 to 10000"),
        ({"reference_ids": ["i1"] * 10_001}, 400, "slice_id"),
        ({"reference_ids": ["i1", "nope"]}, 404, "1 of the reference ids name nothing in this dataset: 'nope'"),
        ({"reference_ids": [1]}, 400, "reference_ids"),
        ({"slice_id": "slc_x"}, 404, "slice"),
        ({"reference_ids": ["i1"], "reason": " "}, 400, "Say why"),
        ({"reference_ids": ["i1"], "reason": None}, 400, "reason"),
        ({"reference_ids": ["i1"], "days": 0}, 400, "days"),
        ({"reference_ids": ["i1"], "days": 10**6}, 400, "days"),
        ({"reference_ids": ["i1"], "days": True}, 400, "days"),
        ({"reference_ids": ["i1"], "project": "nobody's"}, 404, "labelling project"),
        ({"reference_ids": ["i1"], "state": "approved"}, 400, "state"),
        ({"reference_ids": ["i1"], "approved_by": "me"}, 400, "approved_by"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_asked(
    caller: Caller, filled: str, owner: Viewer, body: dict[str, Any], status: int, sentence: str
) -> None:
    answer = ask(caller, filled, **body)
    assert (answer.status, sentence in answer.error) == (status, True), answer.body
    assert not queries.promotions(owner).exists()


def test_a_slice_of_another_dataset_is_refused(caller: Caller, open_id: str, slice_id: str) -> None:
    answer = ask(caller, open_id, slice_id=slice_id)
    assert (answer.status, "of this dataset" in answer.error) == (400, True)


def test_a_rejection_ends_the_job_with_its_reason(caller: Caller, filled: str, owner: Viewer, approver: Viewer) -> None:
    asked = ask(caller, filled, reference_ids=["i1"]).body
    reject(approver, only_promotion(owner), reason="There are faces in it.")
    job = caller.get(f"job/{asked['job_id']}").body
    assert job["status"] == "Errored_User"
    assert job["message"]["final_error"] == (
        "This request was rejected by approver@harbor.example: There are faces in it."
    )
    told = caller.get(f"promotions/{asked['promotion_id']}").body
    assert (told["state"], told["decision_reason"]) == ("rejected", "There are faces in it.")


def test_who_asked_may_take_it_back_and_nobody_else(caller: Caller, filled: str, admin: Viewer) -> None:
    asked = ask(caller, filled, reference_ids=["i1"]).body
    path = f"promotions/{asked['promotion_id']}/withdraw"
    assert Caller(admin).post(path, {}).status == 403
    assert caller.post(path, {}).body["state"] == "withdrawn"
    assert caller.get(f"job/{asked['job_id']}").body["status"] == "Errored_User"
    assert caller.post(path, {}).status == 409


def test_cancelling_the_job_takes_the_request_back(caller: Caller, filled: str, owner: Viewer) -> None:
    asked = ask(caller, filled, reference_ids=["i1"]).body
    cancel(owner, jobs.job(owner, asked["job_id"]))
    assert only_promotion(owner).state == "withdrawn"


@pytest.mark.parametrize("role", ["editor", "approver", "admin"])
def test_no_key_of_any_role_takes_a_request_beyond_asked(role: str, caller: Caller, filled: str, owner: Viewer) -> None:
    """Deciding has no address here, and no field of a body decides."""
    asked = ask(caller, filled, reference_ids=["i1"]).body
    person = Caller(make.make_viewer(team(owner), role=role))
    path = f"promotions/{asked['promotion_id']}"
    for method, tail in (("POST", ""), ("POST", "/approve"), ("PUT", ""), ("PATCH", ""), ("DELETE", "")):
        assert person.send(method, f"{path}{tail}", {"state": "approved"}).status in (404, 405)
    assert only_promotion(owner).state == "requested"


def test_an_append_with_upload_to_scale_is_one_request_and_shares_nothing(
    caller: Caller, filled: str, owner: Viewer
) -> None:
    wish = [item(f"i{number}", upload_to_scale=True) for number in range(5)]
    answer = caller.post(f"dataset/{filled}/append", {"items": wish, "update": True})
    assert answer.status == 200
    found = only_promotion(owner)
    assert (found.way, found.state, found.item_count) == ("append", "requested", 5)
    assert not Item.objects.unscoped().exclude(shared_at=None).exists()
    listed = caller.post("jobs", {"job_types": ["sendToLabeling"], "show_completed": True}).body
    assert [one["job_last_known_status"] for one in listed] == ["Running"]
