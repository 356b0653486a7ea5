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

# What is easily wrong, and too rarely drawn.
ALWAYS = [
    "metadata.a > 0.5 AND metadata.a < 1.5",
    "metadata.a = true OR metadata.b IN (7, false, red)",
    "metadata.a > 2021-01-01",
    "metadata.b BETWEEN 2021-01-01 AND 2022-01-01",
    "metadata.a CONTAINS ed OR metadata.b CONTAINS Ed",
    'metadata.a CONTAINS "_" OR metadata.b STARTS WITH "%"',
    "metadata.a CONTAINS 1 OR metadata.b CONTAINS true",
    "metadata.a + 0 > 1e299 OR metadata.b + 0 > 1e299 OR metadata.é - 0 > 1e299 OR metadata.in + 0 > 1e299",
    "metadata.a % 0 = 0 OR metadata.b % 2.5 = 0 OR metadata.b % 2 = -1",
    'metadata.a < "red" AND metadata.b >= "é"',
    "metadata.a != 5 AND NOT metadata.b < 5",
    "annotations.dimensions.x = 0.1",
    "annotations.area > 0.5 AND annotations.area < 0.8",
    "predictions.count = 1 OR predictions.count = 2",
    "annotations.count = 1",
    "predictions.car < 2 AND predictions.box.count > 0",
    "scale_metadata.project_name = red AND scale_metadata.project_name = Signs",
    "scale_metadata[project_name = red AND task_status = completed AND audit_status != accepted]",
    "scale_metadata.task_id EXISTS AND NOT scale_metadata.audit_status EXISTS",
    "scale_metadata.completed_at > 2021-05-04 AND scale_metadata.created_at < 2021-05-05",
    "scale_metadata[task_status = pending] = 2 OR scale_metadata.task_audit_status IN (accepted, rejected)",
    "scale_metadata.project_name = metadata.a OR scale_metadata.task_id IS MISSING",
    "annotations.dimensions.z EXISTS AND annotations.position.z < 1",
]


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

    def check(text: str) -> None:
        tree = parse(text)
        for subject, expected in rows.items():
            try:
                found = found_in(world, subject, text)
            except QuerySyntaxError:
                # A comparison that could never hold, such as metadata.a < true, or one about two things of many.
                pairs["refused"] += len(expected)
                continue
            meant = {name for name, row in expected.items() if holds(tree, row)}
            assert found == meant, (subject, text)
            pairs["all"] += len(expected)
            pairs["found"] += len(meant)

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(conditions)
    def compare(text: str) -> None:
        check(text)

    for text in ALWAYS:
        check(text)
    compare()
    assert pairs["all"] >= 5_000
    assert pairs["found"] > pairs["all"] / 20
    assert pairs["refused"] < pairs["all"] / 4
