"""One file of a media host: what a page asks a host for to find out how it is."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Scene


def first_picture(viewer: Viewer, dataset: Dataset, places: Sequence[str]) -> Item | None:
    """The dataset's first picture whose address begins with one of the `places`. Reads on until it finds one."""
    rows = Item.objects.visible_to(viewer).filter(dataset=dataset, file=None).select_related("scene")
    return rows.annotate(place=Cast("url", TextField())).filter(_begins(places)).order_by("pk").first()


def first_video(viewer: Viewer, dataset: Dataset, places: Sequence[str]) -> Scene | None:
    """The same of the scenes' videos."""
    rows = Scene.objects.visible_to(viewer).filter(dataset=dataset)
    return rows.annotate(place=Cast("video_url", TextField())).filter(_begins(places)).order_by("pk").first()


def _begins(places: Sequence[str]) -> Q:
    found = Q(pk__in=())
    for place in places:
        found |= Q(place__startswith=place)
    return found
