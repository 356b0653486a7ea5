"""Every route this door serves, each a line: method, address, function, one sentence.

Bodies and answers are the annotations of the functions. `{name}` is one part of a path; `{name:rest}` is all that is
left, slashes included, because reference ids may hold them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from webapp.privacy.refusals import Invalid, NotFound
from webapp.wire import annotations as ground_truth
from webapp.wire import (
    appends,
    class_labels,
    datasets,
    exports,
    items,
    jobs,
    labelling,
    local_files,
    masks,
    metadata,
    model_runs,
    models,
    objects,
    prediction_reads,
    predictions,
    promotions,
    scene_exports,
    scenes,
    slices,
    taxonomies,
    tracks,
    uploads,
)
from webapp.wire.call import ROOT
from webapp.wire.labels_out import LabelOut
from webapp.wire.refusals import MethodNotServed

JSON, FORM, LINES = "application/json", "multipart/form-data", "application/x-ndjson"


@dataclass(frozen=True)
class Route:
    """`takes` is the type of the body, JSON where the function has one; a signed route needs no key but its link."""

    method: str
    pattern: str
    function: Callable[..., Any]
    sentence: str
    takes: str = JSON
    is_signed: bool = False

    @cached_property
    def body(self) -> Any:
        """The struct of the JSON body, or None."""
        return get_type_hints(self.function).get("body")

    @cached_property
    def file(self) -> Any:
        """The type of a JSON body that the function reads itself, because it may be long; or None."""
        return labelling.BODIES.get(self.function)

    @cached_property
    def answer(self) -> Any:
        """The type of the answer; that of a streamed one is in STREAMED."""
        return STREAMED.get(self.function, get_type_hints(self.function)["return"])

    @cached_property
    def names(self) -> list[str]:
        return [name for name in inspect.signature(self.function).parameters if f"{{{name}" in self.pattern]

    @cached_property
    def expression(self) -> re.Pattern[str]:
        escaped = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.pattern)
        return re.compile(re.sub(r"\{(\w+):rest\}", r"(?P<\1>.+)", escaped), re.DOTALL)

    def match(self, path: str) -> dict[str, str] | None:
        """The parts of `path` by name, or None; a slash at its end is passed over unless it may be a reference's."""
        found = self.expression.fullmatch(path if ":rest" in self.pattern else path.rstrip("/"))
        return found.groupdict() if found else None


ROUTES = (
    Route("POST", "dataset/create", datasets.create, "Make an empty dataset."),
    Route("GET", "dataset/details", datasets.details, "List the team's datasets."),
    Route("GET", "dataset", datasets.ids, "List the ids of the team's datasets."),
    Route("DELETE", "dataset/{dataset_id}", datasets.delete, "Delete a dataset and all it holds."),
    Route("GET", "dataset/{dataset_id}/name", datasets.name, "A dataset's name."),
    Route("GET", "dataset/{dataset_id}/is_scene", datasets.is_scene, "Whether a dataset is of scenes."),
    Route("GET", "dataset/{dataset_id}/use_privacy_mode", datasets.use_privacy_mode, "Whether it is in privacy mode."),
    Route("GET", "dataset/{dataset_id}/info", datasets.info, "What a dataset is and holds."),
    Route("GET", "dataset/{dataset_id}/size", datasets.size, "How many items a dataset has."),
    Route("GET", "dataset/{dataset_id}/model_runs", model_runs.of_dataset, "The ids of the runs over a dataset."),
    Route("GET", "dataset/{dataset_id}/tags", datasets.tags, "A dataset's tags."),
    Route("POST", "dataset/{dataset_id}/tags", datasets.add_tags, "Add tags to a dataset."),
    Route("DELETE", "dataset/{dataset_id}/tags", datasets.remove_tags, "Remove tags from a dataset."),
    Route("GET", "dataset/{dataset_id}/signedUrl/{request_id}", uploads.sign, "A link to upload rows to."),
    Route("PUT", "upload/{token}", uploads.put, "Upload rows, one JSON object a line.", takes=LINES, is_signed=True),
    Route("POST", "dataset/{dataset_id}/append", appends.append, "Append items by URL; with async=1 as a job."),
    Route("POST", "dataset/{dataset_id}/append", local_files.append, "Append items by file.", takes=FORM),
    Route("GET", "dataset/{dataset_id}/datasetItems", items.all_items, "All items."),
    Route("POST", "dataset/{dataset_id}/itemsPage", items.page, "One page of items."),
    Route("POST", "dataset/{dataset_id}/queryItemsPage", items.query_page, "One page of items that meet a query."),
    Route("GET", "dataset/{dataset_id}/refloc/{reference_id:rest}", items.by_reference, "An item by reference id."),
    Route("DELETE", "dataset/{dataset_id}/refloc/{reference_id:rest}", items.delete, "Delete an item."),
    Route("GET", "dataset/{dataset_id}/iloc/{position}", items.at, "An item by position, from 0."),
    Route("GET", "dataset/{dataset_id}/loc/{item_id}", items.by_id, "An item by its id."),
    Route("POST", "dataset/{dataset_id}/metadata", metadata.change, "Merge metadata; with async=1 as a job."),
    Route("GET", "dataset/{dataset_id}/scenes_list", scenes.all_scenes, "All scenes, without frames."),
    Route("POST", "dataset/{dataset_id}/queryScenesPage", scenes.query_page, "One page of scenes that meet a query."),
    Route("GET", "dataset/{dataset_id}/scene/{reference_id:rest}", scenes.by_reference, "A scene with its frames."),
    Route("DELETE", "dataset/{dataset_id}/scene/{reference_id:rest}", scenes.delete, "Delete a scene and its frames."),
    Route("POST", "dataset/{dataset_id}/annotate", ground_truth.annotate, "Annotate items; with async=1 as a job."),
    Route("POST", "dataset/{dataset_id}/annotate", masks.annotate, "Annotate items with masks by file.", takes=FORM),
    Route("DELETE", "annotation/{dataset_id}", ground_truth.delete, "Delete the annotations of items, or all."),
    Route("GET", "dataset/{dataset_id}/groundTruth/loc/{names:rest}", ground_truth.by_reference, "One annotation."),
    Route("POST", "dataset/{dataset_id}/queryObjectsPage", objects.page, "One page of labels, or of their matches."),
    Route("GET", "dataset/{dataset_id}/class_labels", class_labels.of_dataset, "The classes of the annotations."),
    Route("GET", "dataset/{dataset_id}/labelSchema", class_labels.schema, "The classes of all labels."),
    Route("POST", "dataset/{dataset_id}/add_taxonomy", taxonomies.add, "Add a taxonomy, or labels to one."),
    Route("DELETE", "dataset/{dataset_id}/taxonomy/{name:rest}", taxonomies.delete, "Delete a taxonomy."),
    Route("GET", "dataset/{dataset_id}/tracks", tracks.of_dataset, "A dataset's tracks."),
    Route("POST", "dataset/{dataset_id}/tracks", tracks.change, "Change a track's metadata."),
    Route("DELETE", "dataset/{dataset_id}/tracks", tracks.delete, "Delete tracks; their labels stay."),
    Route("GET", "dataset/{dataset_id}/exportForTraining", exports.of_items, "All items with their annotations."),
    Route("POST", "dataset/{dataset_id}/exportForTrainingPage", exports.page_of_items, "One page of the same."),
    Route("POST", "dataset/{dataset_id}/exportForTrainingByScene", scene_exports.page, "Scenes, track by track."),
    Route("POST", "models/add", models.add, "Make a model."),
    Route("GET", "models", models.of_team, "The team's models."),
    Route("GET", "model/{model_id}", models.by_id, "A model, by its id or that of a run of it."),
    Route("DELETE", "model/{model_id}", models.delete, "Delete a model, its runs and their predictions."),
    Route("POST", "model/{model_id}/tag", models.add_tags, "Add tags to a model."),
    Route("DELETE", "model/{model_id}/tag", models.remove_tags, "Remove tags from a model."),
    Route("POST", "model/{model_id}/trainedSliceId", models.add_trained_slices, "Note slices a model was taught with."),
    Route("DELETE", "model/{model_id}/trainedSliceId", models.remove_trained_slices, "Forget such slices."),
    Route("GET", "model/{model_id}/modelRun", model_runs.of_model, "The ids of a model's runs."),
    Route("POST", "model/{model_id}/modelRun/create", model_runs.create, "Make a run of a model."),
    Route("POST", "dataset/{dataset_id}/modelRun/create", model_runs.create_for_dataset, "Make a run over a dataset."),
    Route("POST", "modelRun/merge", model_runs.merge, "Make a run of the predictions of several."),
    Route("GET", "modelRun/{run_id}/info", model_runs.info, "What a run is."),
    Route("POST", "modelRun/{run_id}/commit", model_runs.commit, "Note that a run is complete."),
    Route("DELETE", "modelRun/{run_id}", model_runs.delete, "Delete a run and its predictions."),
    Route(
        "POST",
        "dataset/{dataset_id}/model/{model_id}/uploadPredictions",
        predictions.for_model,
        "Store predictions of a model; with async=1 as a job.",
    ),
    Route(
        "POST",
        "dataset/{dataset_id}/model/{model_id}/uploadPredictions",
        predictions.masks_for_model,
        "Store predicted masks by file.",
        takes=FORM,
    ),
    Route(
        "POST",
        "dataset/{dataset_id}/modelRun/{run_id}/uploadPredictions",
        predictions.for_run,
        "Store predictions of a run; with async=1 as a job.",
    ),
    Route(
        "POST",
        "dataset/{dataset_id}/modelRun/{run_id}/uploadPredictions",
        predictions.masks_for_run,
        "Store a run's predicted masks by file.",
        takes=FORM,
    ),
    Route(
        "POST",
        "modelRun/{run_id}/uploadPredictions",
        predictions.for_run_anywhere,
        "Store predictions by their items.",
    ),
    Route("POST", "modelRun/{run_id}/predict", predictions.predict, "Store predictions on a run's one dataset."),
    Route("POST", "modelRun/{run_id}/predict", predictions.predict_masks, "The same for masks by file.", takes=FORM),
    Route("POST", "model/{model_id}/predictions", predictions.for_model_anywhere, "Store predictions without a run."),
    Route("POST", "model/{model_id}/predictions/copyFromRun", predictions.copy_from_run, "Copy a run's predictions."),
    Route(
        "GET",
        "model/{model_id}/predictions/refloc/{reference_id:rest}",
        prediction_reads.of_model_by_reference,
        "What a model says of an item, by reference id.",
    ),
    Route("GET", "model/{model_id}/predictions/iloc/{position}", prediction_reads.of_model_at, "The same by position."),
    Route("GET", "model/{model_id}/predictions/loc/{item_id}", prediction_reads.of_model_by_id, "The same by id."),
    Route("GET", "dataset/{dataset_id}/model/{model_id}/export", prediction_reads.of_dataset, "All a model says."),
    Route(
        "GET",
        "dataset/{dataset_id}/model/{model_id}/iloc/{position}",
        prediction_reads.at,
        "What a model says of the item at a position.",
    ),
    Route(
        "GET",
        "dataset/{dataset_id}/model/{model_id}/referenceId/{reference_id:rest}",
        prediction_reads.by_reference,
        "The same by reference id.",
    ),
    Route("GET", "dataset/{dataset_id}/model/{model_id}/loc/{names:rest}", prediction_reads.one, "One prediction."),
    Route("GET", "modelRun/{run_id}/iloc/{position}", prediction_reads.of_run_at, "What a run says of an item."),
    Route("GET", "modelRun/{run_id}/refloc/{reference_id:rest}", prediction_reads.of_run_by_reference, "By reference."),
    Route("GET", "modelRun/{run_id}/loc/{item_id}", prediction_reads.of_run_by_id, "By the item's id."),
    Route("GET", "modelRun/{run_id}/prediction/loc/{names:rest}", prediction_reads.one_of_run, "One of a run's."),
    Route("GET", "modelRun/{run_id}/ungrouped", prediction_reads.of_run, "All a run says."),
    Route("POST", "dataset/{dataset_id}/create_slice", slices.create, "Make a slice."),
    Route("POST", "dataset/{dataset_id}/build_slice", slices.build, "Make a slice of a random sample."),
    Route("GET", "dataset/{dataset_id}/slices", slices.of_dataset, "A dataset's slices, by name and type if given."),
    Route("GET", "slice", slices.of_team, "The team's slices."),
    Route("GET", "slice/{slice_id}", slices.held, "A slice with all it holds."),
    Route("DELETE", "slice/{slice_id}", slices.delete, "Delete a slice; its items stay."),
    Route("GET", "slice/{slice_id}/info", slices.info, "What a slice is."),
    Route("POST", "slice/{slice_id}/append", slices.append, "Add items to a slice."),
    Route("POST", "slice/{slice_id}/tag", slices.tag, "Add tags to a slice."),
    Route("POST", "slice/{slice_id}/itemsPage", slices.page, "One page of a slice."),
    Route("GET", "slice/{slice_id}/exportRawItems", slices.raw_items, "A slice's items with their URLs."),
    Route("GET", "slice/{slice_id}/exportForTraining", exports.of_slice_items, "A slice's items with annotations."),
    Route("POST", "slice/{slice_id}/exportForTrainingPage", exports.page_of_slice, "One page of the same."),
    Route("GET", "slice/{slice_id}/class_labels", class_labels.of_slice_items, "The classes of a slice's annotations."),
    Route("GET", "slice/{slice_id}/export_raw_json", exports.raw_of_slice, "A slice's annotations, one by one."),
    # After the fixed words that may stand in this place.
    Route(
        "POST",
        "slice/{slice_id}/{project}/send_to_labeling",
        promotions.send_to_labeling,
        "Ask for a slice to be shared with a labelling project; the job runs until that is decided and done.",
    ),
    Route(
        "GET",
        "slice/{slice_id}/{model_id}/exportForTraining",
        exports.predictions_of_slice,
        "A slice's items with what a model says of them.",
    ),
    Route(
        "POST",
        "slice/{slice_id}/{model_id}/exportForTrainingPage",
        exports.page_of_slice_predictions,
        "One page of the same.",
    ),
    Route("POST", "dataset/{dataset_id}/promotions", promotions.ask, "Ask for items to be shared, with a reason."),
    Route("GET", "promotions/{promotion_id}", promotions.by_id, "A request to share, and what became of it."),
    Route("POST", "promotions/{promotion_id}/withdraw", promotions.take_back, "Take back a request that waits."),
    Route("POST", "jobs", jobs.listed, "The team's jobs, newest first."),
    Route("GET", "job/{job_id}", jobs.status, "How far a job is."),
    Route("GET", "job/{job_id}/info", jobs.info, "What a job is."),
    Route("GET", "job/{job_id}/errors", jobs.errors, "The rows a job refused, newest first, each a JSON text."),
    Route("POST", "labelling/{project_id}/items", labelling.give_items, "Give a project items to label in place."),
    Route("GET", "labelling/{project_id}/manifest", labelling.manifest, "A project's tasks, with links."),
    Route("GET", "labelling/{project_id}/coco", labelling.coco_file, "The same in COCO's form."),
    Route("GET", "labelling/{project_id}/label-studio", labelling.label_studio, "The same for Label Studio."),
    Route("GET", "labelling/{project_id}/interface", labelling.interface, "Label Studio's interface for its classes."),
    Route("POST", "labelling/{project_id}/results", labelling.results, "Take in COCO's or Label Studio's results."),
    # After the fixed first words: these begin with the dataset's id.
    Route("POST", "{dataset_id}/upload_video_scenes", scenes.append, "Append video scenes; with async=1 as a job."),
    Route("POST", "{dataset_id}/upload_scenes", scenes.append_lidar, "Append video scenes, as old SDKs do."),
)
STREAMED: dict[Callable[..., Any], Any] = {
    items.all_items: items.ItemList,
    scenes.all_scenes: scenes.SceneList,
    slices.held: slices.SliceHeld,
    slices.raw_items: slices.RawItems,
    exports.of_items: exports.Exported,
    exports.of_slice_items: exports.Exported,
    exports.predictions_of_slice: exports.Exported,
    exports.raw_of_slice: list[exports.RawRow],
    prediction_reads.of_dataset: dict[str, list[LabelOut]],
    prediction_reads.of_run: dict[str, list[LabelOut]],
    **labelling.ANSWERS,
}


def routes_at(path: str) -> Iterator[tuple[Route, dict[str, str]]]:
    """Every route whose pattern fits a path below the root, with the parts of the path by name."""
    for route in ROUTES:
        if (parts := route.match(path)) is not None:
            yield route, parts


def find(method: str, path: str, content_type: str) -> tuple[Route, dict[str, str]]:
    """The route for a request; raises NotFound, or MethodNotServed with what the address does take."""
    # An endpoint configured with a slash at its end makes the SDK send two.
    path = path.lstrip("/")
    if "\0" in path:
        raise Invalid("The address holds a NUL character; nothing here has one in its name.")
    fitting = list(routes_at(path))
    if not fitting:
        raise NotFound(f"This address is not served. What is served below {ROOT} stands in /api/openapi.json.")
    wanted = "GET" if method == "HEAD" else method
    of_method = [(route, parts) for route, parts in fitting if route.method == wanted]
    if not of_method:
        allowed = {route.method for route, _ in fitting}
        raise MethodNotServed(method, sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
    of_type = [(route, parts) for route, parts in of_method if route.takes == content_type]
    return (of_type or of_method)[0]
