"""What the scripts of the pages are told of labels: where they are asked for, and which runs there are.

The keys are the scripts' own names, hence their spelling.
"""

from __future__ import annotations

from typing import TypedDict

from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Item, Scene
from webapp.labels.actions.review import KEY, STATUSES
from webapp.labels.models import ModelRun
from webapp.pages.label_runs import RunsOnPage


class ItemLabels(RunsOnPage):
    """An item's labels. `reviewUrl` is None for who may not give a verdict, `review` where the item has none."""

    url: str
    factsUrl: str  # noqa: N815
    reviewUrl: str | None  # noqa: N815
    review: str | None


class FrameSize(TypedDict):
    """Pixels of the first frame's own picture."""

    width: int
    height: int


class SceneLabels(RunsOnPage):
    """The labels of a scene's frames. `itemLabels` is the address of one frame's facts, with `{id}` for the frame."""

    url: str
    tracksUrl: str  # noqa: N815
    itemLabels: str  # noqa: N815
    reviewUrl: str | None  # noqa: N815
    frameSize: FrameSize | None  # noqa: N815


class GridLabels(TypedDict):
    """Where the shapes over the cells are asked for, and the run that is shown beside what people say."""

    url: str
    run: str | None


def labels_of_item_page(viewer: Viewer, dataset: Dataset, found: Item, told: RunsOnPage) -> ItemLabels:
    args = [dataset.public_id, found.public_id]
    return {
        "url": reverse("pages:item-labels", args=args),
        "factsUrl": reverse("pages:item-label-facts", args=args),
        "reviewUrl": review_address(viewer, dataset),
        "review": verdict_on(found),
        "runs": told["runs"],
        "chosen": told["chosen"],
    }


def labels_of_scene_page(
    viewer: Viewer, dataset: Dataset, found: Scene, frame: Item | None, told: RunsOnPage
) -> SceneLabels | None:
    """None for an mp4 alone: there are no frames that anything could be said of."""
    if frame is None:
        return None
    args = [dataset.public_id, found.public_id]
    facts = reverse("pages:item-label-facts", args=[dataset.public_id, "di"])
    return {
        "url": reverse("pages:scene-labels", args=args),
        "tracksUrl": reverse("pages:scene-tracks", args=args),
        "itemLabels": facts.replace("/items/di/", "/items/{id}/"),
        "reviewUrl": review_address(viewer, dataset),
        "frameSize": {"width": frame.width, "height": frame.height} if frame.width and frame.height else None,
        "runs": told["runs"],
        "chosen": told["chosen"],
    }


def labels_of_grid(dataset: Dataset, run: ModelRun | None) -> GridLabels:
    url = reverse("pages:cell-labels", args=[dataset.public_id])
    return {"url": url, "run": run.public_id if run is not None else None}


def verdict_on(found: Item) -> str | None:
    """What was decided of an item; None for any other word that its metadata may hold."""
    status = found.metadata.get(KEY)
    return status if status in STATUSES else None


def review_address(viewer: Viewer, dataset: Dataset) -> str | None:
    """Where a verdict is sent; None for who may not give one."""
    return reverse("pages:review", args=[dataset.public_id]) if viewer.may(Permission.CURATE) else None
