"""Where the rows of a query were: places counted in cells of whole degrees, tenths, hundredths, for a map."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.query.facet_bars import decimal
from webapp.query.facet_fields import ITEM, ROOTS, SCENE, finds_scenes
from webapp.query.facet_rows import EXACT_ROWS, SAMPLE_ROWS, Rows, rows_of
from webapp.query.facets import EXACT_SECONDS, SECONDS
from webapp.query.sql import Dialect, Kind, Sql, put
from webapp.query.time_limit import in_time
from webapp.query.writing import step

LATITUDE = re.compile(r"(^|[^a-z])lat(itude)?($|[^a-z])", re.IGNORECASE)
# The words for the one and for the other; the two fields of a place differ in nothing else.
WORDS = {"lat": ("lon", "lng", "long"), "latitude": ("longitude",)}
# Rows that are looked at to learn what lies below keys that hold objects.
SAMPLES = 20
MAX_MAPS = 4
# Cells along the longer side of what is shown.
ACROSS = 80
# How wide a cell may be, as fractions that a float holds exactly: an edge is what a query compares with.
TENS = [(10 ** max(power, 0), 10 ** max(-power, 0)) for power in range(-7, 2)]
STEPS = [(first * up, down * 10) for up, down in TENS for first in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)]

EXTENT = """SELECT COUNT(*), COUNT(present), COUNT(lat), MIN(lat), MAX(lat), MIN(lon), MAX(lon) FROM ({rows}) AS raw"""
# Materialized, so that SQLite reads each number once and not wherever it is named.
PLACES = """WITH found AS MATERIALIZED ({rows})
SELECT CASE WHEN ABS(a) <= 90 AND ABS(b) <= 180 THEN a END AS lat,
CASE WHEN ABS(a) <= 90 AND ABS(b) <= 180 THEN b END AS lon,
CASE WHEN is_there THEN 1 END AS present FROM found"""
CELLS = """WITH places AS (
    SELECT lat, lon, {lat_guess} AS lat_guess, {lon_guess} AS lon_guess FROM ({rows}) AS raw WHERE lat IS NOT NULL
) SELECT {lat} AS y, {lon} AS x, COUNT(*) FROM places GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class MapField:
    """Two numbers of metadata that are a place, in degrees, by their keys."""

    path: str
    """What it is called: the path of its latitude."""
    level: str
    latitude: tuple[str, ...]
    longitude: tuple[str, ...]
    is_of_frames: bool = False

    def named(self, keys: Iterable[str]) -> str:
        """As a query names it."""
        return ".".join([ROOTS[self.level], *map(step, keys)])


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the map, in degrees, with its southern and western edges, and how many rows are in it."""

    south: Decimal
    west: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Map:
    """Counts are of rows; where not `is_exact` they are estimated from `looked_at`."""

    field: MapField
    total: int
    looked_at: int
    cells: tuple[Cell, ...]
    height: Decimal
    """Of a cell, in degrees."""
    width: Decimal
    missing_count: int
    """How many rows lack the one or the other."""
    other_count: int
    """How many have something there that is no place on Earth."""
    extent: tuple[float, float, float, float] | None
    """The lowest and highest latitude, then longitude; None of nothing."""
    is_exact: bool


def map_fields(viewer: Viewer, dataset: Dataset, within: Slice | None = None) -> list[MapField]:
    """The places that metadata of scenes and items has, at its top and one level below; `within` as in facet_fields."""
    found: list[MapField] = []
    for level in (SCENE, ITEM) if dataset.is_scene else (ITEM,):
        known = dataset.field_types.get(level, {})
        is_of_frames = level == ITEM and finds_scenes(dataset, within)
        found += [map_field(level, (), pair, is_of_frames=is_of_frames) for pair in pairs(known)]
        objects = [key for key, kind in known.items() if kind == "object"]
        if objects:
            below = keys_below(viewer, dataset, level, objects)
            inside = [(key, pair) for key in objects for pair in pairs(below[key])]
            found += [map_field(level, (key,), pair, is_of_frames=is_of_frames) for key, pair in inside]
    return found[:MAX_MAPS]


def map_field(level: str, above: tuple[str, ...], pair: tuple[str, str], *, is_of_frames: bool) -> MapField:
    path = ".".join([ROOTS[level], *map(step, (*above, pair[0]))])
    return MapField(path, level, (*above, pair[0]), (*above, pair[1]), is_of_frames)


def pairs(known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The keys of numbers that are a latitude and its longitude."""
    numbers = {key.lower(): key for key, kind in known.items() if kind in ("number", "any")}
    for lowered, key in sorted(numbers.items()):
        match = LATITUDE.search(lowered)
        if match is None:
            continue
        word = "latitude" if match[2] else "lat"
        for other in WORDS[word]:
            start = match.start() + len(match[1])
            longitude = numbers.get(f"{lowered[:start]}{other}{lowered[start + len(word) :]}")
            if longitude is not None:
                yield key, longitude
                break


def keys_below(viewer: Viewer, dataset: Dataset, level: str, objects: list[str]) -> dict[str, dict[str, str]]:
    """The keys of numbers inside of objects, as the first rows have them."""
    rows = dataset_queries.scenes(viewer, dataset) if level == SCENE else dataset_queries.items(viewer, dataset)
    below: dict[str, dict[str, str]] = {key: {} for key in objects}
    for metadata in rows.order_by("pk").values_list("metadata", flat=True)[:SAMPLES]:
        for key in objects:
            inside = metadata.get(key)
            for inner, value in inside.items() if isinstance(inside, dict) else ():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    below[key][inner] = "number"
    return below


def map_of(
    viewer: Viewer,
    dataset: Dataset,
    field: MapField,
    text: str,
    *,
    most: int = SAMPLE_ROWS,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Map:
    """The field over what the query finds, an empty one all. Raises QuerySyntaxError, and QueryTooSlow."""
    with in_time(SECONDS if most < EXACT_ROWS else EXACT_SECONDS):
        rows = rows_of(viewer, dataset, field.level, text, most, run=run, said_by=said_by, within=within)
        placed = put(PLACES, rows=rows.sql(a=reading(field.latitude), b=reading(field.longitude), is_there=both(field)))
        with connection.cursor() as cursor:
            cursor.execute(*put(EXTENT, rows=placed))
            total, present, count, *extent = cursor.fetchone()
            height, width = steps_for(*extent) if count else ((1, 1), (1, 1))
            cells = counted(cursor, rows, placed, height, width) if count else []
    return Map(
        field=field,
        total=rows.counted(total),
        looked_at=total,
        cells=tuple(cells),
        height=of(height),
        width=of(width),
        missing_count=rows.counted(total - present),
        other_count=rows.counted(present - count),
        extent=(extent[0], extent[1], extent[2], extent[3]) if count else None,
        is_exact=rows.weight == 1,
    )


def counted(cursor: Any, rows: Rows, placed: Sql, height: tuple[int, int], width: tuple[int, int]) -> list[Cell]:
    sizes = {"lat": height, "lon": width}
    guesses = {f"{name}_guess": guess_of(name, *size) for name, size in sizes.items()}
    bins = {name: bin_of(name, *size) for name, size in sizes.items()}
    cursor.execute(*put(CELLS, rows=placed, **guesses, **bins))
    return [
        Cell(Decimal(y) * of(height), Decimal(x) * of(width), rows.counted(count))
        for y, x, count in sorted(cursor.fetchall())
    ]


def guess_of(name: str, up: int, down: int) -> Sql:
    return Sql(f"CAST({name} * %s / %s AS bigint)", (float(down), float(up)))


def bin_of(name: str, up: int, down: int) -> Sql:
    """The cell that a coordinate is in: the guess, or the one beside it where rounding missed."""
    return Sql(
        f"CASE WHEN {name} < {name}_guess * %s / %s THEN {name}_guess - 1"
        f" WHEN {name} >= ({name}_guess + 1) * %s / %s THEN {name}_guess + 1 ELSE {name}_guess END",
        (float(up), float(down)) * 2,
    )


def steps_for(south: float, north: float, west: float, east: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """The height and width of a cell, nearly as wide as high on the ground, so that ACROSS fit the longer side."""
    narrowing = max(math.cos(math.radians((south + north) / 2)), 0.05)
    longer = max(north - south, (east - west) * narrowing) / ACROSS
    return nearest_step(longer), nearest_step(longer / narrowing)


def nearest_step(wanted: float) -> tuple[int, int]:
    """The smallest that is as wide, or the widest there is."""
    return next((one for one in STEPS if one[0] / one[1] >= wanted), STEPS[-1])


def of(size: tuple[int, int]) -> Decimal:
    return decimal(size[0]) / decimal(size[1])


def reading(keys: tuple[str, ...]) -> Any:
    return lambda dialect, one: dialect.json(f"{one}.metadata", keys, Kind.NUMBER)


def both(field: MapField) -> Any:
    """Whether there is anything for each of the two."""

    def write(dialect: Dialect, one: str) -> Sql:
        there = [dialect.json(f"{one}.metadata", keys, Kind.PRESENT) for keys in (field.latitude, field.longitude)]
        return put("({first}) AND ({second})", first=there[0], second=there[1])

    return write
