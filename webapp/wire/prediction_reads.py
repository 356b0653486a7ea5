"""Routes 105 to 110: what runs of models say, of an item, one prediction alone, or all of a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item, Scene
from webapp.labels import queries as label_queries
from webapp.labels.drafts import OF_SCENES
from webapp.labels.models import ModelRun
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.wire.call import Call, Streamed
from webapp.wire.export_pages import Said, parts
from webapp.wire.labels_out import GROUPS, LabelOut, grouped, item_labels_out, scene_labels_out
from webapp.wire.references import first_of_split, position_of
from webapp.wire.rows_out import all_pages

SCENES_A_PART = 200


class PredictionsFound(msgspec.Struct):
    """Predictions by the SDK's word for their kind; kinds that there are none of are left out."""

    annotations: dict[str, list[LabelOut]]


class PredictionList(msgspec.Struct):
    """Predictions in one list, the kind of each being the SDK's word for it."""

    predictions: list[LabelOut]


def runs_named(viewer: Viewer, dataset: Dataset, model_id: str) -> list[ModelRun]:
    """The model's runs on a dataset, oldest first; a run's id in the place of the model's means that run alone."""
    if model_id.startswith("run_"):
        return [label_queries.run(viewer, model_id)]
    model = label_queries.model(viewer, model_id)
    return [one for one in label_queries.runs_of_dataset(viewer, dataset)[::-1] if one.model_id == model.pk]


def of_dataset(call: Call, dataset_id: str, model_id: str) -> Streamed:
    dataset = queries.dataset(call.viewer, dataset_id)
    return by_kind(call.viewer, [(dataset, run) for run in runs_named(call.viewer, dataset, model_id)])


def of_run(call: Call, run_id: str) -> Streamed:
    run = label_queries.run(call.viewer, run_id)
    return by_kind(call.viewer, [(dataset, run) for dataset in label_queries.datasets_of_run(call.viewer, run)])


def by_kind(viewer: Viewer, pairs: Sequence[tuple[Dataset, ModelRun]]) -> Streamed:
    """All predictions of these runs on their datasets as one object of lists, read once for each kind there is."""
    counts = [one for dataset, run in pairs for one in label_queries.class_counts(viewer, dataset, run)]
    kinds = sorted({kind for kind, _, _ in counts})

    def written() -> Iterator[bytes]:
        yield b"{"
        for place, kind in enumerate(kinds):
            yield b"," if place else b""
            yield msgspec.json.encode(GROUPS.get(kind, kind)) + b":["
            comma = b""
            for pair in pairs:
                for labels in labels_of_run(viewer, *pair, kind):
                    if labels:
                        yield comma + msgspec.json.encode(labels)[1:-1]
                        comma = b","
            yield b"]"
        yield b"}"

    return Streamed(written())


def labels_of_run(viewer: Viewer, dataset: Dataset, run: ModelRun, kind: str) -> Iterator[list[LabelOut]]:
    """What a run says of one kind, some items at a time, then what it says of scenes as a whole."""
    items = label_queries.items_of_run(viewer, dataset, run)
    said = Said(viewer, dataset, [run])
    for part in parts(lambda after, limit: queries.page_of(items, after=after, limit=limit), said):
        yield [
            one for item in part.items for one in item_labels_out(of_kind(part.of(item), kind), item, with_ids=False)
        ]
    if kind in OF_SCENES and dataset.is_scene:
        scenes = label_queries.scenes_of_run(viewer, dataset, run)
        for page in all_pages(lambda after: queries.page_of(scenes, after=after, limit=SCENES_A_PART)):
            yield labels_of_scenes(viewer, dataset, page, run, kind)


def labels_of_scenes(
    viewer: Viewer, dataset: Dataset, scenes: Sequence[Scene], run: ModelRun, kind: str
) -> list[LabelOut]:
    rows = label_queries.labels_of_scenes(
        viewer, dataset, [scene.pk for scene in scenes], runs=[run], with_annotations=False
    )
    of_scene = {scene.pk: [row for row in of_kind(rows, kind) if row.scene_pk == scene.pk] for scene in scenes}
    return [one for scene in scenes for one in scene_labels_out(of_scene[scene.pk], scene)]


def of_kind(rows: Sequence[LabelRow], kind: str) -> list[LabelRow]:
    return [row for row in rows if row.kind == kind]


def by_reference(call: Call, dataset_id: str, model_id: str, reference_id: str) -> PredictionsFound:
    dataset = queries.dataset(call.viewer, dataset_id)
    runs = runs_named(call.viewer, dataset, model_id)
    return found(call, dataset, queries.item_by_reference(call.viewer, dataset, reference_id), runs)


def at(call: Call, dataset_id: str, model_id: str, position: str) -> PredictionsFound:
    dataset = queries.dataset(call.viewer, dataset_id)
    runs = runs_named(call.viewer, dataset, model_id)
    return found(call, dataset, queries.item_at(call.viewer, dataset, position_of(position)), runs)


def one(call: Call, dataset_id: str, model_id: str, names: str) -> LabelOut:
    """`names` is a reference id, a slash and an annotation id, either of which may hold slashes."""
    dataset = queries.dataset(call.viewer, dataset_id)
    return one_of(call, dataset, runs_named(call.viewer, dataset, model_id)[::-1], names)


def one_of(call: Call, dataset: Dataset, runs: Sequence[ModelRun], names: str) -> LabelOut:
    """The prediction of the first of these runs that has it."""

    def read(item: Item, annotation_id: str) -> LabelOut:
        for run in runs:
            try:
                row = label_queries.prediction(call.viewer, dataset, run, item.reference_id, annotation_id)
            except NotFound:
                continue
            return item_labels_out([row], item)[0]
        raise NotFound(f"There is no prediction {annotation_id[:200]!r} of {item.reference_id[:200]!r} here.")

    return first_of_split(call.viewer, dataset, names, read)


def found(call: Call, dataset: Dataset, item: Item, runs: Sequence[ModelRun]) -> PredictionsFound:
    return PredictionsFound(grouped(said_of(call, dataset, item, runs)))


def said_of(call: Call, dataset: Dataset, item: Item, runs: Sequence[ModelRun]) -> list[LabelOut]:
    rows = label_queries.labels_of_items(call.viewer, dataset, [item.pk], runs=runs, with_annotations=False)
    return item_labels_out(rows, item)


def of_run_by_reference(call: Call, run_id: str, reference_id: str) -> PredictionsFound:
    run = label_queries.run(call.viewer, run_id)
    dataset, item = item_named(call, label_queries.datasets_of_run(call.viewer, run), reference_id)
    return found(call, dataset, item, [run])


def of_run_by_id(call: Call, run_id: str, item_id: str) -> PredictionsFound:
    run = label_queries.run(call.viewer, run_id)
    dataset, item = item_with_id(call, label_queries.datasets_of_run(call.viewer, run), item_id)
    return found(call, dataset, item, [run])


def of_run_at(call: Call, run_id: str, position: str) -> PredictionsFound:
    run = label_queries.run(call.viewer, run_id)
    dataset, item = item_placed(call, label_queries.datasets_of_run(call.viewer, run), position)
    return found(call, dataset, item, [run])


def one_of_run(call: Call, run_id: str, names: str) -> LabelOut:
    """`names` as in a dataset's."""
    run = label_queries.run(call.viewer, run_id)
    for dataset in label_queries.datasets_of_run(call.viewer, run):
        try:
            return one_of(call, dataset, [run], names)
        except NotFound:
            continue
    raise NotFound(f"There is no prediction of this run whose ids are {names[:200]!r}.")


def of_model_by_reference(call: Call, model_id: str, reference_id: str) -> PredictionList:
    runs = runs_by_dataset(call, model_id)
    dataset, item = item_named(call, [one for one, _ in runs], reference_id)
    return listed(call, dataset, item, runs)


def of_model_by_id(call: Call, model_id: str, item_id: str) -> PredictionList:
    runs = runs_by_dataset(call, model_id)
    dataset, item = item_with_id(call, [one for one, _ in runs], item_id)
    return listed(call, dataset, item, runs)


def of_model_at(call: Call, model_id: str, position: str) -> PredictionList:
    runs = runs_by_dataset(call, model_id)
    dataset, item = item_placed(call, [one for one, _ in runs], position)
    return listed(call, dataset, item, runs)


def runs_by_dataset(call: Call, model_id: str) -> list[tuple[Dataset, ModelRun]]:
    """The datasets that a model says something of without a run's being named, each with the run that holds it."""
    model = label_queries.model(call.viewer, model_id)
    runs = [one for one in label_queries.runs_of_model(call.viewer, model) if one.is_default]
    return [(dataset, run) for run in runs for dataset in label_queries.datasets_of_run(call.viewer, run)]


def listed(call: Call, dataset: Dataset, item: Item, runs: Sequence[tuple[Dataset, ModelRun]]) -> PredictionList:
    labels = said_of(call, dataset, item, [run for of, run in runs if of.pk == dataset.pk])
    for label in labels:
        label.type = GROUPS.get(label.type, label.type)
    return PredictionList(labels)


def item_named(call: Call, datasets: Sequence[Dataset], reference_id: str) -> tuple[Dataset, Item]:
    """The item with this reference id in the one of these datasets that has it."""
    found = []
    for dataset in datasets:
        rows = queries.items(call.viewer, dataset).filter(reference_id=reference_id)
        found += [(dataset, item) for item in rows]
    if len(found) > 1:
        raise Invalid(f"{len(found)} datasets have an item {reference_id[:200]!r}; ask with its item id (loc).")
    if not found:
        raise NotFound(f"There is no item with the reference_id {reference_id[:200]!r} in the datasets of this.")
    return found[0]


def item_with_id(call: Call, datasets: Sequence[Dataset], item_id: str) -> tuple[Dataset, Item]:
    pk = public_id.decode("di", item_id)
    for dataset in datasets:
        item = queries.items(call.viewer, dataset).filter(pk=pk).first() if pk is not None else None
        if item is not None:
            return dataset, item
    raise NotFound(f"There is no item {item_id[:60]!r} in the datasets of this.")


def item_placed(call: Call, datasets: Sequence[Dataset], position: str) -> tuple[Dataset, Item]:
    if len(datasets) != 1:
        raise Invalid(f"A position means nothing over {len(datasets)} datasets; ask with an item id (loc).")
    return datasets[0], queries.item_at(call.viewer, datasets[0], position_of(position))
