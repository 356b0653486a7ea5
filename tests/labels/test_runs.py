"""Models and their runs: uploads, copies, merges and what deleting them leaves."""

import threading
from typing import Any

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets.models import Dataset
from webapp.jobs import queries as jobs
from webapp.jobs.models import Job
from webapp.jobs.worker import work
from webapp.labels import actions, job_kinds, queries
from webapp.labels.models import ModelRun, Prediction
from webapp.privacy.refusals import Conflict, Invalid, NotFound


def finished(viewer: Viewer, job: Job) -> Job:
    work(threading.Event(), until_idle=True)
    return jobs.job(viewer, job.public_id)


def said(viewer: Viewer, run: ModelRun, dataset: Dataset, *item_pks: int) -> list[tuple[Any, ...]]:
    rows = queries.labels_of_items(viewer, dataset, item_pks, runs=[run], with_annotations=False)
    return [(row.kind, row.label, row.annotation_id, row.geometry, row.confidence, row.class_pdf) for row in rows]


def test_models_are_known_by_their_reference_id(owner: Viewer) -> None:
    model = make.make_model(owner, "lookout")
    with pytest.raises(Conflict, match="'lookout'"):
        make.make_model(owner, "lookout")
    with pytest.raises(Invalid) as refusal:
        actions.tag_model(owner, model, remove=["night"])
    assert refusal.value.sentence == "Deleted 0 tags from model. The specified tag(s) were not found."
    assert actions.tag_model(owner, model, add=["day", "night"]) == ["day", "night"]
    assert actions.tag_model(owner, model, remove=["night", "dusk"]) == ["day"]
    assert actions.change_trained_slices(owner, model, add=["slc_1", "slc_2"], remove=["slc_1"]) == ["slc_2"]
    actions.delete_model(owner, model)
    assert make.make_model(owner, "lookout").pk != model.pk


def test_default_run_is_one_per_model_and_dataset(owner: Viewer, dataset: Dataset) -> None:
    model, other = make.make_model(owner), make.make_model(owner)
    run = actions.default_run(owner, model, dataset)
    assert actions.default_run(owner, model, dataset) == run
    assert actions.default_run(owner, other, dataset) != run
    assert actions.default_run(owner, model, make.make_dataset(owner)) != run
    actions.delete_run(owner, run)
    assert actions.default_run(owner, model, dataset) != run
    actions.commit_run(owner, run := actions.default_run(owner, model, dataset))
    assert queries.run(owner, run.public_id).is_committed


def test_predictions_of_runs_stand_side_by_side(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    first, second = make.make_run(owner), make.make_run(owner)
    assert queries.runs_of_dataset(owner, dataset) == []
    pdf = {"car": 0.1, "bus": 0.30000000000000004}
    draft = make.draft_label(owner, "item-1", annotation_id="1", confidence=0.1 + 0.2, class_pdf=pdf)
    for run in (first, second):
        assert actions.predict(owner, run, dataset, [draft], update=False).processed == 1
        assert actions.predict(owner, run, dataset, [draft], update=False).ignored == 1
    make.annotate(owner, dataset, [make.draft_label(owner, "item-1", annotation_id="1")])
    order = [
        (row.item_pk, row.run_pk)
        for row in queries.labels_of_items(owner, dataset, [item.pk for item in items], runs=[second, first])
    ]
    assert order == [(items[1].pk, None), (items[1].pk, second.pk), (items[1].pk, first.pk)]
    assert said(owner, first, dataset, items[1].pk) == [
        ("box", "car", "1", draft.geometry, 0.1 + 0.2, '{"car":0.1,"bus":0.30000000000000004}')
    ]
    assert queries.prediction(owner, dataset, second, "item-1", "1").run_pk == second.pk
    assert queries.runs_of_dataset(owner, dataset, with_predictions=True) == [second, first]
    assert queries.datasets_of_run(owner, first) == [dataset]
    assert list(queries.items_of_run(owner, dataset, first)) == [items[1]]


def test_merge_keeps_all_predictions_and_renames_those_that_meet(
    owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.labels.copying.ROWS_A_PIECE", 3)
    items = make.make_items(owner, dataset, 2)
    model = make.make_model(owner)
    runs = [make.make_run(owner, dataset, model=model) for _ in range(2)]
    for run in runs:
        make.make_predictions(owner, run, dataset, items)
        drafts = [make.draft_label(owner, "item-0", type="category", confidence=0.5), make.draft_label(owner, "item-1")]
        actions.predict(owner, run, dataset, drafts, update=False)
    merged, job = actions.merge_runs(owner, runs, name="Both", metadata={"n": 1})
    assert merged.metadata == {"n": 1, "merged_from_model_run_ids": [run.public_id for run in runs]}
    assert said(owner, merged, dataset, items[0].pk) == []
    assert finished(owner, job).message == {
        "predictions_copied": 11,
        "predictions_ignored": 1,
        "annotation_ids_rewritten": 4,
    }
    origin = runs[1].public_id
    assert [row[2] for row in said(owner, merged, dataset, items[0].pk)] == [
        "item-0-0",
        "item-0-1",
        None,
        f"item-0-0-{origin}",
        f"item-0-1-{origin}",
    ]
    assert queries.run_totals(owner, [*runs, merged]) == {runs[0].pk: 6, runs[1].pk: 6, merged.pk: 11}
    with pytest.raises(Invalid, match="1 different runs"):
        actions.merge_runs(owner, [runs[0], runs[0]])
    with pytest.raises(Invalid, match="different models"):
        actions.merge_runs(owner, [runs[0], make.make_run(owner)])


def test_copy_fills_the_default_runs_and_skips_what_they_have(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    other = make.make_dataset(owner)
    others = make.make_items(owner, other, 1)
    run, model = make.make_run(owner), make.make_model(owner)
    make.make_predictions(owner, run, dataset, items)
    make.make_predictions(owner, run, other, others)
    copy = actions.copy_from_run(owner, model, run)
    assert (copy.copied, copy.skipped, len(copy.runs)) == (6, 0, 2)
    assert said(owner, copy.runs[0], dataset, items[0].pk) == said(owner, run, dataset, items[0].pk)
    again = actions.copy_from_run(owner, model, run)
    assert (again.copied, again.skipped, again.runs) == (0, 6, copy.runs)


def test_jobs_remove_what_a_run_said_in_steps(owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_kinds, "ROWS_A_STEP", 3)
    items = make.make_items(owner, dataset, 4)
    run, kept = make.make_run(owner), make.make_run(owner)
    for one in (run, kept):
        make.make_predictions(owner, one, dataset, items)
    assert finished(owner, actions.delete_run(owner, run)).message == {"predictions_deleted": 8}
    assert list(Prediction.objects.unscoped().values_list("run_id", flat=True)) == [kept.pk] * 8
    assert not ModelRun.objects.unscoped().filter(pk=run.pk).exists()
    with pytest.raises(NotFound):
        actions.predict(owner, run, dataset, [make.draft_label(owner, "item-0")], update=False)


@pytest.mark.parametrize("named", [True, False])
def test_annotations_are_removed_by_a_job_and_predictions_stay(
    owner: Viewer,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    named: bool,
) -> None:
    monkeypatch.setattr(job_kinds, "ROWS_A_STEP", 3)
    items = make.make_items(owner, dataset, 3)
    run = make.make_run(owner)
    make.make_annotations(owner, dataset, items, per_item=4)
    make.make_predictions(owner, run, dataset, items)
    job = actions.delete_annotations(owner, dataset, ["item-0", "gone", "item-1"] if named else [])
    done = finished(owner, job)
    assert done.state == Job.State.COMPLETED
    assert done.message == {"annotations_deleted": 8 if named else 12}
    assert [error.sentence for error in jobs.errors(owner, done)] == (
        ["There is no item or scene with this reference_id in this dataset."] if named else []
    )
    assert queries.class_counts(owner, dataset) == ([("box", "car", 4)] if named else [])
    assert queries.run_totals(owner, [run]) == {run.pk: 6}


def test_mask_file_goes_with_the_last_that_names_it(owner: Viewer) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    items = make.make_items(owner, ordinary, 2)
    file = dataset_actions.store_file(owner, [b"\x89PNG\r\n\x1a\n" + bytes(20)])
    drafts = [
        make.draft_label(owner, item.reference_id, type="mask", segments=[], mask_file_pk=file.pk, mask_path="/m/a.png")
        for item in items
    ]
    make.annotate(owner, ordinary, drafts)
    row = queries.labels_of_items(owner, ordinary, [items[0].pk])[0]
    assert (row.mask_file_pk, row.mask_url, row.geometry) == (file.pk, None, '{"annotations":[],"path":"/m/a.png"}')
    dataset_actions.delete_item(owner, ordinary, items[0])
    assert type(file).objects.filter(pk=file.pk).exists()
    url = make.draft_label(owner, "item-1", type="mask", segments=[])
    make.annotate(owner, ordinary, [url], update=True)
    assert not type(file).objects.filter(pk=file.pk).exists()
