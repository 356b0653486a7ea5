"""Pages by key in both directions, neighbors, and that their cost does not grow."""

from collections.abc import Callable

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import NotFound


def names(page: queries.Page) -> str:  # type: ignore[type-arg]
    return " ".join(row.reference_id.removeprefix("item-") for row in page.rows)


def test_pages_go_forward_to_the_end(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 7)
    rows = queries.items(owner, dataset)
    first = queries.page_of(rows, limit=3)
    second = queries.page_of(rows, after=first.after, limit=3)
    third = queries.page_of(rows, after=second.after, limit=3)
    assert [names(page) for page in (first, second, third)] == ["0 1 2", "3 4 5", "6"]
    assert (first.before, third.after) == (None, None)


def test_pages_go_back_to_the_start(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 7)
    rows = queries.items(owner, dataset)
    last = queries.page_of(rows, before=items[6].pk, limit=3)
    middle = queries.page_of(rows, before=last.before, limit=3)
    assert [names(last), names(middle), middle.before] == ["3 4 5", "0 1 2", None]
    assert names(queries.page_of(rows, after=middle.after, limit=3)) == "3 4 5"
    assert names(queries.page_of(rows, before=queries.page_of(rows, after=items[2].pk, limit=3).before, limit=9)) == (
        "0 1 2"
    )


@pytest.mark.parametrize("count", [0, 3])
def test_page_that_is_exactly_full_has_nothing_after_it(owner: Viewer, dataset: Dataset, count: int) -> None:
    make.make_items(owner, dataset, count)
    page = queries.page_of(queries.items(owner, dataset), limit=3)
    assert (len(page.rows), page.after, page.before) == (count, None, None)


def test_rows_that_come_or_go_between_pages_are_neither_skipped_nor_repeated(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 4)
    rows = queries.items(owner, dataset)
    first = queries.page_of(rows, limit=2)
    actions.delete_item(owner, dataset, items[0])
    actions.delete_item(owner, dataset, items[1])
    make.make_items(owner, dataset, 1, prefix="late")
    second = queries.page_of(rows, after=first.after, limit=10)
    assert names(second) == "2 3 late-0"


def test_page_after_the_last_row_is_empty(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    page = queries.page_of(queries.items(owner, dataset), after=items[1].pk)
    assert (page.rows, page.after, page.before) == ([], None, None)


def test_page_has_at_most_ten_thousand_rows(owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    assert queries.MAX_PAGE == 10_000
    monkeypatch.setattr(queries, "MAX_PAGE", 2)
    make.make_items(owner, dataset, 3)
    assert len(queries.page_of(queries.items(owner, dataset), limit=10**9).rows) == 2


def test_neighbors_are_the_rows_beside_it_in_the_same_dataset(owner: Viewer, dataset: Dataset) -> None:
    one = make.make_items(owner, dataset, 1, prefix="one")[0]
    make.make_items(owner, make.make_dataset(owner, name="Other"), 1, prefix="elsewhere")
    two, three = make.make_items(owner, dataset, 2, prefix="two")
    assert queries.neighbors(owner, one) == (None, two)
    assert queries.neighbors(owner, two) == (one, three)
    assert queries.neighbors(owner, three) == (two, None)


def test_item_at_a_position_counts_from_zero(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    assert [queries.item_at(owner, dataset, index) for index in range(3)] == items
    for index in (-1, 3, 2**63, 10**30):
        with pytest.raises(NotFound, match="no item at position"):
            queries.item_at(owner, dataset, index)


def test_first_frames_are_found_for_the_scenes_that_have_frames(owner: Viewer, scene_dataset: Dataset) -> None:
    film = make.make_scene(owner, scene_dataset, "film", frames=0, video_url=f"{make.MEDIA}/film.mp4")
    steps = make.make_scene(owner, scene_dataset, "steps", frames=3)
    found = queries.first_frames(owner, [film, steps])
    assert {pk: frame.reference_id for pk, frame in found.items()} == {steps.pk: "steps-0"}


def test_origins_are_told_per_dataset_in_one_query(
    owner: Viewer, stranger: Viewer, dataset: Dataset, django_assert_num_queries: Callable[[int], object]
) -> None:
    other = make.make_dataset(owner, name="Other")
    make.make_items(owner, dataset, 1)
    make.make_items(owner, dataset, 1, prefix="b", origin="http://10.0.0.8:9000")
    with django_assert_num_queries(1):
        found = queries.origin_rows_by_dataset(owner, [dataset, other])
    assert {pk: [str(origin) for origin in origins] for pk, origins in found.items()} == {
        dataset.pk: ["http://10.0.0.8:9000", make.MEDIA],
        other.pk: [],
    }
    assert queries.origin_rows_by_dataset(stranger, [dataset]) == {dataset.pk: []}


@pytest.mark.parametrize("count", [3, 300])
def test_reads_cost_the_same_number_of_queries_at_any_size(
    owner: Viewer, dataset: Dataset, count: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    items = make.make_items(owner, dataset, count)
    found = make.make_slice(owner, dataset, items)
    rows = queries.items(owner, dataset)
    with django_assert_num_queries(1):
        queries.page_of(rows, limit=100)
    with django_assert_num_queries(1):
        queries.page_of(rows, before=items[-1].pk, limit=100)
    with django_assert_num_queries(2):
        queries.neighbors(owner, items[1])
    with django_assert_num_queries(1):
        queries.slice_page(owner, found, limit=100)
    with django_assert_num_queries(1):
        [one.dataset.name for one in queries.slices(owner)]
    with django_assert_num_queries(1):
        queries.datasets(owner)
