"""Thumbnails: made in the browser where a host lets pages read its files, kept there for one person, bounded."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch, sign_in, sign_in_by_hand
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.shared_data import shared
from tests.wire_client import WireClient

COUNT = 6
# The page's own policy refuses scripts without its nonce; its modules come in by an import.
SCRIPTS = 'const scripts = new URL("../js/", document.querySelector("link[rel=stylesheet]").href);'
STORE = f"""async ({{sizes, cap}}) => {{
    {SCRIPTS}
    const {{ openPictureStore }} = await import(`${{scripts}}thumbnails/picture-store.js`);
    const clock = {{ now_s: 1000 }};
    const store = await openPictureStore("test", {{ cap_bytes: cap, now_s: () => clock.now_s }});
    const made = (size) => ({{ file: new Blob([new Uint8Array(size)]), width: 1, height: 1, mark: "" }});
    for (const [key, size] of sizes) {{
        clock.now_s += 100;
        if (size) await store.keep(key, made(size));
        else await store.use(key);
    }}
    const held = [];
    for (const key of new Set(sizes.map(([key]) => key))) if (await store.take(key)) held.push(key);
    return {{ held, sum: await store.sum() }};
}}"""
TWO_TABS = f"""async () => {{
    {SCRIPTS}
    const {{ openPictureStore }} = await import(`${{scripts}}thumbnails/picture-store.js`);
    const [one, other] = [await openPictureStore("test"), await openPictureStore("test")];
    const made = {{ file: new Blob([new Uint8Array(100)]), width: 1, height: 1, mark: "" }};
    const keys = Array.from({{ length: 30 }}, (_, n) => `p${{n}}`);
    await Promise.all(keys.flatMap((key) => [one.keep(key, made), other.keep(key, made)]));
    return other.sum();
}}"""
MOUNT = f"""async ({{row, width}}) => {{
    {SCRIPTS}
    const {{ CellPicture }} = await import(`${{scripts}}elements/cell-picture.js`);
    const {{ LoadQueue }} = await import(`${{scripts}}media/loading.js`);
    const cell = document.createElement("a");
    cell.className = "media-cell";
    cell.tabIndex = 0;
    Object.assign(cell.dataset, {{ itemId: row.id, state: "loading" }});
    cell.append(Object.assign(document.createElement("span"), {{ className: "media-cell__stage" }}));
    Object.assign(cell.style, {{ position: "fixed", left: "40px", top: "140px", width: `${{width}}px`, zIndex: "90" }});
    document.body.append(cell);
    window.mounted = new CellPicture(cell, row, {{ queue: new LoadQueue(), measurements: null }});
    window.mounted.load();
}}"""
AGE = """async (by_s) => {
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((done) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => done(opening.result);
        });
        const work = database.transaction("notes", "readwrite");
        work.objectStore("notes").openCursor().onsuccess = ({ target: { result: cursor } }) => {
            if (!cursor) return;
            cursor.update({ ...cursor.value, kept_s: cursor.value.kept_s - by_s });
            cursor.continue();
        };
        await new Promise((done) => (work.oncomplete = done));
        database.close();
    }
}"""


def dataset_on(host: CanaryServer, wire: WireClient, count: int = COUNT) -> str:
    dataset_id = wire.create_dataset("thumbs", is_scene=False, privacy=True)
    items = [
        {"reference_id": f"t/{n}", "image_url": host.url(f"t-{n}-1280x720.jpg?sig=first{n}"), "metadata": {}}
        for n in range(count)
    ]
    wire.append(dataset_id, items)
    return dataset_id


def open_grid(page: Page, dataset_id: str, count: int = COUNT) -> None:
    page.goto(f"/datasets/{dataset_id}/")
    expect(page.locator("media-grid [data-state=ready]")).to_have_count(count)


def open_when_kept(page: Page, dataset_id: str, count: int = COUNT) -> None:
    """A first visit that ends when all thumbnails are written."""
    open_grid(page, dataset_id, count)
    expect_kept(page, f"{count} thumbnail")


def expect_kept(page: Page, words: str) -> None:
    menu = page.locator(".bar details.menu")
    for _ in range(40):
        menu.locator("summary").click()
        said = menu.locator("kept-pictures")
        expect(said).to_contain_text("thumbnail")
        is_so = words in said.inner_text()
        menu.locator("summary").click()
        if is_so:
            return
    raise AssertionError(f"{words}: {said.inner_text()}")


def empty_http_cache(page: Page) -> None:
    """What the browser itself keeps of answers would hide whether thumbnails are."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")


def sent_bytes(host: CanaryServer) -> int:
    """What the host sent as pictures, by its own record."""
    found = [host.find(asked.path) for asked in host.requests if asked.method == "GET" and asked.status == 200]
    return sum(media.size for media in found if media is not None)


def look(cell: Locator) -> Image.Image:
    return Image.open(io.BytesIO(cell.screenshot())).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of their values, 0 to 255."""
    small = [image.convert("RGB").resize((96, 64), Image.Resampling.BOX) for image in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


def quarters(width: int, height: int) -> Image.Image:
    """A picture every part of which looks different."""
    across, down = (
        Image.linear_gradient("L").rotate(90).resize((width, height)),
        Image.linear_gradient("L").resize((width, height)),
    )
    return Image.merge("RGB", (across, down, ImageOps.invert(across)))


def as_file(image: Image.Image, format: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def test_a_second_visit_reads_what_the_first_one_kept(
    signed_in: Page, open_host: CanaryServer, wire: WireClient
) -> None:
    dataset_id = dataset_on(open_host, wire)
    open_when_kept(signed_in, dataset_id)
    first = sent_bytes(open_host)
    open_host.forget()
    empty_http_cache(signed_in)
    open_grid(signed_in, dataset_id)
    assert first > 0
    assert sent_bytes(open_host) <= first / 2
    sources = [image.get_attribute("src") or "" for image in signed_in.locator("media-grid img").all()]
    assert len(sources) == COUNT
    assert all(source.startswith("blob:") for source in sources)


def test_a_picture_signed_anew_is_still_known(signed_in: Page, open_host: CanaryServer, wire: WireClient) -> None:
    dataset_id = dataset_on(open_host, wire, 1)
    open_when_kept(signed_in, dataset_id, 1)
    again = {"reference_id": "t/0", "image_url": open_host.url("t-0-1280x720.jpg?sig=second"), "metadata": {}}
    wire.append(dataset_id, [again], update=True)
    open_host.forget()
    open_grid(signed_in, dataset_id, 1)
    assert open_host.requests == []


def test_a_host_that_lets_nobody_read_is_asked_once_and_shown_plainly(
    signed_in: Page, canary: CanaryServer, wire: WireClient, watch: Watch
) -> None:
    dataset_id = dataset_on(canary, wire)
    open_grid(signed_in, dataset_id)
    empty_http_cache(signed_in)
    open_grid(signed_in, dataset_id)
    images = signed_in.locator("media-grid img")
    assert {str(image.get_attribute("src")).split("?")[0] for image in images.all()} == {
        canary.url(f"t-{n}-1280x720.jpg") for n in range(COUNT)
    }
    assert {image.get_attribute("crossorigin") for image in images.all()} == {None}
    assert {image.get_attribute("referrerpolicy") for image in images.all()} == {"no-referrer"}
    assert len(watch.probed) == 1


def test_the_clear_button_empties_the_store(signed_in: Page, open_host: CanaryServer, wire: WireClient) -> None:
    dataset_id = dataset_on(open_host, wire)
    open_when_kept(signed_in, dataset_id)
    signed_in.goto(f"/datasets/{dataset_id}/settings/")
    kept = signed_in.locator(".section kept-pictures")
    expect(kept).to_contain_text("of 256 MB, 6 thumbnails")
    kept.get_by_role("button", name="Clear").click()
    expect(kept).to_contain_text("0 MB of 256 MB, 0 thumbnails")
    expect(kept.get_by_role("button")).to_be_disabled()
    open_host.forget()
    empty_http_cache(signed_in)
    open_grid(signed_in, dataset_id)
    assert len({asked.path for asked in open_host.requests}) == COUNT


def test_nobody_else_in_the_same_browser_is_shown_what_one_person_kept(
    signed_in: Page, open_host: CanaryServer, wire: WireClient, live: LiveTransom, editor: Person
) -> None:
    dataset_id = dataset_on(open_host, wire)
    open_when_kept(signed_in, dataset_id)
    before = databases(signed_in)
    sign_in(signed_in, live.make_person("viewer", team=editor.team))
    open_host.forget()
    empty_http_cache(signed_in)
    open_when_kept(signed_in, dataset_id)
    assert len({asked.path for asked in open_host.requests}) == COUNT
    assert not before & databases(signed_in)


def test_signing_out_removes_what_was_kept(
    page: Page, editor: Person, open_host: CanaryServer, wire: WireClient
) -> None:
    sign_in_by_hand(page, editor)
    open_when_kept(page, dataset_on(open_host, wire))
    assert databases(page)
    page.locator(".bar details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("E-mail")).to_be_visible()
    for _ in range(40):
        if not databases(page):
            return
        page.wait_for_timeout(50)
    assert databases(page) == set()


def databases(page: Page) -> set[str]:
    return set(page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)"))


def test_a_picture_that_changed_at_its_host_is_found_out_after_a_week(
    signed_in: Page, open_host: CanaryServer, wire: WireClient
) -> None:
    open_host.put("/t-0-1280x720.jpg", as_file(Image.new("RGB", (1280, 720), "red"), "JPEG"))
    dataset_id = dataset_on(open_host, wire, 1)
    open_when_kept(signed_in, dataset_id, 1)
    open_host.put("/t-0-1280x720.jpg", as_file(Image.new("RGB", (1280, 720), "blue"), "JPEG"))
    cell = signed_in.locator("media-grid [data-item-id]")
    red, _, blue = look(cell).getpixel((50, 50))
    assert red > 200 > blue
    signed_in.evaluate(AGE, 8 * 24 * 3600)
    open_grid(signed_in, dataset_id, 1)
    for _ in range(40):
        red, _, blue = look(cell).getpixel((50, 50))
        if blue > 200 > red:
            return
        signed_in.wait_for_timeout(100)
    pytest.fail("it still shows the old picture")


def test_without_storage_the_pictures_show(signed_in: Page, open_host: CanaryServer, wire: WireClient) -> None:
    signed_in.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } });"
    )
    open_grid(signed_in, dataset_on(open_host, wire))
    signed_in.locator(".bar details.menu summary").click()
    expect(signed_in.locator(".bar details.menu kept-pictures")).to_contain_text("keep no pictures")


def test_what_was_used_longest_ago_goes_first(signed_in: Page) -> None:
    signed_in.goto("/")
    # The eleventh does not fit. The first was looked at meanwhile, so the second and the third go: room is made down to
    # nine tenths, not for each picture.
    first = [[f"p{n}", 100] for n in range(10)]
    kept = signed_in.evaluate(STORE, {"sizes": [*first, ["p0", 0], ["p10", 100], ["p11", 50]], "cap": 1000})
    assert kept["held"] == ["p0", *(f"p{n}" for n in range(3, 12))]
    assert kept["sum"] == {"count": 10, "bytes": 950}


def test_a_thumbnail_made_anew_counts_once_and_one_too_large_is_not_kept(signed_in: Page) -> None:
    signed_in.goto("/")
    kept = signed_in.evaluate(STORE, {"sizes": [["p0", 100], ["p0", 60], ["p1", 1001]], "cap": 1000})
    assert kept == {"held": ["p0"], "sum": {"count": 1, "bytes": 60}}


def test_two_tabs_that_keep_the_same_pictures_count_them_once(signed_in: Page) -> None:
    signed_in.goto("/")
    assert signed_in.evaluate(TWO_TABS) == {"count": 30, "bytes": 3000}


@pytest.mark.parametrize("is_open", [True, False], ids=["readable host", "other host"])
def test_an_object_is_cut_out_of_its_picture(
    signed_in: Page, open_host: CanaryServer, canary: CanaryServer, wire: WireClient, *, is_open: bool
) -> None:
    host = open_host if is_open else canary
    picture = quarters(1600, 1000)
    host.put("/t-0-1280x720.jpg", as_file(picture))
    dataset_id = dataset_on(host, wire, 1)
    open_grid(signed_in, dataset_id, 1)
    row = {
        "id": "ann_1",
        "item_id": "di_1",
        "reference_id": "t/0",
        "href": f"/datasets/{dataset_id}/items/di_1",
        "url": host.url("t-0-1280x720.jpg?sig=1"),
        "width": 1600,
        "height": 1000,
        "crop": [600, 300, 900, 500],
        "label": "boat",
        "confidence": 0.876,
    }
    signed_in.evaluate(MOUNT, {"row": row, "width": 300})
    cell = signed_in.locator("[data-item-id=ann_1]")
    expect(cell).to_have_attribute("data-state", "ready")
    expect(cell).to_contain_text("boat 0.88")
    box = cell.locator(".media-cell__box").bounding_box()
    whole = cell.bounding_box()
    assert box is not None
    assert whole is not None
    # 200 rows with 15 % of 300 on either side are 290, and the caption takes a tenth: 322. Three by two of that are 483
    # columns, around the middle.
    view = (509, 255, 509 + 483, 255 + 322)
    assert box["x"] - whole["x"] == pytest.approx((600 - 509) / 483 * 300, abs=1)
    assert box["y"] - whole["y"] == pytest.approx((300 - 255) / 322 * 200, abs=1)
    assert box["width"] == pytest.approx(300 / 483 * 300, abs=1)
    assert box["height"] == pytest.approx(200 / 322 * 200, abs=1)
    signed_in.evaluate(
        "document.querySelectorAll('.media-cell__box, .media-cell__caption').forEach((one) => one.remove())"
    )
    assert difference(look(cell), picture.crop(view)) < 4
    assert (signed_in.locator("[data-item-id=ann_1] img").get_attribute("src") or "").startswith("blob:") is is_open


@pytest.mark.parametrize("is_open", [True, False], ids=["readable host", "other host"])
def test_pictures_stand_as_their_orientation_says(
    signed_in: Page, open_host: CanaryServer, canary: CanaryServer, wire: WireClient, *, is_open: bool
) -> None:
    host = open_host if is_open else canary
    files = [shared(f"awkward/exif_orientation_{n}.jpg").read_bytes() for n in range(1, 9)]
    for n, file in enumerate(files):
        host.put(f"/t-{n}-1280x720.jpg", file)
    dataset_id = dataset_on(host, wire, len(files))
    open_grid(signed_in, dataset_id, len(files))
    for n, file in enumerate(files):
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
        cell = signed_in.locator("media-grid [data-item-id]").nth(n)
        shown = look(cell)
        assert difference(shown, ImageOps.fit(upright, shown.size)) < 8, f"orientation {n + 1}"
    for _ in range(40):
        items = wire.call("GET", f"dataset/{dataset_id}/datasetItems")["dataset_items"]
        if {(item["width"], item["height"]) for item in items} == {upright.size}:
            return
        signed_in.wait_for_timeout(100)
    pytest.fail("the sizes that were measured are not those of the upright pictures")


def test_objects_of_one_picture_share_one_request(signed_in: Page, open_host: CanaryServer, wire: WireClient) -> None:
    dataset_id = dataset_on(open_host, wire, 1)
    boxes = [
        {
            "type": "box",
            "label": "boat",
            "reference_id": "t/0",
            "annotation_id": f"b{n}",
            "geometry": {"x": 100 * n, "y": 50 * n, "width": 90, "height": 60},
        }
        for n in range(9)
    ]
    wire.call("POST", f"dataset/{dataset_id}/annotate", {"update": False, "annotations": boxes})
    signed_in.goto(f"/datasets/{dataset_id}/?mode=objects")
    expect(signed_in.locator("media-grid [data-state=ready]")).to_have_count(9)
    expect(signed_in.locator(".media-cell__labels")).to_have_count(0)
    assert open_host.count("/t-0-1280x720.jpg") == 1
    assert len(databases(signed_in)) == 1


def test_a_pointer_that_rests_on_a_scene_walks_through_it(
    signed_in: Page, open_host: CanaryServer, wire: WireClient
) -> None:
    dataset_id = wire.create_dataset("film", is_scene=True, privacy=True)
    for n in range(12):
        open_host.put(f"/f-{n}.jpg", as_file(Image.new("RGB", (640, 480), (20 * n, 0, 255 - 20 * n)), "JPEG"))
    frames = [{"reference_id": f"f{n}", "image_url": open_host.url(f"f-{n}.jpg")} for n in range(12)]
    wire.append_scenes(dataset_id, [{"reference_id": "walk", "frames": frames, "frame_rate": 10}])
    signed_in.goto(f"/datasets/{dataset_id}/")
    cell = signed_in.locator("media-grid [data-item-id]")
    expect(cell).to_have_attribute("data-state", "ready")
    assert [asked.path for asked in open_host.requests] == ["/f-0.jpg"]
    box = cell.bounding_box()
    assert box is not None
    signed_in.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(cell).to_have_attribute("data-preview", "")
    signed_in.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(cell).to_contain_text("frame 11 / 11")
    expect(cell.locator(".media-cell__preview:not([data-waiting])")).to_be_visible()
    red, _, blue = look(cell).getpixel((int(box["width"] / 2), int(box["height"] / 2)))
    assert red > 180 > 80 > blue
    signed_in.mouse.move(box["x"], box["y"] + box["height"] + 200)
    expect(cell.locator(".media-cell__preview")).to_have_count(0)
    red, _, blue = look(cell).getpixel((int(box["width"] / 2), int(box["height"] / 2)))
    assert blue > 180 > 80 > red
    cell.focus()
    signed_in.keyboard.press(".")
    expect(cell).to_contain_text("frame 1 / 11")
    signed_in.keyboard.press(".")
    expect(cell).to_contain_text("frame 2 / 11")
    signed_in.keyboard.press(",")
    expect(cell).to_contain_text("frame 1 / 11")


def test_a_cell_that_grows_gets_a_sharper_picture(signed_in: Page, open_host: CanaryServer, wire: WireClient) -> None:
    dataset_id = dataset_on(open_host, wire, 1)
    open_when_kept(signed_in, dataset_id, 1)
    image = signed_in.locator("media-grid img")
    assert image.evaluate("(one) => one.naturalHeight") == 128
    signed_in.get_by_title("Large pictures").click()
    for _ in range(40):
        if image.evaluate("(one) => one.naturalHeight") == 256:
            return
        signed_in.wait_for_timeout(50)
    assert image.evaluate("(one) => one.naturalHeight") == 256


def test_labels_are_asked_for_cell_by_cell_as_they_come_into_view(
    signed_in: Page, open_host: CanaryServer, wire: WireClient
) -> None:
    count = 260
    dataset_id = wire.create_dataset("many", is_scene=False, privacy=True)
    wire.append(
        dataset_id,
        [{"reference_id": f"t/{n}", "image_url": open_host.url("t.jpg"), "metadata": {}} for n in range(count)],
    )
    boxes = [
        {
            "type": "box",
            "label": "boat",
            "reference_id": f"t/{n}",
            "annotation_id": "b",
            "geometry": {"x": 20, "y": 20, "width": 200, "height": 150},
        }
        for n in range(count)
    ]
    wire.call("POST", f"dataset/{dataset_id}/annotate", {"update": False, "annotations": boxes})
    asked: list[list[str]] = []
    signed_in.on("request", lambda one: asked.append(one.post_data_json["ids"]) if "cell-labels" in one.url else None)
    signed_in.goto(f"/datasets/{dataset_id}/?size=large")
    first = signed_in.locator("media-grid [data-item-id]").first
    expect(first.locator(".media-cell__labels")).to_be_visible()
    signed_in.keyboard.press("End")
    signed_in.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = signed_in.locator("media-grid [data-item-id]").last
    expect(last).to_have_attribute("aria-posinset", str(count))
    expect(last.locator(".media-cell__labels")).to_be_visible()
    told = [cell for ids in asked for cell in ids]
    assert len(asked) >= 2
    assert max(len(ids) for ids in asked) <= 200
    assert len(told) == len(set(told)) < count
