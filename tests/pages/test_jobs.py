"""Jobs: the lists, one job, its progress feed, stopping it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job, JobError
from webapp.pages import jobs
from webapp.privacy import public_id
from webapp.promotions.actions.decide import reject


def change(job: Job, **fields: object) -> None:
    Job.objects.unscoped().filter(pk=job.pk).update(**fields)


def test_the_lists_say_what_each_job_does(house: House, teammate: Viewer, browse: Browse) -> None:
    browser = browse(teammate)
    assert "Update metadata Quays waiting 0 of 10" in text_of(browser.get("/jobs/"))
    assert "Update metadata waiting 0 of 10" in text_of(browser.get(house.paths["dataset jobs"]))
    assert "No jobs yet" in text_of(browser.get(f"{house.scene_grid}jobs/"))


def test_a_request_is_said_to_wait_for_a_decision_and_has_not_failed_by_one(
    owner: Viewer, approver: Viewer, dataset: Dataset, browse: Browse
) -> None:
    asked = make.make_promotion(owner, dataset, make.make_items(owner, dataset, 2))
    browser, path = browse(owner), f"/jobs/{public_id.encode('job', asked.job_pk or 0)}"
    assert "Request to share Quays undecided 0 of 2" in text_of(browser.get("/jobs/"))
    assert f'<a href="/promotions/{asked.public_id}">' in browser.get(path).content.decode()
    assert browser.get(f"{path}/progress").json()["state_text"] == "undecided"
    reject(approver, asked, reason="Not these.")
    said = browser.get(f"{path}/progress").json()
    assert (said["state"], said["state_text"], said["is_live"]) == ("cancelled", "rejected", False)


def test_the_feed_says_how_far_it_is(house: House, teammate: Viewer, browse: Browse) -> None:
    started = timezone.now() - timedelta(seconds=20)
    change(house.job, state="running", done_steps=4, error_count=2, started_at=started)
    said = browse(teammate).get(house.paths["job progress"]).json()
    assert 20 <= said.pop("took_s") < 60
    assert said == {
        "id": house.job.public_id,
        "state": "running",
        "state_text": "running",
        "done": 4,
        "total": 10,
        "errors": 2,
        "is_live": True,
        "is_stopping": False,
    }


def test_refused_rows_are_listed_and_the_rest_counted(house: House, owner: Viewer, browse: Browse) -> None:
    change(house.job, state="errored", error_count=12_000, finished_at=timezone.now(), message={"status": "too many"})
    JobError.objects.create(job=house.job, line=7, reference_id="item-7", sentence="metadata.n is a text.")
    page = text_of(browse(owner).get(house.paths["job"]))
    assert "7 item-7 metadata.n is a text." in page
    assert "failed" in page
    assert "status too many" in page
    assert "11\u202f999 more were counted" in page
    assert "Stop this job" not in page


def test_a_waiting_job_is_stopped_at_once(house: House, owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).post(house.paths["job"], {"do": "cancel"}, follow=True))
    assert "Asked to stop." in page
    assert "cancelled" in page
    assert "Stop this job" not in page


def test_a_running_job_says_that_it_is_stopping(house: House, owner: Viewer, browse: Browse) -> None:
    change(house.job, state="running", started_at=timezone.now())
    page = text_of(browse(owner).post(house.paths["job"], {"do": "cancel"}, follow=True))
    assert "stopping" in page


def test_an_ended_job_is_not_stopped_again(house: House, owner: Viewer, browse: Browse) -> None:
    change(house.job, state="completed", finished_at=timezone.now())
    refused = browse(owner).post(house.paths["job"], {"do": "cancel"})
    assert refused.status_code == 409
    assert "nothing to stop" in text_of(refused)


def test_a_viewer_is_shown_no_way_to_stop_it(house: House, teammate: Viewer, browse: Browse) -> None:
    assert "Stop this job" not in text_of(browse(teammate).get(house.paths["job"]))


def test_a_job_whose_dataset_is_gone_says_so(owner: Viewer, browse: Browse) -> None:
    enqueue(owner, "deleteDataset", dataset_pk=10**9, params={})
    assert "Delete dataset gone waiting" in text_of(browse(owner).get("/jobs/"))


def test_many_jobs_go_on_by_key(house: House, owner: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LIST_SIZE", 1)
    second = enqueue(owner, "deleteDataset", dataset_pk=None, params={})
    browser = browse(owner)
    first = browser.get("/jobs/").content.decode()
    assert second.public_id in first
    assert f'href="/jobs/?after={second.public_id}"' in first
    assert house.job.public_id in browser.get(f"/jobs/?after={second.public_id}").content.decode()


def test_the_feed_takes_nothing_but_a_question(house: House, owner: Viewer, browse: Browse) -> None:
    assert browse(owner).post(house.paths["job progress"]).status_code == 405


def test_a_job_without_a_dataset_lost_none(owner: Viewer, browse: Browse) -> None:
    enqueue(owner, "deleteModel", dataset_pk=None, params={"model": 1})
    page = text_of(browse(owner).get("/jobs/"))
    assert "Delete model" in page
    assert "gone" not in page
