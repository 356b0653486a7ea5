"""Labelling projects for programs: items given in place, the tasks as files, and results. Not of the vendor's API.

`{project_id}` is a project's id (`lab_…`) or its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.exchange.coco import coco
from webapp.exchange.faults import ResultsRefused
from webapp.exchange.handing_out import Terms, hand_out, terms_for
from webapp.exchange.in_place import give_items_in_place, give_slice_in_place
from webapp.exchange.label_studio import interface as label_studio_interface
from webapp.exchange.label_studio import label_studio as label_studio_tasks
from webapp.exchange.manifest import manifest as own_manifest
from webapp.exchange.results import MAX_BYTES, bring_results
from webapp.labels import queries as labels
from webapp.labels.actions import require_bringing
from webapp.labels.models import LabellingProject
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call, Streamed
from webapp.wire.refusals import MediaTypeRefused
from webapp.wire.request_body import parts_of


class GiveItems(msgspec.Struct):
    """Items of a dataset by reference id, or all of a slice: the frames, if it holds scenes."""

    dataset_id: str | None = None
    reference_ids: list[str] | None = None
    slice_id: str | None = None


class ItemsGiven(msgspec.Struct):
    """`new` is how many items the project did not have."""

    project_id: str
    new: int


class Interface(msgspec.Struct):
    """`config` is Label Studio's labelling interface, as XML."""

    project_id: str
    config: str


class ResultsStored(msgspec.Struct):
    """How many tasks have a result now, how many labels it has, and how many of earlier results are gone."""

    project_id: str
    tasks: int
    labels: int
    removed: int


def give_items(call: Call, project_id: str, body: GiveItems) -> ItemsGiven:
    project = labels.project_named(call.viewer, project_id)
    if body.slice_id is not None and body.dataset_id is None and body.reference_ids is None:
        new = give_slice_in_place(call.viewer, project, queries.slice_(call.viewer, body.slice_id))
    elif body.slice_id is None and body.dataset_id is not None and body.reference_ids is not None:
        dataset = queries.dataset(call.viewer, body.dataset_id)
        new = give_items_in_place(call.viewer, project, dataset, body.reference_ids)
    else:
        raise Invalid("Send slice_id, or dataset_id with reference_ids.")
    return ItemsGiven(project.public_id, new)


def manifest(call: Call, project_id: str) -> Streamed:
    return handed(call, project_id, "manifest", own_manifest)


def coco_file(call: Call, project_id: str) -> Streamed:
    return handed(call, project_id, "coco", coco)


def label_studio(call: Call, project_id: str) -> Streamed:
    return handed(call, project_id, "label-studio", label_studio_tasks)


def interface(call: Call, project_id: str) -> Interface:
    project = labels.project_named(call.viewer, project_id)
    return Interface(project.public_id, label_studio_interface(project))


def handed(
    call: Call, project_id: str, form: str, made: Callable[[Viewer, LabellingProject, Terms], Iterator[bytes]]
) -> Streamed:
    """The project's tasks in a form; `?days=`, `?only=open` and `?labels=1` say on what terms."""
    project = labels.project_named(call.viewer, project_id)
    terms = terms_for(
        call.links,
        days=call.query.get("days", ""),
        only_open=call.query.get("only") == "open",
        with_labels=call.query.get("labels") == "1",
    )
    if call.request.method == "GET":
        hand_out(call.viewer, project, terms, form=form)
    return Streamed(made(call.viewer, project, terms))


def results(call: Call, project_id: str) -> ResultsStored:
    """The body is the file; `?empty=done` says that COCO's images without annotations are labelled too."""
    project = labels.project_named(call.viewer, project_id)
    require_bringing(call.viewer, project)
    if call.request.content_type != "application/json":
        raise MediaTypeRefused("Send the file with the header Content-Type: application/json.")
    raw = b"".join(parts_of(call.request, limit=MAX_BYTES))
    try:
        taken = bring_results(call.viewer, project, raw, empty_is_done=call.query.get("empty") == "done")
    except ResultsRefused as refusal:
        raise Invalid("\n".join(["Nothing of the file was stored.", *map(str, refusal.faults)])) from None
    return ResultsStored(project.public_id, taken.tasks, taken.labels, taken.removed)


# What their bodies and answers are, for the description of the door.
ANSWERS: dict[Callable[..., Any], Any] = {
    manifest: dict[str, Any],
    coco_file: dict[str, Any],
    label_studio: list[dict[str, Any]],
}
BODIES: dict[Callable[..., Any], Any] = {results: dict[str, Any] | list[dict[str, Any]]}
