"""What is read of a scene's labels, of its tracks, and of a picture's largest shapes; and reviewing."""

import pytest

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.labels import actions, queries
from webapp.labels.queries import ClassPresence, TrackPresence
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound


def test_tracks_and_classes_over_the_frames(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset, frames=6)
    make.make_scene(owner, scene_dataset, "other")
    run = make.make_run(owner)

    def seen(frame: int, track: str | None, label: str = "car") -> object:
        return make.draft_label(owner, f"crossing-{frame}", track_reference_id=track, label=label)

    truth = [seen(5, "b"), seen(0, "b"), seen(1, "b", "bus"), seen(1, "b"), seen(2, "a"), seen(3, None)]
    make.annotate(owner, scene_dataset, [*truth, make.draft_label(owner, "other-0", track_reference_id="c")])  # type: ignore[list-item]
    actions.predict(owner, run, scene_dataset, [seen(4, "a", "van")], update=False)  # type: ignore[list-item]
    expected = [TrackPresence("b", None, "car", [0, 1, 5], 4), TrackPresence("a", None, "car", [2], 1)]
    assert queries.scene_tracks(owner, scene) == expected
    predicted = TrackPresence("a", run.pk, "van", [4], 1)
    assert queries.scene_tracks(owner, scene, [run]) == [*expected, predicted]
    assert queries.class_presence(owner, scene, [run]) == [
        ClassPresence("car", None, 5, [(0, 1), (1, 1), (2, 1), (3, 1), (5, 1)]),
        ClassPresence("bus", None, 1, [(1, 1)]),
        ClassPresence("van", run.pk, 1, [(4, 1)]),
    ]
    assert [one.reference_id for one in queries.tracks_of_scene(owner, scene)] == ["a", "b"]
    assert list(queries.scenes_of_run(owner, scene_dataset, run)) == [scene]


def test_tracks_are_kept_merged_and_deleted_without_their_labels(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset)
    make.annotate(owner, scene_dataset, [make.draft_label(owner, "crossing-0", track_reference_id="t")])
    actions.keep_tracks(owner, scene_dataset, scene, [("t", {"a": 1}), ("late", {})])
    assert [(one.reference_id, one.metadata, one.scene_id) for one in queries.tracks_of_scene(owner, scene)] == [
        ("t", {"a": 1}, scene.pk),
        ("late", {}, scene.pk),
    ]
    assert actions.change_track(owner, scene_dataset, "t", {"b": 2}, overwrite=False).metadata == {"a": 1, "b": 2}
    assert actions.change_track(owner, scene_dataset, "t", {"b": 3}, overwrite=True).metadata == {"b": 3}
    assert actions.change_track(owner, scene_dataset, "new", None, overwrite=True).metadata == {}
    with pytest.raises(NotFound, match="'gone'"):
        actions.delete_tracks(owner, scene_dataset, ["t", "gone"])
    assert actions.delete_tracks(owner, scene_dataset, ["t", "t"]) == 1
    frame = dataset_queries.frame_at(owner, scene, 0)
    assert [row.track for row in queries.labels_of_items(owner, scene_dataset, [frame.pk])] == [None]
    dataset_actions.delete_scene(owner, scene_dataset, scene)
    assert [one.reference_id for one in queries.tracks(owner, scene_dataset)] == ["new"]


def test_taxonomies_grow_and_take_their_labels_along(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)

    def add(labels: list[str], kind: str = "category", *, update: bool = False) -> str:
        return actions.add_taxonomy(owner, dataset, name="light", kind=kind, labels=labels, update=update)

    assert (add(["day", "day"]), add(["night"]), add(["night"], update=True)) == ("created", "exists", "updated")
    assert queries.taxonomies(owner, dataset)[0].labels == ["day", "night"]
    for wrong in (lambda: add([]), lambda: add(["a"], "multicategory", update=True), lambda: add(["a"], "box")):
        with pytest.raises(Invalid):
            wrong()
    named = make.draft_label(owner, "item-0", type="category", label="night", taxonomy_name="light")
    make.annotate(owner, dataset, [named, make.draft_label(owner, "item-0", type="category", label="free")])
    actions.delete_taxonomy(owner, dataset, "light")
    assert queries.class_counts(owner, dataset) == [("category", "free", 1)]
    with pytest.raises(NotFound):
        actions.delete_taxonomy(owner, dataset, "light")


def test_largest_shapes_come_first_and_say_how_many_there_are(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    run = make.make_run(owner)
    sizes = [3, 9, 1]
    boxes = [{"x": 0, "y": 0, "width": size, "height": 1} for size in sizes]
    make.annotate(owner, dataset, [make.draft_label(owner, "item-0", geometry=box) for box in boxes])
    make.annotate(owner, dataset, [make.draft_label(owner, "item-0", type="category")])
    wide = make.draft_label(owner, "item-0", geometry={"x": 0, "y": 0, "width": 5, "height": 1}, confidence=0.5)
    actions.predict(owner, run, dataset, [wide], update=False)
    pks = [item.pk for item in items]
    found = queries.largest_shapes(owner, dataset, pks, run, 3)
    assert [(row.right, row.run_pk, row.confidence, row.total) for row in found] == [
        (9, None, None, 4),
        (5, run.pk, 0.5, 4),
        (3, None, None, 4),
    ]
    assert [row.total for row in queries.largest_shapes(owner, dataset, pks, None)] == [3, 3, 3]
    assert [row.run_pk for row in queries.largest_shapes(owner, dataset, pks, run, least_confidence=0.51)] == [None] * 3


def test_review_is_written_and_taken_back(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 1, metadata={"review_status": "rejected", "n": 1})
    run = make.make_run(owner)
    make.make_annotations(owner, dataset, items, per_item=1)
    make.make_predictions(owner, run, dataset, items, per_item=1)
    labels = queries.labels_of_items(owner, dataset, [items[0].pk], runs=[run])
    ids = [items[0].public_id, public_id.encode("ann", labels[0].pk), public_id.encode("pred", labels[1].pk)]
    version = make.reload(owner, dataset).version
    before = actions.review(owner, dataset, dict(zip(ids, ["accepted", "rejected", "accepted"], strict=True)))
    assert before == dict(zip(ids, ["rejected", None, None], strict=True))
    assert make.reload(owner, dataset).version == version + 1

    def reviewed() -> list[str | None]:
        return [row.review for row in queries.labels_of_items(owner, dataset, [items[0].pk], runs=[run])]

    assert reviewed() == ["rejected", "accepted"]
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.details) == ("review", {"accepted": 2, "rejected": 1, "cleared": 0})
    actions.review(owner, dataset, before)
    assert reviewed() == [None, None]
    assert dataset_queries.item(owner, dataset, ids[0]).metadata == {"review_status": "rejected", "n": 1}
    for wrong, refusal in (({ids[1]: "fine"}, Invalid), ({ids[1]: None, "ann_x": "accepted"}, NotFound)):
        with pytest.raises(refusal):
            actions.review(owner, dataset, wrong)
    other = make.make_dataset(owner)
    with pytest.raises(NotFound):
        actions.review(owner, other, {ids[1]: "accepted"})
