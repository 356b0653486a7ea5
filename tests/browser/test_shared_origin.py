"""Shared bytes in a browser: from their own origin, or from the bucket that it leads to, on the pages that may."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, sign_in
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer, draw_picture
from tests.postgres import PostgresCluster
from tests.s3_server import S3Server
from tests.wire_client import WireClient
from webapp.courier.bucket_client import BucketClient

PAINTED = "image => image.complete && image.naturalWidth"


def upload(person: Person, dataset_id: str, reference_id: str, picture: bytes) -> None:
    rows = f'[{{"reference_id": "{reference_id}", "image_url": "/a.png", "metadata": {{}}, "update": false}}]'
    answer = requests.post(
        f"{person.live.endpoint}/dataset/{dataset_id}/append?async=1",
        files=[("items", (None, rows)), ("image", ("a.png", picture))],
        auth=(person.key(), ""),
        timeout=30,
    )
    assert answer.ok, answer.text


@pytest.fixture
def scan(editor: Person, wire: WireClient, watch: Watch) -> str:
    """An ordinary dataset with one uploaded picture; its id."""
    watch.declared.add(editor.live.shared_url)
    dataset_id = wire.create_dataset("scans", is_scene=False, privacy=False)
    upload(editor, dataset_id, "scan", draw_picture("scan", 320, 240, "PNG"))
    return dataset_id


def test_an_upload_is_shown_from_the_shared_origin_alone(signed_in: Page, scan: str, live: LiveTransom) -> None:
    answers: list[tuple[str, int, str]] = []
    signed_in.on("response", lambda one: answers.append((one.url, one.status, one.headers.get("content-type", ""))))
    signed_in.goto(f"/datasets/{scan}/")
    expect(signed_in.locator("media-grid [data-state=ready]")).to_have_count(1)
    signed_in.locator("media-grid [data-item-id]").first.click()
    expect(signed_in.locator("media-stage[data-state=ready]")).to_be_visible()
    shared = [one for one in answers if "/shared/" in one[0]]
    assert shared
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url, _, _ in shared} == {live.shared_url}
    assert {(status, kind) for _, status, kind in shared} == {(200, "image/png")}


def test_a_link_opened_by_itself_shows_the_picture_and_runs_nothing(
    signed_in: Page, scan: str, wire: WireClient, watch: Watch
) -> None:
    # Chromium's own way to center a picture, which the policy refuses like all else.
    watch.expected.append("Applying inline style violates")
    link = wire.call("GET", f"dataset/{scan}/refloc/scan")["item"]["image_url"]
    signed_in.goto(link)
    assert signed_in.locator("img").evaluate(PAINTED) == 320
    assert signed_in.evaluate("() => window.origin") == "null"


def test_a_range_is_answered_over_the_wire(scan: str, wire: WireClient) -> None:
    link = wire.call("GET", f"dataset/{scan}/refloc/scan")["item"]["image_url"]
    whole = requests.get(link, timeout=30)
    part = requests.get(link, headers={"Range": "bytes=8-15"}, timeout=30)
    assert (part.status_code, part.content) == (206, whole.content[8:16])
    assert part.headers["Content-Range"] == f"bytes 8-15/{len(whole.content)}"
    head = requests.head(link, timeout=30)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(whole.content)), b"")
    assert Image.open(io.BytesIO(whole.content)).size == (320, 240)


@pytest.fixture
def in_bucket(
    tmp_path: Path, cluster: PostgresCluster | None, s3_process: S3Server
) -> Iterator[tuple[LiveTransom, S3Server]]:
    """A server whose copies stay in a bucket."""
    bucket = s3_process.bucket
    environment = {
        "TRANSOM_SHARED_STORE": "s3",
        "TRANSOM_S3_BUCKET": bucket.name,
        "TRANSOM_S3_ENDPOINT": bucket.endpoint,
        "TRANSOM_S3_ACCESS_KEY": bucket.access_key,
        "TRANSOM_S3_SECRET_KEY": bucket.secret_key,
    }
    with LiveTransom(tmp_path / "live", cluster=cluster, environment=environment) as server:
        yield server, s3_process


def test_a_labeler_sees_a_copy_that_lies_in_the_bucket(
    in_bucket: tuple[LiveTransom, S3Server], chromium: Browser, canary: CanaryServer, tmp_path: Path
) -> None:
    server, s3 = in_bucket
    editor, labeler = server.make_person("editor"), server.make_person("labeler")
    wire = WireClient(server.endpoint, editor.key())
    dataset_id = wire.create_dataset("quays", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "one", "image_url": canary.url("one-320x240.jpg"), "metadata": {}}])
    picture = tmp_path / "copy"
    picture.write_bytes(draw_picture("copy", 200, 100, "PNG"))
    team = server.ask_clerk(
        "make_copy",
        email=editor.email,
        team=editor.team,
        dataset=dataset_id,
        reference_id="one",
        labeler=labeler.email,
        path=str(picture),
        place="s3",
    )
    sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    BucketClient(s3.bucket).put(s3.bucket.key_of(team, sha256), picture, content_type="text/html")
    with chromium.new_context(base_url=server.url) as context:
        page, heard = context.new_page(), Watch()
        page.on("console", heard.hear)
        page.on("request", lambda request: heard.asked.append(request.url))
        sign_in(page, labeler)
        page.goto("/labelling/")
        page.get_by_role("link", name="one", exact=True).first.click()
        expect(page.locator("media-grid [data-state=ready], media-stage[data-state=ready]")).to_have_count(1)
        assert heard.errors == []
        assert heard.origins() == {server.url, server.shared_url, s3.bucket.origin}
    assert canary.connections == []
