"""A labeler in a real browser: invited by a link, put on a project, shown the copies of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import LIMIT_MS, Watch, sign_in
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer

NOT_FOUND = r"404 \(Not Found\)"
NAMES = [f"quay/{n:02}" for n in range(12)]
PASSWORD = "a window above the door"


@dataclass(frozen=True, slots=True)
class Signs:
    """A project that the labeler is on, with copies of ten of twelve pictures; two are labelled in place."""

    address: str
    labeler: Person
    dataset_id: str


@pytest.fixture
def courier(live: LiveTransom) -> Iterator[int]:
    yield live.start_courier()
    live.kill_courier()


@pytest.fixture
def signs(live: LiveTransom, editor: Person, pictures: dict[str, Any], canary: CanaryServer, watch: Watch) -> Signs:
    """Shared, as soon as the courier has been."""
    watch.declared.add(live.shared_url)
    labeler, approver = (live.make_person(role, team=editor.team) for role in ("labeler", "approver"))
    who: dict[str, Any] = {"email": editor.email, "team": editor.team, "dataset": pictures["id"]}
    live.ask_clerk("give_tasks", **who, project="Signs", tasks={"names": NAMES[10:]})
    setup = {"email": editor.email, "team": editor.team, "project": "Signs", "labelers": [labeler.email]}
    address = live.ask_clerk("set_up_project", **setup)
    shared = {"project": "Signs", "origin": canary.origin, "reference_ids": NAMES[:10]}
    live.ask_clerk("share_items", **who, approver=approver.email, **shared)
    return Signs(address, labeler, pictures["id"])


def shown(page: Page, address: str, count: int) -> None:
    """Open the project and look until so many pictures are there, which the courier copies meanwhile."""
    cells = page.locator(".media-cell")
    for _ in range(LIMIT_MS // 100):
        page.goto(address)
        if cells.count() == count:
            break
        page.wait_for_timeout(100)
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(count)


def test_labeler_looks_at_copies_and_the_customers_host_hears_of_it_from_the_courier_alone(
    page: Page, signs: Signs, live: LiveTransom, canary: CanaryServer, courier: int, watch: Watch
) -> None:
    sign_in(page, signs.labeler)
    page.goto("/")
    expect(page).to_have_url(f"{live.url}/labelling/")
    expect(page.get_by_role("navigation", name="Rooms").get_by_role("link")).to_have_text(["Labelling"])
    shown(page, signs.address, 10)
    sizes = page.locator(".media-cell__image").evaluate_all("all => all.map((one) => one.naturalWidth)")
    assert len(sizes) == 10
    assert min(sizes) > 100
    kept = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
    assert kept == [], "a copy that can be taken back is not kept"
    assert sorted(one.path for one in canary.requests) == [f"/quay-{n:02}-320x240.jpg" for n in range(10)]
    # Who has closed a connection by the time one looks is not known.
    assert {courier in one.owner.line for one in canary.requests if one.owner} == {True}
    assert canary.made_by(live.pids() - {courier}) == []

    page.locator(".media-cell").nth(1).click()
    stage = page.locator("media-stage")
    expect(page.get_by_role("heading", level=1)).to_have_text("quay/01")
    expect(stage).to_have_attribute("data-state", "ready")
    expect(page.get_by_label("About this task")).to_contain_text("Round ones too.")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("quay/02")
    expect(stage).to_have_attribute("data-state", "ready")
    for name in ("quay/01", "quay/00"):
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(stage).to_have_attribute("data-state", "ready")
    expect(page.locator("a[rel=prev]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(live.url + signs.address)
    assert [one for one in watch.asked if one.startswith(canary.origin)] == []
    assert len(canary.requests) == 10


def test_nothing_else_exists_for_a_labeler(page: Page, signs: Signs, watch: Watch) -> None:
    watch.expected.append(NOT_FOUND)
    sign_in(page, signs.labeler)
    grid = f"/datasets/{signs.dataset_id}/"
    for address in ("/slices/", "/team/", "/privacy/", "/promotions/", "/jobs/", grid, f"{signs.address}settings/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
        page.get_by_role("link", name="Go to your projects").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Labelling")
    answer = page.request.get(f"{grid}rows")
    assert (answer.status, "quay" in answer.text()) == (404, False)


def test_project_is_set_up_by_hand_and_a_labeler_invited_to_it(page: Page, live: LiveTransom, editor: Person) -> None:
    sign_in(page, editor)
    page.goto("/labelling/")
    page.get_by_label("Name").fill("Signs")
    page.get_by_label("What it is for").fill("To find every sign.")
    page.get_by_role("button", name="Make the project").click()
    expect(page.locator(".ontology__row")).to_have_count(1)
    page.evaluate("""() => {
        const [data, field] = [new DataTransfer(), document.querySelector('[name="class-name"]')];
        data.setData("text", "stop\\ngive way\\nspeed");
        field.focus();
        field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    }""")
    names = page.locator('[name="class-name"]')
    expect(names).to_have_count(3)
    page.get_by_label("How class 1 is drawn").select_option("polygon")
    page.get_by_role("button", name="Remove this class").nth(1).click()
    page.get_by_role("button", name="Move down").first.click()
    page.get_by_label("Name of class 2").press("Enter")
    page.get_by_label("Name of class 3").fill("road")
    page.get_by_role("button", name="Save the classes").click()
    expect(page.get_by_text("Saved 3 classes.")).to_be_visible()
    assert [one.input_value() for one in names.all()] == ["speed", "stop", "road"]
    expect(page.get_by_label("How class 2 is drawn")).to_have_value("polygon")
    setup = page.url

    sign_in(page, live.make_person("admin", team=editor.team))
    page.goto("/team/")
    page.get_by_label("Add a member").fill("ana@labels.example")
    page.get_by_label("Role", exact=True).first.select_option("labeler")
    page.get_by_role("button", name="Add", exact=True).last.click()
    link = page.locator("#invitation .snippet__code").text_content()
    assert link is not None
    sign_in(page, editor)
    page.goto(setup)
    page.get_by_label("Put somebody on it").select_option(label="ana@labels.example (labeler)")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("ana@labels.example labels for it now.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Choose this password").click()
    expect(page).to_have_url(f"{live.url}/labelling/")
    page.get_by_role("link", name="Signs").click()
    expect(page.locator(".classes__name")).to_have_text(["speed", "stop", "road"])
    expect(page.get_by_role("heading", name="Nothing to label yet")).to_be_visible()


def test_results_are_chosen_and_accepted_and_what_is_taken_off_is_gone(
    page: Page, signs: Signs, live: LiveTransom, editor: Person, courier: int, watch: Watch
) -> None:
    watch.expected.append(NOT_FOUND)
    sign_in(page, signs.labeler)
    shown(page, signs.address, 10)
    picture = next(one for one in watch.asked if one.startswith(live.shared_url))
    assert page.request.get(picture).status == 200
    live.ask_clerk("note_results", email=signs.labeler.email, team=editor.team, project="Signs")

    sign_in(page, editor)
    page.goto(f"{signs.address}?show=audit")
    expect(page.locator(".media-cell[data-state=ready]")).to_have_count(10)
    page.get_by_label("Choose quay/00").check()
    page.get_by_label("Choose quay/03").check()
    expect(page.get_by_text("2 results chosen")).to_be_visible()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected 2 results.")).to_be_visible()
    page.get_by_label("Choose all results on this page").check()
    expect(page.get_by_text("8 results chosen")).to_be_visible()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Accepted 8 results.")).to_be_visible()
    expect(page.get_by_role("heading", name="None of the tasks is like that")).to_be_visible()
    # One large, by keys.
    page.goto(f"{signs.address}?show=rejected")
    page.locator(".media-cell").first.click()
    expect(page.locator("media-stage")).to_have_attribute("data-state", "ready")
    page.keyboard.press("y")
    expect(page.get_by_text("Accepted the result for quay/00.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("quay/03")

    page.goto(f"{signs.address}settings/")
    page.get_by_role("button", name=f"Take off {signs.labeler.email}").click()
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    sign_in(page, signs.labeler)
    page.goto(signs.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    assert page.request.get(picture).status == 404


def test_every_page_fits_a_small_phone_and_has_nothing_that_axe_minds(
    page: Page, signs: Signs, editor: Person, courier: int, watch: Watch
) -> None:
    watch.expected.append(axe.TRIES)
    sign_in(page, signs.labeler)
    shown(page, signs.address, 10)
    task = str(page.locator(".media-cell").first.get_attribute("href"))
    for person, addresses in (
        (signs.labeler, ["/labelling/", signs.address, task]),
        (
            editor,
            ["/labelling/?new=1", "/labelling/?archived=1", signs.address, task, f"{signs.address}settings/", "/team/"],
        ),
    ):
        sign_in(page, person)
        for address in addresses:
            page.set_viewport_size({"width": 360, "height": 740})
            page.goto(address)
            too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(too_wide) <= 0, address
            page.set_viewport_size({"width": 1440, "height": 900})
            assert axe.violations(page) == [], address
