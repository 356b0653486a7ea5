"""Jobs as the SDK sees them."""

import pytest

from tests.wire.caller import Caller, item
from webapp.accounts.viewer import Viewer
from webapp.jobs.lease import claim
from webapp.jobs.models import Job

ALL = {"dataset_id": None, "job_types": [], "from_date": None, "to_date": None, "limit": 50000, "show_completed": True}


@pytest.fixture
def started(caller: Caller, items_id: str) -> str:
    """A job that waits."""
    request_id = caller.upload(items_id, [item("a"), {}])
    body = {"requestId": request_id, "update": False}
    return str(caller.post(f"dataset/{items_id}/append?async=1", body).body["job_id"])


def test_a_waiting_job_is_running_because_the_sdk_takes_queued_for_an_end(caller: Caller, started: str) -> None:
    body = caller.get(f"job/{started}").body
    assert (body["status"], body["job_progress"], body["message"]) == ("Running", "0.00", {})
    info = caller.get(f"job/{started}/info").body
    assert info.pop("job_creation_time").endswith("Z")
    assert info == {"job_id": started, "job_last_known_status": "Running", "job_type": "uploadDatasetItems"}


def test_a_claimed_job_is_never_complete_before_its_end(caller: Caller, started: str) -> None:
    lease = claim("worker")
    assert lease is not None
    with lease.step() as step:
        step.done, step.total = 1000, 1000
    assert caller.get(f"job/{started}").body["job_progress"] == "0.99"
    with lease.step() as step:
        step.done, step.total = 333, 1000
    assert caller.get(f"job/{started}").body["job_progress"] == "0.33"


@pytest.mark.parametrize(
    ("state", "message", "word"),
    [
        ("completed", {}, "Completed"),
        ("cancelled", {}, "Cancelled"),
        ("errored", {"final_error": "no", "by": "user"}, "Errored_User"),
        ("errored", {"final_error": "no", "by": "server"}, "Errored_Server"),
    ],
)
def test_each_end_has_its_word(caller: Caller, started: str, state: str, message: dict[str, str], word: str) -> None:
    Job.objects.unscoped().update(state=state, message=message)
    assert caller.get(f"job/{started}").body["status"] == word
    assert caller.get(f"job/{started}/info").body["job_last_known_status"] == word


def test_errors_are_json_texts(caller: Caller, started: str) -> None:
    Job.objects.unscoped().exists()
    from tests.wire.caller import run_jobs

    run_jobs()
    (text,) = caller.get(f"job/{started}/errors").body
    assert isinstance(text, str)
    assert text.startswith('{"line":2,"reference_id":"","error":"reference_id must be a text')


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 1),
        ({"job_types": ["uploadDatasetItems"]}, 1),
        ({"job_types": ["uploadVideoScene"]}, 0),
        ({"job_types": ["somethingNew"]}, 0),
        ({"from_date": "2024-01-01"}, 1),
        ({"from_date": "2024-01-01 10:00:00.123456", "to_date": "2999-12-31T00:00:00Z"}, 1),
        ({"to_date": "Jan 3 2024"}, 0),
        ({"from_date": "01/31/2999"}, 0),
        ({"show_completed": False}, 1),
        ({"limit": 1}, 1),
        ({"limit": 10**9}, 1),
    ],
)
def test_jobs_are_listed_by_type_and_date(caller: Caller, started: str, change: dict[str, object], found: int) -> None:
    assert [one["job_id"] for one in caller.post("jobs/", {**ALL, **change}).body] == [started] * found


def test_completed_jobs_are_left_out_on_request(caller: Caller, started: str) -> None:
    Job.objects.unscoped().update(state="completed")
    assert caller.post("jobs/", {**ALL, "show_completed": False}).body == []
    assert len(caller.post("jobs/", ALL).body) == 1


def test_jobs_are_listed_by_dataset(caller: Caller, started: str, items_id: str, open_id: str) -> None:
    assert len(caller.post("jobs/", {**ALL, "dataset_id": items_id}).body) == 1
    assert caller.post("jobs/", {**ALL, "dataset_id": open_id}).body == []
    assert caller.post("jobs/", {**ALL, "dataset_id": "ds_x"}).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"from_date": "yesterday"},
        {"to_date": "2024-13-01"},
        {"from_date": "0001-01-01T00:00:00+14:00"},
        {"to_date": "9999-12-31T23:59:59-14:00"},
        {"limit": 0},
        {"limit": None},
        {"job_types": "x"},
        {"show_completed": "yes"},
        {"dataset_id": 3},
    ],
)
def test_a_bad_filter_is_refused(caller: Caller, change: dict[str, object]) -> None:
    assert caller.post("jobs/", {**ALL, **change}).status == 400


def test_strangers_and_labelers_see_no_job(
    started: str, teammate: Viewer, approver: Viewer, stranger: Viewer, labeler: Viewer
) -> None:
    people = [Caller(one) for one in (teammate, approver, stranger, labeler)]
    for path in (f"job/{started}", f"job/{started}/info", f"job/{started}/errors"):
        assert [one.get(path).status for one in people] == [200, 200, 404, 404]
    assert [len(one.post("jobs/", ALL).body) for one in people] == [1, 1, 0, 0]
