"""The kept counts of classes against a fresh count of the rows, after every verb, in an order drawn by lot."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import job_kinds as dataset_jobs
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.jobs.models import Job
from webapp.jobs.worker import work
from webapp.labels import actions, queries
from webapp.labels import job_kinds as label_jobs
from webapp.labels.drafts import LabelDraft
from webapp.labels.models import Annotation, LabelCount, ModelRun, Prediction

LABELS = ["car", "bus", "<b>", "person"]
STEPS = 40


def kept() -> Counter[tuple[Any, ...]]:
    columns = ("dataset_id", "run_id", "kind", "label", "bucket", "count")
    return Counter({row[:-1]: row[-1] for row in LabelCount.objects.values_list(*columns)})


def counted() -> Counter[tuple[Any, ...]]:
    """The same from the rows themselves, by other means than the code's."""
    found: Counter[tuple[Any, ...]] = Counter()
    columns = ["dataset_id", "kind", "label", "geometry"]
    rows = [(*row, None, None) for row in Annotation.objects.unscoped().values_list(*columns)]
    rows += Prediction.objects.unscoped().values_list(*columns, "run_id", "confidence")
    for dataset_pk, kind, label, geometry, run_pk, confidence in rows:
        bucket = -1 if confidence is None else sum(confidence >= edge / 20 for edge in range(1, 20))
        values = msgspec.json.decode(geometry)
        names = values.get("labels") or [one["label"] for one in values.get("annotations", [])] or [label]
        for name in names:
            found[dataset_pk, run_pk, kind, name, bucket] += 1
    return found


class Lottery:
    """Verbs with arguments drawn by lot on two datasets, one of items and one of scenes, and two runs."""

    def __init__(self, viewer: Viewer, seed: int) -> None:
        self.viewer, self.random = viewer, random.Random(seed)
        self.items = make.make_dataset(viewer)
        self.scenes = make.make_dataset(viewer, is_scene=True)
        make.make_items(viewer, self.items, 6)
        for name in ("a", "b", "c"):
            make.make_scene(viewer, self.scenes, name)
        self.model = make.make_model(viewer)
        self.runs = [make.make_run(viewer, model=self.model) for _ in range(2)]
        self.add_taxonomies()

    def add_taxonomies(self) -> None:
        for dataset in (self.items, self.scenes):
            for kind in ("category", "multicategory"):
                actions.add_taxonomy(self.viewer, dataset, name=kind, kind=kind, labels=LABELS, update=False)

    def draw(self, dataset: Dataset, *, predicted: bool) -> LabelDraft:
        pick = self.random.choice
        names = [row.reference_id for row in dataset_queries.items(self.viewer, dataset)] or ["nothing"]
        kind = pick(["box", "polygon", "mask", "category" if predicted else "multicategory"])
        fields: dict[str, Any] = {"type": kind, "annotation_id": pick([None, "1", "2", "3"])}
        if predicted:
            fields["confidence"] = pick([None, 0, 0.05, 0.35, 0.999, 1])
        if kind == "polygon":
            fields["geometry"] = {"vertices": [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}]}
        if kind in ("category", "multicategory"):
            fields |= {"taxonomy_name": pick([None, kind]), "of_scene": True}
            names += [row.reference_id for row in dataset_queries.scenes(self.viewer, dataset)]
        words = self.random.sample(LABELS, 2)
        if kind == "mask":
            fields["segments"] = [{"label": word, "index": place} for place, word in enumerate(words)]
        fields["labels" if kind == "multicategory" else "label"] = words if kind == "multicategory" else words[0]
        return make.draft_label(self.viewer, pick(names), track_reference_id=pick([None, "t"]), **fields)

    def step(self) -> None:
        dataset = self.random.choice([self.items, self.scenes])
        verbs: dict[Callable[[Dataset], None], int] = {
            self.annotate: 6,
            self.predict: 6,
            self.delete_row: 2,
            self.delete_annotations: 1,
            self.delete_taxonomy: 1,
            self.change_runs: 1,
        }
        verb = self.random.choices(list(verbs), weights=list(verbs.values()))[0]
        verb(dataset)

    def annotate(self, dataset: Dataset) -> None:
        drafts = [self.draw(dataset, predicted=False) for _ in range(12)]
        make.annotate(self.viewer, dataset, drafts, update=self.random.random() < 0.5, keep_refused=True)

    def predict(self, dataset: Dataset) -> None:
        drafts = [self.draw(dataset, predicted=True) for _ in range(12)]
        run, update = self.random.choice(self.runs), self.random.random() < 0.5
        actions.predict(self.viewer, run, dataset, drafts, update=update, keep_refused=True)

    def delete_row(self, dataset: Dataset) -> None:
        if dataset is self.items:
            items = list(dataset_queries.items(self.viewer, dataset))
            if len(items) > 2:
                dataset_actions.delete_item(self.viewer, dataset, self.random.choice(items))
            return
        scenes = list(dataset_queries.scenes(self.viewer, dataset))
        if len(scenes) > 1:
            dataset_actions.delete_scene(self.viewer, dataset, self.random.choice(scenes))
        # Another frame of the same scene takes the first one's place.
        renewed = make.draft_scene(self.viewer, scenes[0].reference_id, frames=3)
        renewed.frames[0].reference_id = f"new-{self.random.random()}"
        dataset_actions.append_scenes(self.viewer, dataset, [renewed], update=True)

    def delete_annotations(self, dataset: Dataset) -> None:
        names = self.random.choice([[], ["item-0", "a", "b-1", "nothing"]])
        actions.delete_annotations(self.viewer, dataset, names)
        run_jobs()

    def delete_taxonomy(self, dataset: Dataset) -> None:
        actions.delete_taxonomy(self.viewer, dataset, "category")
        self.add_taxonomies()

    def change_runs(self, _dataset: Dataset) -> None:
        merged, _ = actions.merge_runs(self.viewer, self.runs, name="both")
        run_jobs()
        actions.copy_from_run(self.viewer, self.model, merged)
        actions.delete_run(self.viewer, self.runs.pop(0))
        run_jobs()
        self.runs.append(merged)


def run_jobs() -> None:
    work(threading.Event(), until_idle=True)
    assert not Job.objects.unscoped().filter(state=Job.State.ERRORED).exists()


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_counts_are_those_of_the_rows_after_every_verb(
    owner: Viewer, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    for kinds in (dataset_jobs, label_jobs):
        monkeypatch.setattr(kinds, "ROWS_A_STEP", 7)
    lottery = Lottery(owner, seed)
    for _ in range(STEPS):
        lottery.step()
        assert kept() == counted()
    assert len(kept()) > 20
    dataset_actions.delete_dataset(owner, lottery.items)
    run_jobs()
    assert kept() == counted()
    assert {key[0] for key in kept()} == {lottery.scenes.pk}
    actions.delete_model(owner, lottery.model)
    run_jobs()
    assert kept() == counted()
    assert {key[1] for key in kept()} <= {None}
    assert not ModelRun.objects.unscoped().exists()


def test_counts_and_confidences_are_read_without_reading_labels(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    other = make.make_dataset(owner)
    others = make.make_items(owner, other, 1)
    run = make.make_run(owner, dataset)
    for confidence in (0, 0.049, 0.05, 0.5, 0.95, 1, None):
        fields: dict[str, Any] = {"confidence": confidence, "label": "bus", "policy": None}
        drafts = [make.draft_label(owner, "item-0", **fields)]
        actions.predict(owner, run, dataset, drafts, update=False)
    make.make_predictions(owner, run, other, others, per_item=3)
    make.make_annotations(owner, dataset, items, per_item=1)
    histogram = queries.confidence_histogram(owner, run, dataset)
    assert {place: count for place, count in enumerate(histogram["bus"]) if count} == {0: 2, 1: 1, 10: 1, 19: 2}
    assert set(queries.confidence_histogram(owner, run)) == {"bus", "car"}
    assert queries.class_counts(owner, dataset) == [("box", "car", 2)]
    assert queries.class_counts(owner, dataset, run) == [("box", "bus", 7)]
    assert queries.class_counts(owner, None, run) == [("box", "bus", 7), ("box", "car", 3)]
    assert queries.run_totals(owner, [run]) == {run.pk: 10}
