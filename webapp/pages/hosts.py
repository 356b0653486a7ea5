"""`/datasets/ds_…/hosts/`: the hosts that a dataset's media come from, as the browser that shows the page finds them.

The page itself asks no host: its script does, and this server never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import host_files, queries
from webapp.datasets.models import Dataset, Item, Scene
from webapp.pages.cells import dataset_href, stored_address
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import feed, person
from webapp.pages.frame import Page, render
from webapp.pages.media_hosts import HostOnPage, hosts_of_dataset
from webapp.privacy.refusals import NotFound
from webapp.query.time_limit import QueryTooSlow, strictly_in_time

# So many hosts are shown with all that is known of them; of more only the one that was asked for.
OPEN_HOSTS = 3
# A dataset of a million items whose host has none of them is read to its end otherwise.
LOOK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Host:
    """A media host."""

    origin: str
    """Scheme, host and port."""
    is_open: bool
    """Whether all that is known of it is shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsPage(Page):
    """The media hosts of a dataset."""

    template: ClassVar[str] = "pages/hosts.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    hosts: tuple[Host, ...]
    """Its media origins."""
    missing: str | None
    """An origin that the address of this page asks for, and that is no media origin of the dataset."""
    settings_href: str | None
    """Where its media origins are set; None for one who may not."""
    files_href: str
    """Where the script asks for a file of a host."""


class FileOnPage(TypedDict):
    """A file of a host. `medium` is `image` or `video`."""

    url: str
    medium: str
    href: str
    name: str


@require_safe
@person
def hosts(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    media = hosts_of_dataset(request, viewer, dataset)
    origins = [host["origin"] for host in media.island["hosts"]] if media.island else []
    asked = request.GET.get("origin", "")
    settings = reverse("pages:dataset-settings", args=[dataset.public_id])
    few = len(origins) <= OPEN_HOSTS
    page = HostsPage(
        title=f"Media hosts of {dataset.name}",
        media=media,
        dataset=dataset_head(viewer, dataset, view="settings"),
        hosts=tuple(Host(origin, origin == asked or (few and asked not in origins)) for origin in origins),
        missing=asked if asked and asked not in origins else None,
        settings_href=settings if viewer.may(Permission.CURATE) else None,
        files_href=reverse("pages:host-files", args=[dataset.public_id]),
    )
    return render(request, viewer, page)


@feed("GET")
def files(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """A picture and a video of `?origin=`, as far as the dataset has them there."""
    dataset = queries.dataset(viewer, dataset_id)
    asked = request.GET.get("origin", "")
    media = hosts_of_dataset(request, viewer, dataset)
    host = next((one for one in media.island["hosts"] if one["origin"] == asked), None) if media.island else None
    if host is None:
        raise NotFound("That is no media origin of this dataset.")
    body = {"files": files_of(viewer, dataset, places_of(host))}
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


def places_of(host: HostOnPage) -> list[str]:
    """How the addresses of its files begin, of those in its bucket too."""
    bucket = host["storage"]
    return [f"{host['origin']}/", *([f"{bucket['scheme']}://{bucket['bucket']}/"] if bucket else [])]


def files_of(viewer: Viewer, dataset: Dataset, places: list[str]) -> list[FileOnPage]:
    """What is found in time: pictures first."""
    found: list[FileOnPage] = []
    try:
        with strictly_in_time(LOOK_SECONDS):
            picture = host_files.first_picture(viewer, dataset, places)
            found += [of_picture(dataset, picture)] if picture is not None else []
            scene = host_files.first_video(viewer, dataset, places) if dataset.is_scene else None
            found += [of_video(dataset, scene)] if scene is not None else []
    except QueryTooSlow:
        pass
    return found


def of_picture(dataset: Dataset, item: Item) -> FileOnPage:
    home = dataset_href(dataset.public_id)
    href = f"{home}items/{item.public_id}"
    if item.scene is not None:
        href = f"{home}scenes/{item.scene.public_id}?frame={item.frame_index}"
    return {"url": stored_address(item.url) or "", "medium": "image", "href": href, "name": item.reference_id}


def of_video(dataset: Dataset, scene: Scene) -> FileOnPage:
    href = f"{dataset_href(dataset.public_id)}scenes/{scene.public_id}"
    return {"url": stored_address(scene.video_url) or "", "medium": "video", "href": href, "name": scene.reference_id}
