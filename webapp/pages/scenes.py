"""`/datasets/ds_…/scenes/scn_…?frame=12`: a video, frame by frame or as an mp4, and all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.deletion import delete_scene
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.cells import dataset_href, links_for, media_address
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.edits import edit_addresses
from webapp.pages.facts import Fact, facts_of
from webapp.pages.frame import Page, render, say
from webapp.pages.label_islands import labels_of_scene_page
from webapp.pages.label_pane import LabelPane, label_pane
from webapp.pages.label_runs import runs_of_page
from webapp.pages.media_hosts import MediaHosts, hosts_of_dataset
from webapp.pages.words import frame_time


class SceneOnPage(TypedDict):
    """The scene as the island names it. `video_url` is None without an mp4, `frame_rate` without frames."""

    id: str
    reference_id: str
    frame_rate: float | None
    video_url: str | None
    frame_count: int
    privacy: str
    href: str


class FirstFrame(TypedDict):
    """The frame the page opens with, so that its picture need not wait for the list of all."""

    index: int
    url: str
    id: str
    reference: str
    metadata: dict[str, Any]


class FramesOnPage(TypedDict):
    """Where the list of all frames is (`scene_frames.py`; one frame's metadata is below it), and the first shown."""

    url: str
    first: FirstFrame


@dataclass(frozen=True, slots=True)
class FrameShown:
    """The frame the page opens with, for the part of the page that needs no script."""

    index: int
    """Its place in the scene, from 0."""
    place: str
    """That and the last frame's, in as many digits, so that nothing moves while one steps: `0412 / 2999`."""
    time: str
    """When it begins; empty where no frame rate is known."""
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
    """The origins its media may come from: its dataset's, which are all that the page lets the browser contact."""
    has_copies: bool
    """Whether this server holds copies of frames, for labelling."""
    frame: FrameShown | None
    """The frame shown first; None for an mp4 alone."""
    labels: LabelPane | None
    """What is said of the frame shown first; None for an mp4 alone."""
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
    frame = asked_frame(request, viewer, found)
    media = hosts_of_dataset(request, viewer, dataset)
    told, runs = runs_of_page(request, viewer, dataset)
    links = links_for(request, viewer)
    page = ScenePage(
        title=found.reference_id,
        media=media,
        dataset=dataset_head(viewer, dataset, view=""),
        id=found.public_id,
        reference_id=found.reference_id,
        privacy=found.privacy,
        frame_count=found.frame_count,
        frame_rate=found.frame_rate,
        duration_s=found.frame_count / found.frame_rate if found.frame_rate else None,
        video_address=found.video_url.reveal() if found.video_url is not None else None,
        hosts=hosts_of(found, frame, media),
        has_copies=queries.has_copies(viewer, found),
        frame=frame_shown(dataset, found, frame, links),
        labels=label_pane(viewer, frame, runs) if frame is not None else None,
        metadata=facts_of(found.metadata),
        created_at=found.created_at,
        may_delete=viewer.may(Permission.CURATE),
        refusal=refusal,
    )
    island: dict[str, Any] = {
        "scene": scene_on_page(dataset, found),
        "frames": frames_on_page(dataset, found, frame, links),
        "labels": labels_of_scene_page(viewer, dataset, found, frame, told),
        "edits": (edits := edit_addresses(viewer, dataset)),
    }
    if edits:
        island["metadata"] = found.metadata
    return render(request, viewer, page, island=island, status=refusal.status if refusal else 200)


def asked_frame(request: HttpRequest, viewer: Viewer, found: Scene) -> Item | None:
    """The frame that the address asks for; the nearest there is when it asks for one beyond the ends."""
    if not found.frame_count:
        return None
    asked = request.GET.get("frame", "0")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    return queries.frame_at(viewer, found, min(wanted, found.frame_count - 1))


def scene_href(dataset: Dataset, found: Scene) -> str:
    return reverse("pages:scene", args=[dataset.public_id, found.public_id])


def scene_on_page(dataset: Dataset, found: Scene) -> SceneOnPage:
    return {
        "id": found.public_id,
        "reference_id": found.reference_id,
        "frame_rate": found.frame_rate,
        "video_url": found.video_url.reveal() if found.video_url is not None else None,
        "frame_count": found.frame_count,
        "privacy": found.privacy,
        "href": scene_href(dataset, found),
    }


def frames_on_page(dataset: Dataset, found: Scene, frame: Item | None, links: SharedLinks) -> FramesOnPage | None:
    if frame is None:
        return None
    return {
        "url": reverse("pages:scene-frames", args=[dataset.public_id, found.public_id]),
        "first": {
            "index": frame.frame_index or 0,
            "url": media_address(frame, links),
            "id": frame.public_id,
            "reference": frame.reference_id,
            "metadata": frame.metadata,
        },
    }


def hosts_of(found: Scene, frame: Item | None, media: MediaHosts) -> tuple[str, ...]:
    """The dataset's origins; once an admin has detached them all, those the page would have asked."""
    urls = [found.video_url, frame.url if frame is not None else None]
    named = [one["origin"] for one in media.island["hosts"]] if media.island is not None else []
    return tuple(named or sorted({str(url.origin) for url in urls if url is not None}))


def frame_shown(dataset: Dataset, found: Scene, frame: Item | None, links: SharedLinks) -> FrameShown | None:
    if frame is None or frame.frame_index is None:
        return None
    index = frame.frame_index
    base = f"{scene_href(dataset, found)}?frame="
    return FrameShown(
        index=index,
        place=place_of(index, found.frame_count),
        time=frame_time(index, found.frame_rate) if found.frame_rate else "",
        reference_id=frame.reference_id,
        href=reverse("pages:item", args=[dataset.public_id, frame.public_id]),
        media_address=media_address(frame, links),
        metadata=facts_of(frame.metadata),
        previous=f"{base}{index - 1}" if index else None,
        next=f"{base}{index + 1}" if index + 1 < found.frame_count else None,
    )


def place_of(index: int, count: int) -> str:
    last = str(count - 1)
    return f"{index:0{len(last)}d} / {last}"
