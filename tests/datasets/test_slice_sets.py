"""Slices of slices, members that leave, and what is remembered of a change."""

import pytest

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import SetOperation, combine_slices, remove_from_slice
from webapp.datasets.models import Dataset, Slice
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound


def held(viewer: Viewer, found: Slice) -> list[str]:
    again = queries.slice_(viewer, found.public_id)
    return [row.reference_id[-1] for row in queries.slice_page(viewer, again).rows]


@pytest.mark.parametrize(("operation", "expected"), [("union", "01234"), ("intersection", "2"), ("difference", "01")])
def test_two_slices_make_a_third(operation: str, expected: str, owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 5)
    here, there = make.make_slice(owner, dataset, items[:3]), make.make_slice(owner, dataset, items[2:], name="Day")
    made = combine_slices(owner, SetOperation(operation), here, there, name="Third")
    assert (held(owner, made), made.size) == (list(expected), len(expected))
    assert made.recipe == {"operation": operation, "of": [here.public_id, there.public_id]}
    assert AuditEntry.objects.get(subject=made.public_id).details["recipe"] == made.recipe


def test_slices_that_share_nothing_are_not_combined(
    owner: Viewer, teammate: Viewer, stranger: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    here, there = make.make_slice(owner, dataset), make.make_slice(owner, dataset, name="Day")
    films = actions.create_slice(owner, scene_dataset, name="Films")
    scene = make.make_scene(owner, scene_dataset)
    frames = actions.create_slice(owner, scene_dataset, name="F", item_pks=[queries.frames(owner, scene)[0].pk])
    for left, right, sentence in (
        (here, films, "different datasets"),
        (films, frames, "one holds items|holds items and the other scenes"),
        (here, here, "one slice twice"),
    ):
        with pytest.raises(Invalid, match=sentence):
            combine_slices(owner, SetOperation.UNION, left, right, name="x")
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            combine_slices(viewer, SetOperation.UNION, here, there, name="x")
        with pytest.raises(refusal):
            remove_from_slice(viewer, here, pks=[1])


def test_members_leave_and_come_back(owner: Viewer, approver: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 4)
    made = make.make_slice(owner, dataset, items[:3])
    assert queries.slice_(owner, made.public_id).changed_at is None
    left = remove_from_slice(approver, made, pks=[items[1].pk, items[3].pk, 10**9])
    assert (left, held(owner, made)) == ([items[1].pk], ["0", "2"])
    changed = queries.slice_(owner, made.public_id)
    assert changed.changed_by is not None
    assert (changed.changed_by.pk, changed.size, changed.removed_count) == (approver.user_id, 2, 0)
    assert remove_from_slice(owner, made, pks=left) == []
    # What changed nothing is no change.
    assert queries.slice_(owner, made.public_id).changed_at == changed.changed_at
    actions.append_to_slice(owner, made, pks=left)
    assert held(owner, made) == ["0", "1", "2"]
    rows = AuditEntry.objects.filter(subject=made.public_id).order_by("id").values_list("action", "details")
    assert [*rows][1:] == [("slice.remove", {"count": 1, "size": 2}), ("slice.append", {"count": 1, "size": 3})]
    assert queries.items(owner, dataset).count() == 4


def test_what_was_deleted_from_the_dataset_is_counted(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 4)
    made, untouched = (
        make.make_slice(owner, dataset, items[:3]),
        make.make_slice(owner, dataset, items[3:], name="Rest"),
    )
    for item in items[:2]:
        actions.delete_item(owner, dataset, item)
    after = queries.slice_(owner, made.public_id)
    assert (after.size, after.removed_count, after.changed_at) == (1, 2, None)
    assert queries.slice_(owner, untouched.public_id).removed_count == 0


def test_one_pages_back_through_a_slice_whose_members_are_not_neighbors(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 10)
    made = make.make_slice(owner, dataset, items[::2])
    last = queries.slice_page(owner, made, after=items[5].pk, limit=2)
    assert [row.reference_id[-1] for row in last.rows] == ["6", "8"]
    assert (last.after, last.before) == (None, items[6].pk)
    middle = queries.slice_page(owner, made, before=last.before, limit=2)
    assert [row.reference_id[-1] for row in middle.rows] == ["2", "4"]
    first = queries.slice_page(owner, made, before=middle.before, limit=2)
    assert ([row.reference_id[-1] for row in first.rows], first.before, first.after) == (["0"], None, items[0].pk)
    nothing = queries.slice_page(owner, made, before=items[0].pk, limit=2)
    assert nothing.rows == []
