"""Laying frames over those of a stored scene."""

import pytest

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.drafts import RowRefused, SceneDraft
from webapp.datasets.models import Dataset, Scene
from webapp.privacy.refusals import Invalid, NotAllowed
from webapp.promotions import queries as promotions


def draft_of(viewer: Viewer, names: str | list[str], *, at: str = "a", **fields: object) -> SceneDraft:
    """The scene with frames of these names, at addresses below `at`, each saying so in its metadata."""
    draft = make.draft_scene(viewer, frames=1, **fields)  # type: ignore[arg-type]
    draft.frames = [
        make.draft_item(viewer, name, url=f"{make.MEDIA}/{at}/{name}.jpg", metadata={"at": at}) for name in names
    ]
    return draft


def store(viewer: Viewer, dataset: Dataset, names: str | list[str]) -> dict[str, int]:
    """Store the scene; the keys of its frames by name."""
    actions.append_scenes(viewer, dataset, [draft_of(viewer, names)], update=False)
    return keys_of(viewer, dataset)


def lay(viewer: Viewer, dataset: Dataset, names: str | list[str], **fields: object) -> str:
    """Update the scene with these frames; the names it has then, in order, which must match its counts."""
    outcome = actions.append_scenes(viewer, dataset, [draft_of(viewer, names, **fields)], update=True)  # type: ignore[arg-type]
    assert (outcome.new, outcome.updated, outcome.ignored) == (0, 1, 0)
    return names_of(viewer, dataset)


def crossing(viewer: Viewer, dataset: Dataset) -> Scene:
    return queries.scene_by_reference(viewer, dataset, "crossing")


def names_of(viewer: Viewer, dataset: Dataset) -> str:
    scene = crossing(viewer, dataset)
    frames = queries.frames(viewer, scene)
    assert [frame.frame_index for frame in frames] == list(range(scene.frame_count))
    assert make.reload(viewer, dataset).item_count == queries.items(viewer, dataset).count()
    return "".join(frame.reference_id for frame in frames)


def keys_of(viewer: Viewer, dataset: Dataset) -> dict[str, int]:
    return {frame.reference_id: frame.pk for frame in queries.frames(viewer, crossing(viewer, dataset))}


@pytest.mark.parametrize(
    ("given", "then", "why"),
    [
        ("abcd", "abcd", "the same"),
        ("abcde", "abcde", "one more at the end"),
        ("xbcd", "xbcd", "one in another's place"),
        ("ab", "abcd", "a shorter list leaves the rest"),
        ("xy", "xycd", "a shorter list of others"),
        ("bacd", "bacd", "two that change places"),
        ("dcba", "dcba", "all the other way round"),
        ("bcda", "bcda", "all one earlier"),
        ("xabcd", "xabcd", "one put in front"),
        ("da", "dac", "one from beyond the list leaves no hole"),
        ("wxyz", "wxyz", "all anew"),
        ("acd", "acd", "one left out in the middle"),
        ("eaf", "eafd", "new, moved and replaced together"),
    ],
    ids=lambda one: one,
)
def test_frames_are_laid_over_the_stored_ones(
    given: str, then: str, why: str, owner: Viewer, scene_dataset: Dataset
) -> None:
    before = store(owner, scene_dataset, "abcd")
    assert lay(owner, scene_dataset, given) == then
    after = keys_of(owner, scene_dataset)
    # Whoever is still there is still the same item.
    assert {name: after[name] for name in then if name in before} == {
        name: before[name] for name in then if name in before
    }


def test_a_frame_named_again_takes_what_is_sent(owner: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    lay(owner, scene_dataset, "ba", at="new")
    frames = queries.frames(owner, crossing(owner, scene_dataset))
    assert [frame.metadata["at"] for frame in frames] == ["new", "new", "a"]
    assert [frame.url.reveal() for frame in frames if frame.url] == [
        f"{make.MEDIA}/new/b.jpg",
        f"{make.MEDIA}/new/a.jpg",
        f"{make.MEDIA}/a/c.jpg",
    ]


def test_a_measured_size_is_forgotten_with_its_picture(owner: Viewer, scene_dataset: Dataset) -> None:
    keys = store(owner, scene_dataset, "abc")
    actions.note_measured_sizes(owner, scene_dataset, dict.fromkeys(keys.values(), (640, 480)))
    changed = draft_of(owner, "abc", at="new")
    changed.frames[0] = make.draft_item(owner, "a", url=f"{make.MEDIA}/a/a.jpg")
    changed.frames[1].width, changed.frames[1].height = 1280, 720
    actions.append_scenes(owner, scene_dataset, [changed], update=True)
    frames = queries.frames(owner, crossing(owner, scene_dataset))
    assert [(frame.width, frame.height) for frame in frames] == [(640, 480), (1280, 720), (None, None)]


def test_a_replaced_frame_leaves_its_slices_and_is_written_down(owner: Viewer, scene_dataset: Dataset) -> None:
    keys = store(owner, scene_dataset, "abc")
    made = actions.create_slice(owner, scene_dataset, name="Night", item_pks=keys.values())
    lay(owner, scene_dataset, "xbc")
    assert list(queries.slice_(owner, made.public_id).keys()) == [keys["b"], keys["c"]]
    entry = AuditEntry.objects.get(action="scene.replace_frames")
    assert entry.subject == crossing(owner, scene_dataset).public_id
    assert entry.details == {"dataset": scene_dataset.public_id, "gone": 1}


def test_an_update_that_replaces_nothing_is_not_written_down(owner: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    lay(owner, scene_dataset, "cbad")
    assert not AuditEntry.objects.filter(action="scene.replace_frames").exists()


def test_each_update_is_one_step_of_the_version(owner: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    before = make.reload(owner, scene_dataset).version
    lay(owner, scene_dataset, "abcd")
    assert make.reload(owner, scene_dataset).version == before + 1


def test_new_frames_are_as_private_as_their_scene(owner: Viewer) -> None:
    for privacy, kind in ((True, "private"), (False, "linked")):
        dataset = make.make_dataset(owner, is_scene=True, privacy=privacy)
        store(owner, dataset, "ab")
        lay(owner, dataset, "abc", wants_sharing=True)
        assert {frame.privacy for frame in queries.frames(owner, crossing(owner, dataset))} == {kind}
        assert list(promotions.promotions(owner, dataset=dataset)) == []


@pytest.mark.parametrize("taken", ["other-1", "other-2"])
def test_a_name_of_another_scene_is_refused_and_nothing_is_changed(
    taken: str, owner: Viewer, scene_dataset: Dataset
) -> None:
    store(owner, scene_dataset, "abc")
    make.make_scene(owner, scene_dataset, "other")
    with pytest.raises(RowRefused, match=f"the frame reference_id '{taken}' is taken"):
        lay(owner, scene_dataset, ["x", taken, "c"], at="new", metadata={"n": 2})
    assert names_of(owner, scene_dataset) == "abc"
    assert crossing(owner, scene_dataset).metadata == {}
    assert queries.item_by_reference(owner, scene_dataset, "a").metadata == {"at": "a"}


def test_the_longest_scene_stays_within_the_limit_whatever_is_laid_over_it(
    owner: Viewer, scene_dataset: Dataset
) -> None:
    names = [f"f{n}" for n in range(3_000)]
    keys = store(owner, scene_dataset, names)
    lay(owner, scene_dataset, names[::-1])
    assert list(keys_of(owner, scene_dataset).items()) == list(keys.items())[::-1]
    lay(owner, scene_dataset, ["x", *names[1_500:1_510]])
    assert crossing(owner, scene_dataset).frame_count == 2_990
    with pytest.raises(Invalid, match="frames has 3001 entries; a video scene takes at most 3000"):
        make.draft_scene(owner, frames=3_001)


def test_a_job_keeps_the_scenes_that_are_good(owner: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    make.make_scene(owner, scene_dataset, "other")
    bad = make.draft_scene(owner, "other", frames=2)
    bad.frames[1].reference_id = "a"
    outcome = actions.append_scenes(owner, scene_dataset, [bad, draft_of(owner, "xbc")], update=True, keep_refused=True)
    assert (outcome.updated, len(outcome.refused)) == (1, 1)
    assert names_of(owner, scene_dataset) == "xbc"
    other = queries.scene_by_reference(owner, scene_dataset, "other")
    assert [frame.reference_id for frame in queries.frames(owner, other)] == ["other-0", "other-1", "other-2"]


def test_a_new_host_is_declared_and_attached(owner: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    draft = draft_of(owner, "abc")
    draft.frames[2] = make.draft_item(owner, "c", url="https://other.harbor.example/c.jpg")
    actions.append_scenes(owner, scene_dataset, [draft], update=True)
    assert [str(one) for one in queries.dataset_origins(owner, scene_dataset)] == [
        make.MEDIA,
        "https://other.harbor.example",
    ]


def test_only_curators_of_the_team_lay_frames(owner: Viewer, teammate: Viewer, scene_dataset: Dataset) -> None:
    store(owner, scene_dataset, "abc")
    with pytest.raises(NotAllowed):
        lay(teammate, scene_dataset, "xbc")
    assert names_of(owner, scene_dataset) == "abc"
