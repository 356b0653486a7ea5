"""`/datasets/ds_…/health/`: this person's browser tries some of the dataset's media and says what came.

The server gives the addresses (`health_sample.py`), and takes what was measured as an edit. It opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.measures import MAX_MEASURED, MeasuredSize, MeasuredVideo, write_measures
from webapp.datasets.models import Dataset
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import feed, person
from webapp.pages.edits import edit_addresses, told_of
from webapp.pages.feeds import Side, answer, parsed
from webapp.pages.frame import Page, render
from webapp.pages.health_sample import SIZES
from webapp.pages.media_hosts import hosts_of_dataset
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

# No film is longer than a year, or has more frames than a number of JavaScript counts.
MAX_DURATION_S = 366 * 86_400
MAX_FRAMES = 10**9

OldSide = Annotated[int, msgspec.Meta(ge=0, le=2**31)] | None
Number = int | float


class SizeFound(msgspec.Struct, forbid_unknown_fields=True):
    """The width and height of an item in pixels: as the page was told them, and as they are."""

    id: str
    seen: tuple[OldSide, OldSide]
    found: tuple[Side, Side]


class VideoValues(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is measured of an mp4, under the keys of its scene's metadata."""

    video_width: Side | None = None
    video_height: Side | None = None
    video_duration_s: Annotated[float, msgspec.Meta(gt=0, le=MAX_DURATION_S)] | None = None
    video_frame_count: Annotated[int, msgspec.Meta(ge=1, le=MAX_FRAMES)] | None = None


class VideoFound(msgspec.Struct, forbid_unknown_fields=True):
    """`seen` are the values that the page was told, null for a null; a key that was not there is left out."""

    id: str
    seen: dict[str, Number | None]
    found: VideoValues


class Measures(msgspec.Struct, forbid_unknown_fields=True):
    sizes: Annotated[list[SizeFound], msgspec.Meta(max_length=MAX_MEASURED)] = []
    videos: Annotated[list[VideoFound], msgspec.Meta(max_length=MAX_MEASURED)] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage(Page):
    """A dataset's health, before anybody asks for it."""

    template: ClassVar[str] = "pages/health.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    sizes: tuple[int, ...]
    """How many files of each host one may have checked."""
    usual_size: int
    """The one that is chosen at first."""
    hosts: tuple[str, ...]
    """The origins its media come from."""
    may_write: bool
    """Whether the viewer may write down what was measured."""


@require_safe
@person
def health(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    media = hosts_of_dataset(request, viewer, dataset)
    hosts = media.island["hosts"] if media.island is not None else []
    page = HealthPage(
        title=f"Health of {dataset.name}",
        media=media,
        dataset=dataset_head(viewer, dataset, view="health"),
        sizes=SIZES,
        usual_size=SIZES[1],
        hosts=tuple(host["origin"] for host in hosts),
        may_write=viewer.may(Permission.CURATE),
    )
    return render(request, viewer, page, island=island_of(viewer, dataset))


def island_of(viewer: Viewer, dataset: Dataset) -> dict[str, object]:
    """What the script is told: where the sample is, and for who may write, where measures go and are undone."""
    args = [dataset.public_id]
    return {
        "name": dataset.name,
        "id": dataset.public_id,
        "sample": reverse("pages:health-sample", args=args),
        "measures": reverse("pages:health-measures", args=args) if viewer.may(Permission.CURATE) else None,
        "edits": edit_addresses(viewer, dataset),
    }


@feed("POST")
def measures(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Write down what was measured, as one edit."""
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    body = parsed(request, Measures)
    sizes = [MeasuredSize(key_of("di", one.id), one.seen, one.found) for one in body.sizes]
    videos = [MeasuredVideo(key_of("scn", one.id), one.seen, msgspec.to_builtins(one.found)) for one in body.videos]
    for kind in (sizes, videos):
        if len({one.pk for one in kind}) < len(kind):
            raise Invalid("The page sent one file twice. Load it again.")
    return answer(told_of(viewer, dataset, write_measures(viewer, dataset, sizes, videos)))


def key_of(prefix: str, text: str) -> int:
    pk = public_id.decode(prefix, text)
    if pk is None:
        raise NotFound("There is nothing here with this id.")
    return pk
