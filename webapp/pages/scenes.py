"""`/datasets/ds_…/scenes/scn_…?frame=12`: a video, frame by frame or as an mp4, and all that is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.deletion import delete_scene
from webapp.datasets.models import Dataset, Item, Scene
from webapp.pages.cells import dataset_href, media_address
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.facts import Fact, facts_of
from webapp.pages.frame import Page, render, say
from webapp.privacy import public_id

# Beyond this the frames' metadata stays on their own pages, so that opening a scene stays quick.
MAX_METADATA_BYTES = 1_000_000


class SceneOnPage(TypedDict):
    """The scene as the island names it. `video_url` is None without an mp4, `frame_rate` without frames."""

    id: str
    reference_id: str
    frame_rate: float | None
    video_url: str | None
    frame_count: int
    privacy: str


class FramesOnPage(TypedDict):
    """The frames as columns; an address is `prefix` and one of `urls`. `metadata` is None when it is too long."""

    prefix: str
    urls: list[str]
    ids: list[str]
    references: list[str]
    metadata: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class FrameShown:
    """The frame the page opens with, for the part of the page that needs no script."""

    index: int
    """Its place in the scene, from 0."""
    reference_id: str
    """Its reference id."""
    href: str
    """Its own page."""
    media_address: str
    """Where the browser loads its picture from."""
    metadata: tuple[Fact, ...]
    """Its metadata."""
    previous: str | None
    """The scene one frame earlier; None at the first."""
    next: str | None
    """The scene one frame later; None at the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePage(Page):
    """One scene."""

    template: ClassVar[str] = "pages/scene.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset it is in."""
    id: str
    """Its public id."""
    reference_id: str
    """The name its owner gave it."""
    privacy: str
    """`private` or `linked`."""
    frame_count: int
    """How many frames; 0 for an mp4 alone."""
    frame_rate: float | None
    """Frames per second; None for an mp4 alone."""
    duration_s: float | None
    """Seconds; None for an mp4 alone."""
    video_address: str | None
    """Where the browser loads the mp4 from; None without one."""
    hosts: tuple[str, ...]
    """The origins its media comes from."""
    frame: FrameShown | None
    """The frame shown first; None for an mp4 alone."""
    is_frame_metadata_sent: bool
    """Whether every frame's metadata is with the page; otherwise it is on the frame's own page."""
    metadata: tuple[Fact, ...]
    """The scene's own metadata."""
    created_at: datetime
    """When it was added."""
    may_delete: bool
    """Whether the viewer may remove it."""
    refusal: Refusal | None
    """Why it was not removed."""


@person
def scene(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.scene(viewer, dataset, scene_id)
    if request.method == "POST":
        verbs = {"delete": lambda request, viewer: delete(request, viewer, dataset, found)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, found, refusal=refusal))
    return show(request, viewer, dataset, found)


def delete(request: HttpRequest, viewer: Viewer, dataset: Dataset, found: Scene) -> HttpResponse:
    delete_scene(viewer, dataset, found)
    say(request, f"Removed {found.reference_id} with its frames. The media is untouched on its own host.")
    return redirect(dataset_href(dataset.public_id))


def show(
    request: HttpRequest, viewer: Viewer, dataset: Dataset, found: Scene, *, refusal: Refusal | None = None
) -> HttpResponse:
    frames = queries.frames(viewer, found)
    columns = frame_columns(frames)
    page = ScenePage(
        title=found.reference_id,
        media_origins=frozenset(queries.dataset_origins(viewer, dataset)),
        dataset=dataset_head(viewer, dataset, view=""),
        id=found.public_id,
        reference_id=found.reference_id,
        privacy=found.privacy,
        frame_count=found.frame_count,
        frame_rate=found.frame_rate,
        duration_s=found.frame_count / found.frame_rate if found.frame_rate else None,
        video_address=found.video_url.reveal() if found.video_url is not None else None,
        hosts=hosts_of(found, frames),
        frame=frame_shown(dataset, found, frames, asked=request.GET.get("frame", "0")),
        is_frame_metadata_sent=columns["metadata"] is not None,
        metadata=facts_of(found.metadata),
        created_at=found.created_at,
        may_delete=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    island = {"scene": scene_on_page(found), "frames": columns}
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)


def scene_on_page(found: Scene) -> SceneOnPage:
    return {
        "id": found.public_id,
        "reference_id": found.reference_id,
        "frame_rate": found.frame_rate,
        "video_url": found.video_url.reveal() if found.video_url is not None else None,
        "frame_count": found.frame_count,
        "privacy": found.privacy,
    }


def frame_columns(frames: Sequence[Item]) -> FramesOnPage:
    addresses = [media_address(frame) for frame in frames]
    prefix = common_prefix(addresses)
    metadata = [frame.metadata for frame in frames]
    is_small = len(msgspec.json.encode(metadata)) <= MAX_METADATA_BYTES
    return {
        "prefix": prefix,
        "urls": [address[len(prefix) :] for address in addresses],
        "ids": public_id.encode_many("di", [frame.pk for frame in frames]),
        "references": [frame.reference_id for frame in frames],
        "metadata": metadata if is_small else None,
    }


def common_prefix(texts: Sequence[str]) -> str:
    """How all of them begin: what the first and the last in order have in common, all between have too."""
    if not texts:
        return ""
    low, high = min(texts), max(texts)
    differing = (index for index, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(differing, len(low))]


def hosts_of(found: Scene, frames: Sequence[Item]) -> tuple[str, ...]:
    urls = [found.video_url, *(frame.url for frame in frames)]
    return tuple(sorted({str(url.origin) for url in urls if url is not None}))


def frame_shown(dataset: Dataset, found: Scene, frames: Sequence[Item], *, asked: str) -> FrameShown | None:
    """The frame that the address asks for; the nearest there is when it asks for one beyond the ends."""
    if not frames:
        return None
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    index = min(wanted, len(frames) - 1)
    frame = frames[index]
    base = f"{dataset_href(dataset.public_id)}scenes/{found.public_id}?frame="
    return FrameShown(
        index=index,
        reference_id=frame.reference_id,
        href=f"{dataset_href(dataset.public_id)}items/{frame.public_id}",
        media_address=media_address(frame),
        metadata=facts_of(frame.metadata),
        previous=f"{base}{index - 1}" if index else None,
        next=f"{base}{index + 1}" if index + 1 < len(frames) else None,
    )
