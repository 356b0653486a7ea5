"""The timeline alone, put into a page: what a hand, a finger and a key do on it, whatever shows the pictures."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live import LiveTransom

# The page's own policy refuses scripts without its nonce, so the bar comes in by a module import.
MOUNT = """async ({count, rate}) => {
    const scripts = new URL("../js/", document.querySelector("link[rel=stylesheet]").href);
    const { TimelineBar } = await import(`${scripts}elements/timeline-bar.js`);
    const { Timeline } = await import(`${scripts}viewer/timeline.js`);
    const said = [];
    const bar = new TimelineBar({
        goTo: (index) => { said.push(`go ${index}`); bar.place({ wanted: index, painted: index }); },
        dragStart: () => said.push("start"),
        dragEnd: () => said.push("end"),
        setSection: (section) => {
            said.push(section ? `section ${section.first} ${section.last}` : "no section");
            bar.section = section;
        },
        preview: (index) => (window.pictures[index] ?? null),
    });
    const host = document.createElement("div");
    Object.assign(host.style, { position: "fixed", inset: "300px 0 auto", zIndex: "99" });
    host.append(bar.element);
    document.body.append(host);
    Object.assign(window, { bar, said, pictures: {} });
    bar.timeline = Timeline.even(count, rate);
    bar.place({ wanted: 0, painted: 0 });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


class Bar:
    def __init__(self, page: Page, *, count: int = 3000) -> None:
        self.page = page
        page.goto("/sign-in/")
        page.evaluate(MOUNT, {"count": count, "rate": 30})
        self.slider = page.get_by_role("slider", name="Frame", exact=True)
        box = self.slider.bounding_box()
        assert box is not None
        # In the ruler: above the handles, below the flags and the strip of the whole.
        self.y = box["y"] + box["height"] * 0.42

    def evaluate(self, script: str) -> Any:
        return self.page.evaluate(script)

    def said(self) -> list[str]:
        """What the bar asked for since the last time."""
        # A frame of the display later, so that what was paced has been said.
        after = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(said.splice(0)))))"
        said: list[str] = self.evaluate(after)
        return said

    def x_of(self, index: float) -> float:
        return float(self.evaluate(f"bar.xOf({index})"))

    def frame_at(self, x: float) -> int:
        return int(self.evaluate(f"bar.frameAt({x})"))


@pytest.fixture
def bar(page: Page) -> Bar:
    return Bar(page)


def test_a_drag_goes_to_the_frame_under_the_pointer_and_beyond_the_ends_stops_there(bar: Bar) -> None:
    mouse = bar.page.mouse
    mouse.move(300, bar.y)
    mouse.down()
    mouse.move(700, bar.y, steps=20)
    mouse.move(4000, bar.y - 200)
    mouse.up()
    said = bar.said()
    assert said[0] == "start"
    assert said[1].startswith("go ")
    assert said[-2:] == ["go 2999", "end"]


def test_many_moves_in_one_frame_of_the_display_are_one_wish_for_the_last(bar: Bar) -> None:
    wishes = bar.evaluate("""async () => {
        const slider = document.querySelector(".timeline-bar__slider");
        slider.setPointerCapture = () => {};
        const pointer = { pointerId: 7, bubbles: true };
        const send = (type, clientX) => slider.dispatchEvent(new PointerEvent(type, { ...pointer, clientX }));
        await new Promise(requestAnimationFrame);
        send("pointerdown", 100);
        for (let x = 100; x < 800; x += 1) send("pointermove", x);
        await new Promise(requestAnimationFrame);
        const inOneFrame = said.filter((one) => one.startsWith("go"));
        send("pointermove", 850);
        send("pointerup", 850);
        return [inOneFrame, said.slice(-2), bar.frameAt(799), bar.frameAt(850)];
    }""")
    assert wishes == [[f"go {wishes[2]}"], [f"go {wishes[3]}", "end"], wishes[2], wishes[3]]


def test_shift_makes_a_drag_ten_times_finer_and_letting_it_go_does_not_jump(bar: Bar) -> None:
    mouse, keyboard = bar.page.mouse, bar.page.keyboard
    mouse.move(300, bar.y)
    mouse.down()
    keyboard.down("Shift")
    mouse.move(400, bar.y)
    fine = bar.said()[-1]
    keyboard.up("Shift")
    mouse.up()
    assert fine == f"go {bar.frame_at(310)}"
    assert bar.said() == ["end"]


def test_keys_step_and_the_place_is_said(bar: Bar) -> None:
    bar.slider.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "PageUp", "ArrowLeft", "PageDown", "End", "Home"):
        bar.page.keyboard.press(key)
    assert bar.said() == ["go 1", "go 11", "go 111", "go 110", "go 10", "go 2999", "go 0"]
    bar.evaluate("bar.place({wanted: 120, painted: 90})")
    expect(bar.slider).to_have_attribute("aria-valuetext", "Frame 120 of 2999, 00:04.000")
    expect(bar.slider).to_have_attribute("aria-valuenow", "120")
    expect(bar.slider).to_have_attribute("aria-valuemax", "2999")


def test_the_wheel_zooms_about_the_pointer_and_the_strip_moves_the_view(bar: Bar) -> None:
    mouse, keyboard = bar.page.mouse, bar.page.keyboard
    before = bar.frame_at(700)
    mouse.move(700, bar.y)
    keyboard.down("Control")
    for _ in range(6):
        mouse.wheel(0, -100)
    keyboard.up("Control")
    bar.page.wait_for_function("bar.isZoomed")
    assert abs(bar.frame_at(700) - before) <= 1
    assert bar.frame_at(0) > 0
    strip = bar.page.locator(".timeline-bar__overview").bounding_box()
    assert strip is not None
    mouse.move(700, strip["y"] + 5)
    mouse.down()
    mouse.move(-500, strip["y"] + 5)
    mouse.up()
    assert bar.frame_at(0) == 0
    assert bar.said() == []


def test_the_view_follows_what_plays_out_of_it_but_not_when_one_looks_elsewhere(bar: Bar) -> None:
    bar.page.emulate_media(reduced_motion="reduce")
    bar.evaluate("(bar.zoomIn(), bar.zoomIn(), bar.zoomIn(), bar.isPlaying = true)")
    end = bar.frame_at(9999)
    bar.evaluate(f"(bar.place({{wanted: {end}, painted: {end}}}), bar.place({{wanted: {end + 1}, painted: {end}}}))")
    assert bar.frame_at(0) < end < bar.frame_at(9999) - 100
    bar.evaluate("(bar.zoomAll(), bar.isPlaying = false, bar.place({wanted: 0, painted: 0}))")
    bar.evaluate("(bar.zoomIn(), bar.zoomIn(), bar.zoomIn(), bar.isPlaying = true)")
    bar.page.mouse.move(700, bar.y)
    for _ in range(5):
        bar.page.mouse.wheel(400, 0)
    bar.page.wait_for_function("bar.frameAt(0) > 100")
    elsewhere = bar.frame_at(0)
    bar.evaluate("bar.place({wanted: 1, painted: 1})")
    assert bar.frame_at(0) == elsewhere


def test_a_section_has_two_handles_for_hands_and_keys(bar: Bar) -> None:
    bar.evaluate("bar.section = {first: 1000, last: 2000}")
    handle = bar.page.get_by_role("slider", name="In mark")
    box = handle.bounding_box()
    assert box is not None
    edge, y = bar.x_of(1000), box["y"] + box["height"] / 2
    bar.page.mouse.move(edge - 3, y)
    bar.page.mouse.down()
    bar.page.mouse.move(bar.x_of(1200) - 3, y)
    bar.page.mouse.up()
    assert bar.said()[-1] == "section 1200 2000"
    out = bar.page.get_by_role("slider", name="Out mark")
    out.focus()
    bar.page.keyboard.press("ArrowRight")
    bar.page.keyboard.press("Home")
    assert bar.said() == ["section 1200 2001", "section 1200 1200"]
    expect(out).to_have_attribute("aria-valuetext", "Frame 1200 of 2999, 00:40.000")
    bar.page.keyboard.press("Delete")
    assert bar.said() == ["no section"]
    expect(out).to_be_hidden()


def test_a_click_on_a_flag_goes_to_its_mark(bar: Bar) -> None:
    bar.evaluate("bar.marks = [1500]")
    box = bar.slider.bounding_box()
    assert box is not None
    bar.page.mouse.click(bar.x_of(1500.5) + 5, box["y"] + 15)
    assert bar.said() == ["start", "go 1500", "end"]


def test_the_preview_shows_a_held_picture_as_soon_as_it_is_held_and_stays_over_the_bar(bar: Bar) -> None:
    preview = bar.page.locator(".timeline-bar__preview")
    bar.page.mouse.move(2, bar.y)
    expect(preview).to_have_text("000:00.000")
    expect(preview.locator("canvas")).to_be_hidden()
    bar.evaluate("(pictures[0] = new OffscreenCanvas(64, 36), pictures[0].getContext('2d'), bar.held = [[0, 0]])")
    expect(preview.locator("canvas")).to_be_visible()
    for x in (2, 1438):
        bar.page.mouse.move(x, bar.y)
        box = preview.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1440
    bar.page.mouse.move(700, 20)
    expect(preview).to_be_hidden()


def test_few_frames_are_each_reached_by_a_click(page: Page) -> None:
    for count in (1, 2, 5):
        bar = Bar(page, count=count)
        for index in range(count):
            bar.page.mouse.click(bar.x_of(index + 0.5), bar.y)
            assert bar.said()[1] == f"go {index}", count


def test_two_fingers_zoom_and_one_scrubs(chromium: Browser, live: LiveTransom) -> None:
    context = chromium.new_context(
        base_url=live.url, viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True
    )
    bar = Bar(context.new_page())
    fingers = context.new_cdp_session(bar.page)

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": bar.y, "id": place} for place, x in enumerate(xs)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        bar.evaluate("new Promise((done) => requestAnimationFrame(() => done(null)))")

    touch("touchStart", 100)
    touch("touchMove", 220)
    touch("touchEnd")
    assert bar.said()[-2:] == [f"go {bar.frame_at(220)}", "end"]
    under = [bar.frame_at(150), bar.frame_at(250)]
    touch("touchStart", 150)
    touch("touchStart", 150, 250)
    touch("touchMove", 60, 350)
    assert [bar.frame_at(60), bar.frame_at(350)] == under
    touch("touchEnd")
    context.close()


def test_nothing_is_drawn_while_nothing_changes(bar: Bar) -> None:
    asked = bar.evaluate("""async () => {
        await new Promise((done) => setTimeout(done, 200));
        const real = window.requestAnimationFrame;
        let asked = 0;
        window.requestAnimationFrame = (tick) => { asked += 1; return real(tick); };
        bar.place({wanted: 0, painted: 0});
        await new Promise((done) => setTimeout(done, 200));
        const idle = asked;
        for (let index = 1; index < 50; index += 1) {
            bar.place({wanted: index, painted: index});
            bar.held = [[0, index]];
        }
        await new Promise((done) => setTimeout(done, 100));
        return [idle, asked];
    }""")
    assert asked == [0, 1]
