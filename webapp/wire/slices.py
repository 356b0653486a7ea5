"""Routes 37 to 47: slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset, Slice
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.wire.call import Call, Streamed
from webapp.wire.datasets import Nothing
from webapp.wire.page_tokens import PageAsked, token_after
from webapp.wire.rows_out import (
    ROWS_A_PART,
    RawItemOut,
    all_pages,
    items_out,
    moment,
    raw_items_out,
    scenes_out,
    streamed_list,
)

MAX_IDS = 10_000
SLICE_TYPES = ("dataset_item", "scene", "object")


class CreateSlice(msgspec.Struct):
    """A slice by reference ids, by internal ids, or, with `allow_empty`, of nothing yet."""

    name: str
    reference_ids: list[str] | None = None
    dataset_item_ids: list[str] | None = None
    scene_ids: list[str] | None = None
    object_ids: list[str] | None = None
    allow_empty: int | bool = False


class SliceMade(msgspec.Struct):
    slice_id: str


class SliceFilters(msgspec.Struct, rename="camel"):
    """Which items to choose from; None for the whole dataset."""

    slice_id: str | None = None
    autotag: Any = None


class BuildSlice(msgspec.Struct, rename="camel"):
    """A random sample of the dataset, or of another slice."""

    name: str
    sample_size: int
    sample_method: str
    filters: SliceFilters | None = None


class SliceBuilt(msgspec.Struct):
    """The SDK reads `sliceId`; everything else here says `slice_id`."""

    slice_id: str
    name: str
    size: int
    also: str = msgspec.field(name="sliceId")


class SliceListed(msgspec.Struct):
    id: str
    slice_id: str
    name: str
    dataset_id: str
    type: str
    created_at: str
    pending_job_count: int


class SliceInfo(msgspec.Struct):
    slice_id: str
    name: str
    dataset_id: str
    type: str
    description: str
    created_at: str
    pending_job_count: int
    tags: list[str]


class SliceHeld(msgspec.Struct):
    """A slice with all its items as in itemsPage, or its scenes as in scenes_list."""

    name: str
    dataset_id: str
    slice_id: str
    items: list[Any]


class SlicePage(msgspec.Struct, rename="camel"):
    """One page of items as in itemsPage, or of scenes as in scenes_list."""

    items: list[Any]
    next_page_token: str | None


class RawItems(msgspec.Struct):
    raw_dataset_items: list[RawItemOut]


class AppendToSlice(msgspec.Struct):
    reference_ids: list[str] | None = None
    dataset_id: str | None = None


class SliceGrown(msgspec.Struct):
    """`new_items` are the reference ids that were not in the slice before."""

    slice_id: str
    new_items: list[str]


class SliceTags(msgspec.Struct):
    slice_tags: list[str]


class SliceTagged(msgspec.Struct):
    slice_id: str
    tags: list[str]


def create(call: Call, dataset_id: str, body: CreateSlice) -> SliceMade:
    dataset = queries.dataset(call.viewer, dataset_id)
    if body.object_ids:
        raise Invalid("object_ids: this version has no slices of objects; send the ids of their items.")
    lists = (body.reference_ids or [], body.dataset_item_ids or [], body.scene_ids or [])
    count = sum(map(len, lists))
    if count > MAX_IDS:
        raise Invalid(f"{count} ids in one call; at most {MAX_IDS} are accepted. Append the rest to the slice.")
    if not count and not body.allow_empty:
        raise Invalid("The slice would be empty: send reference_ids, or allow_empty for a slice without items.")
    made = actions.create_slice(
        call.viewer,
        dataset,
        name=body.name,
        reference_ids=lists[0],
        item_pks=keys_of("di", lists[1]),
        scene_pks=keys_of("scn", lists[2]),
    )
    return SliceMade(made.public_id)


def keys_of(prefix: str, ids: Sequence[str]) -> list[int]:
    keys = []
    for one in ids:
        key = public_id.decode(prefix, one)
        if key is None:
            raise NotFound(f"{one[:60]!r} is not in this dataset.")
        keys.append(key)
    return keys


def build(call: Call, dataset_id: str, body: BuildSlice) -> SliceBuilt:
    dataset = queries.dataset(call.viewer, dataset_id)
    filters = body.filters or SliceFilters()
    if body.sample_method != "Random":
        raise Invalid(f"sampleMethod {body.sample_method[:40]!r} is not served by this version; Random is.")
    if filters.autotag is not None:
        raise Invalid("filters.autotag: this version has no autotags; filter by sliceId, or leave it out.")
    source = None if filters.slice_id is None else queries.slice_(call.viewer, filters.slice_id)
    if source is not None and source.dataset_id != dataset.pk:
        raise NotFound("The slice in filters.sliceId is not of this dataset.")
    made = actions.build_slice(call.viewer, dataset, name=body.name, sample_size=body.sample_size, source=source)
    return SliceBuilt(slice_id=made.public_id, name=made.name, size=made.size, also=made.public_id)


def of_dataset(call: Call, dataset_id: str) -> list[SliceListed]:
    dataset = queries.dataset(call.viewer, dataset_id)
    return listed_all(queries.slices(call.viewer, dataset, name=call.query.get("name"), kind=type_of(call)))


def type_of(call: Call) -> str | None:
    """The `type` asked for; from Python 3.11 on the SDK writes it `SliceType.DATASET_ITEM`."""
    text = call.query.get("type")
    if not text:
        return None
    kind = text.removeprefix("SliceType.").lower()
    if kind not in SLICE_TYPES:
        raise Invalid(f"type is {text[:40]!r}; {', '.join(SLICE_TYPES)} are accepted.")
    return kind


def of_team(call: Call) -> list[SliceListed]:
    return listed_all(queries.slices(call.viewer))


def listed_all(slices: Sequence[Slice]) -> list[SliceListed]:
    return [
        SliceListed(
            id=one.public_id,
            slice_id=one.public_id,
            name=one.name,
            dataset_id=one.dataset.public_id,
            type=one.kind,
            created_at=moment(one.created_at),
            pending_job_count=0,
        )
        for one in slices
    ]


def info(call: Call, slice_id: str) -> SliceInfo:
    found = queries.slice_(call.viewer, slice_id)
    return SliceInfo(
        slice_id=found.public_id,
        name=found.name,
        dataset_id=found.dataset.public_id,
        type=found.kind,
        description=found.description,
        created_at=moment(found.created_at),
        pending_job_count=0,
        tags=found.tags,
    )


def held(call: Call, slice_id: str) -> Streamed:
    found = queries.slice_(call.viewer, slice_id)
    dataset: Dataset = found.dataset
    head = msgspec.json.encode({"name": found.name, "dataset_id": dataset.public_id, "slice_id": found.public_id})
    pages = all_pages(lambda after: queries.slice_page(call.viewer, found, after=after, limit=ROWS_A_PART))
    return streamed_list(head[:-1] + b',"items":', (members_out(call, found, rows) for rows in pages))


def members_out(call: Call, found: Slice, rows: Sequence[Any]) -> list[Any]:
    return list(scenes_out(call, rows) if found.kind == Slice.Kind.SCENES else items_out(call, rows))


def page(call: Call, slice_id: str, body: PageAsked) -> SlicePage:
    found = queries.slice_(call.viewer, slice_id)
    rows = queries.slice_page(call.viewer, found, after=body.after(), limit=body.limit())
    return SlicePage(members_out(call, found, rows.rows), token_after(rows.after))


def raw_items(call: Call, slice_id: str) -> Streamed:
    found = queries.slice_(call.viewer, slice_id)
    if found.kind == Slice.Kind.SCENES:
        raise Invalid("This slice holds scenes; raw items are exported of slices of items.")
    pages = all_pages(lambda after: queries.slice_page(call.viewer, found, after=after, limit=ROWS_A_PART))
    return streamed_list(b'{"raw_dataset_items":', (raw_items_out(call, rows) for rows in pages))


def delete(call: Call, slice_id: str) -> Nothing:
    actions.delete_slice(call.viewer, queries.slice_(call.viewer, slice_id))
    return Nothing()


def append(call: Call, slice_id: str, body: AppendToSlice) -> SliceGrown:
    found = queries.slice_(call.viewer, slice_id)
    if body.dataset_id is not None and body.dataset_id != found.dataset.public_id:
        raise NotFound("dataset_id names another dataset than the slice's.")
    added = actions.append_to_slice(call.viewer, found, reference_ids=body.reference_ids or [])
    return SliceGrown(found.public_id, added)


def tag(call: Call, slice_id: str, body: SliceTags) -> SliceTagged:
    found = queries.slice_(call.viewer, slice_id)
    return SliceTagged(found.public_id, actions.tag_slice(call.viewer, found, body.slice_tags))
