"""`/datasets/ds_…/scenes/scn_…/labels?first=0&count=200`: what is said of a stretch of a scene's frames."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Item, Scene
from webapp.labels import queries as labels
from webapp.pages.door import feed
from webapp.pages.kept_answers import kept_answer
from webapp.pages.label_columns import in_order, label_columns
from webapp.pages.label_runs import runs_asked_for, sources_of
from webapp.pages.mask_files import mask_addresses
from webapp.privacy.refusals import Invalid

MAX_FRAMES = 500
DEFAULT_FRAMES = 200


@gzip_page
@feed("GET")
def scene_labels(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str) -> HttpResponse:
    """The labels of the frames from `?first=` on, `?count=` of them at most, as columns."""
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.scene(viewer, dataset, scene_id)
    runs = runs_asked_for(request, viewer, dataset)
    first = number_asked_for(request, "first", 0, highest=found.frame_count)
    count = number_asked_for(request, "count", DEFAULT_FRAMES, highest=MAX_FRAMES)

    def body() -> object:
        sources = sources_of(runs)
        frames = frame_keys(viewer, found, first, count)
        rows = in_order(labels.labels_of_items(viewer, dataset, frames, runs=runs, with_facts=False), frames, sources)
        return label_columns(
            rows, frames, sources, version=dataset.version, first=first, mask_address=mask_addresses(dataset)
        )

    return kept_answer(request, dataset, body)


def number_asked_for(request: HttpRequest, name: str, usual: int, *, highest: int) -> int:
    text = request.GET.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= highest):
        raise Invalid(f"`{name}` is {text[:20]!r}; a whole number from 0 to {highest} is accepted.")
    return int(text)


def frame_keys(viewer: Viewer, found: Scene, first: int, count: int) -> list[int]:
    """The keys of the frames first to first + count - 1, in order."""
    rows = Item.objects.visible_to(viewer).filter(
        scene_id=found.pk, frame_index__gte=first, frame_index__lt=first + count
    )
    return list(rows.order_by("frame_index").values_list("pk", flat=True))
