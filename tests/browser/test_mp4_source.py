"""Video files decoded on the page: every frame is the one its number says, and what cannot be shown is a sentence."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watch
from tests.browser.films import DRAWN_STRIP, draw_film
from tests.media_server import CanaryServer, Fault
from tests.shared_data import SHARED_DATA, shared
from tests.wire_client import WireClient

# Opens a video and asks for frames in an order; tells the number in each one's pixels, or the sentence instead.
READER = """async ([url, order, options]) => {
  const theme = document.querySelector("script[src*='/js/theme.js']").src;
  const { openMp4 } = await import(theme.replace("/js/theme.js", "/js/viewer/sources/mp4.js"));
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function read(picture) {
    const isTurned = options.turned;
    const [width, height] = isTurned ? [picture.height, picture.width] : [picture.width, picture.height];
    Object.assign(pen.canvas, { width, height });
    if (isTurned) {
      pen.translate(width, 0);
      pen.rotate(Math.PI / 2);
    }
    pen.drawImage(picture, 0, 0);
    const row = pen.getImageData(0, Math.floor(height * options.row), width, 1).data;
    let number = 0;
    for (let block = 0; block < options.blocks; block++) {
      const at = Math.floor(((block + 0.5) * width) / options.blocks) * 4;
      number = number * 2 + (row[at] + row[at + 1] + row[at + 2] > 345 ? 1 : 0);
    }
    return number;
  }
  const progress = [];
  const life = new AbortController();
  const onProgress = (fraction) => progress.push(fraction);
  let source;
  try {
    source = await openMp4(url, { count: options.count ?? null, signal: life.signal, onProgress });
  } catch (reason) {
    return { refused: reason.reason ?? String(reason) };
  }
  const { timeline } = source;
  const seen = [], spares = [], sentences = [];
  let size = null, before = null;
  source.onSpare = (index, picture) => {
    spares.push([index, read(picture)]);
    picture.close();
  };
  for (const index of order ?? Array.from({ length: timeline.count }, (_, nth) => nth)) {
    source.aim({ index, step: before === null ? 0 : index - before });
    before = index;
    try {
      const picture = await source.load(index, life.signal);
      size = [picture.width, picture.height];
      seen.push(read(picture));
      picture.close();
    } catch (reason) {
      seen.push(null);
      sentences.push(reason.reason ?? String(reason));
    }
  }
  const late = source.load(0, life.signal).then((picture) => picture.close(), (reason) => reason.name);
  source.dispose();
  return {
    count: timeline.count, start_s: timeline.start_s(0), end_s: timeline.end_s,
    seen, spares, sentences, size, progress, stopped: await late,
  };
}"""
# Several at once: a jump in a video is mostly waiting for its decoder.
READERS = (
    """async ([plans, atOnce]) => {
  const read = """
    + READER
    + """;
  const waiting = [...plans.entries()], answers = [];
  const work = async () => {
    for (let next; (next = waiting.shift()); ) answers[next[0]] = await read(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
}"""
)
AT_ONCE = 6
STRIP: dict[str, Any] = {"blocks": 16, "row": 1 - 10 / 240}
DRAWN: dict[str, Any] = {"blocks": DRAWN_STRIP.blocks, "row": DRAWN_STRIP.row}


@pytest.fixture
def host(watch: Watch) -> Iterator[CanaryServer]:
    """A media host that lets other sites read its files."""
    folder = SHARED_DATA if SHARED_DATA.exists() else None
    with CanaryServer(cors=True, folder=folder) as server:
        watch.declared.add(server.origin)
        yield server
        # A page that is still loading would see the host go.
        watch.leave()


@pytest.fixture
def app(signed_in: Page, wire: WireClient, host: CanaryServer) -> Page:
    """A page of the app that may contact the host, and nobody else."""
    dataset_id = wire.create_dataset("films", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "still", "image_url": host.url("still-32x32.jpg"), "metadata": {}}])
    signed_in.goto(f"/datasets/{dataset_id}")
    return signed_in


Plan = tuple[str, list[int] | None, dict[str, Any]]


def read(page: Page, url: str, order: list[int] | None = None, **options: Any) -> dict[str, Any]:
    return read_all(page, [(url, order, options)])[0]


def read_all(page: Page, plans: list[Plan]) -> list[dict[str, Any]]:
    """What READER tells of each video, order and options, in the same order."""
    whole = [[url, order, {**STRIP, **options}] for url, order, options in plans]
    answers: list[dict[str, Any]] = page.evaluate(READERS, [whole, AT_ONCE])
    return answers


def awkward() -> dict[str, dict[str, Any]]:
    file = SHARED_DATA / "awkward" / "expected.json"
    every = json.loads(file.read_text()) if file.exists() else {}
    return {name: facts for name, facts in every.items() if name.endswith((".mp4", ".mov", ".mkv", ".webm"))}


NO_TABLE = "The file's table of frames is missing or broken: the file is cut off, or was never finished."
# What this browser has no decoder for, and what is no video, with what the person reads.
REFUSED = {
    "hevc.mp4": "This browser has no decoder for HEVC (hev1.1.6.L60.90).",
    "mpeg4_part2.mp4": "This browser has no decoder for this video (mp4v).",
    "audio_only.mp4": "The file holds sound and no video.",
    "truncated_no_moov.mp4": NO_TABLE,
    "zero_byte.mp4": "The video file is empty.",
}
SIZES = {"h264_rotated90.mp4": [240, 320], "h264_anamorphic.mp4": [427, 240], "long_10min_1fps.mp4": [160, 120]}
# Which pictures the encoder was given, where they are not simply 0, 1, 2 and so on.
VARYING = [number for number in range(60) if number % 7 != 3 and not 20 <= number < 30]
SKIPPED = {"h264_vfr.mp4": VARYING, "h264_edit_list_trim.mp4": list(range(12, 60))}
SHOWABLE = [name for name in awkward() if name not in REFUSED and name != "truncated.mp4"]


def test_every_frame_is_the_one_its_number_says(app: Page, host: CanaryServer) -> None:
    shared("awkward")
    facts = {name: awkward()[name] for name in SHOWABLE}
    hops = {name: random.Random(name).choices(range(facts[name]["frames"]), k=30) for name in SHOWABLE}
    options = {name: {"turned": "rotated" in name, "row": 1 - 10 / facts[name]["height"]} for name in SHOWABLE}
    # One page for all: signing in for each takes longer than reading it.
    answers = read_all(app, [(host.url(f"awkward/{name}"), None, options[name]) for name in SHOWABLE])
    others = read_all(app, [(host.url(f"awkward/{name}"), hops[name], options[name]) for name in SHOWABLE])
    for name, answer, again in zip(SHOWABLE, answers, others, strict=True):
        assert answer["sentences"] == [], name
        assert answer["seen"] == SKIPPED.get(name, list(range(facts[name]["frames"]))), name
        assert answer["size"] == SIZES.get(name, [facts[name]["width"], facts[name]["height"]]), name
        assert again["seen"] == [answer["seen"][index] for index in hops[name]], name
        assert all(number == answer["seen"][index] for index, number in [*again["spares"], *answer["spares"]]), name


def test_what_cannot_be_shown_is_a_sentence(app: Page, host: CanaryServer, watch: Watch) -> None:
    shared("awkward")
    watch.expected.append("416")
    for name, sentence in REFUSED.items():
        assert read(app, host.url(f"awkward/{name}")) == {"refused": sentence}, name


def test_of_a_file_that_is_cut_off_the_frames_that_are_there_are_shown(app: Page, host: CanaryServer) -> None:
    shared("awkward")
    answer = read(app, host.url("awkward/truncated.mp4"))
    shown = [number for number in answer["seen"] if number is not None]
    assert len(shown) >= 30
    assert all(number in (index, None) for index, number in enumerate(answer["seen"]))
    assert set(answer["sentences"]) == {"The video file ends before this frame: it is cut off."}


def test_hops_and_steps_through_a_real_film_show_no_wrong_frame(app: Page, host: CanaryServer) -> None:
    shared("video/cutout_tracking")
    dice = random.Random(3)
    orders = [[dice.randrange(150)] for _ in range(5)]
    for order in orders:
        for _ in range(30):
            hop = dice.choice([1, 1, 1, -1, -1, -1, 2, -3, 10, -10, dice.randrange(-149, 150)])
            order.append(max(0, min(149, order[-1] + hop)))
    film = host.url("video/cutout_tracking/video.mp4")
    for order, answer in zip(
        orders, read_all(app, [(film, order, {"row": 1 - 10 / 540}) for order in orders]), strict=True
    ):
        assert answer["seen"] == order
        assert all(index == number for index, number in answer["spares"])


def test_a_drawn_film_shows_every_frame_and_tells_the_host_nothing(app: Page, host: CanaryServer) -> None:
    film = host.put("/films/drawn.mp4", draw_film(40).mp4)
    host.forget()
    answer = read(app, film, [*range(40), *range(39, -1, -1)], **DRAWN)
    assert answer["seen"] == [*range(40), *range(39, -1, -1)]
    assert answer["stopped"] == "AbortError"
    assert len(host.requests) >= 2
    for asked in host.requests:
        assert asked.method == "GET", "a range needs no preflight"
        assert {"referer", "cookie"}.isdisjoint(asked.headers)


def test_a_file_with_another_number_of_frames_is_refused(app: Page, host: CanaryServer) -> None:
    film = host.put("/films/drawn.mp4", draw_film(10).mp4)
    answer = read(app, film, **DRAWN, count=12)
    assert answer == {"refused": "The video holds 10 frames, the scene 12: which belongs to which cannot be told."}
    assert read(app, film, [9], **DRAWN, count=10)["seen"] == [9]


FAULTS = {
    Fault.NOT_FOUND: "answered 404 instead of the video.",
    Fault.RESET: "could not be reached, or does not let other sites read its files",
    Fault.LOGIN_PAGE: "The file is no mp4, mov, webm or mkv, or its beginning is missing.",
    Fault.CORRUPT: "The file is no mp4, mov, webm or mkv, or its beginning is missing.",
    Fault.TRUNCATED: "began to send the video and stopped.",
}


def test_a_host_that_fails_is_a_sentence_without_the_address(app: Page, host: CanaryServer, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    for fault, sentence in FAULTS.items():
        path = f"/films/{fault.name}/secret.mp4"
        host.put(path, draw_film(5).mp4)
        host.fail(fault, path)
        refused = read(app, host.url(f"{path}?signature=s3cret"))["refused"]
        assert sentence in refused
        assert "secret" not in refused
        assert "s3cret" not in refused


def test_a_host_without_cors_is_a_sentence(app: Page, wire: WireClient, canary: CanaryServer, watch: Watch) -> None:
    watch.expected.append(r"blocked by CORS policy|ERR_FAILED")
    dataset_id = wire.create_dataset("closed", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "one", "image_url": canary.url("one-32x32.jpg"), "metadata": {}}])
    app.goto(f"/datasets/{dataset_id}")
    refused = read(app, canary.put("/films/drawn.mp4", draw_film(5).mp4))["refused"]
    assert refused.startswith(
        f"{canary.origin} could not be reached, or does not let other sites read its files (CORS)"
    )


def test_the_decoder_can_contact_nobody(app: Page) -> None:
    headers = app.evaluate("""async () => {
      const theme = document.querySelector("script[src*='/js/theme.js']").src;
      const worker = await fetch(theme.replace("/js/theme.js", "/js/viewer/sources/decode-worker.js"));
      return worker.headers.get("Content-Security-Policy");
    }""")
    assert "connect-src 'none'" in headers
