"""Asking for labelling with real SDKs, up to items that are shared: an approver decides, the courier copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from nucleus import AsyncJob, Dataset, DatasetItem, NucleusClient
from nucleus.errors import NucleusAPIError

from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.sdk.conftest import finished
from tests.sdk.old_sdk import run_script


@pytest.fixture
def host() -> Iterator[CanaryServer]:
    with CanaryServer() as canary:
        yield canary


@pytest.fixture
def dataset(client: NucleusClient, host: CanaryServer) -> Dataset:
    """A privacy dataset of image0 to image5 at the media host."""
    made = client.create_dataset("my dataset", use_privacy_mode=True)
    items = [
        DatasetItem(host.url(f"image{n}-64x48.png"), reference_id=f"image{n}", width=64, height=48) for n in range(6)
    ]
    assert finished(made.append(items))["status"] == "Completed"
    return made


@pytest.fixture
def courier(live: LiveTransom, team: str, dataset: Dataset, host: CanaryServer) -> Iterator[None]:
    """The courier, which an admin of the team lets fetch from the media host."""
    live.ask_clerk("allow_host", email=live.make_person("admin", team=team).email, team=team, origin=host.origin)
    live.start_courier()
    yield
    live.kill_courier()


@pytest.fixture
def decide(live: LiveTransom, team: str) -> Callable[..., str]:
    """What an approver of the team does with a request."""
    approver = live.make_person("approver", team=team)

    def decide(deed: str, job: AsyncJob, reason: str = "") -> str:
        told = {"job": job.job_id, "deed": deed, "reason": reason}
        return str(live.ask_clerk("decide", email=approver.email, team=team, **told))

    return decide


@pytest.fixture
def project(live: LiveTransom, person: Person, team: str) -> str:
    """The id of a labelling project."""
    return str(live.ask_clerk("make_project", email=person.email, team=team, name="Boats"))


def shared(dataset: Dataset, stored: Callable[[str], str]) -> list[str]:
    names = "items_of('{}').exclude(shared_at=None).order_by('pk').values_list('reference_id', flat=True)"
    found: list[str] = eval(stored(f"list({names.format(dataset.id)})"))
    return found


def test_a_slice_that_is_sent_is_shared_once_somebody_approves(
    dataset: Dataset,
    project: str,
    host: CanaryServer,
    stored: Callable[[str], str],
    decide: Callable[..., str],
    courier: None,
) -> None:
    slice_ = dataset.create_slice("Night", reference_ids=["image1", "image4"])
    job = slice_.send_to_labeling(project)
    assert isinstance(job, AsyncJob)
    assert (job.job_last_known_status, job.job_type) == ("Running", "sendToLabeling")
    assert job.status()["status"] == "Running"
    assert host.connections == []
    assert decide("approve", job, "For Boats") == "approved"
    status = finished(job)
    assert (status["status"], status["completed_steps"], status["total_steps"]) == ("Completed", 2, 2)
    assert {name: status["message"][name] for name in ("state", "stored", "attention", "reason")} == {
        "state": "shared",
        "stored": 2,
        "attention": 0,
        "reason": "For Boats",
    }
    assert shared(dataset, stored) == ["image1", "image4"]
    assert sorted(asked.path for asked in host.requests) == ["/image1-64x48.png", "/image4-64x48.png"]
    # To the team nothing changes: its programs still see the address that they gave.
    assert dataset.refloc("image1")["item"].image_location == host.url("image1-64x48.png")


def test_a_rejected_request_ends_with_its_reason(
    dataset: Dataset, project: str, host: CanaryServer, stored: Callable[[str], str], decide: Callable[..., str]
) -> None:
    job = dataset.create_slice("Night", reference_ids=["image1"]).send_to_labeling(project)
    assert decide("reject", job, "There are faces in it.") == "rejected"
    status = finished(job)
    assert status["status"] == "Errored_User"
    assert status["message"]["final_error"].endswith(": There are faces in it.")
    assert (shared(dataset, stored), host.connections) == ([], [])


def test_an_unknown_project_is_not_found(dataset: Dataset) -> None:
    slice_ = dataset.create_slice("Night", reference_ids=["image1"])
    with pytest.raises(NucleusAPIError, match="There is no labelling project '5f0e1a2b3c4d' that you may see"):
        slice_.send_to_labeling("5f0e1a2b3c4d")


def test_the_guides_snippet_for_sending_privacy_mode_data(
    live: LiveTransom,
    key: str,
    client: NucleusClient,
    dataset: Dataset,
    host: CanaryServer,
    stored: Callable[[str], str],
    decide: Callable[..., str],
    courier: None,
) -> None:
    url = host.url("image1-320x200.png?Signature=now")
    words = {"KEY": key, "ENDPOINT": live.endpoint, "DATASET": dataset.id, "URL": url}
    assert run_script("0.16.7", "guide_sending_0_16_7.py", **words) == {"updated": 1, "errors": 0}
    assert (shared(dataset, stored), host.connections) == ([], [])
    (listed,) = client.list_jobs(job_types=["sendToLabeling"], dataset_id=dataset.id)
    job = client.get_job(listed.job_id)
    assert job.status()["status"] == "Running"
    assert decide("approve", job) == "approved"
    assert finished(job)["status"] == "Completed"
    assert shared(dataset, stored) == ["image1"]
    assert [(asked.path, asked.query) for asked in host.requests] == [("/image1-320x200.png", "Signature=now")]
