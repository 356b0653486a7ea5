"""The browser's own player as a source of frames: driven by itself, on a page of the app and under its policy."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import CDPSession, JSHandle, Page

from tests.browser.conftest import Watch
from tests.browser.films import Film, Strip, draw_film
from tests.media_server import CanaryServer, Fault
from tests.shared_data import ABSENT, SHARED_DATA, shared
from tests.wire_client import WireClient

CHECKS = 100
AWKWARD_STRIP = Strip(16, 1 - 10 / 240)
TINY_STRIP = Strip(16, 1 - 10 / 120)
# Where each of several players stands on the page: places of this size in rows of three.
ROOM = (480, 300)
AT_ONCE = 9
DRIVER = """async ([url, count, rate_hz, left, top]) => {
  const theme = document.querySelector("script[src*='/js/theme.js']").src;
  const { openNative } = await import(theme.replace("/js/theme.js", "/js/viewer/sources/native.js"));
  const life = new AbortController();
  const canvas = document.body.appendChild(document.createElement("canvas"));
  Object.assign(canvas.style, { position: "fixed", left: `${left}px`, top: `${top}px`, zIndex: "1000" });
  const spares = [];
  const paint = (picture, width, height) => {
    Object.assign(canvas, { width, height });
    const dpr = devicePixelRatio;
    Object.assign(canvas.style, { width: `${width / dpr}px`, height: `${height / dpr}px` });
    canvas.getContext("2d").drawImage(picture, 0, 0);
  };
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const tell = (reason) => ({ name: reason.constructor.name, message: reason.message });
  const began = performance.now();
  let source;
  try {
    source = await openNative(url, { count, rate_hz, signal: life.signal });
  } catch (reason) {
    canvas.remove();
    return { refused: tell(reason) };
  }
  source.onSpare = (index, picture) => { spares.push(index); picture.close(); };
  return {
    open_ms: performance.now() - began,
    facts() {
      const { kind, says, timeline } = source;
      return { kind, says, count: timeline.count, rate_hz: timeline.rate_hz };
    },
    spares,
    buffered: () => source.buffered(),
    async show(index) {
      const start = performance.now();
      try {
        const picture = await source.load(index, life.signal);
        const took_ms = performance.now() - start;
        paint(picture, picture.width, picture.height);
        picture.close();
        await painted();
        return { took_ms, width: canvas.width, height: canvas.height };
      } catch (reason) {
        return { refused: tell(reason) };
      }
    },
    rush: async (indexes) => {
      const answers = indexes.map((index) => {
        const stop = new AbortController();
        const done = source.load(index, stop.signal).then((picture) => (picture.close(), index), () => null);
        return { stop, done };
      });
      for (const { stop } of answers.slice(0, -1)) stop.abort();
      return Promise.all(answers.map(({ done }) => done));
    },
    play: (from, speed, stop_ms) => new Promise((done) => {
      const told = [];
      const start = performance.now();
      const finish = (ended) => { stop(); done({ told, ended, took_ms: performance.now() - start }); };
      const stop = source.play(from, speed, (index) => told.push(index), () => finish(true));
      if (stop_ms !== null) setTimeout(() => finish(false), stop_ms);
    }),
    dispose: () => { source.dispose(); canvas.remove(); },
  };
}"""


class Player:
    """One source opened on the page, which shows its pictures from `corner` on; `cdp` takes screenshots."""

    def __init__(self, page: Page, handle: JSHandle, corner: tuple[int, int], cdp: CDPSession) -> None:
        self.page, self.handle, self.corner, self.cdp = page, handle, corner, cdp

    @property
    def refused(self) -> dict[str, str] | None:
        return self.handle.evaluate("player => player.refused ?? null")  # type: ignore[no-any-return]

    @property
    def facts(self) -> dict[str, Any]:
        assert self.refused is None
        return self.handle.evaluate("player => player.facts()")  # type: ignore[no-any-return]

    @property
    def spares(self) -> list[int]:
        return self.handle.evaluate("player => player.spares")  # type: ignore[no-any-return]

    def ask(self, script: str, argument: Any = None) -> Any:
        return self.handle.evaluate(f"(player, argument) => player.{script}", argument)

    def number(self, index: int, strip: Strip) -> int | str:
        """The number in the picture of a frame, by a screenshot; the reason where there is no picture."""
        picture = show([(self, index)])[0]
        return picture if isinstance(picture, str) else strip.read(picture)

    def picture(self, index: int) -> Image.Image:
        picture = show([(self, index)])[0]
        assert isinstance(picture, Image.Image), picture
        return picture


def open_player(page: Page, url: str, *, count: int | None = None, rate_hz: float | None = None) -> Player:
    return open_players(page, [url], count=count, rate_hz=rate_hz)[0]


def open_players(
    page: Page, urls: list[str], *, count: int | None = None, rate_hz: float | None = None
) -> list[Player]:
    """Up to nine sources side by side, which seek at the same time and are looked at with one screenshot."""
    corners = [(place % 3 * ROOM[0], place // 3 * ROOM[1]) for place in range(len(urls))]
    plans = [[url, count, rate_hz, *corner] for url, corner in zip(urls, corners, strict=True)]
    opened = page.evaluate_handle(f"plans => Promise.all(plans.map({DRIVER}))", plans)
    handles = [opened.evaluate_handle("(all, place) => all[place]", place) for place in range(len(urls))]
    cdp = page.context.new_cdp_session(page)
    return [Player(page, handle, corner, cdp) for handle, corner in zip(handles, corners, strict=True)]


def show(wanted: list[tuple[Player, int]]) -> list[Image.Image | str]:
    """Have each player show a frame; what is then on screen, or the reason where there is no picture."""
    page = wanted[0][0].page
    script = "wanted => Promise.all(wanted.map(([player, index]) => player.show(index)))"
    shown = page.evaluate(script, [[player.handle, index] for player, index in wanted])
    corners = [(player.corner, one) for (player, _), one in zip(wanted, shown, strict=True)]
    boxes = [(left, top, left + one.get("width", 0), top + one.get("height", 0)) for (left, top), one in corners]
    whole = capture(wanted[0][0].cdp, max(box[2] for box in boxes), max(box[3] for box in boxes))
    return [
        one["refused"]["message"] if "refused" in one else whole.crop(box)
        for one, box in zip(shown, boxes, strict=True)
    ]


def capture(cdp: CDPSession, width: int, height: int) -> Image.Image:
    """The upper left part of the page."""
    clip = {"x": 0, "y": 0, "width": max(1, width), "height": max(1, height), "scale": 1}
    taken = cdp.send("Page.captureScreenshot", {"format": "png", "clip": clip, "optimizeForSpeed": True})
    return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")


class _WholeFilesOnly(BaseHTTPRequestHandler):
    """The simplest of servers: the whole file, whatever part was asked for."""

    protocol_version = "HTTP/1.1"
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def rangeless(watch: Watch, drawn: Film) -> Iterator[str]:
    """The origin of a host that serves the drawn film at every path, and knows no ranges."""
    handler = type("_OneFilm", (_WholeFilesOnly,), {"body": drawn.mp4})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        watch.declared.add(origin)
        yield origin
        server.shutdown()


def stand(page: Page, wire: WireClient, hosts: list[str]) -> Page:
    """Go to a page whose policy lets the media of these hosts in, and that plays no video of its own."""
    dataset_id = wire.create_dataset("ground", is_scene=False, privacy=True)
    pictures = [{"reference_id": host[-5:], "image_url": f"{host}/still-320x240.jpg"} for host in hosts]
    wire.append(dataset_id, pictures)
    page.goto(f"/datasets/{dataset_id}")
    return page


@pytest.fixture
def ground(signed_in: Page, wire: WireClient, canary: CanaryServer) -> Page:
    return stand(signed_in, wire, [canary.origin])


@pytest.fixture(scope="module")
def drawn() -> Film:
    return draw_film(90, rate_hz=25, group=30)


def wander(count: int, checks: int) -> list[int]:
    """Jumps, and steps both ways from each."""
    places = [0, count - 1, 1, count - 2]
    while len(places) < checks:
        place = random.randrange(3, count - 3)
        places += [place, place + 1, place + 2, place + 1, place, place - 1]
    return places


def numbers(tours: list[tuple[Player, list[int]]], strip: Strip) -> list[list[int | str]]:
    """What each player shows at each place of its tour; all of them take a step at the same time."""
    seen: list[list[int | str]] = [[] for _ in tours]
    for step in range(max(len(places) for _, places in tours)):
        steps = [
            (notes, player, places[step])
            for notes, (player, places) in zip(seen, tours, strict=True)
            if step < len(places)
        ]
        for (notes, _, _), picture in zip(steps, show([(player, place) for _, player, place in steps]), strict=True):
            notes.append(picture if isinstance(picture, str) else strip.read(picture))
    return seen


def wrong(player: Player, places: list[int], strip: Strip) -> list[tuple[int, int | str]]:
    return mistakes(places, numbers([(player, places)], strip)[0])


def mistakes(places: list[int], seen: list[int | str], first: int = 0) -> list[tuple[int, int | str]]:
    return [(place, number) for place, number in zip(places, seen, strict=True) if number != place + first]


def test_every_picture_is_of_the_frame_that_was_asked_for(ground: Page, canary: CanaryServer) -> None:
    film = draw_film(90, rate_hz=25)
    count = len(film.stills)
    url = canary.put("/film.mp4", film.mp4, "video/mp4")
    unclaimed = open_players(ground, [url] * 4)
    claimed = open_player(ground, url, count=count, rate_hz=film.rate_hz)
    for player in (*unclaimed, claimed):
        assert player.facts == {
            "kind": "video",
            "says": "browser's player, numbered by 25 fps",
            "count": count,
            "rate_hz": pytest.approx(25),
        }
    assert wrong(claimed, wander(count, 10), film.strip) == []
    claimed.ask("dispose()")
    tours = [(player, wander(count, CHECKS // 4)) for player in unclaimed]
    for (_, places), seen in zip(tours, numbers(tours, film.strip), strict=True):
        assert mistakes(places, seen) == []


def test_one_key_frame_for_the_whole_video_makes_seeks_slow_and_not_wrong(ground: Page, canary: CanaryServer) -> None:
    film = shared("video/sam2_bedroom/bedroom.mp4").read_bytes()
    player = open_player(ground, canary.put("/bedroom.mp4", film, "video/mp4"), count=200, rate_hz=30)
    assert player.facts["says"] == "browser's player, numbered by 30 fps"
    places = [0, 199, 1, 198, 100, 101, 100, 99]
    shots = [player.picture(place) for place in places]
    stills = [shared(f"video/sam2_bedroom/frames/{place:05}.jpg") for place in range(200)]
    assert [nearest(shot, place, stills) for place, shot in zip(places, shots, strict=True)] == places


def nearest(shot: Image.Image, place: int, stills: list[Path]) -> int:
    """Which of the stills around a place a picture is of; a neighbor is far worse."""
    around = range(max(0, place - 3), min(len(stills), place + 4))
    small = shot.resize((240, 135))
    return min(around, key=lambda one: difference(small, Image.open(stills[one]).convert("RGB").resize((240, 135))))


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).sum2)


def test_a_scene_with_another_number_of_frames_is_refused(ground: Page, canary: CanaryServer, drawn: Film) -> None:
    player = open_player(ground, canary.put("/film.mp4", drawn.mp4, "video/mp4"), count=100, rate_hz=25)
    assert player.refused is not None
    assert player.refused["name"] == "CannotShow"
    assert player.refused["message"].startswith("The video holds 90 frames, the scene 100;")


def test_of_many_wishes_the_last_is_served_and_the_seek_under_way_is_spare(
    ground: Page, canary: CanaryServer, drawn: Film
) -> None:
    player = open_player(ground, canary.put("/film.mp4", drawn.mp4, "video/mp4"))
    assert player.ask("rush(argument)", [50, 51, 52, 60]) == [None, None, None, 60]
    assert player.spares in ([], [50])
    assert wrong(player, [60, 50], drawn.strip) == []


def test_playing_tells_the_frames_in_order_and_ends(ground: Page, canary: CanaryServer, drawn: Film) -> None:
    player = open_player(ground, canary.put("/film.mp4", drawn.mp4, "video/mp4"))
    played = player.ask("play(30, 2, null)")
    assert played["ended"]
    assert played["told"][0] == 30
    assert played["told"][-1] == 89
    assert played["told"] == sorted(played["told"])
    # 60 frames at 50 a second.
    assert played["took_ms"] == pytest.approx(1200, abs=700)
    stopped = player.ask("play(0, 0.5, 600)")
    assert not stopped["ended"]
    assert 0 < stopped["told"][-1] < 20
    # Whatever was on screen when it stopped, the next picture is of the frame that is asked for.
    assert wrong(player, [stopped["told"][-1], stopped["told"][-1] + 1, 0], drawn.strip) == []


def test_what_is_downloaded_is_told_in_frames(ground: Page, canary: CanaryServer, drawn: Film) -> None:
    player = open_player(ground, canary.put("/film.mp4", drawn.mp4, "video/mp4"))
    assert player.ask("buffered()") == [[0, 89]]


def test_a_file_that_is_no_video_is_left_to_the_doctor(ground: Page, canary: CanaryServer, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    canary.put("/letter.mp4", b"Dear all, " * 400, "video/mp4")
    canary.fail(Fault.NOT_FOUND, "/gone.mp4")
    for path in ("/letter.mp4", "/gone.mp4"):
        refused = open_player(ground, canary.url(path)).refused
        assert refused is not None
        assert refused["name"] == "VideoFailed"


def test_a_host_without_ranges_is_a_sentence(signed_in: Page, wire: WireClient, rangeless: str) -> None:
    refused = open_player(stand(signed_in, wire, [rangeless]), f"{rangeless}/film.mp4").refused
    assert refused == {
        "name": "CannotShow",
        "message": f"{rangeless} does not answer range requests, so the browser's player cannot jump in the video.",
    }


VIDEO = (".mp4", ".webm", ".mkv", ".mov", ".avi")
# A codec that no browser has, and files that are no video.
REFUSED = ("mpeg4_part2.mp4", "mjpeg.avi", "truncated_no_moov.mp4", "zero_byte.mp4")
SOUND_ONLY = "audio_only.mp4"
MAY_LACK = {
    "h264_yuv444.mp4",
    "h264_10bit.mp4",
    "h264_odd_size.mp4",
    "vp9_gbr.webm",
    "vp9_alpha.webm",
    "av1.mp4",
    "hevc.mp4",
}
# An edit list hides the frames before this one.
FIRST_NUMBER = {"h264_edit_list_trim.mp4": 12}
# Seeking alone passes over these, which are stored after the key frame that follows them.
SKIPPED = {"h264_fragmented.mp4": [13, 14, 28, 29, 44]}
UNEVEN = {"h264_vfr.mp4", "truncated.mp4"}
TURNED = {"h264_rotated90.mp4"}


def awkward() -> dict[str, dict[str, Any]]:
    file = SHARED_DATA / "awkward" / "expected.json"
    facts = json.loads(file.read_text()) if file.exists() else {}
    return {name: one for name, one in facts.items() if name.endswith(VIDEO)}


AWKWARD = awkward()
EVEN = sorted(set(AWKWARD) - {*REFUSED, SOUND_ONLY} - UNEVEN)


# One page for many videos, and many side by side: it takes longer to sign in than to play one.
@pytest.mark.skipif(not AWKWARD, reason=ABSENT)
def test_an_awkward_video_has_each_frame_at_its_index(ground: Page, canary: CanaryServer) -> None:
    found: dict[str, object] = {}
    for start in range(0, len(EVEN), AT_ONCE):
        found |= faults_of(ground, canary, EVEN[start : start + AT_ONCE])
    assert set(found) == set(EVEN)
    assert {name: faults for name, faults in found.items() if faults} == {}


def faults_of(page: Page, host: CanaryServer, names: list[str]) -> dict[str, object]:
    """What is wrong with each of these even videos in the player; nothing, or what says so."""
    urls = [host.put(f"/{name}", shared(f"awkward/{name}").read_bytes()) for name in names]
    players = dict(zip(names, open_players(page, urls), strict=True))
    found = {name: misnamed(name, player) for name, player in players.items()}
    shown = [name for name, player in players.items() if not found[name] and not player.refused and name not in TURNED]
    for strip in (AWKWARD_STRIP, TINY_STRIP):
        alike = [name for name in shown if strip == strip_of(name)]
        tours = [(players[name], places_of(name)) for name in alike]
        for name, (_, places), seen in zip(alike, tours, numbers(tours, strip) if tours else [], strict=True):
            found[name] = mistakes(places, seen, FIRST_NUMBER.get(name, 0))
    for player in players.values():
        player.ask("dispose?.()")
    return found


def misnamed(name: str, player: Player) -> object:
    """What the player says wrongly of a video, or why it refuses one that it should play."""
    if refused := player.refused:
        return None if name in MAY_LACK and refused["name"] == "VideoFailed" else refused
    told, facts = player.facts, AWKWARD[name]
    rate_hz = float(Fraction(facts["avg_frame_rate"]))
    is_named = facts["frames"] == 1 or told["rate_hz"] == pytest.approx(rate_hz, rel=1e-6)
    is_right = is_named and told["count"] == facts["frames"]
    return None if is_right and told["says"].startswith("browser's player, numbered by ") else told


def strip_of(name: str) -> Strip:
    return TINY_STRIP if AWKWARD[name]["width"] == 160 else AWKWARD_STRIP


def places_of(name: str) -> list[int]:
    count = AWKWARD[name]["frames"]
    return (wander(count, 8) if count > 10 else list(range(count))) + SKIPPED.get(name, [])


@pytest.mark.skipif(not AWKWARD, reason=ABSENT)
def test_an_awkward_video_that_does_not_play_is_refused(ground: Page, canary: CanaryServer, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    for name in (*REFUSED, SOUND_ONLY):
        refused = open_player(ground, canary.put(f"/{name}", shared(f"awkward/{name}").read_bytes())).refused
        assert refused is not None, name
        if name == SOUND_ONLY:
            assert refused["message"] == "This file holds sound and no picture that this browser decodes."
        else:
            assert refused["name"] == "VideoFailed", name


@pytest.mark.skipif(not AWKWARD, reason=ABSENT)
def test_a_rate_that_varies_is_said_and_no_picture_is_of_another_frame(ground: Page, canary: CanaryServer) -> None:
    players = open_players(ground, [canary.put("/vfr.mp4", shared("awkward/h264_vfr.mp4").read_bytes())] * 4)
    for player in players:
        assert player.facts["says"] == "browser's player; frame numbers approximate: the rate varies"
    # Each takes a quarter: to find a hole takes a moment.
    tours = [(player, list(range(nth, player.facts["count"], 4))) for nth, player in enumerate(players)]
    seen = [number for each in numbers(tours, AWKWARD_STRIP) for number in each]
    missing = [number for number in seen if isinstance(number, str)]
    assert len(seen) - len(missing) == AWKWARD["h264_vfr.mp4"]["frames"]
    assert all("its rate varies" in one for one in missing)


@pytest.mark.skipif(not AWKWARD, reason=ABSENT)
def test_a_file_cut_short_shows_what_it_has(ground: Page, canary: CanaryServer) -> None:
    player = open_player(ground, canary.put("/cut.mp4", shared("awkward/truncated.mp4").read_bytes()))
    assert wrong(player, [0, 1, 12, 3], AWKWARD_STRIP) == []
    assert "damaged" in str(player.number(58, AWKWARD_STRIP))
    assert wrong(player, [5, 2], AWKWARD_STRIP) == []


def test_a_long_way_to_the_host_changes_nothing_but_the_time(
    signed_in: Page, wire: WireClient, watch: Watch, drawn: Film
) -> None:
    with CanaryServer(latency_ms=60) as far:
        watch.declared.add(far.origin)
        player = open_player(stand(signed_in, wire, [far.origin]), far.put("/film.mp4", drawn.mp4, "video/mp4"))
        assert wrong(player, wander(90, 24), drawn.strip) == []
        # A player that reads ahead would see the host go.
        watch.leave()
