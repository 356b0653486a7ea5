"""Merging metadata, and the sizes that browsers measure."""

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import MetadataChange
from webapp.datasets.drafts import RowRefused
from webapp.datasets.metadata import MAX_KEYS
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound


def test_metadata_is_merged_key_by_key(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": 1, "deep": {"x": 1}}, width=8, height=8)])
    changes = [
        MetadataChange("a", {"deep": {"y": 2}, "new": "text"}),
        MetadataChange("a", {"n": 2, "gone": None}),
    ]
    assert actions.change_metadata(owner, dataset, changes, level="item") == (2, [])
    item = queries.item_by_reference(owner, dataset, "a")
    assert item.metadata == {"n": 2, "deep": {"y": 2}, "new": "text", "gone": None}
    assert (item.width, item.url is not None) == (8, True)


def test_scene_metadata_is_merged(owner: Viewer, scene_dataset: Dataset) -> None:
    make.make_scene(owner, scene_dataset, metadata={"n": 1})
    change = MetadataChange("crossing", {"weather": "fog"})
    assert actions.change_metadata(owner, scene_dataset, [change], level="scene") == (1, [])
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert scene.metadata == {"n": 1, "weather": "fog"}


def test_bad_change_fails_the_batch_or_is_named(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 2)
    changes = [
        MetadataChange("item-0", {"index": 10}, line=1),
        MetadataChange("item-1", {"index": "text"}, line=2),
        MetadataChange("missing", {"index": 1}, line=3),
    ]
    with pytest.raises(RowRefused, match="'index' is a number"):
        actions.change_metadata(owner, dataset, changes, level="item")
    assert queries.item_by_reference(owner, dataset, "item-0").metadata == {"index": 0}
    done, refused = actions.change_metadata(owner, dataset, changes, level="item", keep_refused=True)
    assert (done, [(row.line, row.reference_id) for row in refused]) == (1, [(2, "item-1"), (3, "missing")])
    assert queries.item_by_reference(owner, dataset, "item-0").metadata == {"index": 10}


def test_metadata_that_grows_too_large_is_refused(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"one": "x" * 200_000})])
    with pytest.raises(Invalid, match="bytes of JSON"):
        actions.change_metadata(owner, dataset, [MetadataChange("a", {"two": "x" * 100_000})], level="item")


def test_dataset_keeps_a_thousand_keys(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata=dict.fromkeys(map(str, range(MAX_KEYS)), 1))])
    with pytest.raises(Invalid, match="at most 1000 different metadata keys"):
        make.append(owner, dataset, [make.draft_item(owner, "b", metadata={"one more": 1})])


def test_only_curators_of_the_team_change_metadata(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 1)
    changes = [MetadataChange("item-0", {"index": 5})]
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            actions.change_metadata(viewer, dataset, changes, level="item")
    assert actions.change_metadata(approver, dataset, changes, level="item")[0] == 1


def test_measured_sizes_fill_gaps_and_overwrite_nothing(
    owner: Viewer, teammate: Viewer, labeler: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    known, unknown = make.make_items(owner, dataset, 2)
    make.append(owner, dataset, [make.draft_item(owner, "item-0", width=640, height=480)], update=True)
    sizes = {known.pk: (1, 1), unknown.pk: (320, 240), 2**40: (5, 5)}
    assert actions.note_measured_sizes(stranger, dataset, sizes) == 0
    with pytest.raises(NotAllowed):
        actions.note_measured_sizes(labeler, dataset, sizes)
    assert actions.note_measured_sizes(teammate, dataset, sizes) == 1
    assert [(row.width, row.height) for row in queries.items(owner, dataset).order_by("pk")] == [(640, 480), (320, 240)]
