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
from webapp.labels import queries as labels
from webapp.pages.door import feed
from webapp.pages.grid_address import mode_named
from webapp.pages.label_runs import found_among, newest_with_predictions
from webapp.pages.query_bar import one_line
from webapp.pages.words import counted
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query.actions import append_matches, remove_matches, slice_of_matches
from webapp.query.asks import Ask

MAX_IDS = 10_000
# No decoder of a browser makes a picture with a longer side.
MAX_SIDE_PX = 1_000_000

NOUNS = {"di": "item", "scn": "scene", "ann": "annotation", "pred": "prediction"}

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


class Matching(msgspec.Struct, forbid_unknown_fields=True):
    """All that a grid shows, as its address says it, but the rows with these ids; of objects the items they are on."""

    q: str = ""
    run: str = ""
    mode: str = ""
    slice: str = ""
    but: Annotated[list[str], msgspec.Meta(max_length=MAX_IDS)] = []


class Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """What was chosen in a grid: ids of items or scenes, or all that match, of which exactly one is said."""

    ids: Ids | None = None
    matching: Matching | None = None

    def __post_init__(self) -> None:
        if (self.ids is None) is (self.matching is None):
            raise ValueError("either `ids` or `matching` says what was chosen")


class NewSlice(Chosen, kw_only=True):
    """A slice to be made of what was chosen."""

    name: str


class SliceMembers(Chosen, kw_only=True):
    """What was chosen is to be added to a slice."""

    slice_id: str


class SliceLeavers(Chosen, kw_only=True):
    """What was chosen is to be taken out of a slice."""

    slice_id: str


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
    """Make a slice of what was chosen; says where it is."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, NewSlice)
    if body.matching is not None:
        ask, but = ask_of(viewer, dataset, body.matching)
        made = slice_of_matches(viewer, ask, name=body.name, but=but)
    else:
        made = slice_of_ids(viewer, dataset, body.name, body.ids or [])
    return answer(slice_answer(made, made.size), status=201)


@feed("POST")
def slice_members(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Add what was chosen to a slice of the same dataset; says how many were new to it."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, SliceMembers)
    found = queries.slice_in(viewer, dataset, body.slice_id)
    if body.matching is not None:
        ask, but = ask_of(viewer, dataset, body.matching)
        return answer(slice_answer(found, append_matches(viewer, found, ask, but=but)))
    keys = keys_of(body.ids or [], "di" if found.kind == Slice.Kind.ITEMS else "scn")
    append_to_slice(viewer, found, pks=keys)
    return answer(slice_answer(found, queries.slice_(viewer, body.slice_id).size - found.size))


def ask_of(viewer: Viewer, dataset: Dataset, said: Matching) -> tuple[Ask, list[int]]:
    """What a grid showed, and the keys of the rows that were not meant."""
    within = queries.slice_in(viewer, dataset, said.slice) if said.slice else None
    offered = labels.runs_of_dataset(viewer, dataset) if said.run or "predictions" in said.q else []
    only = found_among(offered, said.run) if said.run else None
    run = only or newest_with_predictions(dataset, offered)
    ask = Ask(dataset, within, one_line(said.q), run, only, mode_named(said.mode))
    return ask, keys_of(said.but, ask.prefix)


@feed("POST")
def slice_removals(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Take what was chosen out of a slice of this dataset; says which of the chosen ids were in it.

    All that match are told by their number alone; the list of edits has what takes that back.
    """
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, SliceLeavers)
    found = queries.slice_in(viewer, dataset, body.slice_id)
    said = {"id": found.public_id, "name": found.name, "href": reverse("pages:slice", args=[found.public_id])}
    if body.matching is not None:
        ask, but = ask_of(viewer, dataset, body.matching)
        return answer(said | {"removed": remove_matches(viewer, found, ask, but=but), "ids": []})
    prefix = "di" if found.kind == Slice.Kind.ITEMS else "scn"
    left = remove_from_slice(viewer, found, pks=keys_of(body.ids or [], prefix))
    return answer(said | {"removed": len(left), "ids": public_id.encode_many(prefix, left)})


def slice_of_ids(viewer: Viewer, dataset: Dataset, name: str, ids: list[str]) -> Slice:
    """A slice of items or of scenes, whichever these are."""
    if ids[0].startswith("scn_"):
        return create_slice(viewer, dataset, name=name, scene_pks=keys_of(ids, "scn"))
    return create_slice(viewer, dataset, name=name, item_pks=keys_of(ids, "di"))


def keys_of(ids: list[str], prefix: str) -> list[int]:
    keys = [public_id.decode(prefix, text) for text in ids]
    found = [key for key in keys if key is not None]
    if len(found) < len(ids):
        raise NotFound(f"{len(ids) - len(found)} of the chosen ids name no {NOUNS[prefix]}.")
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
