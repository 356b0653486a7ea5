"""`/datasets/ds_…/cell-labels`: the largest shapes of each picture of a grid, drawn small over its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item
from webapp.labels import queries as labels
from webapp.labels.models import ModelRun
from webapp.labels.queries import ShapeRow
from webapp.pages.door import feed
from webapp.pages.feeds import answer, parsed
from webapp.pages.label_columns import indexed
from webapp.pages.label_runs import found_among
from webapp.privacy import public_id

MAX_CELLS = 200
SHAPES_A_CELL = 40
# Detectors say hundreds of things that they do not believe; the picture's own page shows them all.
LEAST_CONFIDENCE = 0.3


class AskedCells(msgspec.Struct, forbid_unknown_fields=True):
    """Pictures of a grid: items, or scenes that stand for their first frames."""

    ids: Annotated[list[str], msgspec.Meta(max_length=MAX_CELLS)]
    run: str | None = None


class CellLabels(TypedDict):
    """The largest shapes of one picture: `label` counts in the answer's `labels`, `source` is 0 for people, 1 for the
    run, `box` has left, top, right and bottom of each. `total` counts all that have a place in it."""

    label: list[int]
    box: list[float]
    source: list[int]
    confidence: list[float | None]
    width: int | None
    height: int | None
    total: int


class CellsAnswer(TypedDict):
    """The shapes of each picture that has any, by the id it was asked for with."""

    labels: list[str]
    cells: dict[str, CellLabels]


@gzip_page
@feed("POST")
def cell_labels(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """The largest shapes of the pictures that are asked for; what is not of this dataset is left out."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, AskedCells)
    run = found_among(labels.runs_of_dataset(viewer, dataset), body.run) if body.run else None
    pictures = pictures_of(viewer, dataset, body.ids)
    return answer(cells_answer(viewer, dataset, pictures, run))


def pictures_of(viewer: Viewer, dataset: Dataset, ids: Sequence[str]) -> dict[str, Item]:
    """The item of each id, for a scene's its first frame."""
    items = {pk: text for text in ids if (pk := public_id.decode("di", text)) is not None}
    scenes = {pk: text for text in ids if (pk := public_id.decode("scn", text)) is not None}
    found = {items[one.pk]: one for one in queries.items(viewer, dataset).filter(pk__in=list(items))} if items else {}
    if scenes:
        rows = list(queries.scenes(viewer, dataset).filter(pk__in=list(scenes)))
        found |= {scenes[pk]: frame for pk, frame in queries.first_frames(viewer, rows).items()}
    return found


def cells_answer(viewer: Viewer, dataset: Dataset, pictures: Mapping[str, Item], run: ModelRun | None) -> CellsAnswer:
    shapes: dict[int, list[ShapeRow]] = {}
    pks = [one.pk for one in pictures.values()]
    for row in labels.largest_shapes(viewer, dataset, pks, run, SHAPES_A_CELL, least_confidence=LEAST_CONFIDENCE):
        shapes.setdefault(row.item_pk, []).append(row)
    names, places = indexed([row.label or None for rows in shapes.values() for row in rows])
    told = iter(places)
    by_item = {pk: [next(told) for _ in rows] for pk, rows in shapes.items()}
    cells = {
        cell_id: cell_of(item, by_item[item.pk], shapes[item.pk])
        for cell_id, item in pictures.items()
        if item.pk in shapes
    }
    return {"labels": names, "cells": cells}


def cell_of(item: Item, places: list[int], rows: Sequence[ShapeRow]) -> CellLabels:
    return {
        "label": places,
        "box": [side for row in rows for side in (row.left, row.top, row.right, row.bottom)],
        "source": [0 if row.run_pk is None else 1 for row in rows],
        "confidence": [row.confidence for row in rows],
        "width": item.width,
        "height": item.height,
        "total": rows[0].total,
    }
