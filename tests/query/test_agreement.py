"""The compiled query against an evaluator in plain Python, over random queries and awkward data."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.query.evaluator import Row, holds
from tests.query.sentences import conditions
from tests.query.world import World, found_in, make_world
from webapp.accounts.viewer import Viewer
from webapp.query.parser import parse
from webapp.query.refusals import QuerySyntaxError


@pytest.fixture
def world(owner: Viewer) -> World:
    return make_world(owner, seed=11, scene_count=4)


def test_sql_and_plain_python_find_the_same(world: World) -> None:
    rows: dict[str, dict[str, Row]] = {
        "items": world.items,
        "scenes": world.scenes,
        "annotations": {name: row for name, row in world.labels.items() if name.startswith("ann")},
        "predictions": {name: row for name, row in world.labels.items() if name.startswith("pred")},
    }
    pairs: Counter[str] = Counter()

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(conditions)
    def compare(text: str) -> None:
        tree = parse(text)
        for subject, expected in rows.items():
            try:
                found = found_in(world, subject, text)
            except QuerySyntaxError:
                # A comparison that could never hold, such as metadata.a < true, or one about two things of many.
                pairs["refused"] += len(expected)
                continue
            meant = {name for name, row in expected.items() if holds(tree, row)}
            assert found == meant, subject
            pairs["all"] += len(expected)
            pairs["found"] += len(meant)

    compare()
    assert pairs["all"] >= 5_000
    assert pairs["found"] > pairs["all"] / 20
    assert pairs["refused"] < pairs["all"] / 4
