"""Walking through what a grid shows, in every order and both directions, against plain Python's sorting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap64

from tests.query.evaluator import Row, holds
from tests.query.sentences import conditions, steps
from tests.query.test_columns import build
from tests.query.world import World, make_world
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions.slices import create_slice
from webapp.query import job_kinds, results
from webapp.query.asks import Ask, Mode
from webapp.query.columns import narrowing, upkeep
from webapp.query.ordering import order_of, sorts_of
from webapp.query.parser import parse
from webapp.query.queries import everything
from webapp.query.refusals import QuerySyntaxError
from webapp.query.scope import Subject

PLACED = ("box", "polygon")


@pytest.fixture
def world(owner: Viewer) -> World:
    return make_world(owner, seed=5, scene_count=4)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anchors, windows and answers are so small that there are many of them."""
    small = {"STEP": 4, "FIRST_WINDOW": 3, "LAST_WINDOW": 10, "KEYS_AT_ONCE": 7, "MANY_KEYS": 3, "OUTLINE_SECONDS": -1}
    for name, value in small.items():
        monkeypatch.setattr(results, name, value)


class Known:
    """The rows of a world by their keys, in plain Python."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[Subject, dict[int, Row]] = {}
        by_name = {Subject.ITEMS: world.items, Subject.SCENES: world.scenes}
        for subject in Subject:
            of_items = subject in by_name
            names = by_name.get(subject, world.labels)
            column = "reference_id" if of_items else "annotation_id"
            found = everything(world.viewer, world.dataset, subject, world.run).values_list("pk", column)
            self.rows[subject] = {pk: names[name] for pk, name in found if of_items or placed(names[name].is_label)}

    def expected(self, ask: Ask) -> list[int]:
        """The keys of what an ask shows, in its order."""
        rows = self.rows[ask.subject]
        if ask.within is not None:
            keys = set(ask.within.keys())
            of_item = {pk: self.item_of(ask.subject, pk) for pk in rows}
            rows = {pk: row for pk, row in rows.items() if of_item[pk] in keys}
        tree = parse(ask.text) if ask.text else None
        keys_found = sorted(pk for pk, row in rows.items() if tree is None or holds(tree, row))
        if ask.sort in ("", "-id"):
            return keys_found if not ask.sort else keys_found[::-1]
        places = {pk: place(value_of(ask, rows[pk])) for pk in keys_found}
        # Those that are alike stay in the order of their keys, also when it is turned round.
        by_value = sorted(keys_found, key=lambda pk: places[pk][1:], reverse=ask.sort.startswith("-"))
        return sorted(by_value, key=lambda pk: places[pk][0])

    def item_of(self, subject: Subject, pk: int) -> int | None:
        if subject in (Subject.ITEMS, Subject.SCENES):
            return pk
        name = self.rows[subject][pk].fields["reference_id"]
        return next((key for key, row in self.rows[Subject.ITEMS].items() if row.fields["reference_id"] == name), None)


def placed(label: Any) -> bool:
    return label is not None and label["type"] in PLACED


def value_of(ask: Ask, row: Row) -> Any:
    name = ask.sort.removeprefix("-")
    if name == "reference_id":
        return row.fields["reference_id"]
    if name == "area":
        return area_of(row.is_label or {})
    if name == "confidence":
        said = [row.is_label] if row.is_label else row.labels["predictions"]
        return max((one["confidence"] for one in said), default=None)
    found: Any = row.scene if name.startswith("scene.") else row.fields
    path = order_path(ask)
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def area_of(label: Any) -> float:
    """That of the bounds, whose far sides are kept as sums."""
    (x, y), (width, height) = ([label[field][axis] for axis in "xy"] for field in ("position", "dimensions"))
    wide, high = (x + width - x, y + height - y) if label["type"] == "box" else (width, height)
    return float(wide * high)


def order_path(ask: Ask) -> tuple[str, ...]:
    tree: Any = parse(f"{ask.sort.removeprefix('-')} EXISTS")
    given_steps: tuple[str, ...] = tree.operands[0].steps
    return given_steps[1:] if given_steps[0] == "scene" else given_steps


def place(value: Any) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return (2, float(value), "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    if isinstance(value, str):
        return (1, 0.0, value)
    return (4 if value is None else 3, 0.0, "")


def walked(viewer: Viewer, ask: Ask, limit: int) -> list[int]:
    """All keys, block by block from the first."""
    found = results.page(viewer, ask, limit=limit)
    assert found.before is None
    keys = list(found.keys)
    while found.after is not None:
        found = results.page(viewer, ask, after=found.after, limit=limit)
        assert 0 < len(found.keys) <= limit
        keys += found.keys
    return keys


def walked_back(viewer: Viewer, ask: Ask, last: int, limit: int) -> list[int]:
    """All keys, block by block from the last."""
    found = results.page(viewer, ask, from_=last, limit=limit)
    keys = list(found.keys)
    while found.before is not None and (found := results.page(viewer, ask, before=found.before, limit=limit)).keys:
        assert len(found.keys) <= limit
        keys = found.keys + keys
    return keys


def outlined(viewer: Viewer, ask: Ask) -> tuple[list[int], int]:
    found = results.outline(viewer, ask)
    anchors = list(found.anchors)
    while found.continues is not None:
        assert found.looked_at <= found.total
        found = results.outline(viewer, ask, continues=found.continues)
        anchors += found.anchors
    return anchors, found.count


def asks(world: World) -> st.SearchStrategy[Ask]:
    """Every kind of row, in every kind of order, asked something or nothing."""
    keys = list(queries.items(world.viewer, world.dataset).values_list("pk", flat=True))
    frames = create_slice(world.viewer, world.dataset, name="Frames", item_pks=keys)
    some = create_slice(world.viewer, world.dataset, name="Some", item_pks=keys[3:20:2])
    base = Ask(world.dataset, run=world.run)
    kinds = [
        base,
        replace(base, within=frames),
        replace(base, within=some),
        replace(base, mode=Mode.OBJECTS),
        replace(base, mode=Mode.OBJECTS, within=some),
        replace(base, mode=Mode.OBJECTS, said_by=world.run),
    ]
    deeper = steps.map("metadata.{}".format)

    def sorted_as(ask: Ask) -> st.SearchStrategy[Ask]:
        names = st.sampled_from(["", "-id", *sorts_of(ask)])
        if ask.members is Subject.ITEMS:
            names = st.one_of(names, deeper)
        turned = st.one_of(names, names.filter(lambda name: name not in ("", "-id")).map("-{}".format))
        texts = st.one_of(st.just(""), conditions)
        return st.builds(lambda sort, text: replace(ask, sort=sort, text=text), turned, texts)

    return st.sampled_from(kinds).flatmap(sorted_as)


@pytest.mark.parametrize("has_columns", [False, True])
def test_walking_equals_sorting_in_plain_python(
    has_columns: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_columns:
        for name in ("MIN_ROWS_A_SEGMENT", "QUIET_SECONDS"):
            monkeypatch.setattr(job_kinds, name, 0)
        monkeypatch.setattr(upkeep, "MIN_ROWS", 0)
        monkeypatch.setattr(narrowing, "MAX_UNKNOWN", 1.0)
        build(world.viewer, world.dataset)
    known, seen = Known(world), {"rows": 0, "sorted": 0}

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(asks(world), st.integers(1, 9))
    def compare(ask: Ask, limit: int) -> None:
        try:
            shown = walked(world.viewer, ask, limit)
        except QuerySyntaxError:
            return
        expected = known.expected(ask)
        assert shown == expected
        seen["rows"] += len(shown)
        seen["sorted"] += bool(not order_of(ask).is_by_key and len(shown) > limit)
        if expected:
            assert walked_back(world.viewer, ask, expected[-1], limit) == expected
        assert outlined(world.viewer, ask) == (expected[::4], len(expected))
        left_out = expected[1::2] if ask.mode is Mode.OBJECTS else []
        kept = {known.item_of(ask.subject, pk) for pk in expected if pk not in left_out}
        assert set(results.keys(world.viewer, ask, but=BitMap64(left_out))) == kept

    compare()
    assert seen["rows"] > 500
    assert seen["sorted"] > 20
