"""Routes 1 to 9 and 11: datasets themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.datasets import actions, queries
from webapp.labels import queries as label_queries
from webapp.wire.call import Call


class CreateDataset(msgspec.Struct):
    """What `client.create_dataset` sends."""

    name: str
    is_scene: bool = False
    use_privacy_mode: bool = False
    item_metadata_schema: dict[str, Any] | None = None
    annotation_metadata_schema: dict[str, Any] | None = None


class DatasetMade(msgspec.Struct):
    dataset_id: str


class DatasetListed(msgspec.Struct):
    id: str
    name: str
    is_public: bool


class DatasetIds(msgspec.Struct):
    dataset_ids: list[str]


class Name(msgspec.Struct):
    name: str


class IsScene(msgspec.Struct):
    is_scene: bool


class UsePrivacyMode(msgspec.Struct):
    use_privacy_mode: bool


class Size(msgspec.Struct):
    """How many items there are; in a dataset of scenes these are the frames."""

    count: int


class DatasetInfo(msgspec.Struct):
    dataset_id: str
    name: str
    length: int
    model_run_ids: list[str]
    slice_ids: list[str]
    annotation_metadata_schema: dict[str, Any] | None
    item_metadata_schema: dict[str, Any] | None
    tags: list[str]


class Tags(msgspec.Struct):
    tags: list[str]


class Told(msgspec.Struct):
    message: str


class Nothing(msgspec.Struct):
    """An empty object: the SDK parses every answer as JSON."""


def create(call: Call, body: CreateDataset) -> DatasetMade:
    made = actions.create_dataset(
        call.viewer,
        name=body.name,
        is_scene=body.is_scene,
        use_privacy_mode=body.use_privacy_mode,
        item_metadata_schema=body.item_metadata_schema,
        annotation_metadata_schema=body.annotation_metadata_schema,
    )
    return DatasetMade(made.public_id)


def details(call: Call) -> list[DatasetListed]:
    return [DatasetListed(one.public_id, one.name, is_public=False) for one in queries.datasets(call.viewer)]


def ids(call: Call) -> DatasetIds:
    return DatasetIds([one.public_id for one in queries.datasets(call.viewer)])


def delete(call: Call, dataset_id: str) -> Told:
    actions.delete_dataset(call.viewer, queries.dataset(call.viewer, dataset_id))
    return Told("Beginning dataset deletion...")


def name(call: Call, dataset_id: str) -> Name:
    return Name(queries.dataset(call.viewer, dataset_id).name)


def is_scene(call: Call, dataset_id: str) -> IsScene:
    return IsScene(queries.dataset(call.viewer, dataset_id).is_scene)


def use_privacy_mode(call: Call, dataset_id: str) -> UsePrivacyMode:
    return UsePrivacyMode(queries.dataset(call.viewer, dataset_id).use_privacy_mode)


def info(call: Call, dataset_id: str) -> DatasetInfo:
    found = queries.dataset(call.viewer, dataset_id)
    return DatasetInfo(
        dataset_id=found.public_id,
        name=found.name,
        length=found.item_count,
        model_run_ids=[one.public_id for one in label_queries.runs_of_dataset(call.viewer, found)],
        slice_ids=[one.public_id for one in queries.slices(call.viewer, found)],
        annotation_metadata_schema=found.annotation_metadata_schema,
        item_metadata_schema=found.item_metadata_schema,
        tags=found.tags,
    )


def size(call: Call, dataset_id: str) -> Size:
    return Size(queries.dataset(call.viewer, dataset_id).item_count)


def tags(call: Call, dataset_id: str) -> Tags:
    return Tags(queries.dataset(call.viewer, dataset_id).tags)


def add_tags(call: Call, dataset_id: str, body: Tags) -> Tags:
    found = queries.dataset(call.viewer, dataset_id)
    return Tags(actions.change_tags(call.viewer, found, add=body.tags))


def remove_tags(call: Call, dataset_id: str, body: Tags) -> Tags:
    found = queries.dataset(call.viewer, dataset_id)
    return Tags(actions.change_tags(call.viewer, found, remove=body.tags))
