"""What the pages' scripts send: measured sizes, and slices made of a selection. Private to the pages."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions.change_metadata import note_measured_sizes
from webapp.datasets.actions.slices import append_to_slice, create_slice, remove_from_slice
from webapp.datasets.models import Dataset, Slice
from webapp.pages.door import feed
from webapp.pages.words import counted
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

MAX_IDS = 10_000
# No decoder of a browser makes a picture with a longer side.
MAX_SIDE_PX = 1_000_000

Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE_PX)]
Ids = Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_IDS)]
Body = TypeVar("Body", bound=msgspec.Struct)


class MeasuredItem(msgspec.Struct, forbid_unknown_fields=True):
    """A size in pixels that a browser found."""

    id: str
    width: Side
    height: Side


class Measurements(msgspec.Struct, forbid_unknown_fields=True):
    items: Annotated[list[MeasuredItem], msgspec.Meta(max_length=MAX_IDS)]


class NewSlice(msgspec.Struct, forbid_unknown_fields=True):
    """A slice to be made of these items or scenes."""

    name: str
    ids: Ids


class SliceMembers(msgspec.Struct, forbid_unknown_fields=True):
    """Items or scenes to be added to a slice."""

    slice_id: str
    ids: Ids


@feed("POST")
def measurements(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Fill in sizes that are not known yet. A scene's id stands for its first frame, which is what its cell shows."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, Measurements)
    sizes = {one.id: (one.width, one.height) for one in body.items}
    by_key = {pk: sizes[text] for text in sizes if (pk := public_id.decode("di", text)) is not None}
    scenes = {pk: sizes[text] for text in sizes if (pk := public_id.decode("scn", text)) is not None}
    if scenes:
        found = list(queries.scenes(viewer, dataset).filter(pk__in=scenes))
        stills = queries.first_frames(viewer, found)
        by_key |= {frame.pk: scenes[scene_pk] for scene_pk, frame in stills.items()}
    return answer({"filled": note_measured_sizes(viewer, dataset, by_key)})


@feed("POST")
def new_slice(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Make a slice of a selection; says where it is."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, NewSlice)
    prefix = "scn" if body.ids[0].startswith("scn_") else "di"
    keys = keys_of(body.ids, prefix)
    made = (
        create_slice(viewer, dataset, name=body.name, scene_pks=keys)
        if prefix == "scn"
        else create_slice(viewer, dataset, name=body.name, item_pks=keys)
    )
    return answer(slice_answer(made, made.size), status=201)


@feed("POST")
def slice_members(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Add a selection to a slice of the same dataset; says how many were new to it."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, SliceMembers)
    found = slice_in(viewer, dataset, body.slice_id)
    keys = keys_of(body.ids, "di" if found.kind == Slice.Kind.ITEMS else "scn")
    append_to_slice(viewer, found, pks=keys)
    return answer(slice_answer(found, queries.slice_(viewer, body.slice_id).size - found.size))


@feed("POST")
def slice_removals(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Take a selection out of a slice of this dataset; says which were in it, so that it can be undone."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, SliceMembers)
    found = slice_in(viewer, dataset, body.slice_id)
    prefix = "di" if found.kind == Slice.Kind.ITEMS else "scn"
    left = remove_from_slice(viewer, found, pks=keys_of(body.ids, prefix))
    said = {"id": found.public_id, "name": found.name, "href": reverse("pages:slice", args=[found.public_id])}
    return answer(said | {"removed": len(left), "ids": public_id.encode_many(prefix, left)})


def slice_in(viewer: Viewer, dataset: Dataset, slice_id: str) -> Slice:
    found = queries.slice_(viewer, slice_id)
    if found.dataset_id != dataset.pk:
        raise NotFound("This slice belongs to another dataset.")
    return found


def keys_of(ids: list[str], prefix: str) -> list[int]:
    keys = [public_id.decode(prefix, text) for text in ids]
    found = [key for key in keys if key is not None]
    if len(found) < len(ids):
        noun = "scene" if prefix == "scn" else "item"
        raise NotFound(f"{len(ids) - len(found)} of the chosen ids name no {noun}.")
    return found


def slice_answer(found: Slice, added: int) -> dict[str, object]:
    href = reverse("pages:slice", args=[found.public_id])
    return {"id": found.public_id, "name": found.name, "href": href, "added": added, "said": counted(added, "row")}


def parsed(request: HttpRequest, shape: type[Body]) -> Body:
    try:
        return msgspec.json.decode(request.body, type=shape)
    except msgspec.MsgspecError as refusal:
        raise Invalid(f"The page sent something this server does not read: {refusal}. Load the page again.") from None


def answer(body: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")
