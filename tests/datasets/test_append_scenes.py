"""What an append of video scenes does."""

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.drafts import RowRefused, SceneDraft
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound

VIDEO = f"{make.MEDIA}/crossing.mp4?sig=%2B"


def append(
    viewer: Viewer, dataset: Dataset, *drafts: SceneDraft, update: bool = False, keep: bool = False
) -> tuple[int, int, int, int]:
    outcome = actions.append_scenes(viewer, dataset, drafts, update=update, keep_refused=keep)
    return outcome.new, outcome.updated, outcome.ignored, len(outcome.refused)


def test_frames_are_stored_in_order_with_their_index(owner: Viewer, scene_dataset: Dataset) -> None:
    assert append(owner, scene_dataset, make.draft_scene(owner, frames=12, frame_rate=2.5)) == (1, 0, 0, 0)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    frames = queries.frames(owner, scene)
    assert (scene.frame_count, scene.frame_rate, scene.video_url) == (12, 2.5, None)
    assert [frame.frame_index for frame in frames] == list(range(12))
    assert [frame.reference_id for frame in frames] == [f"crossing-{index}" for index in range(12)]
    after = make.reload(owner, scene_dataset)
    assert (after.item_count, after.scene_count) == (12, 1)


@pytest.mark.parametrize(("frames", "frame_rate"), [(0, None), (0, 30), (3, 30)])
def test_mp4_alone_or_with_frames_is_a_scene(
    owner: Viewer, scene_dataset: Dataset, frames: int, frame_rate: float | None
) -> None:
    draft = make.draft_scene(owner, frames=frames, frame_rate=frame_rate, video_url=VIDEO)
    assert append(owner, scene_dataset, draft) == (1, 0, 0, 0)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert scene.video_url is not None
    assert scene.video_url.reveal() == VIDEO
    assert len(queries.frames(owner, scene)) == frames
    assert [str(origin) for origin in queries.dataset_origins(owner, scene_dataset)] == [make.MEDIA]


def test_scene_of_3000_frames_is_the_longest(owner: Viewer, scene_dataset: Dataset) -> None:
    assert append(owner, scene_dataset, make.draft_scene(owner, frames=3000))[0] == 1
    with pytest.raises(Invalid, match="frames has 3001 entries; a video scene takes at most 3000"):
        make.draft_scene(owner, "long", frames=3001)


def test_scene_of_nothing_or_of_frames_without_a_rate_is_refused(owner: Viewer) -> None:
    with pytest.raises(Invalid, match="needs frames with a frame_rate, or a video_url"):
        make.draft_scene(owner, frames=0)
    with pytest.raises(Invalid, match="frame_rate is missing"):
        make.draft_scene(owner, frames=2, frame_rate=None)
    for rate in (0, -1, float("inf"), float("nan"), 1001, True, "30"):
        with pytest.raises(Invalid, match="frame_rate must be a number"):
            make.draft_scene(owner, frame_rate=rate)  # type: ignore[arg-type]


def test_known_scene_is_ignored_and_counted(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, metadata={"n": 1}))
    assert append(owner, scene_dataset, make.draft_scene(owner, frames=9, metadata={"n": 2})) == (0, 0, 1, 0)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert (scene.metadata, scene.frame_count) == ({"n": 1}, 3)


def test_update_gives_what_it_names_anew(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, video_url=VIDEO, metadata={"n": 1, "m": 1}))
    changed = make.draft_scene(owner, frame_rate=99, video_url=f"{make.MEDIA}/other.mp4", metadata={"n": 2})
    assert append(owner, scene_dataset, changed, update=True) == (0, 1, 0, 0)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert scene.video_url is not None
    assert (scene.metadata, scene.frame_rate, scene.video_url.reveal()) == ({"n": 2}, 99, f"{make.MEDIA}/other.mp4")


def test_update_keeps_what_it_does_not_name(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, video_url=VIDEO))
    append(owner, scene_dataset, make.draft_scene(owner, frame_rate=5), update=True)
    append(owner, scene_dataset, make.draft_scene(owner, frames=0, frame_rate=None, video_url=VIDEO), update=True)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert scene.video_url is not None
    assert (scene.frame_count, scene.frame_rate, scene.video_url.reveal()) == (3, 5, VIDEO)
    assert len(queries.frames(owner, scene)) == 3


def test_update_gives_an_mp4_alone_its_frames(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, frames=0, frame_rate=None, video_url=VIDEO))
    assert append(owner, scene_dataset, make.draft_scene(owner), update=True) == (0, 1, 0, 0)
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert (scene.frame_count, scene.frame_rate, scene.video_url is None) == (3, 10, False)
    assert make.reload(owner, scene_dataset).item_count == 3


def test_frame_ids_live_in_the_datasets_one_namespace(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner))
    other = make.draft_scene(owner, "other")
    other.frames[2].reference_id = "crossing-0"
    with pytest.raises(RowRefused, match="the frame reference_id 'crossing-0' is taken"):
        append(owner, scene_dataset, other)
    assert make.reload(owner, scene_dataset).scene_count == 1
    with pytest.raises(Invalid, match=r"frames\[1\] repeats the reference_id 'same'"):
        frames = [make.draft_item(owner, "same"), make.draft_item(owner, "same")]
        actions_draft(owner, frames)


def actions_draft(viewer: Viewer, frames: list) -> SceneDraft:  # type: ignore[type-arg]
    from webapp.datasets.actions.origins import origin_policy
    from webapp.datasets.drafts import scene_draft

    return scene_draft(
        reference_id="s", metadata=None, video_url=None, frame_rate=1, frames=frames, policy=origin_policy(viewer)
    )


def test_one_bad_scene_fails_the_batch_whole(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, metadata={"n": 1}))
    with pytest.raises(RowRefused) as refusal:
        append(
            owner,
            scene_dataset,
            make.draft_scene(owner, "good", line=1),
            make.draft_scene(owner, "bad", metadata={"n": "one"}, line=2),
        )
    assert (refusal.value.line, refusal.value.reference_id) == (2, "bad")
    assert make.reload(owner, scene_dataset).scene_count == 1


def test_job_keeps_the_good_scenes_and_learns_nothing_from_the_bad(owner: Viewer, scene_dataset: Dataset) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, "first", metadata={"n": 1}))
    bad = make.draft_scene(owner, "bad", metadata={"learned": "text"})
    bad.frames[0].metadata = {"learned_below": "text"}
    bad.frames[1].metadata = {"index": "not a number"}
    assert append(owner, scene_dataset, bad, make.draft_scene(owner, "good"), keep=True) == (1, 0, 0, 1)
    types = make.reload(owner, scene_dataset).field_types
    assert types == {"scene": {"n": "number"}, "item": {"index": "number"}}
    assert [one.reference_id for one in queries.scenes(owner, scene_dataset).order_by("pk")] == ["first", "good"]


def test_same_new_scene_twice_in_a_batch_is_stored_once(owner: Viewer, scene_dataset: Dataset) -> None:
    draft = make.draft_scene(owner)
    assert append(owner, scene_dataset, draft, draft) == (1, 0, 1, 0)


@pytest.mark.parametrize("wants_sharing", [None, True, False])
def test_scene_and_frames_of_a_privacy_dataset_are_private(
    owner: Viewer, scene_dataset: Dataset, wants_sharing: bool | None
) -> None:
    append(owner, scene_dataset, make.draft_scene(owner, wants_sharing=wants_sharing))
    scene = queries.scene_by_reference(owner, scene_dataset, "crossing")
    assert {scene.privacy, *(frame.privacy for frame in queries.frames(owner, scene))} == {"private"}


def test_dataset_of_items_takes_no_scenes(owner: Viewer, dataset: Dataset) -> None:
    with pytest.raises(Invalid, match="dataset of items"):
        append(owner, dataset, make.draft_scene(owner))


def test_only_curators_of_the_team_append_scenes(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, scene_dataset: Dataset
) -> None:
    draft = make.draft_scene(owner)
    with pytest.raises(NotAllowed):
        append(teammate, scene_dataset, draft)
    with pytest.raises(NotFound):
        append(stranger, scene_dataset, draft)
    assert append(approver, scene_dataset, draft)[0] == 1
