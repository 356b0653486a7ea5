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
from webapp.wire import appends, datasets, items, jobs, local_files, metadata, scenes, slices, uploads
from webapp.wire.call import ROOT
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
    Route("GET", "dataset/{dataset_id}/model_runs", datasets.model_runs, "Always empty: this version has no models."),
    Route("GET", "dataset/{dataset_id}/tags", datasets.tags, "A dataset's tags."),
    Route("POST", "dataset/{dataset_id}/tags", datasets.add_tags, "Add tags to a dataset."),
    Route("DELETE", "dataset/{dataset_id}/tags", datasets.remove_tags, "Remove tags from a dataset."),
    Route("GET", "dataset/{dataset_id}/signedUrl/{request_id}", uploads.sign, "A link to upload rows to."),
    Route("PUT", "upload/{token}", uploads.put, "Upload rows, one JSON object a line.", takes=LINES, is_signed=True),
    Route("POST", "dataset/{dataset_id}/append", appends.append, "Append items by URL; with async=1 as a job."),
    Route("POST", "dataset/{dataset_id}/append", local_files.append, "Append items by file.", takes=FORM),
    Route("GET", "dataset/{dataset_id}/datasetItems", items.all_items, "All items."),
    Route("POST", "dataset/{dataset_id}/itemsPage", items.page, "One page of items."),
    Route("GET", "dataset/{dataset_id}/refloc/{reference_id:rest}", items.by_reference, "An item by reference id."),
    Route("DELETE", "dataset/{dataset_id}/refloc/{reference_id:rest}", items.delete, "Delete an item."),
    Route("GET", "dataset/{dataset_id}/iloc/{position}", items.at, "An item by position, from 0."),
    Route("GET", "dataset/{dataset_id}/loc/{item_id}", items.by_id, "An item by its id."),
    Route("POST", "dataset/{dataset_id}/metadata", metadata.change, "Merge metadata; with async=1 as a job."),
    Route("GET", "dataset/{dataset_id}/scenes_list", scenes.all_scenes, "All scenes, without frames."),
    Route("GET", "dataset/{dataset_id}/scene/{reference_id:rest}", scenes.by_reference, "A scene with its frames."),
    Route("DELETE", "dataset/{dataset_id}/scene/{reference_id:rest}", scenes.delete, "Delete a scene and its frames."),
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
    Route("POST", "jobs", jobs.listed, "The team's jobs, newest first."),
    Route("GET", "job/{job_id}", jobs.status, "How far a job is."),
    Route("GET", "job/{job_id}/info", jobs.info, "What a job is."),
    Route("GET", "job/{job_id}/errors", jobs.errors, "The rows a job refused, newest first, each a JSON text."),
    # After the fixed first words: these begin with the dataset's id.
    Route("POST", "{dataset_id}/upload_video_scenes", scenes.append, "Append video scenes; with async=1 as a job."),
    Route("POST", "{dataset_id}/upload_scenes", scenes.append_lidar, "Append video scenes, as old SDKs do."),
)
STREAMED: dict[Callable[..., Any], Any] = {
    items.all_items: items.ItemList,
    scenes.all_scenes: scenes.SceneList,
    slices.held: slices.SliceHeld,
    slices.raw_items: slices.RawItems,
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
