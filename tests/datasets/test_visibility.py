"""Each visible thing of the room, for the owner, a teammate, an approver, a stranger and a labeler."""

from collections.abc import Callable

import pytest
from django.db import models

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.privacy.refusals import NotFound
from webapp.privacy.visibility import UnscopedRead
from webapp.promotions.models import Promotion

Read = Callable[[Viewer], object]


@pytest.fixture(params=["dataset", "item", "item by name", "scene", "scene by name", "slice"])
def read(request: pytest.FixtureRequest, owner: Viewer, dataset: Dataset, scene_dataset: Dataset) -> Read:
    """A read of one thing, which raises NotFound to whoever may not see it."""
    item = make.make_items(owner, dataset, 1)[0]
    scene = make.make_scene(owner, scene_dataset)
    found = make.make_slice(owner, dataset, [item])
    reads: dict[str, Read] = {
        "dataset": lambda viewer: queries.dataset(viewer, dataset.public_id),
        "item": lambda viewer: queries.item(viewer, dataset, item.public_id),
        "item by name": lambda viewer: queries.item_by_reference(viewer, dataset, item.reference_id),
        "scene": lambda viewer: queries.scene(viewer, scene_dataset, scene.public_id),
        "scene by name": lambda viewer: queries.scene_by_reference(viewer, scene_dataset, scene.reference_id),
        "slice": lambda viewer: queries.slice_(viewer, found.public_id),
    }
    return reads[request.param]


def test_owner_sees_it(owner: Viewer, read: Read) -> None:
    assert read(owner)


def test_teammate_sees_it(teammate: Viewer, read: Read) -> None:
    assert read(teammate)


def test_approver_sees_it(approver: Viewer, read: Read) -> None:
    assert read(approver)


def test_stranger_gets_not_found(stranger: Viewer, read: Read) -> None:
    with pytest.raises(NotFound):
        read(stranger)


def test_labeler_gets_not_found(labeler: Viewer, read: Read) -> None:
    with pytest.raises(NotFound):
        read(labeler)


@pytest.fixture(params=["datasets", "items", "scenes", "frames", "slices", "origins", "team origins", "first frames"])
def listing(request: pytest.FixtureRequest, owner: Viewer, dataset: Dataset, scene_dataset: Dataset) -> Read:
    """A list of things, which is empty for whoever may not see them."""
    item = make.make_items(owner, dataset, 1)[0]
    scene = make.make_scene(owner, scene_dataset)
    make.make_slice(owner, dataset, [item])
    listings: dict[str, Read] = {
        "datasets": queries.datasets,
        "items": lambda viewer: list(queries.items(viewer, dataset)),
        "scenes": lambda viewer: list(queries.scenes(viewer, scene_dataset)),
        "frames": lambda viewer: queries.frames(viewer, scene),
        "slices": lambda viewer: queries.slices(viewer),
        "origins": lambda viewer: queries.dataset_origins(viewer, dataset),
        "team origins": queries.team_origin_rows,
        "first frames": lambda viewer: queries.first_frames(viewer, [scene]),
    }
    return listings[request.param]


def test_owner_teammate_and_approver_see_the_list(
    owner: Viewer, teammate: Viewer, approver: Viewer, listing: Read
) -> None:
    assert listing(owner)
    assert listing(owner) == listing(teammate) == listing(approver)


def test_stranger_sees_an_empty_list(stranger: Viewer, listing: Read) -> None:
    assert not listing(stranger)


def test_slice_shows_a_stranger_no_members(owner: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    found = make.make_slice(owner, dataset, make.make_items(owner, dataset))
    assert len(queries.slice_page(owner, found).rows) == 3
    assert queries.slice_page(stranger, found).rows == []


def test_labeler_sees_no_private_lists(
    owner: Viewer, labeler: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    make.make_slice(owner, dataset, make.make_items(owner, dataset))
    make.make_scene(owner, scene_dataset)
    assert queries.datasets(labeler) == []
    assert list(queries.items(labeler, dataset)) == list(queries.scenes(labeler, scene_dataset)) == []
    assert queries.slices(labeler) == []


@pytest.mark.parametrize("prefix", ["di", "ds"])
def test_id_of_a_row_in_another_dataset_is_not_found(owner: Viewer, dataset: Dataset, prefix: str) -> None:
    other = make.make_dataset(owner, name="Other")
    item = make.make_items(owner, other, 1)[0]
    with pytest.raises(NotFound):
        queries.item(owner, dataset, item.public_id.replace("di_", f"{prefix}_"))


@pytest.mark.parametrize(
    "text", ["", "ds_", "ds_" + "a" * 26, "ds_" + "A" * 26, "1", "\0", "di_" + "b" * 26, "x" * 9999]
)
def test_made_up_id_is_not_found_with_a_short_sentence(owner: Viewer, dataset: Dataset, text: str) -> None:
    for read in (
        lambda: queries.dataset(owner, text),
        lambda: queries.item(owner, dataset, text),
        lambda: queries.scene(owner, dataset, text),
        lambda: queries.slice_(owner, text),
    ):
        with pytest.raises(NotFound) as refusal:
            read()
        assert len(refusal.value.sentence) < 150


def test_deleted_dataset_hides_everything_below_it_at_once(owner: Viewer, dataset: Dataset) -> None:
    item = make.make_items(owner, dataset, 1)[0]
    found = make.make_slice(owner, dataset, [item])
    actions.delete_dataset(owner, dataset)
    assert queries.datasets(owner) == []
    assert list(queries.items(owner, dataset)) == []
    assert queries.slices(owner) == []
    for read in (
        lambda: queries.dataset(owner, dataset.public_id),
        lambda: queries.item(owner, dataset, item.public_id),
        lambda: queries.slice_(owner, found.public_id),
    ):
        with pytest.raises(NotFound):
            read()


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Dataset, Item, Scene, Slice, Promotion])
def test_rows_cannot_be_read_or_made_without_a_viewer(model: type[models.Model]) -> None:
    objects = model.objects  # type: ignore[attr-defined]
    for forget in (
        objects.all,
        objects.count,
        objects.first,
        lambda: objects.get(pk=1),
        lambda: objects.filter(pk=1),
        lambda: objects.create(),
        lambda: objects.bulk_create([]),
        lambda: objects.update(pk=1),
        lambda: list(objects),
    ):
        with pytest.raises(UnscopedRead):
            forget()
