"""What browsers measured is written in one go, as an edit that can be taken back, and never over a later change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.change_metadata import MetadataChange
from webapp.datasets.actions.measures import MeasuredSize, MeasuredVideo
from webapp.datasets.deltas import Held
from webapp.datasets.models import Dataset, Edit, Item, Scene
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound

UNKNOWN = (None, None)
FILM = {"video_width": 1280, "video_height": 720, "video_duration_s": 12.5, "video_frame_count": 375}


def sizes(viewer: Viewer, dataset: Dataset) -> list[tuple[int | None, int | None]]:
    return list(queries.items(viewer, dataset).order_by("pk").values_list("width", "height"))


def metadata(viewer: Viewer, scene: Scene) -> list[tuple[str, Any]]:
    """With the order of its keys."""
    return list(Scene.objects.visible_to(viewer).get(pk=scene.pk).metadata.items())


def measured(items: list[Item], seen: Any = UNKNOWN, found: tuple[int, int] = (640, 480)) -> list[MeasuredSize]:
    return [MeasuredSize(one.pk, seen, found) for one in items]


def test_sizes_and_films_are_one_edit_that_is_undone_and_done_again(owner: Viewer) -> None:
    dataset = make.make_dataset(owner, is_scene=True)
    scene = make.make_scene(owner, dataset, frames=2, video_url=f"{make.MEDIA}/a.mp4", metadata={"weather": "fog"})
    frames = queries.frames(owner, scene)
    film = MeasuredVideo(scene.pk, {}, FILM)
    made = actions.write_measures(owner, dataset, measured(frames), [film])
    assert made is not None
    assert made.summary == "Measured: sizes of 2 items and 1 video"
    written = [("weather", "fog"), *FILM.items()]
    assert (sizes(owner, dataset), metadata(owner, scene)) == ([(640, 480)] * 2, written)
    assert make.reload(owner, dataset).field_types["scene"]["video_duration_s"] == "number"
    last = AuditEntry.objects.order_by("-pk").first()
    assert last is not None
    assert (last.action, last.details["items"], last.details["scenes"]) == ("measures.write", 2, 1)
    undone = actions.undo(owner, dataset, made.public_id)
    assert undone.summary == "Undid: Measured: sizes of 2 items and 1 video"
    assert (sizes(owner, dataset), metadata(owner, scene)) == ([UNKNOWN] * 2, written[:1])
    actions.undo_last(owner, dataset, again=True)
    assert (sizes(owner, dataset), metadata(owner, scene)) == ([(640, 480)] * 2, written)


def test_what_contradicts_is_replaced_where_it_stood(owner: Viewer, scene_dataset: Dataset) -> None:
    said = {"video_frame_count": 3, "video_width": 1280, "weather": "fog"}
    scene = make.make_scene(owner, scene_dataset, video_url=f"{make.MEDIA}/a.mp4", metadata=said)
    before = metadata(owner, scene)
    made = actions.write_measures(owner, scene_dataset, [], [MeasuredVideo(scene.pk, said, FILM)])
    assert made is not None
    assert made.summary == (
        "Measured: video_height of crossing: no value → 720; video_duration_s of crossing: no value → 12.5;"
        " video_frame_count of crossing: 3 → 375"
    )
    assert made.subject == scene.public_id
    assert dict(metadata(owner, scene)) == {"weather": "fog", **FILM}
    actions.undo(owner, scene_dataset, made.public_id)
    assert metadata(owner, scene) == before


def test_a_row_that_changed_meanwhile_refuses_all_of_it(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    actions.note_measured_sizes(owner, dataset, {items[1].pk: (10, 10), items[2].pk: (640, 480)})
    with pytest.raises(Conflict) as refused:
        actions.write_measures(owner, dataset, measured(items), [])
    assert refused.value.sentence == (
        "The size of item-1 was changed meanwhile: it is 10 x 10 now. Nothing was written: check these files again."
    )
    assert sizes(owner, dataset) == [UNKNOWN, (10, 10), (640, 480)]
    # What somebody else measured alike meanwhile is no conflict.
    made = actions.write_measures(owner, dataset, measured([items[0], items[2]]), [])
    assert made is not None
    assert made.summary == "Measured: size of item-0: unknown → 640 x 480"
    assert actions.write_measures(owner, dataset, measured([items[0], items[2]]), []) is None


def test_a_scene_that_was_edited_meanwhile_refuses_all_of_it(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset, video_url=f"{make.MEDIA}/a.mp4")
    one = MetadataChange(scene.reference_id, {"video_width": 99})
    actions.change_metadata(owner, scene_dataset, [one], level="scene")
    with pytest.raises(Conflict, match="video_width of crossing was changed meanwhile: it is 99 now"):
        actions.write_measures(owner, scene_dataset, [], [MeasuredVideo(scene.pk, {}, FILM)])
    assert metadata(owner, scene) == [("video_width", 99)]


def test_what_was_changed_since_is_not_undone(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset, video_url=f"{make.MEDIA}/a.mp4")
    frames = queries.frames(owner, scene)
    first = actions.write_measures(owner, scene_dataset, measured(frames[:1]), [])
    second = actions.write_measures(owner, scene_dataset, measured(frames[:1], (640, 480), (32, 24)), [])
    third = actions.write_measures(owner, scene_dataset, [], [MeasuredVideo(scene.pk, {}, FILM)])
    assert first is not None
    assert second is not None
    assert third is not None
    with pytest.raises(Conflict, match="You changed this again"):
        actions.undo(owner, scene_dataset, first.public_id)
    actions.edit_metadata(owner, scene_dataset, "scene", scene.pk, "video_width", seen=Held(1280), wanted=Held(99))
    with pytest.raises(Conflict, match="video_width of crossing was changed since"):
        actions.undo(owner, scene_dataset, third.public_id)
    actions.undo(owner, scene_dataset, second.public_id)
    actions.undo(owner, scene_dataset, first.public_id)
    assert sizes(owner, scene_dataset)[0] == UNKNOWN


def test_who_may_only_look_or_see_nothing_writes_nothing(
    owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 1)
    for viewer, refusal in ((teammate, NotAllowed), (labeler, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            actions.write_measures(viewer, dataset, measured(items), [])
    other = make.make_dataset(owner)
    with pytest.raises(NotFound, match="1 of these items is not in this dataset"):
        actions.write_measures(owner, other, measured(items), [])
    assert sizes(owner, dataset) == [UNKNOWN]


def test_a_key_that_holds_something_else_is_refused(owner: Viewer, scene_dataset: Dataset) -> None:
    make.make_scene(owner, scene_dataset, "other", metadata={"video_width": "wide"})
    scene = make.make_scene(owner, scene_dataset, video_url=f"{make.MEDIA}/a.mp4")
    with pytest.raises(Invalid, match="video_width"):
        actions.write_measures(owner, scene_dataset, [], [MeasuredVideo(scene.pk, {}, FILM)])


def test_many_sizes_take_as_many_statements_as_few(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 202)

    def asked(some: list[Item]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert actions.write_measures(owner, dataset, measured(some), []) is not None
        return len([one for one in seen if "SAVEPOINT" not in one["sql"]])

    # The dataset, the items, their sizes, the dataset's version; the audit's head, row and head again; the edit.
    assert asked(items[:2]) == asked(items[2:]) == 8


def test_no_migration_is_missing_for_the_kind_of_edit() -> None:
    assert Edit.Kind.MEASURES in dict(Edit._meta.get_field("kind").choices or ())
