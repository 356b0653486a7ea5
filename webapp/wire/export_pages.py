"""Reading items with their labels part by part, so that no export holds more than some ten thousand labels.

How many items a part takes follows from how many labels the part before had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item, Slice
from webapp.datasets.queries import Page
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.labels.queries import LabelRow
from webapp.privacy.refusals import Invalid
from webapp.query import queries as query_queries
from webapp.query.scope import Subject

LABELS_A_PART = 10_000
ITEMS_A_PART = 500
FIRST_PART = 100
SCENES_AT_ONCE = 50

# A page of items after a key (None: from the start), of at most so many.
ReadItems = Callable[[int | None, int], Page[Item]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some items, the labels of each by its key, and the key to go on after, None at the end."""

    items: list[Item]
    labels: dict[int, list[LabelRow]]
    after: int | None

    @property
    def label_count(self) -> int:
        return sum(map(len, self.labels.values()))

    def of(self, item: Item) -> list[LabelRow]:
        return self.labels.get(item.pk, [])


@dataclass(frozen=True, slots=True)
class Said:
    """Which labels an export is of: the annotations, or what these runs predict."""

    viewer: Viewer
    dataset: Dataset
    runs: Sequence[ModelRun] | None = None
    with_facts: bool = True

    def of_items(self, items: Sequence[Item]) -> dict[int, list[LabelRow]]:
        rows = label_queries.labels_of_items(
            self.viewer,
            self.dataset,
            [item.pk for item in items],
            runs=self.runs or (),
            with_annotations=self.runs is None,
            with_facts=self.with_facts,
        )
        found: dict[int, list[LabelRow]] = {}
        for row in rows:
            if row.item_pk is not None:
                found.setdefault(row.item_pk, []).append(row)
        return found


def parts(read: ReadItems, said: Said, *, after: int | None = None, items: int | None = None) -> Iterator[Part]:
    """All items after a key with their labels, or the next `items` of them."""
    limit, left = FIRST_PART, items
    while left is None or left > 0:
        page = read(after, limit if left is None else min(limit, left))
        part = Part(page.rows, said.of_items(page.rows), page.after)
        yield part
        if (after := page.after) is None:
            return
        left = None if left is None else left - len(page.rows)
        crowded = limit * LABELS_A_PART // max(part.label_count, 1)
        limit = max(1, min(ITEMS_A_PART, 4 * limit, crowded))


def of_dataset(viewer: Viewer, dataset: Dataset, query: str | None = None) -> ReadItems:
    """A dataset's items, or those of them that meet a query."""
    if query:
        return query_queries.paged(viewer, dataset, query, Subject.ITEMS)
    rows = queries.items(viewer, dataset)
    return lambda after, limit: queries.page_of(rows, after=after, limit=limit)


def of_slice(viewer: Viewer, found: Slice) -> ReadItems:
    """A slice's items; of a slice of scenes, their frames."""
    if found.kind == Slice.Kind.SCENES:
        return lambda after, limit: frames_page(viewer, found, after, limit)
    return lambda after, limit: queries.slice_page(viewer, found, after=after, limit=limit)


def frames_page(viewer: Viewer, found: Slice, after: int | None, limit: int) -> Page[Item]:
    """The frames of a slice's scenes, scene by scene and in order, after the frame with this key."""
    rows = queries.items(viewer, found.dataset)
    keys = found.keys()
    later = Q()
    start = 0
    if after is not None:
        frame = rows.filter(pk=after, scene__isnull=False).first()
        if frame is None or frame.scene_id is None:
            raise Invalid("The frame that this page would go on after is gone; start again without pageToken.")
        later = ~Q(scene_id=frame.scene_id) | Q(frame_index__gt=frame.frame_index)
        start = keys.rank(frame.scene_id) - (frame.scene_id in keys)
    frames: list[Item] = []
    while start < len(keys) and len(frames) <= limit:
        some = list(keys[start : start + SCENES_AT_ONCE])
        wanted = rows.filter(later, scene_id__in=some).order_by("scene_id", "frame_index")
        frames += wanted[: limit + 1 - len(frames)]
        start += len(some)
    more = len(frames) > limit
    frames = frames[:limit]
    return Page(frames, frames[-1].pk if more else None, None)
