"""Each read and verb of the room, for the owner, a teammate who may only look, a stranger and a labeler."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import models

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Scene
from webapp.labels import actions, queries
from webapp.labels.models import Annotation, Model, ModelRun, Prediction, Taxonomy, Track
from webapp.privacy import public_id
from webapp.privacy.refusals import NotAllowed, NotFound
from webapp.privacy.visibility import UnscopedRead

Act = Callable[[Viewer], object]


class Labeled(NamedTuple):
    """A labeled scene, and two models' runs."""

    dataset: Dataset
    scene: Scene
    pks: list[int]
    run: ModelRun
    second: ModelRun
    other: ModelRun
    annotation_id: str


@pytest.fixture
def some(owner: Viewer, scene_dataset: Dataset) -> Labeled:
    scene = make.make_scene(owner, scene_dataset)
    frames = dataset_queries.frames(owner, scene)
    run = make.make_run(owner, scene_dataset)
    second = make.make_run(owner, scene_dataset, model=run.model)
    make.make_annotations(owner, scene_dataset, frames, track_reference_id="t")
    make.make_predictions(owner, run, scene_dataset, frames, track_reference_id="t")
    make.annotate(owner, scene_dataset, [make.draft_label(owner, "crossing", type="category", of_scene=True)])
    actions.add_taxonomy(owner, scene_dataset, name="light", kind="category", labels=["day"], update=False)
    label = queries.annotation(owner, scene_dataset, "crossing-0", "crossing-0-0")
    label_id = public_id.encode("ann", label.pk)
    return Labeled(scene_dataset, scene, [one.pk for one in frames], run, second, make.make_run(owner), label_id)


def reads_of(some: Labeled) -> dict[str, Act]:
    return {
        "model": lambda viewer: queries.model(viewer, some.run.model.public_id),
        "model by name": lambda viewer: queries.model_by_reference(viewer, some.run.model.reference_id),
        "model of run": lambda viewer: queries.model(viewer, some.run.public_id),
        "run": lambda viewer: queries.run(viewer, some.run.public_id),
        "annotation": lambda viewer: queries.annotation(viewer, some.dataset, "crossing-0", "crossing-0-0"),
        "prediction": lambda viewer: queries.prediction(viewer, some.dataset, some.run, "crossing-0", "crossing-0-0"),
    }


def lists_of(some: Labeled) -> dict[str, Act]:
    return {
        "labels": lambda viewer: queries.labels_of_items(viewer, some.dataset, some.pks, runs=[some.run]),
        "predictions": lambda viewer: queries.labels_of_items(
            viewer, some.dataset, some.pks, runs=[some.run], with_annotations=False
        ),
        "scene labels": lambda viewer: queries.labels_of_scenes(viewer, some.dataset, [some.scene.pk], runs=[some.run]),
        "models": queries.models,
        "runs": lambda viewer: list(queries.runs(viewer)),
        "runs of model": lambda viewer: queries.runs_of_model(viewer, some.run.model),
        "runs of dataset": lambda viewer: queries.runs_of_dataset(viewer, some.dataset, with_predictions=True),
        "datasets of run": lambda viewer: queries.datasets_of_run(viewer, some.run),
        "counts": lambda viewer: queries.class_counts(viewer, some.dataset),
        "run counts": lambda viewer: queries.class_counts(viewer, None, some.run),
        "histogram": lambda viewer: queries.confidence_histogram(viewer, some.run),
        "totals": lambda viewer: queries.run_totals(viewer, [some.run]),
        "tracks": lambda viewer: queries.tracks(viewer, some.dataset),
        "tracks of scene": lambda viewer: queries.tracks_of_scene(viewer, some.scene),
        "scene tracks": lambda viewer: queries.scene_tracks(viewer, some.scene, [some.run]),
        "classes": lambda viewer: queries.class_presence(viewer, some.scene, [some.run]),
        "taxonomies": lambda viewer: queries.taxonomies(viewer, some.dataset),
        "shapes": lambda viewer: queries.largest_shapes(viewer, some.dataset, some.pks, some.run),
        "items of run": lambda viewer: list(queries.items_of_run(viewer, some.dataset, some.run)),
        "scenes of run": lambda viewer: list(queries.scenes_of_run(viewer, some.dataset, some.run)),
    }


def verbs_of(some: Labeled) -> dict[str, Act]:
    return {
        "annotate": lambda viewer: actions.annotate(viewer, some.dataset, [], update=False),
        "predict": lambda viewer: actions.predict(viewer, some.run, some.dataset, [], update=False),
        "add taxonomy": lambda viewer: actions.add_taxonomy(
            viewer, some.dataset, name="x", kind="category", labels=["a"], update=True
        ),
        "delete taxonomy": lambda viewer: actions.delete_taxonomy(viewer, some.dataset, "light"),
        "change track": lambda viewer: actions.change_track(viewer, some.dataset, "t", {"a": 1}, overwrite=False),
        "keep tracks": lambda viewer: actions.keep_tracks(viewer, some.dataset, some.scene, [("t", {"a": 1})]),
        "delete tracks": lambda viewer: actions.delete_tracks(viewer, some.dataset, ["t"]),
        "delete annotations": lambda viewer: actions.delete_annotations(viewer, some.dataset, []),
        "review": lambda viewer: actions.review(viewer, some.dataset, {some.annotation_id: "accepted"}),
        "tag model": lambda viewer: actions.tag_model(viewer, some.run.model, add=["a"]),
        "trained slices": lambda viewer: actions.change_trained_slices(viewer, some.run.model, add=["slc_a"]),
        "create run": lambda viewer: actions.create_run(viewer, some.run.model, some.dataset, name="x"),
        "default run": lambda viewer: actions.default_run(viewer, some.run.model, some.dataset),
        "commit run": lambda viewer: actions.commit_run(viewer, some.run),
        "copy run": lambda viewer: actions.copy_from_run(viewer, some.other.model, some.run),
        "merge runs": lambda viewer: actions.merge_runs(viewer, [some.run, some.second], name="x"),
        "delete run": lambda viewer: actions.delete_run(viewer, some.run),
        "delete model": lambda viewer: actions.delete_model(viewer, some.other.model),
    }


def test_owner_and_teammate_see_everything(owner: Viewer, teammate: Viewer, some: Labeled) -> None:
    for name, read in {**reads_of(some), **lists_of(some)}.items():
        assert read(owner), name
        assert read(owner) == read(teammate), name


def test_stranger_and_labeler_find_nothing(stranger: Viewer, labeler: Viewer, some: Labeled) -> None:
    for viewer in (stranger, labeler):
        for read in reads_of(some).values():
            with pytest.raises(NotFound):
                read(viewer)
        for name, listing in lists_of(some).items():
            assert not listing(viewer), name


def test_only_curators_of_the_team_change_anything(
    owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, some: Labeled
) -> None:
    for name, verb in verbs_of(some).items():
        for viewer, refusal in ((teammate, NotAllowed), (labeler, NotAllowed), (stranger, NotFound)):
            with pytest.raises(refusal):
                verb(viewer)
                pytest.fail(f"{name} was done by {viewer.email}")
    for verb in verbs_of(some).values():
        verb(owner)


def test_run_of_another_team_gives_no_predictions_even_with_a_dataset_of_ones_own(
    owner: Viewer, stranger: Viewer, some: Labeled
) -> None:
    theirs = make.make_dataset(stranger)
    items = make.make_items(stranger, theirs, 1)
    run = queries.runs(owner).last()
    assert run is not None
    with pytest.raises(NotFound):
        actions.predict(stranger, run, theirs, [make.draft_label(stranger, "item-0")], update=False)
    assert queries.labels_of_items(stranger, theirs, [item.pk for item in items], runs=[run]) == []
    with pytest.raises(NotFound):
        actions.create_run(owner, run.model, theirs, name="x")


def test_deleted_dataset_run_and_model_hide_their_labels_at_once(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 1)
    run, other = (make.make_run(owner, dataset) for _ in range(2))
    for one in (run, other):
        make.make_predictions(owner, one, dataset, items)
    make.make_annotations(owner, dataset, items)

    def seen() -> list[int | None]:
        found = queries.labels_of_items(owner, dataset, [items[0].pk], runs=[run, other])
        return sorted({row.run_pk for row in found}, key=lambda pk: pk or 0)

    assert seen() == [None, run.pk, other.pk]
    version = make.reload(owner, dataset).version
    actions.delete_run(owner, run)
    assert seen() == [None, other.pk]
    actions.delete_model(owner, other.model)
    assert seen() == [None]
    assert list(queries.items_of_run(owner, dataset, other)) == []
    assert make.reload(owner, dataset).version == version + 2
    dataset_actions.delete_dataset(owner, dataset)
    assert seen() == []
    assert queries.class_counts(owner, dataset) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Annotation, Prediction, Model, ModelRun, Taxonomy, Track])
def test_rows_cannot_be_read_without_a_viewer(model: type[models.Model]) -> None:
    with pytest.raises(UnscopedRead):
        model.objects.all()  # type: ignore[attr-defined]
