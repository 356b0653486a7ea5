"""The first four pictures of each dataset of a list, in three queries however many datasets there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.cells import Cell, PictureOnPage, item_cells, item_pictures, scene_cells, scene_pictures

LENGTH = 4
Row = TypeVar("Row", Item, Scene)


@dataclass(frozen=True, slots=True)
class Strip:
    """A dataset's first pictures: as cells, and as the script is told of them."""

    cells: tuple[Cell, ...]
    """What the template draws."""
    pictures: tuple[PictureOnPage, ...]
    """What the script is told; scenes without a frame are left out."""


def strips(viewer: Viewer, links: SharedLinks, datasets: Sequence[Dataset]) -> dict[int, Strip]:
    """The strip of each dataset, by dataset key."""
    items = first_rows(Item.objects.visible_to(viewer), viewer, [one for one in datasets if not one.is_scene])
    scenes = first_rows(Scene.objects.visible_to(viewer), viewer, [one for one in datasets if one.is_scene])
    stills = queries.first_frames(viewer, [scene for rows in scenes.values() for scene in rows])
    made: dict[int, Strip] = {}
    for dataset in datasets:
        if dataset.is_scene:
            of_scenes = scenes.get(dataset.pk, [])
            cells = scene_cells(dataset.public_id, of_scenes, stills)
            pictures = scene_pictures(cells, of_scenes, stills, links)
        else:
            of_items = items.get(dataset.pk, [])
            cells = item_cells(dataset.public_id, of_items)
            pictures = item_pictures(cells, of_items, links)
        made[dataset.pk] = Strip(tuple(cells), tuple(pictures))
    return made


def first_rows(rows: QuerySet[Row], viewer: Viewer, datasets: Sequence[Dataset]) -> dict[int, list[Row]]:
    """The first rows of each dataset by key, found through the (dataset, id) index four times a dataset."""
    of_dataset = rows.filter(dataset_id=OuterRef("pk")).order_by("pk").values("pk")
    places = Dataset.objects.visible_to(viewer).filter(pk__in=[one.pk for one in datasets])
    nth = {f"row_{n}": Subquery(of_dataset[n : n + 1]) for n in range(LENGTH)}
    keys = {pk for found in places.annotate(**nth).values_list(*nth) for pk in found if pk is not None}
    grouped: dict[int, list[Row]] = {}
    for row in rows.filter(pk__in=keys).order_by("pk"):
        grouped.setdefault(row.dataset_id, []).append(row)
    return grouped
