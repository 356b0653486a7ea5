"""Columns beside the rows: they say what SQL says, and are never older than the rows."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from tests import make
from tests.query.evaluator import holds
from tests.query.sentences import conditions
from tests.query.test_agreement import ALWAYS
from tests.query.world import World, add_scene, make_world, metadata
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions
from webapp.datasets.actions import MetadataChange
from webapp.datasets.models import Dataset, Item, Scene
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.jobs.worker import work
from webapp.labels import actions as label_actions
from webapp.query import job_kinds, queries
from webapp.query.columns import narrowing, upkeep
from webapp.query.columns.models import ColumnSegment
from webapp.query.parser import parse
from webapp.query.refusals import QuerySyntaxError
from webapp.query.scope import Subject

OF_COLUMNS = [
    "metadata.a CONTAINS red OR metadata.b CONTAINS 5 OR metadata.é CONTAINS true",
    "metadata.a = metadata.b OR metadata.a < metadata.b",
    'metadata.a.b EXISTS AND NOT metadata."o\\"d\\\\d" = 5',
    "5 < metadata.a AND metadata.a + metadata.b - 2 > 3",
    "scene.metadata.a EXISTS OR scene.metadata.b IN (1, red, true)",
    "metadata.never IS MISSING AND metadata.never.more != 3",
    "metadata.a.b.a.b.a IS MISSING",
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns for datasets of any size, and however much of them is old."""
    monkeypatch.setattr(upkeep, "MIN_ROWS", 0)
    monkeypatch.setattr(job_kinds, "MIN_ROWS_A_SEGMENT", 0)
    monkeypatch.setattr(job_kinds, "QUIET_SECONDS", 0)
    monkeypatch.setattr(narrowing, "MAX_UNKNOWN", 1.0)


def start_segment(table: Any) -> None:
    """Have the next row's key in a segment of its own."""
    name = table._meta.db_table
    last = (table.objects.unscoped().order_by("-pk").values_list("pk", flat=True).first() or 1) >> 16
    first = (last + 1) << 16
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [first, name])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [name, first])


def build(viewer: Viewer, dataset: Dataset) -> None:
    Job.objects.unscoped().filter(kind=upkeep.KIND).delete()
    job = enqueue(viewer, upkeep.KIND, dataset_pk=dataset.pk, params={})
    work(threading.Event(), until_idle=True)
    job.refresh_from_db(from_queryset=Job.objects.unscoped())
    assert (job.state, job.message["segments_left"]) == (Job.State.COMPLETED, 0)


def fresh_count(dataset: Dataset) -> tuple[int, int]:
    """How many segments have good columns, of how many."""
    rows = ColumnSegment.objects.filter(dataset_id=dataset.pk)
    return sum(one.version == one.built_version for one in rows), len(rows)


@pytest.fixture
def world(owner: Viewer) -> World:
    """A world whose scenes, and whose frames, lie in several segments."""
    world = make_world(owner, seed=5, scene_count=2, frame_count=6)
    dice = random.Random(6)
    for number in range(3):
        start_segment(Item)
        start_segment(Scene)
        for each in range(2):
            add(world, dice, f"scene {number} {each}")
    return world


def add(world: World, dice: random.Random, name: str) -> None:
    sent: dict[str, list[Any]] = {"annotations": [], "predictions": []}
    add_scene(world, dice, name, 6, sent)
    label_actions.annotate(world.viewer, world.dataset, sent["annotations"], update=False)
    label_actions.predict(world.viewer, world.run, world.dataset, sent["predictions"], update=False)


def change(world: World, dice: random.Random, name: str) -> None:
    fields = metadata(dice)
    actions.change_metadata(world.viewer, world.dataset, [MetadataChange(name, fields)], level="item")
    world.items[name].pictures[0]["metadata"].update(fields)


def remove(world: World, name: str) -> None:
    scene = Scene.objects.unscoped().get(dataset=world.dataset, reference_id=name)
    actions.delete_scene(world.viewer, world.dataset, scene)
    del world.scenes[name]
    for each in [one for one in world.items if one.startswith(f"{name}/")]:
        del world.items[each]


def compare(world: World, text: str, pairs: Counter[str]) -> None:
    """The query as columns answer it, against plain Python."""
    dataset, tree = make.reload(world.viewer, world.dataset), parse(text)
    for subject, rows in ((Subject.ITEMS, world.items), (Subject.SCENES, world.scenes)):
        try:
            wanted = queries.matching(world.viewer, dataset, text, subject, world.run)
        except QuerySyntaxError:
            continue
        every = queries.everything(world.viewer, dataset, subject, world.run)
        names = dict(every.values_list("pk", "reference_id"))
        meant = {name for name, row in rows.items() if holds(tree, row)}
        assert set(names.values()) == set(rows)
        read = queries.paged(world.viewer, dataset, text, subject, run=world.run)
        assert {row.reference_id for row in read(None, 1_000).rows} == meant, (subject, text)
        assert queries.count(world.viewer, dataset, text, subject=subject, run=world.run).found == len(meant)
        pairs["all"] += len(rows)
        known = narrowing.candidates(dataset, every, wanted)
        if known is not None:
            found = {names[pk] for pk in known.keys}
            assert found >= meant, (subject, text)
            pairs["known"] += len(rows)
            if known.is_exact:
                assert found == meant, (subject, text)
                pairs["exact"] += len(rows)


def check_all(world: World, seed: int) -> Counter[str]:
    pairs: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(conditions)
    def check(text: str) -> None:
        compare(world, text, pairs)

    for text in [*ALWAYS, *OF_COLUMNS]:
        compare(world, text, pairs)
    check()
    return pairs


def test_columns_say_what_the_rows_say_also_after_changes(world: World) -> None:
    build(world.viewer, world.dataset)
    assert fresh_count(world.dataset) == (8, 8)
    new = check_all(world, 1)
    dice = random.Random(7)
    change(world, dice, "scene 1 0/3")
    remove(world, "scene 2 1")
    start_segment(Item)
    add(world, dice, "scene late")
    assert fresh_count(world.dataset) == (5, 8)
    partly = check_all(world, 2)
    build(world.viewer, world.dataset)
    anew = check_all(world, 3)
    for pairs in (new, partly, anew):
        assert pairs["all"] > 4_000
        assert pairs["known"] > pairs["all"] / 5
    assert min(new["exact"], anew["exact"]) > new["all"] / 8
