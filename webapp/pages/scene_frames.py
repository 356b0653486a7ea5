"""`/datasets/ds_…/scenes/scn_…/frames`: the frames of a scene as its viewer reads them, whole or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.queries import FrameRow
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.cells import frame_address, links_for
from webapp.pages.door import feed
from webapp.pages.kept_answers import kept_answer
from webapp.privacy import public_id

# Beyond this the metadata is asked for frame by frame, so that opening a scene stays quick.
MAX_METADATA_CHARACTERS = 1_000_000


class FrameColumns(TypedDict):
    """The frames as columns; an address is `prefix` and one of `urls`. `metadata` is None when it is too long."""

    version: int
    prefix: str
    urls: list[str]
    ids: list[str]
    references: list[str]
    metadata: list[msgspec.Raw] | None


class FrameOnPage(TypedDict):
    """One frame's own words, for a page that was sent no column of them."""

    id: str
    reference: str
    metadata: dict[str, Any]


@gzip_page
@feed("GET")
def scene_frames(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str) -> HttpResponse:
    """All frames; 304 without reading them when the browser holds what the dataset's version still is."""
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.scene(viewer, dataset, scene_id)

    links = links_for(request, viewer)

    def body() -> FrameColumns:
        with_metadata = queries.frame_metadata_length(viewer, found) <= MAX_METADATA_CHARACTERS
        rows = queries.frame_rows(viewer, found, with_metadata=with_metadata)
        return frame_columns(rows, links, dataset.version, with_metadata=with_metadata)

    return kept_answer(request, dataset, body)


@feed("GET")
def scene_frame(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str, index: int) -> HttpResponse:
    """One frame's metadata, for a scene with more of it than the list holds."""
    dataset = queries.dataset(viewer, dataset_id)
    frame = queries.frame_at(viewer, queries.scene(viewer, dataset, scene_id), index)
    body: FrameOnPage = {"id": frame.public_id, "reference": frame.reference_id, "metadata": frame.metadata}
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


def frame_columns(frames: Sequence[FrameRow], links: SharedLinks, version: int, *, with_metadata: bool) -> FrameColumns:
    addresses = [frame_address(frame, links) for frame in frames]
    prefix = common_prefix(addresses)
    return {
        "version": version,
        "prefix": prefix,
        "urls": [address[len(prefix) :] for address in addresses],
        "ids": public_id.encode_many("di", [frame.pk for frame in frames]),
        "references": [frame.reference_id for frame in frames],
        "metadata": [msgspec.Raw(frame.metadata_json.encode()) for frame in frames] if with_metadata else None,
    }


def common_prefix(texts: Sequence[str]) -> str:
    """How all of them begin: what the first and the last in order have in common, all between have too."""
    if not texts:
        return ""
    low, high = min(texts), max(texts)
    differing = (index for index, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(differing, len(low))]
