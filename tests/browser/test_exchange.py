"""A labeler with a tool of their own: takes the tasks, opens a link elsewhere, brings results that the editor finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, sign_in
from tests.live import LiveTransom, Person
from tests.media_server import draw_picture

ITEM = "quay/03"
DONE = "scale_metadata.task_status = completed"
REGION = {
    "id": "drawn",
    "type": "rectanglelabels",
    "original_width": 320,
    "original_height": 240,
    "image_rotation": 0,
    "value": {"x": 25, "y": 50, "width": 25, "height": 25, "rotation": 0, "rectanglelabels": ["sign"]},
}


@pytest.fixture
def labeler(live: LiveTransom, editor: Person, pictures: dict[str, Any], tmp_path: Path) -> Person:
    """A labeler of a project with a copy of one picture."""
    person = live.make_person("labeler", team=editor.team)
    copy = tmp_path / "copy.png"
    copy.write_bytes(draw_picture("quay", 320, 240, "PNG"))
    shared = {"reference_id": ITEM, "labeler": person.email, "path": str(copy), "place": "local"}
    live.ask_clerk("make_copy", email=editor.email, team=editor.team, dataset=pictures["id"], **shared)
    return person


def name_the_class(page: Page) -> None:
    """What an editor does on the project's page Setup."""
    page.goto("/labelling/")
    page.get_by_role("link", name=ITEM).click()
    page.get_by_role("link", name="Setup").click()
    page.get_by_label("Name of class 1").fill("sign")
    page.get_by_role("button", name="Save the classes").click()
    expect(page.locator(".notice")).to_be_visible()


def test_labeler_labels_elsewhere_and_the_editor_finds_the_result(
    page: Page,
    chromium: Browser,
    editor: Person,
    labeler: Person,
    live: LiveTransom,
    pictures: dict[str, Any],
    watch: Watch,
    tmp_path: Path,
) -> None:
    watch.declared.add(live.shared_url)
    sign_in(page, editor)
    name_the_class(page)
    page.context.clear_cookies()

    sign_in(page, labeler)
    page.goto("/labelling/")
    page.get_by_role("link", name=ITEM).click()
    page.get_by_role("link", name="Files").click()
    with page.expect_download() as taking:
        page.get_by_role("button", name="Label Studio").click()
    (task,) = json.loads(Path(taking.value.path()).read_text())

    elsewhere = chromium.new_context()
    opened = elsewhere.new_page()
    answer = opened.goto(task["data"]["image"])
    assert answer is not None
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert opened.locator("img").evaluate("image => image.naturalWidth") == 320
    elsewhere.close()

    results = tmp_path / "results.json"
    wrong = REGION | {"value": REGION["value"] | {"rectanglelabels": ["ship"]}}
    for region, said in ((wrong, "the project has no class 'ship'"), (REGION, "Took in 1 label for 1 task")):
        results.write_text(json.dumps([task | {"annotations": [{"result": [region]}]}]))
        page.get_by_label("File, at most 100 MB").set_input_files(results)
        watch.expected.append("400 \\(Bad Request\\)")
        page.get_by_role("button", name="Bring the results").click()
        expect(page.get_by_text(said)).to_be_visible()
    page.context.clear_cookies()

    sign_in(page, editor)
    page.goto(f"/datasets/{pictures['id']}/?q={quote(DONE)}")
    expect(page.locator("media-grid [data-item-id]")).to_have_count(1)
    page.locator("media-grid [data-item-id]").click()
    expect(page.get_by_role("heading", name=ITEM)).to_be_visible()
    expect(page.get_by_role("option", name="sign")).to_be_visible()
