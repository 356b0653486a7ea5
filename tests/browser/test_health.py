"""A dataset's health in a browser: what came, why the rest did not, a report without secrets, measures, fresh links."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import TRIES, violations
from tests.browser.conftest import Watch, sign_in
from tests.live import LiveTransom, Person, free_port
from tests.media_server import CanaryServer, Fault
from tests.wire_client import WireClient

# Every address here has it, and no report may.
SECRET = "s3cretsignature"


def item(name: str, url: str, **fields: Any) -> dict[str, Any]:
    return {"reference_id": name, "image_url": url, "metadata": {}, **fields}


def check(page: Page, dataset_id: str) -> None:
    page.goto(f"/datasets/{dataset_id}/health/")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("health-check")).to_have_attribute("data-state", "done")


def saved(page: Page, kind: str) -> str:
    with page.expect_download() as coming:
        page.get_by_role("button", name=f"Save the report as {kind}").click()
    assert coming.value.suggested_filename.endswith(f".{kind.lower()}")
    return Path(coming.value.path()).read_text()


@pytest.fixture
def ailing(wire: WireClient, open_host: CanaryServer, watch: Watch) -> str:
    """Ten pictures of a host, of which four do not come, and three of a host where nobody listens."""
    gone = f"http://127.0.0.1:{free_port()}"
    watch.declared.add(gone)
    watch.expected += ["Failed to load resource", "ERR_CONNECTION_REFUSED", r"\b(403|404)\b", TRIES]
    open_host.fail(Fault.FORBIDDEN, "/secret/")
    open_host.fail(Fault.NOT_FOUND, "/lost/")
    dataset_id = wire.create_dataset("ailing", is_scene=False, privacy=True)
    rows = [item(f"fine-{n}", open_host.url(f"fine/{n}-64x48.jpg?{SECRET}=1")) for n in range(5)]
    rows.append(item("turned", open_host.url(f"fine/turned-64x48.jpg?k={SECRET}"), width=48, height=64))
    rows += [item(f"secret-{n}", open_host.url(f"secret/{n}.jpg?k={SECRET}")) for n in range(3)]
    lost = open_host.url(f"lost/private.jpg?sig={SECRET}&x=1")
    rows += [item(lost, lost), *(item(f"gone-{n}", f"{gone}/{n}.jpg?k={SECRET}") for n in range(3))]
    wire.append(dataset_id, rows)
    return dataset_id


def test_a_check_says_what_came_and_why_the_rest_did_not_and_its_report_holds_no_secret(
    signed_in: Page, ailing: str, open_host: CanaryServer, live: LiveTransom
) -> None:
    page = signed_in
    check(page, ailing)
    hosts = page.locator(".health-host")
    expect(page.locator(".health-run__said")).to_contain_text("4 of 10 files did not come.")
    expect(page.locator(".health-run__said")).to_contain_text("is down: 3 files were not tried.")
    asked = hosts.filter(has=page.get_by_role("heading", name=open_host.origin))
    expect(asked).to_contain_text("6 of 10 came")
    causes = asked.locator(".health-cause")
    expect(causes).to_have_count(2)
    expect(causes.first).to_have_attribute("data-kind", "denied")
    expect(causes.first.locator(".health-cause__count")).to_have_text("3")
    expect(causes.last).to_have_attribute("data-kind", "not-found")
    expect(causes.first.get_by_role("link")).to_have_count(3)
    assert violations(page) == []
    causes.first.get_by_role("button", name="Who can mend it, and how").click()
    expect(page.get_by_role("dialog")).to_contain_text("Who can mend it")
    page.get_by_role("button", name="Close").click()
    report, table = saved(page, "JSON"), saved(page, "CSV")
    for text in (report, table):
        assert SECRET not in text
        assert "private.jpg" not in text
        assert "secret-1" in text
    told = json.loads(report)
    assert {one["cause"]: one["count"] for one in told["hosts"][0]["causes"]} == {"denied": 3, "not-found": 1}
    assert {one["result"] for one in csv.DictReader(io.StringIO(table))} == {
        "came",
        "failed",
        "not tried: its host is down",
    }
    assert open_host.made_by(live.pids()) == []


def test_measures_are_written_in_one_go_and_undone_by_who_may_edit(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, live: LiveTransom, editor: Person
) -> None:
    page = signed_in
    film = open_host.put_film("films/one.mp4", frame_count=24, frame_rate=12)
    stills = [
        {"reference_id": f"f{n}", "url": open_host.url(f"s/{n}-64x48.jpg"), "type": "image", "metadata": {}}
        for n in range(3)
    ]
    scene = {"reference_id": "one", "metadata": {"video_width": 99}, "video_url": film, "frame_rate": 12}
    dataset_id = wire.create_dataset("films", is_scene=True, privacy=True)
    wire.call("POST", f"{dataset_id}/upload_video_scenes", {"scenes": [{**scene, "frames": stills}], "update": False})
    check(page, dataset_id)
    expect(page.locator(".health-run__said")).to_have_text("All 4 files came.")
    found = page.locator("section", has=page.get_by_role("heading", name="Sizes and lengths"))
    expect(found).to_contain_text("4 files were measured: of 3 nothing is stored yet, of 1 something else is stored.")
    expect(found).to_contain_text("one lists 3 frames, its mp4 has 24")
    expect(found.get_by_role("row", name="one")).to_contain_text("2 s, 24 frames")
    found.get_by_role("button", name="Write down 4 measures").click()
    toast = page.locator(".edit-toast")
    expect(toast).to_contain_text("Measured: sizes of 3 items and 1 video")
    expect(found).to_contain_text("What is stored of 4 files is what was measured.")
    measured = {"video_width": 320, "video_height": 180, "video_duration_s": 2, "video_frame_count": 24}
    assert metadata(wire, dataset_id) == measured
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Undid: Measured")
    expect(found.get_by_role("button", name="Write down 4 measures")).to_be_enabled()
    assert metadata(wire, dataset_id) == {"video_width": 99}
    looker = live.make_person("viewer", team=editor.team)
    page.context.clear_cookies()
    sign_in(page, looker)
    check(page, dataset_id)
    expect(found).to_contain_text("of 1 something else is stored")
    expect(found.get_by_role("button")).to_have_count(0)
    assert open_host.made_by(live.pids()) == []


def metadata(wire: WireClient, dataset_id: str) -> Any:
    return wire.call("GET", f"dataset/{dataset_id}/scene/one")["metadata"]


@pytest.fixture
def resolver(watch: Watch) -> Iterator[CanaryServer]:
    """The customer's endpoint for fresh links."""
    with CanaryServer(cors=True) as server:
        watch.declared.add(server.origin)
        yield server
        watch.leave()


def test_an_expired_link_is_loaded_by_a_fresh_one_that_the_browser_asks_for_once(
    own_page: Page,
    wire: WireClient,
    live: LiveTransom,
    watch: Watch,
    editor: Person,
    open_host: CanaryServer,
    resolver: CanaryServer,
) -> None:
    page = own_page
    watch.expected.append(r"\b(403|500)\b")
    sign_in(page, live.make_person("admin", team=editor.team))
    open_host.fail(Fault.FORBIDDEN, "/old/")
    dataset_id = wire.create_dataset("links", is_scene=False, privacy=True)
    now = datetime.now(UTC)
    signed = f"X-Amz-Date={now:%Y%m%dT%H%M%SZ}&X-Amz-Expires=900&X-Amz-Signature={SECRET}"
    wire.append(dataset_id, [item("still", open_host.url(f"old/a-64x48.jpg?{signed}"))])
    resolver.put("fresh", json.dumps({"url": open_host.url("new/a-64x48.jpg?k=1")}).encode(), "application/json")
    page.goto("/team/")
    page.get_by_role("link", name=open_host.origin).click()
    page.get_by_label("Address of the resolver").fill(resolver.url("fresh"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    # The link has ended an hour from now.
    page.clock.set_fixed_time(now + timedelta(hours=1))
    page.goto(f"/datasets/{dataset_id}/")
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(1)
    page.goto(str(page.locator("media-grid [data-item-id]").get_attribute("href")))
    expect(page.locator("media-stage")).to_have_attribute("data-state", "ready")
    check(page, dataset_id)
    expect(page.locator(".health-run__said")).to_have_text("The one file came.")
    expect(page.locator(".health-ended")).to_have_text("1 has expired already.")
    assert open_host.count("/old/a-64x48.jpg") == 0
    # Once for each page.
    questions = [one for one in resolver.requests if one.method == "GET"]
    assert [parse_qs(one.query)["url"] for one in questions] == [[open_host.url("old/a-64x48.jpg")]] * 3
    assert [parse_qs(one.query)["reference_id"] for one in questions] == [["still"]] * 3
    assert SECRET not in str(questions)
    # Where the endpoint gives none, the cause says so.
    resolver.fail(Fault.BROKEN)
    page.reload()
    page.get_by_role("button", name="Check", exact=True).click()
    cause = page.locator(".health-cause")
    expect(cause).to_contain_text(f"{resolver.origin}, which gives fresh links for {open_host.origin}, answered 500.")
    assert {name for one in questions for name in ("cookie", "referer") if name in one.headers} == set()
    assert resolver.made_by(live.pids()) == []
