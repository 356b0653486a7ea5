"""Routes 29, 31 to 36: video scenes."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils import timezone

from webapp.datasets import actions, queries
from webapp.datasets.actions.locking import require_scenes
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.models import Dataset, Scene
from webapp.labels import queries as label_queries
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query import queries as query_queries
from webapp.query.scope import Subject
from webapp.query.time_limit import in_time
from webapp.wire import ending_links
from webapp.wire.call import Call, Streamed
from webapp.wire.datasets import Nothing
from webapp.wire.jobs import JobStarted, started
from webapp.wire.labels_out import grouped, scene_labels_out
from webapp.wire.page_tokens import QueryAsked, token_after
from webapp.wire.rows_out import ROWS_A_PART, SceneListed, SceneOut, all_pages, scene_out, scenes_out, streamed_list
from webapp.wire.scene_appends import append_scenes, scene_sent
from webapp.wire.tracks import tracks_out
from webapp.wire.uploads import enqueue_upload


class AppendScenes(msgspec.Struct, rename="camel"):
    """`requestId` of a payload uploaded before with `?async=1`, or the `scenes` themselves without it."""

    request_id: str | None = None
    scenes: list[Any] | None = None
    update: bool = False


class ScenesAppended(msgspec.Struct, omit_defaults=True):
    """`warning` is there only where links end soon."""

    dataset_id: str
    new_scenes: int
    updated_scenes: int
    ignored_scenes: int
    upload_errors: int
    warning: str | None = None


class SceneList(msgspec.Struct):
    scenes: list[SceneListed]


class ScenePage(msgspec.Struct, rename="camel"):
    """One page of scenes; `nextPageToken` is null on the last."""

    items: list[SceneListed]
    next_page_token: str | None


def append(call: Call, dataset_id: str, body: AppendScenes) -> JobStarted | ScenesAppended:
    dataset = queries.dataset(call.viewer, dataset_id)
    require_scenes(dataset)
    if call.is_async:
        return started(enqueue_upload(call.viewer, dataset, "uploadVideoScene", body.request_id, update=body.update))
    return append_now(call, dataset, body)


def append_lidar(call: Call, dataset_id: str, body: AppendScenes) -> ScenesAppended:
    """The address of lidar scenes, to which old SDKs also send video scenes when they append them in the call."""
    dataset = queries.dataset(call.viewer, dataset_id)
    require_scenes(dataset)
    if call.is_async:
        raise Invalid("Lidar scenes are not stored by this version; it takes video scenes (nucleus.VideoScene).")
    return append_now(call, dataset, body)


def append_now(call: Call, dataset: Dataset, body: AppendScenes) -> ScenesAppended:
    if body.scenes is None:
        raise Invalid("scenes is missing; send a list of scenes, or upload them and use ?async=1.")
    policy = origin_policy(call.viewer)
    sent = [scene_sent(row, policy=policy, line=line) for line, row in enumerate(body.scenes, 1)]
    outcome = append_scenes(call.viewer, dataset, sent, update=body.update)
    warning = ending_links.warning(ending_links.of_scenes((one.draft for one in sent), timezone.now()))
    return ScenesAppended(dataset.public_id, outcome.new, outcome.updated, outcome.ignored, 0, warning)


def all_scenes(call: Call, dataset_id: str) -> Streamed:
    rows = queries.scenes(call.viewer, queries.dataset(call.viewer, dataset_id))
    pages = all_pages(lambda after: queries.page_of(rows, after=after, limit=ROWS_A_PART))
    return streamed_list(b'{"scenes":', (scenes_out(call, page) for page in pages))


def query_page(call: Call, dataset_id: str, body: QueryAsked) -> ScenePage:
    dataset = queries.dataset(call.viewer, dataset_id)
    with in_time():
        found = query_queries.paged(call.viewer, dataset, body.query, Subject.SCENES)(body.after(), body.limit())
    return ScenePage(scenes_out(call, found.rows), token_after(found.after))


def by_reference(call: Call, dataset_id: str, reference_id: str) -> SceneOut:
    dataset = queries.dataset(call.viewer, dataset_id)
    if call.query.get("from_item", "0") in ("1", "true", "True"):
        scene = scene_of_item(call, dataset, reference_id)
    else:
        scene = queries.scene_by_reference(call.viewer, dataset, reference_id)
    shown = scene_out(call, scene, queries.frames(call.viewer, scene))
    shown.tracks = tracks_out(dataset, label_queries.tracks_of_scene(call.viewer, scene))
    if rows := label_queries.labels_of_scenes(call.viewer, dataset, [scene.pk]):
        shown.annotations = grouped(scene_labels_out(rows, scene))
    return shown


def scene_of_item(call: Call, dataset: Dataset, reference_id: str) -> Scene:
    item = queries.item_by_reference(call.viewer, dataset, reference_id)
    if item.scene is None:
        raise NotFound(f"The item with the reference_id {reference_id[:200]!r} is no frame of a scene.")
    return item.scene


def delete(call: Call, dataset_id: str, reference_id: str) -> Nothing:
    dataset = queries.dataset(call.viewer, dataset_id)
    actions.delete_scene(call.viewer, dataset, queries.scene_by_reference(call.viewer, dataset, reference_id))
    return Nothing()
