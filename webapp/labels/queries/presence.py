"""Where things are in time and in the picture: tracks and classes over a scene's frames, the largest shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Scene
from webapp.labels.models import ModelRun, Taxonomy, Track
from webapp.labels.queries.reading import OF_TEAM, UNINDEXED_DATASET, visible_runs
from webapp.labels.rows import ids


class TrackPresence(NamedTuple):
    """A track in one source (`run_pk` None: the annotations): its most frequent label, its frames, ascending, and
    how many labels it has.
    """

    reference_id: str
    run_pk: int | None
    label: str
    frames: list[int]
    total: int


class ClassPresence(NamedTuple):
    """A class in one source: how many labels it has in all, and in each frame where it has one, ascending."""

    label: str
    run_pk: int | None
    total: int
    frames: list[tuple[int, int]]


class ShapeRow(NamedTuple):
    """One of an item's largest shapes; `total` is how many placed shapes the item has."""

    item_pk: int
    run_pk: int | None
    label: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float | None
    total: int


def taxonomies(viewer: Viewer, dataset: Dataset) -> list[Taxonomy]:
    return list(Taxonomy.objects.visible_to(viewer).filter(dataset_id=dataset.pk).order_by("name"))


def tracks(viewer: Viewer, dataset: Dataset) -> list[Track]:
    """A dataset's tracks in the order in which they came."""
    return list(Track.objects.visible_to(viewer).filter(dataset_id=dataset.pk).order_by("pk"))


def tracks_of_scene(viewer: Viewer, scene: Scene) -> list[Track]:
    """The tracks that a scene was sent with, or that labels of its frames name, in the order in which they came."""
    rows = over_frames(viewer, scene, [], "DISTINCT one.track_id", "one.track_id IS NOT NULL", runs_too=False)
    keys = {row[0] for row in rows}
    of_dataset = Track.objects.visible_to(viewer).filter(dataset_id=scene.dataset_id)
    return [one for one in of_dataset.order_by("pk") if one.pk in keys or one.scene_id == scene.pk]


def scene_tracks(viewer: Viewer, scene: Scene, runs: Sequence[ModelRun] = ()) -> list[TrackPresence]:
    """Each track and source, annotations first, by the first frame in which it appears."""
    columns = "one.track_id, {run}, one.label, item.frame_index, COUNT(*)"
    found: dict[tuple[int, int | None], Counter[str]] = {}
    frames: dict[tuple[int, int | None], dict[int, None]] = {}
    tail = "one.track_id IS NOT NULL GROUP BY 1, 2, 3, 4"
    for track, run, label, frame, count in over_frames(viewer, scene, runs, columns, tail):
        found.setdefault((track, run), Counter())[label] += count
        frames.setdefault((track, run), {})[frame] = None
    names = dict(Track.objects.visible_to(viewer).filter(dataset_id=scene.dataset_id).values_list("pk", "reference_id"))
    order = {run.pk: number for number, run in enumerate(runs)}
    rows = [
        TrackPresence(names[key[0]], key[1], labels.most_common(1)[0][0], sorted(frames[key]), labels.total())
        for key, labels in found.items()
    ]
    return sorted(rows, key=lambda row: (order.get(row.run_pk or 0, -1), row.frames[0], row.reference_id))


def class_presence(viewer: Viewer, scene: Scene, runs: Sequence[ModelRun] = ()) -> list[ClassPresence]:
    """Each class and source, annotations first, the most frequent first; masks and multicategories are not in it."""
    columns = "one.label, {run}, item.frame_index, COUNT(*)"
    found: dict[tuple[str, int | None], dict[int, int]] = {}
    tail = "one.label <> '' GROUP BY 1, 2, 3"
    for label, run, frame, count in over_frames(viewer, scene, runs, columns, tail):
        found.setdefault((label, run), {})[frame] = count
    order = {run.pk: number for number, run in enumerate(runs)}
    rows = [
        ClassPresence(label, run, sum(frames.values()), sorted(frames.items()))
        for (label, run), frames in found.items()
    ]
    return sorted(rows, key=lambda row: (order.get(row.run_pk or 0, -1), -row.total, row.label))


def over_frames(
    viewer: Viewer, scene: Scene, runs: Sequence[ModelRun], columns: str, tail: str, *, runs_too: bool = True
) -> Iterable[tuple[Any, ...]]:
    """What the labels of a scene's frames hold, from one statement; `{run}` in `columns` is the run's key or NULL."""
    if not viewer.may(Permission.SEE_PRIVATE):
        return []
    join = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    seen = [scene.dataset_id, viewer.team_id]
    no_run = "CAST(NULL AS bigint)"
    statement = f"""
        SELECT {columns.format(run=no_run)} FROM datasets_item AS item
        {join} labels_annotation AS one ON one.item_id = item.id
        WHERE item.scene_id = %s AND {OF_TEAM} AND {tail}
    """
    params: list[Any] = [scene.pk, *seen]
    if runs and runs_too:
        statement += f"""
            UNION ALL SELECT {columns.format(run="one.run_id")} FROM datasets_item AS item
            {join} labels_prediction AS one ON one.item_id = item.id
            WHERE item.scene_id = %s AND {OF_TEAM} AND one.run_id IN {visible_runs()} AND {tail}
        """
        params += [scene.pk, *seen, msgspec.json.encode([run.pk for run in runs]).decode(), viewer.team_id]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def largest_shapes(
    viewer: Viewer,
    dataset: Dataset,
    item_pks: Sequence[int],
    run: ModelRun | None,
    limit: int = 40,
    *,
    least_confidence: float = 0.0,
) -> list[ShapeRow]:
    """The largest placed shapes of each item by area, annotations and a run's together, at most `limit` an item.

    Of the run, those that are at least so confident, or do not say.
    """
    if not item_pks or not viewer.may(Permission.SEE_PRIVATE):
        return []
    join = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    given = msgspec.json.encode(list(item_pks)).decode()
    bounds = 'one.label, one."left", one.top, one."right", one.bottom'
    placed = f'{UNINDEXED_DATASET} AND one."left" IS NOT NULL'
    shapes = f"""
        SELECT one.item_id, CAST(NULL AS bigint) AS run_id, {bounds}, CAST(NULL AS double precision) AS confidence,
               one.id
        FROM {ids("pk")} AS given {join} labels_annotation AS one ON one.item_id = given.pk WHERE {placed}
    """
    params: list[Any] = [given, dataset.pk]
    if run is not None:
        shapes += f"""
            UNION ALL SELECT one.item_id, one.run_id, {bounds}, one.confidence, one.id
            FROM {ids("pk")} AS given {join} labels_prediction AS one ON one.item_id = given.pk
            WHERE {placed} AND COALESCE(one.confidence, 1) >= %s AND one.run_id IN {visible_runs()}
        """
        runs = msgspec.json.encode([run.pk]).decode()
        params += [given, dataset.pk, least_confidence, runs, viewer.team_id]
    area = '("right" - "left") * (bottom - top)'
    statement = f"""
        SELECT item_id, run_id, label, "left", top, "right", bottom, confidence, total FROM (
            SELECT shape.*, COUNT(*) OVER (PARTITION BY item_id) AS total,
                   ROW_NUMBER() OVER (PARTITION BY item_id ORDER BY {area} DESC, run_id IS NOT NULL, id) AS place
            FROM ({shapes}) AS shape
        ) AS ranked WHERE place <= %s AND {OF_TEAM} ORDER BY item_id, place
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, limit, dataset.pk, viewer.team_id])
        return list(map(ShapeRow._make, cursor.fetchall()))
