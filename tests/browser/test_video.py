"""A scene that is an mp4 alone: the browser's own player, with a reason where it cannot play."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.media_server import CanaryServer, Fault
from tests.wire_client import WireClient


def film() -> bytes:
    """Two seconds of h264 at 10 frames per second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(20):
            picture = numpy.full((180, 320, 3), 12 * index, dtype=numpy.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


@pytest.fixture
def video(wire: WireClient, canary: CanaryServer) -> dict[str, Any]:
    dataset_id = wire.create_dataset("films", is_scene=True, privacy=True)
    url = canary.put("/film.mp4", film(), "video/mp4")
    wire.append_scenes(dataset_id, [{"reference_id": "film", "video_url": url}])
    found = wire.call("GET", f"dataset/{dataset_id}/scenes_list")["scenes"][0]
    return {"path": f"/datasets/{dataset_id}/scenes/{found['id']}"}


def test_an_mp4_alone_plays_from_its_own_host(signed_in: Page, video: dict[str, Any], canary: CanaryServer) -> None:
    signed_in.goto(video["path"])
    viewer = signed_in.locator("frame-viewer[data-state=ready]")
    expect(viewer).to_be_visible()
    facts = viewer.locator("video").evaluate("video => [video.duration, video.videoWidth, video.videoHeight]")
    assert facts == [2, 320, 180]
    assert {one.path for one in canary.requests} == {"/film.mp4"}
    assert all("referer" not in one.headers and "cookie" not in one.headers for one in canary.requests)


def test_an_mp4_that_does_not_come_is_a_sentence(
    signed_in: Page, video: dict[str, Any], canary: CanaryServer, watch: Watch
) -> None:
    watch.expected.append("Failed to load resource")
    canary.fail(Fault.NOT_FOUND, "/film.mp4")
    signed_in.goto(video["path"])
    viewer = signed_in.locator("frame-viewer[data-state=error]")
    expect(viewer.locator(".frame-viewer__reason")).to_contain_text("127.0.0.1")
