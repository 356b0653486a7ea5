"""`/datasets/ds_…/scenes/scn_…/frames`: the frames of a scene as its viewer reads them, whole or one by one.

The list is compressed. BREACH needs a secret and a stranger's text in one compressed answer: this one holds no token,
repeats nothing of the request, and cookies are SameSite=Lax, so no other site can make a browser ask for it in numbers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, TypedDict

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.datasets.queries import FrameRow
from webapp.pages.cells import frame_address
from webapp.pages.door import feed
from webapp.privacy import public_id

# Beyond this the metadata is asked for frame by frame, so that opening a scene stays quick.
MAX_METADATA_CHARACTERS = 1_000_000
# Part of the tag: an answer kept from before the columns changed is not taken for a new one.
SHAPE = 1


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
    response = HttpResponse(content_type="application/json")
    response.headers["ETag"] = entity_tag(dataset)
    response.headers["Cache-Control"] = "private, no-cache"
    # The 304 has the same Vary as the 200 it stands for.
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    if answer is not None and answer is not response:
        return answer
    with_metadata = queries.frame_metadata_length(viewer, found) <= MAX_METADATA_CHARACTERS
    rows = queries.frame_rows(viewer, found, with_metadata=with_metadata)
    response.content = msgspec.json.encode(frame_columns(rows, dataset.version, with_metadata=with_metadata))
    return response


@feed("GET")
def scene_frame(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str, index: int) -> HttpResponse:
    """One frame's metadata, for a scene with more of it than the list holds."""
    dataset = queries.dataset(viewer, dataset_id)
    frame = queries.frame_at(viewer, queries.scene(viewer, dataset, scene_id), index)
    body: FrameOnPage = {"id": frame.public_id, "reference": frame.reference_id, "metadata": frame.metadata}
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


def entity_tag(dataset: Dataset) -> str:
    """A tag that changes whenever the list may: with the dataset, and where files may be shown, with their links.

    A link to an uploaded file ends after SHARED_LINK_SECONDS; half of that later the list is sent anew.
    """
    period = 0 if dataset.use_privacy_mode else int(time.time()) * 2 // settings.SHARED_LINK_SECONDS
    return f'W/"{SHAPE}-{dataset.version}-{period}"'


def frame_columns(frames: Sequence[FrameRow], version: int, *, with_metadata: bool) -> FrameColumns:
    addresses = [frame_address(frame) for frame in frames]
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
