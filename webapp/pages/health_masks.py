"""Masks of a dataset's labels, for the page of its health: their links end too. The server opens none of them."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from typing import Any, TypedDict

from django.db.models import Max, Min, QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels.models import Annotation, Kind, LabelCount, Prediction
from webapp.pages.cells import dataset_href, stored_address
from webapp.privacy import public_id
from webapp.query.time_limit import QueryTooSlow, strictly_in_time

# Labels have no index by kind: from some places on the next masks are read, and no longer than this.
PLACES = 10
AT_EACH = 100
LOOK_S = 0.5
# People, and the runs that have masks.
MOST_SOURCES = 10


class MaskLink(TypedDict):
    """The address of a mask, and the item it is on."""

    reference_id: str
    href: str
    url: str


def some_masks(viewer: Viewer, dataset: Dataset, chance: random.Random) -> list[MaskLink]:
    """Masks at random places of what people and runs say; fewer where they take long to find."""
    found: dict[tuple[int | None, int], MaskLink] = {}
    counts = LabelCount.objects.filter(dataset_id=dataset.pk, kind=Kind.MASK, count__gt=0)
    sources = list(counts.order_by("run_id").values_list("run_id", flat=True).distinct()[:MOST_SOURCES])
    if not sources:
        return []
    ending = time.monotonic() + LOOK_S
    # SQLite stops by the sum of all, PostgreSQL by each statement.
    with contextlib.suppress(QueryTooSlow), strictly_in_time(LOOK_S):
        for run_pk in sources:
            for pk, link in links_of(viewer, dataset, run_pk, chance):
                found[run_pk, pk] = link
                if time.monotonic() > ending:
                    return list(found.values())
    return list(found.values())


def links_of(
    viewer: Viewer, dataset: Dataset, run_pk: int | None, chance: random.Random
) -> Iterator[tuple[int, MaskLink]]:
    """Some masks by their keys; one may come twice."""
    labels: QuerySet[Any] = Annotation.objects.visible_to(viewer).filter(dataset=dataset)
    if run_pk is not None:
        labels = Prediction.objects.visible_to(viewer).filter(run_id=run_pk, dataset=dataset)
    ends = labels.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    masks = labels.filter(kind=Kind.MASK, mask_url__isnull=False).order_by("pk")
    # From the first on, so that of few masks none is missed.
    places = [ends["first"], *sorted(chance.randint(ends["first"], ends["last"]) for _ in range(PLACES - 1))]
    base = dataset_href(dataset.public_id)
    for place in places:
        rows = masks.filter(pk__gte=place).values_list("pk", "item_id", "item__reference_id", "mask_url")[:AT_EACH]
        for pk, item_pk, reference_id, url in rows:
            href = f"{base}items/{public_id.encode('di', item_pk)}"
            yield pk, {"reference_id": reference_id, "href": href, "url": stored_address(url) or ""}
