"""Routes 90 to 95: models. Their runs are in model_runs.py, what they say in predictions.py."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.datasets import queries as dataset_queries
from webapp.labels import actions, queries
from webapp.labels.models import Model
from webapp.privacy.refusals import Invalid
from webapp.wire.call import Call


class AddModel(msgspec.Struct):
    """What `client.create_model` sends. `bundle_name` is of a service that this server is not."""

    name: str
    reference_id: str
    metadata: dict[str, Any] | None = None
    tags: list[str] | None = None
    trained_slice_ids: list[str] | None = None
    bundle_name: str | None = None


class ModelMade(msgspec.Struct):
    model_id: str


class ModelOut(msgspec.Struct):
    id: str
    name: str
    ref_id: str
    metadata: dict[str, Any]
    tags: list[str]
    trained_slice_ids: list[str]


class ModelList(msgspec.Struct):
    models: list[ModelOut]


class ModelDeleted(msgspec.Struct):
    msg: str


class ModelTags(msgspec.Struct):
    tags: list[str]


class ModelTagged(msgspec.Struct):
    model_id: str
    tags: list[str]


class TrainedSlices(msgspec.Struct):
    trained_slice_ids: list[str]


class ModelTrained(msgspec.Struct):
    model_id: str
    trained_slice_ids: list[str]


def add(call: Call, body: AddModel) -> ModelMade:
    if body.bundle_name:
        raise Invalid("bundle_name: this server runs no bundles; leave it out, and upload what the model predicts.")
    require_slices(call, body.trained_slice_ids or [])
    made = actions.create_model(
        call.viewer,
        name=body.name,
        reference_id=body.reference_id,
        metadata=body.metadata or {},
        tags=body.tags or [],
        trained_slice_ids=body.trained_slice_ids or [],
    )
    return ModelMade(made.public_id)


def require_slices(call: Call, slice_ids: list[str]) -> None:
    """Raise NotFound for the first id that is of no slice the caller may see."""
    for one in slice_ids:
        dataset_queries.slice_(call.viewer, one)


def of_team(call: Call) -> ModelList:
    return ModelList([model_out(one) for one in queries.models(call.viewer)])


def by_id(call: Call, model_id: str) -> ModelOut:
    """The model with this id, or the one whose run has it."""
    return model_out(queries.model(call.viewer, model_id))


def model_out(model: Model) -> ModelOut:
    return ModelOut(
        id=model.public_id,
        name=model.name,
        ref_id=model.reference_id,
        metadata=model.metadata,
        tags=model.tags,
        trained_slice_ids=model.trained_slice_ids,
    )


def delete(call: Call, model_id: str) -> ModelDeleted:
    actions.delete_model(call.viewer, queries.model(call.viewer, model_id))
    return ModelDeleted("Model deletion running in an async job")


def add_tags(call: Call, model_id: str, body: ModelTags) -> ModelTagged:
    model = queries.model(call.viewer, model_id)
    return ModelTagged(model.public_id, actions.tag_model(call.viewer, model, add=body.tags))


def remove_tags(call: Call, model_id: str, body: ModelTags) -> ModelTagged:
    model = queries.model(call.viewer, model_id)
    return ModelTagged(model.public_id, actions.tag_model(call.viewer, model, remove=body.tags))


def add_trained_slices(call: Call, model_id: str, body: TrainedSlices) -> ModelTrained:
    model = queries.model(call.viewer, model_id)
    require_slices(call, body.trained_slice_ids)
    return ModelTrained(model.public_id, actions.change_trained_slices(call.viewer, model, add=body.trained_slice_ids))


def remove_trained_slices(call: Call, model_id: str, body: TrainedSlices) -> ModelTrained:
    model = queries.model(call.viewer, model_id)
    return ModelTrained(
        model.public_id, actions.change_trained_slices(call.viewer, model, remove=body.trained_slice_ids)
    )
