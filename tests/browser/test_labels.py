"""Labels as somebody uses them: over a picture, beside it, on a scene's tracks and in the grid."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import Watch, sign_in
from tests.browser.films import draw_film, encode_still
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.live import Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

MARKUP = "<img src=x onerror=alert(1)>"
CROWD = 100_000


def box(
    label: str, sides: tuple[float, float, float, float], reference_id: str = "quay", **more: Any
) -> dict[str, Any]:
    left, top, right, bottom = sides
    geometry = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return {
        "type": "box",
        "label": label,
        "reference_id": reference_id,
        "annotation_id": f"{label} {sides} {reference_id}",
        "geometry": geometry,
        **more,
    }


@pytest.fixture
def labelled(wire: WireClient, canary: CanaryServer) -> dict[str, str]:
    """One picture of 320 by 240 with labels of people and of a run, and a mask on the host without CORS."""
    dataset_id = wire.create_dataset("labelled", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "quay", "image_url": canary.url("/quay-320x240.png")}])
    said = [
        box("boat", (20, 20, 220, 200), metadata={"painted": "crimson"}),
        box(MARKUP, (60, 60, 120, 120)),
        box("buoy", (250, 150, 300, 200)),
    ]
    annotate(wire, dataset_id, annotations=said)
    mask = {"reference_id": "quay", "annotation_id": "m", "mask_url": canary.url("/mask.png")}
    annotate(wire, dataset_id, segmentations=[{**mask, "type": "mask", "annotations": [{"label": "sea", "index": 1}]}])
    run = make_run(wire, dataset_id)
    predicted = [box("boat", (30, 30, 230, 210), confidence=0.9), box("buoy", (10, 205, 60, 235), confidence=0.4)]
    wire.call("POST", f"modelRun/{run}/predict", {"update": False, "annotations": predicted})
    path = f"/datasets/{dataset_id}/items/{item_of(wire, dataset_id)}?run={run}"
    return {"dataset": dataset_id, "run": run, "path": path}


def annotate(wire: WireClient, dataset_id: str, **labels: Any) -> None:
    wire.call("POST", f"dataset/{dataset_id}/annotate", {"update": False, **labels})


def make_run(wire: WireClient, dataset_id: str) -> str:
    name = f"detector of {dataset_id}"
    wire.call("POST", "models/add", {"name": name, "reference_id": name, "metadata": {}})
    body = {"name": "night shift", "reference_id": name, "metadata": {}}
    return str(wire.call("POST", f"dataset/{dataset_id}/modelRun/create", body)["model_run_id"])


def layer(page: Page) -> Locator:
    return page.locator(".label-layer")


def rows(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Labels on this picture").get_by_role("option")


def press_at(page: Page, x: float, y: float) -> None:
    """Click at a place of the picture, in its own pixels."""
    place = page.locator(".stage-view__picture").bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + x * place["width"] / 320, place["y"] + y * place["height"] / 240)


def test_what_is_said_of_a_picture_is_seen_picked_filtered_and_reviewed(
    signed_in: Page, wire: WireClient, labelled: dict[str, str], watch: Watch
) -> None:
    watch.expected.append(r"blocked by CORS policy|net::ERR_FAILED")
    page = signed_in
    page.goto(labelled["path"])
    expect(layer(page)).to_have_attribute("data-count", "5")
    expect(rows(page)).to_have_count(6)
    facts = page.get_by_label("The selected label")

    # The smallest shape under the pointer is meant; its class is text, whatever is in it.
    press_at(page, 90, 90)
    expect(facts.get_by_role("heading")).to_have_text(MARKUP)
    expect(page.get_by_role("option", selected=True)).to_contain_text(MARKUP)
    press_at(page, 90, 90)
    expect(facts.get_by_role("heading")).to_have_text("boat")
    rows(page).filter(has_text="sea").click()
    expect(facts).to_contain_text("does not let this page read it")
    expect(facts).to_contain_text("Access-Control-Allow-Origin")

    review(page, wire, labelled, facts)
    choose(page)


def test_an_object_of_the_grid_opens_with_its_label_selected(
    signed_in: Page, labelled: dict[str, str], watch: Watch
) -> None:
    watch.expected.append(r"blocked by CORS policy|net::ERR_FAILED")
    page = signed_in
    page.goto(f"/datasets/{labelled['dataset']}/?mode=objects&run={labelled['run']}&sort=confidence")
    cells = page.locator("media-grid [data-item-id]")
    expect(cells).to_have_count(2)
    expect(cells.first).to_contain_text("0.40")
    page.goto(cells.first.get_attribute("href") or "")
    expect(page.get_by_label("The selected label").get_by_role("heading")).to_have_text("buoy")
    expect(page.get_by_role("option", selected=True)).to_contain_text("0.40")


def test_a_mask_is_laid_over_its_picture_where_its_host_allows(
    signed_in: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    page = signed_in
    dataset_id = wire.create_dataset("masked", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "quay", "image_url": open_host.url("/quay-320x240.png")}])
    mask = Image.new("L", (320, 240), 0)
    mask.paste(7, (0, 0, 160, 240))
    url = open_host.put("/mask.png", encode_still(mask, "PNG"), "image/png")
    parts = [{"label": "sea", "index": 7}]
    said = {"type": "mask", "reference_id": "quay", "annotation_id": "m", "mask_url": url, "annotations": parts}
    annotate(wire, dataset_id, segmentations=[said])
    page.goto(f"/datasets/{dataset_id}/items/{item_of(wire, dataset_id)}")
    opacity = """canvas => [0.25, 0.75].map((part) => {
      const at = canvas.getContext("2d").getImageData(canvas.width * part, canvas.height / 2, 1, 1);
      return Math.round((at.data[3] / 255) * 100) / 100;
    })"""
    expect(page.get_by_label("Opacity of masks")).to_be_visible()
    wait_for(page, f"({opacity})(document.querySelector('.label-layer'))", [0.5, 0])
    page.get_by_label("Opacity of masks").fill("1")
    wait_for(page, f"({opacity})(document.querySelector('.label-layer'))", [1, 0])


def wait_for(page: Page, expression: str, value: Any) -> None:
    """Wait until the page answers with this, for as many frames of the display as a second has."""
    answer = None
    for _ in range(60):
        answer = page.evaluate(expression)
        if answer == value:
            return
        page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    assert answer == value


def item_of(wire: WireClient, dataset_id: str) -> str:
    return str(wire.call("GET", f"dataset/{dataset_id}/refloc/quay")["item"]["dataset_item_id"])


def review(page: Page, wire: WireClient, labelled: dict[str, str], facts: Locator) -> None:
    """Accept a label and take it back, then reject the picture itself."""
    said = page.locator(".label-toast")

    def kept() -> Any:
        annotations = wire.call("GET", f"dataset/{labelled['dataset']}/refloc/quay")["annotations"]["box"]
        return next(one for one in annotations if one["label"] == "boat")["metadata"]

    press_at(page, 21, 100)
    expect(facts).to_contain_text("crimson")
    page.keyboard.press("y")
    expect(said).to_contain_text("Accepted boat")
    expect(rows(page).filter(has_text="accepted")).to_have_count(1)
    assert kept() == {"painted": "crimson", "review_status": "accepted"}
    page.keyboard.press("u")
    expect(said).to_contain_text("Undone")
    expect(rows(page).filter(has_text="accepted")).to_have_count(0)
    assert kept() == {"painted": "crimson"}
    page.keyboard.press("Escape")
    expect(facts).to_be_hidden()
    page.keyboard.press("n")
    expect(said).to_contain_text("Rejected the picture")
    item = wire.call("GET", f"dataset/{labelled['dataset']}/refloc/quay")["item"]
    assert item["metadata"]["review_status"] == "rejected"


def choose(page: Page) -> None:
    """Show and hide, by key, class, source and confidence; compare; and find it all again after a reload."""
    page.keyboard.press("h")
    expect(layer(page)).to_have_attribute("data-count", "0")
    page.keyboard.press("h")
    page.get_by_label("Confidence from").fill("0.5")
    expect(layer(page)).to_have_attribute("data-count", "4")
    page.get_by_label("Confidence from").fill("0")
    page.get_by_role("checkbox", name="Compare").check()
    for outcome, count in [("Matched", 1), ("Missed", 2), ("False", 1)]:
        expect(page.get_by_role("button", name=outcome)).to_contain_text(str(count))
    page.get_by_role("button", name="Matched").click()
    expect(layer(page)).to_have_attribute("data-count", "3")
    page.get_by_label("Overlap").fill("0.95")
    expect(page.get_by_role("button", name="Missed")).to_contain_text("3")
    page.get_by_role("button", name="Matched").click()
    page.get_by_role("checkbox", name="Compare").uncheck()
    page.get_by_role("group", name="Classes").get_by_text("boat", exact=True).click()
    expect(layer(page)).to_have_attribute("data-count", "3")
    page.wait_for_url(re.compile("hide=boat"))
    page.reload()
    expect(layer(page)).to_have_attribute("data-count", "3")


def test_a_crowd_of_boxes_leaves_the_page_quick(signed_in: Page, wire: WireClient, canary: CanaryServer) -> None:
    page = signed_in
    dataset_id = wire.create_dataset("crowd", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": "quay", "image_url": canary.url("/quay-320x240.png")}])
    places = ((index % 400 * 0.8, index // 400 * 0.95) for index in range(CROWD))
    boxes = [box("gull", (x, y, x + 0.6, y + 0.7)) for x, y in places]
    for start in range(0, CROWD, 25_000):
        annotate(wire, dataset_id, annotations=boxes[start : start + 25_000])
    page.goto(f"/datasets/{dataset_id}/items/{item_of(wire, dataset_id)}")
    expect(layer(page)).to_have_attribute("data-count", str(CROWD), timeout=30_000)
    # Rows exist as far as they are in sight, and each movement of the hand is answered at once.
    assert rows(page).count() < 40
    stage = page.locator(".stage-view")
    stage.hover()
    slowest_ms = page.evaluate(MOVING)
    assert slowest_ms < 250, f"the picture stood still for {slowest_ms:.0f} ms under the hand"
    page.keyboard.press("End")
    press_at(page, 160, 120)
    expect(page.get_by_role("option", selected=True)).to_have_count(1)


# Zooms and moves the picture for a second; the longest time between two frames of the display, in ms.
MOVING = """async () => {
  const stage = document.querySelector(".stage-view");
  const { left, top, width, height } = stage.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  let slowest = 0;
  let before = performance.now();
  for (let turn = 0; turn < 40; turn++) {
    stage.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: turn < 20 ? -20 : 20 }));
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    slowest = Math.max(slowest, now - before);
    before = now;
  }
  return slowest;
}"""


@pytest.fixture
def tracked(wire: WireClient, open_host: CanaryServer) -> dict[str, str]:
    """A scene of 40 frames: one track with a gap, and one that comes late."""
    film = draw_film(40)
    frames = put_frames(open_host, "film", film.stills)
    path = make_scene(wire, "tracked", frames=frames, frame_rate=10)
    dataset_id = path.split("/")[2]
    there = {"boat 1": [*range(5, 12), *range(20, 30)], "gull 2": list(range(30, 40))}
    said = [
        box(track.split()[0], (40 + index, 50, 140 + index, 120), f"film/{index}", track_reference_id=track)
        for track, indexes in there.items()
        for index in indexes
    ]
    annotate(wire, dataset_id, annotations=said)
    return {"dataset": dataset_id, "path": path}


def test_tracks_lie_under_the_timeline_and_lead_through_the_scene(signed_in: Page, tracked: dict[str, str]) -> None:
    scene = ScenePage(signed_in, tracked["path"]).open(frame=8)
    page = signed_in
    expect(layer(page)).to_have_attribute("data-frame", "8")
    expect(layer(page)).to_have_attribute("data-count", "1")
    lanes = page.get_by_role("group", name="Tracks and classes along the scene")
    expect(page.get_by_role("button", name="Tracks 2")).to_be_visible()

    # A press on a track's row goes there and selects it; its keys lead to where it begins and ends.
    timeline = scene.slider.bounding_box()
    assert timeline is not None
    lanes.click(position={"x": 20 + (timeline["width"] - 40) * 25.5 / 40, "y": 10})
    scene.settled(25)
    expect(page.get_by_label("The selected label")).to_contain_text("boat 1")
    for key, place in [("v", 29), ("Shift+V", 20), ("Shift+V", 11), ("Shift+V", 5), ("v", 11)]:
        scene.press(key)
        scene.settled(place)
        expect(layer(page)).to_have_attribute("data-frame", str(place))
    # The selection goes along with the track, and waits where it is not.
    expect(page.get_by_label("The selected label")).to_be_visible()
    scene.seek(15)
    scene.settled(15)
    expect(page.get_by_label("The selected label")).to_be_hidden()
    expect(layer(page)).to_have_attribute("data-count", "0")
    page.get_by_role("button", name="Classes 2").click()
    lanes.hover(position={"x": 60, "y": 10})
    expect(page.locator(".track-lanes__says")).to_contain_text("17 in the scene")


def test_axe_finds_nothing_against_labels(
    unguarded_page: Page, editor: Person, labelled: dict[str, str], tracked: dict[str, str]
) -> None:
    page = unguarded_page
    sign_in(page, editor)
    page.goto(labelled["path"])
    expect(layer(page)).to_have_attribute("data-count", "5")
    page.get_by_role("checkbox", name="Compare").check()
    rows(page).filter(has_text="boat").first.click()
    page.keyboard.press("y")
    expect(page.locator(".label-toast")).to_be_visible()
    assert axe.violations(page) == []
    ScenePage(page, tracked["path"]).open(frame=8)
    page.get_by_role("button", name="Tracks 2").click()
    rows(page).first.click()
    assert axe.violations(page) == []


def test_the_grid_has_small_boxes_over_its_cells(signed_in: Page, labelled: dict[str, str], watch: Watch) -> None:
    page = signed_in
    page.goto(f"/datasets/{labelled['dataset']}/?run={labelled['run']}")
    drawn = page.locator(".media-cell__labels")
    expect(drawn).to_have_attribute("data-count", "5")
    inked = drawn.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 200)"
    )
    assert inked
    page.keyboard.press("h")
    expect(drawn).to_have_count(0)
    page.reload()
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("Show or hide"))).to_have_attribute("aria-pressed", "false")
    expect(drawn).to_have_count(0)
