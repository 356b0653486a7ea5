"""Maps beside plain Python: which fields are a place, in which cell each row is, and that nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.query import queries
from webapp.query.facet_map import Cell, Map, map_fields, map_of
from webapp.query.writing import value


def filled(owner: Viewer, dataset: Dataset, rows: list[dict[str, Any]]) -> Dataset:
    make.append(owner, dataset, [make.draft_item(owner, f"r{n}", metadata=one) for n, one in enumerate(rows)])
    return make.reload(owner, dataset)


def condition(found: Map, cell: Cell) -> str:
    """What static/js/facets/narrowing.js writes of a cell."""
    latitude, longitude = (found.field.named(keys) for keys in (found.field.latitude, found.field.longitude))
    north, east = cell.south + found.height, cell.west + found.width
    return (
        f"{latitude} >= {value(cell.south)} AND {latitude} < {value(north)}"
        f" AND {longitude} >= {value(cell.west)} AND {longitude} < {value(east)}"
    )


@pytest.mark.parametrize("spread", [1e-4, 0.3, 30.0])
def test_every_row_is_in_the_cell_that_a_query_finds_it_in(owner: Viewer, dataset: Dataset, spread: float) -> None:
    dice = random.Random(7)
    edges = [0.1 * n * spread for n in range(-10, 11)]
    places = [(dice.choice(edges) + 1, dice.choice(edges)) for _ in range(60)]
    places += [(dice.gauss(0, spread), dice.gauss(0, spread)) for _ in range(60)]
    dataset = filled(owner, dataset, [{"lat": lat, "lon": lon} for lat, lon in places])
    (field,) = map_fields(owner, dataset)
    found = map_of(owner, dataset, field, "")
    assert found.is_exact
    assert sum(cell.count for cell in found.cells) == len(places)
    assert 4 < len(found.cells) <= 100 * 100
    for cell in found.cells:
        assert queries.items(owner, dataset, condition(found, cell)).count() == cell.count, cell
    within = make.make_slice(owner, dataset, Item.objects.visible_to(owner).filter(dataset=dataset).order_by("pk")[:50])
    of_slice = map_of(owner, dataset, field, "", within=within)
    for cell in of_slice.cells:
        inside = queries.items(owner, dataset, condition(of_slice, cell)).filter(pk__in=within.keys())
        assert inside.count() == cell.count, cell
    assert sum(cell.count for cell in of_slice.cells) == of_slice.total == 50
    # The same by plain arithmetic on the decimals that the floats are.
    plain = Counter((floor(lat, found.height), floor(lon, found.width)) for lat, lon in places)
    counted = {(floor(float(cell.south), found.height), floor(float(cell.west), found.width)) for cell in found.cells}
    assert counted == set(plain)


def floor(number: float, size: Decimal) -> int:
    return int((Decimal(repr(number)) / size).to_integral_value("ROUND_FLOOR"))


def test_what_is_no_place_is_counted_apart(owner: Viewer, dataset: Dataset) -> None:
    rows: list[dict[str, Any]] = [
        {"lat": 48.1, "lon": 11.5},
        {"lat": 90, "lon": 180},
        {"lat": 90.1, "lon": 11},
        {"lat": -1e300, "lon": 0},
        {"lat": 48},
        {"lat": None, "lon": 11.5},
        {},
    ]
    dataset = filled(owner, dataset, rows)
    (field,) = map_fields(owner, dataset)
    found = map_of(owner, dataset, field, "")
    assert (found.total, found.missing_count, found.other_count) == (7, 3, 2)
    assert sum(cell.count for cell in found.cells) == 2
    assert found.extent == (48.1, 90, 11.5, 180)
    narrowed = map_of(owner, dataset, field, "metadata.lat < 50 AND metadata.lon > 0")
    assert [(cell.count, narrowed.extent) for cell in narrowed.cells] == [(1, (48.1, 48.1, 11.5, 11.5))]
    assert map_of(owner, dataset, field, "metadata.lat = 7").cells == ()


def test_places_are_known_by_their_names_at_the_top_and_one_level_below(owner: Viewer, dataset: Dataset) -> None:
    dataset = filled(
        owner,
        dataset,
        [
            {
                "gps": {"latitude": 1.5, "longitude": 2.5, "lat": "north"},
                "start_lat": 1,
                "start_lng": 2,
                "flat": 3,
                "flon": 4,
                "latency": 5,
                "lat": "text",
                "lon": 1,
            }
        ],
    )
    found = {field.path: field.named(field.longitude) for field in map_fields(owner, dataset)}
    assert found == {
        "metadata.start_lat": "metadata.start_lng",
        "metadata.gps.latitude": "metadata.gps.longitude",
    }
    for field in map_fields(owner, dataset):
        assert [cell.count for cell in map_of(owner, dataset, field, "").cells] == [1]


def test_frames_have_a_map_and_strangers_none(
    owner: Viewer, stranger: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    dataset = filled(owner, dataset, [{"lat": 1, "lon": 2}])
    (field,) = map_fields(owner, dataset)
    assert map_of(stranger, dataset, field, "").cells == ()
    assert map_of(stranger, dataset, field, "").total == 0
    make.make_scene(owner, scene_dataset, "s", frames=2, metadata={"lat": 3, "lon": 4})
    (field,) = map_fields(owner, make.reload(owner, scene_dataset))
    found = map_of(owner, make.reload(owner, scene_dataset), field, "")
    assert (field.path, field.is_of_frames, [cell.count for cell in found.cells]) == (
        "scene.metadata.lat",
        False,
        [1],
    )
