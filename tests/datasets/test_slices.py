"""Slices: what they hold, who may change them, and that deletion leaves no ghosts in them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import slices
from webapp.datasets.models import Dataset, Slice
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound, Refused


def held(viewer: Viewer, found: Slice) -> list[str]:
    again = queries.slice_(viewer, found.public_id)
    page = queries.slice_page(viewer, again, limit=1000)
    assert again.size == len(page.rows)
    return [row.reference_id for row in page.rows]


def test_slice_is_made_by_reference_ids_or_by_keys(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 4)
    made = actions.create_slice(
        owner, dataset, name=" Night ", reference_ids=["item-2", "item-0", "item-2"], item_pks=[items[3].pk]
    )
    assert (made.name, made.kind, held(owner, made)) == ("Night", "dataset_item", ["item-0", "item-2", "item-3"])


def test_slice_of_a_scene_dataset_holds_scenes_or_frames(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset)
    by_name = actions.create_slice(owner, scene_dataset, name="Films", reference_ids=["crossing"])
    assert (by_name.kind, held(owner, by_name)) == ("scene", ["crossing"])
    frames = queries.frames(owner, scene)
    of_frames = actions.create_slice(owner, scene_dataset, name="Frames", item_pks=[frames[1].pk])
    assert (of_frames.kind, held(owner, of_frames)) == ("dataset_item", ["crossing-1"])
    with pytest.raises(Invalid, match="items or scenes, not both"):
        actions.create_slice(owner, scene_dataset, name="x", item_pks=[frames[0].pk], scene_pks=[scene.pk])


def test_unknown_or_foreign_member_makes_no_slice(owner: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    theirs = make.make_items(stranger, make.make_dataset(stranger), 1)[0]
    elsewhere = make.make_items(owner, make.make_dataset(owner, name="Other"), 1, prefix="elsewhere")[0]
    with pytest.raises(NotFound, match="reference_id 'missing' in this dataset"):
        actions.create_slice(owner, dataset, name="x", reference_ids=["item-0", "missing"])
    for foreign in (theirs, elsewhere):
        with pytest.raises(NotFound, match="1 of these ids"):
            actions.create_slice(owner, dataset, name="x", item_pks=[foreign.pk])
    assert queries.slices(owner) == []


def test_call_names_at_most_ten_thousand_reference_ids(owner: Viewer, dataset: Dataset) -> None:
    with pytest.raises(Invalid, match="10001 reference ids in one call; at most 10000"):
        actions.create_slice(owner, dataset, name="x", reference_ids=[str(index) for index in range(10_001)])


def test_appending_says_which_ones_were_new(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 4)
    made = make.make_slice(owner, dataset, items[:1])
    added = actions.append_to_slice(owner, made, reference_ids=["item-2", "item-0", "item-1", "item-2"])
    assert added == ["item-2", "item-1"]
    assert actions.append_to_slice(owner, made, pks=[items[3].pk]) == []
    assert held(owner, made) == ["item-0", "item-1", "item-2", "item-3"]


def test_deleted_items_and_scenes_leave_their_slices(owner: Viewer, dataset: Dataset, scene_dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    kept, untouched = make.make_slice(owner, dataset, items), make.make_slice(owner, dataset, items[1:], name="Rest")
    actions.delete_item(owner, dataset, items[0])
    assert (held(owner, kept), held(owner, untouched)) == (["item-1", "item-2"], ["item-1", "item-2"])
    scene, other = make.make_scene(owner, scene_dataset), make.make_scene(owner, scene_dataset, "other")
    films = actions.create_slice(owner, scene_dataset, name="Films", scene_pks=[scene.pk, other.pk])
    frames = actions.create_slice(
        owner,
        scene_dataset,
        name="Frames",
        item_pks=[frame.pk for one in (scene, other) for frame in queries.frames(owner, one)],
    )
    actions.delete_scene(owner, scene_dataset, scene)
    assert (held(owner, films), held(owner, frames)) == (["other"], ["other-0", "other-1", "other-2"])


def test_deleting_a_slice_leaves_its_items(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset)
    actions.delete_slice(owner, make.make_slice(owner, dataset, items))
    assert queries.slices(owner) == []
    assert queries.items(owner, dataset).count() == 3


def test_sample_is_without_repetition_and_from_its_source(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 10)
    sample = actions.build_slice(owner, dataset, name="Sample", sample_size=4, source=None, seed=1)
    assert len(held(owner, sample)) == 4
    source = make.make_slice(owner, dataset, items[:2])
    assert held(owner, actions.build_slice(owner, dataset, name="All", sample_size=99, source=source)) == [
        "item-0",
        "item-1",
    ]
    with pytest.raises(Invalid, match="a slice named 'Sample' exists"):
        actions.build_slice(owner, dataset, name="Sample", sample_size=1, source=None)
    for size in (0, -1, 1_000_001):
        with pytest.raises(Invalid, match="sampleSize"):
            actions.build_slice(owner, dataset, name="x", sample_size=size, source=None)


def test_slice_is_renamed_and_tagged(owner: Viewer, dataset: Dataset) -> None:
    made = make.make_slice(owner, dataset)
    actions.rename_slice(owner, made, name="Dusk", description="  at eight  ")
    assert actions.tag_slice(owner, made, ["a", "b"]) == ["a", "b"]
    assert actions.tag_slice(owner, made, ["b", "c"]) == ["a", "b", "c"]
    after = queries.slice_(owner, made.public_id)
    assert (after.name, after.description, after.tags) == ("Dusk", "at eight", ["a", "b", "c"])


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\nb", "a\0b"])
def test_bad_names_are_refused(owner: Viewer, dataset: Dataset, name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        actions.create_slice(owner, dataset, name=name)


def test_only_curators_of_the_team_change_slices(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    item = make.make_items(owner, dataset, 1)[0]
    made = make.make_slice(owner, dataset)
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound)):
        for change in (
            lambda viewer=viewer: actions.create_slice(viewer, dataset, name="x", item_pks=[item.pk]),
            lambda viewer=viewer: actions.append_to_slice(viewer, made, pks=[item.pk]),
            lambda viewer=viewer: actions.rename_slice(viewer, made, name="x", description=""),
            lambda viewer=viewer: actions.tag_slice(viewer, made, ["x"]),
            lambda viewer=viewer: actions.delete_slice(viewer, made),
            lambda viewer=viewer: actions.build_slice(viewer, dataset, name="x", sample_size=1, source=None),
        ):
            with pytest.raises(Refused) as found:
                change()
            assert isinstance(found.value, refusal)
    actions.append_to_slice(approver, made, pks=[item.pk])
    assert held(owner, made) == ["item-0"]


@pytest.mark.django_db(transaction=True)
def test_concurrent_appends_to_a_slice_lose_nothing(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 24)
    made = make.make_slice(owner, dataset)

    def add(pk: int) -> None:
        actions.append_to_slice(owner, made, pks=[pk])
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, [item.pk for item in items]))
    assert len(held(owner, made)) == 24
    assert slices.MAX_REFERENCES == 10_000
