"""A page takes as many queries for many rows as for few."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.pages.conftest import Browse, House
from tests.pages.labelled import draft, label_house, make_run, say
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import AddressMove, Dataset
from webapp.jobs.actions import enqueue

# Session, person, memberships for the viewer, memberships for the menu.
FRAME = 4
# The dataset once more and its runs; with runs, the newest that says anything.
RUNS = 2
# The classes that the query bar offers, and the saved queries.
BAR = 2
# What people say of one picture, by class and as a list; each run the same again.
SAID = 2


def queries_of(browser: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def grow_items(owner: Viewer, dataset: Dataset) -> Callable[[int], str]:
    def grow(count: int) -> str:
        make.make_items(owner, dataset, count, prefix=f"of-{count}")
        return f"/datasets/{dataset.public_id}/"

    return grow


def test_the_grid_of_items(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser, grow = browse(owner), grow_items(owner, dataset)
    assert queries_of(browser, grow(2)) == queries_of(browser, grow(200)) == FRAME + RUNS + BAR + 6


def test_the_grid_of_items_for_one_who_may_only_look(
    owner: Viewer, teammate: Viewer, dataset: Dataset, browse: Browse
) -> None:
    browser, grow = browse(teammate), grow_items(owner, dataset)
    assert queries_of(browser, grow(2)) == queries_of(browser, grow(200)) == FRAME + RUNS + BAR + 5


def test_the_grid_of_scenes(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    browser, path = browse(owner), f"/datasets/{scene_dataset.public_id}/"
    make.make_scene(owner, scene_dataset, "one", frames=2)
    few = queries_of(browser, path)
    for number in range(12):
        make.make_scene(owner, scene_dataset, f"more-{number}", frames=3)
    assert queries_of(browser, path) == few == FRAME + RUNS + BAR + 8


@pytest.mark.parametrize("frames", [1, 300, 3000])
def test_a_scene(frames: int, owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=frames)
    path = f"/datasets/{scene_dataset.public_id}/scenes/{scene.public_id}"
    assert queries_of(browse(owner), path) == FRAME + RUNS + SAID + 5


def test_an_item(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser = browse(owner)
    items = make.make_items(owner, dataset, 3)
    path = f"/datasets/{dataset.public_id}/items/{items[1].public_id}"
    few = queries_of(browser, path)
    make.make_items(owner, dataset, 100, prefix="more")
    assert queries_of(browser, path) == few == FRAME + RUNS + SAID + 5


def test_a_frames_item(owner: Viewer, scene_dataset: Dataset, browse: Browse) -> None:
    browser = browse(owner)
    for frames in (3, 300):
        scene = make.make_scene(owner, scene_dataset, f"of-{frames}", frames=frames)
        frame = queries.frame_at(owner, scene, 1)
        asked = queries_of(browser, f"/datasets/{scene_dataset.public_id}/items/{frame.public_id}")
        assert asked == FRAME + RUNS + SAID + 5


def test_the_datasets(owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)

    def furnish(number: int) -> None:
        make.make_items(owner, make.make_dataset(owner, name=f"items {number}"), 6, prefix=f"in-{number}")
        scenes = make.make_dataset(owner, name=f"scenes {number}", is_scene=True)
        make.make_scene(owner, scenes, f"scene-{number}", frames=2)

    furnish(0)
    few = queries_of(browser, "/")
    for number in range(1, 8):
        furnish(number)
    assert queries_of(browser, "/") == few == FRAME + 7


def test_the_slices_and_a_slice(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser = browse(owner)
    items = make.make_items(owner, dataset, 60)
    first = make.make_slice(owner, dataset, items[:2], name="small")
    few, few_inside = queries_of(browser, "/slices/"), queries_of(browser, f"/slices/{first.public_id}")
    for number in range(6):
        large = make.make_slice(owner, dataset, items, name=f"large {number}")
    # The slices, how many there are, and the live ones.
    assert queries_of(browser, "/slices/") == few == FRAME + 3
    assert queries_of(browser, f"/slices/{large.public_id}") == few_inside


def test_the_jobs(owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)

    def work(number: int) -> None:
        dataset = make.make_dataset(owner, name=f"worked on {number}")
        enqueue(owner, "updateMetadata", dataset_pk=dataset.pk, params={})

    work(0)
    few = queries_of(browser, "/jobs/")
    for number in range(1, 8):
        work(number)
    assert queries_of(browser, "/jobs/") == few == FRAME + 2


def test_the_report(admin: Viewer, browse: Browse) -> None:
    browser = browse(admin)

    def furnish(number: int) -> None:
        dataset = make.make_dataset(admin, name=f"stored {number}")
        make.make_items(admin, dataset, 2, prefix=f"in-{number}", origin=f"https://host-{number}.harbor.example")

    furnish(0)
    few = queries_of(browser, "/privacy/")
    for number in range(1, 6):
        furnish(number)
    assert queries_of(browser, "/privacy/") == few


def test_labels_of_pages_and_feeds(house: House, owner: Viewer, browse: Browse) -> None:
    browser, run = browse(owner), label_house(owner, house)
    item, scene, chosen = house.paths["item"], house.paths["scene"], f"runs={run.public_id}"
    # Session, person, membership, dataset, then the item or scene.
    feed = 5
    expected = {
        item: FRAME + RUNS + 1 + 2 * SAID + 5,
        scene: FRAME + RUNS + 1 + 2 * SAID + 5,
        f"{house.grid}?run={run.public_id}": FRAME + RUNS + BAR + 6,
        house.paths["slice"]: FRAME + RUNS + BAR + 7,
        # Keys, rows; of objects also their items. A count besides.
        f"{house.grid}rows": feed + 1,
        f"{house.grid}rows?q=metadata.index >= 0": feed + 1,
        f"{house.grid}rows?mode=objects&run={run.public_id}&sort=-confidence": feed + RUNS + 2,
        f"{house.grid}rows?sort=metadata.index&after={house.items[1].public_id}": feed + 2,
        f"{house.grid}outline": feed + 2,
        f"{house.grid}outline?sort=metadata.index": feed,
        f"{house.scene_grid}rows": feed + 2,
        f"{item}/labels": feed + 1,
        f"{item}/labels?{chosen}": feed + RUNS + 2,
        f"{item}/labels/facts?{chosen}": feed + RUNS + 2,
        f"{scene}/labels?{chosen}": feed + RUNS + 3,
        # Tracks and their names, classes, and the scene's own categories of people and of the run.
        f"{scene}/tracks?{chosen}": feed + RUNS + 5,
        # Models, their runs, their sums.
        "/models/": FRAME + 3,
        # The model, its runs, where they are and how much they say, the datasets, the classes; those of one run.
        f"/models/{run.model.public_id}/": FRAME + 7,
        # The dataset, its runs, where they are and how much they say, what people say.
        f"{house.grid}models/": FRAME + 1 + RUNS + 3,
        # The dataset, and the classes and taxonomies it knows: the charts come after their page, each by one statement.
        f"{house.grid}charts/?q=annotations.car > 0": FRAME + 1 + RUNS + 2,
        f"{house.grid}charts/?slice={house.slice.public_id}": FRAME + 1 + RUNS + 1,
        f"{house.grid}facets?field=metadata.index": feed,
        f"{house.grid}facets?field=metadata.index&slice={house.slice.public_id}": feed + 1,
        f"{house.grid}facets?field=metadata.index&q=annotations.car > 0": feed,
        f"{house.grid}facets?field=annotations": feed,
        # How many annotations there are, and what they say.
        f"{house.grid}facets?field=annotations&q=width > 0": feed + 1,
    }
    assert {path: queries_of(browser, path) for path in expected} == expected
    for number in range(3):
        other = make_run(owner, house.dataset, f"more {number}")
        crowd = [draft(owner, f"item-{index}", label=f"class {index}") for index in range(5)]
        say(owner, house.dataset, *crowd * 20, run=other)
    say(owner, house.dataset, *crowd * 20)
    frames = [draft(owner, f"crossing-{n}", label=f"c{n}", track_reference_id=f"t{n}") for n in range(3)]
    say(owner, house.scene_dataset, *frames * 20)
    assert {path: queries_of(browser, path) for path in expected} == expected


def test_the_media_hosts(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    browser, path = browse(owner), f"/datasets/{dataset.public_id}/hosts/"
    make.make_items(owner, dataset, 1)
    # The dataset and its hosts; the script asks for a file of each.
    assert queries_of(browser, path) == FRAME + 2
    file_of_one = queries_of(browser, f"{path}files?origin={make.MEDIA}")
    for number in range(6):
        make.make_items(owner, dataset, 2, prefix=f"of-{number}", origin=f"https://media-{number}.example")
    assert queries_of(browser, path) == FRAME + 2
    assert queries_of(browser, f"{path}files?origin=https://media-3.example") == file_of_one


def test_the_cells_labels(house: House, owner: Viewer, browse: Browse) -> None:
    browser, run = browse(owner), label_house(owner, house)

    def asked(ids: list[str]) -> int:
        with CaptureQueriesContext(connection) as seen:
            body = {"ids": ids, "run": run.public_id}
            response = browser.post(f"{house.grid}cell-labels", body, content_type="application/json")
        assert response.status_code == 200
        return len(seen)

    every = [one.public_id for one in house.items]
    # Session, person, membership, dataset; the items, their largest shapes.
    assert asked(every[1:2]) == asked(every) == 4 + RUNS + 2


def test_promotions_and_one_of_them(owner: Viewer, approver: Viewer, dataset: Dataset, browse: Browse) -> None:
    items = make.make_items(owner, dataset, 60)
    few, many = (make.make_promotion(owner, dataset, items[:count]) for count in (2, 50))
    paths = [f"/promotions/{one.public_id}" for one in (few, many)]
    # The promotion, its hosts, states and items, what they are called, what has another address, the job.
    assert [queries_of(browse(owner), path) for path in paths] == [FRAME + 7] * 2
    # The list and the wishes; for who decides what waits, in the bar and on the page.
    assert queries_of(browse(owner), "/promotions/") == FRAME + 2
    for item in items[50:]:
        make.make_promotion(owner, dataset, [item])
    assert queries_of(browse(owner), "/promotions/") == FRAME + 2
    assert queries_of(browse(approver), "/promotions/") == FRAME + 4


def test_a_media_origin(owner: Viewer, admin: Viewer, dataset: Dataset, browse: Browse) -> None:
    make.make_items(owner, dataset, 1)
    path = f"/team/origins/{queries.team_origin_rows(admin)[0].pk}/"
    few = queries_of(browse(admin), path)
    for number in range(6):
        make.make_items(owner, make.make_dataset(owner, name=f"more {number}"), 1, prefix=f"in-{number}")
    # The origin, its datasets; for who decides what waits.
    assert queries_of(browse(admin), path) == few == FRAME + 3


def test_the_moves(owner: Viewer, dataset: Dataset, browse: Browse) -> None:
    path, form = f"/datasets/{dataset.public_id}/moves/", {"before": f"{make.MEDIA}/", "after": "https://new.example/"}
    browser = browse(owner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.post(path, {"do": "preview-move", **form}).status_code == 200
        return len(seen)

    make.make_items(owner, dataset, 5)
    few = asked()
    make.make_items(owner, dataset, 200, prefix="more")
    for number in range(5):
        AddressMove.objects.create(
            dataset=dataset, before="https://a/", after="https://b/", made_by_id=owner.user_id, job_pk=number
        )
    # The dataset, the moves, their jobs. To preview besides: team and origins; pictures, videos and masks counted (are
    # there any?), how many are signed and shared, five of them as examples, how many wait.
    assert queries_of(browser, path) == FRAME + 3
    assert asked() == few + 1
