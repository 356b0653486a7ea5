"""Columns beside the rows: they say what SQL says, and are never older than the rows."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from pyroaring import BitMap64

from tests import make
from tests.query.evaluator import holds
from tests.query.sentences import conditions
from tests.query.test_agreement import ALWAYS
from tests.query.world import KINDS, World, add_scene, label, make_world, metadata
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions
from webapp.datasets.actions import MetadataChange
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.jobs.worker import work
from webapp.labels import actions as label_actions
from webapp.labels.drafts import label_draft
from webapp.query import facets, job_kinds, queries, results
from webapp.query.asks import Ask
from webapp.query.columns import narrowing, store, upkeep
from webapp.query.columns.models import ColumnChunk, ColumnSegment
from webapp.query.facet_fields import CLASSES, facet_fields
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
OF_LABELS = [
    "annotations.car >= 2 OR annotations.truck = 1 AND metadata.a EXISTS",
    "NOT annotations.car IN (0, 3) AND 2 > annotations.count",
    "annotations.count BETWEEN 1 AND 3 AND annotations.unheard = 0",
    "annotations.car + annotations.truck > annotations.count - 1",
    "annotations.count = 0 OR annotations.sunny > 0",
    "annotations.car EXISTS OR annotations.category = sunny",
    "annotations.car > annotations.truck OR annotations.area > 10",
    "annotations.count > width OR annotations.count - 1 = metadata.b",
    "annotations.box = 0 AND annotations.label = car",
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
    # What has several classes leaves all classes of its segment to SQL.
    world.kinds = KINDS if name.startswith("scene 2") else ("box", "polygon", "category")
    add_scene(world, dice, name, 6, sent)
    label_actions.annotate(world.viewer, world.dataset, sent["annotations"], update=False)
    label_actions.predict(world.viewer, world.run, world.dataset, sent["predictions"], update=False)


def change(world: World, dice: random.Random, name: str) -> None:
    fields = metadata(dice)
    actions.change_metadata(world.viewer, world.dataset, [MetadataChange(name, fields)], level="item")
    world.items[name].pictures[0]["metadata"].update(fields)


def say(world: World, dice: random.Random, name: str) -> None:
    """One more annotation of an item."""
    sent, meant = label(dice, "annotations", 99, name, ["box"])
    sent.pop("track_reference_id", None)
    draft = label_draft(reference_id=name, policy=origin_policy(world.viewer), **sent)
    label_actions.annotate(world.viewer, world.dataset, [draft], update=False)
    for row in (world.items[name], world.scenes[name.rpartition("/")[0]]):
        row.labels["annotations"].append(meant | {"track": None})


def unsay(world: World, name: str) -> None:
    """No annotation of an item any more."""
    job = label_actions.delete_annotations(world.viewer, world.dataset, [name])
    work(threading.Event(), until_idle=True)
    job.refresh_from_db(from_queryset=Job.objects.unscoped())
    assert job.state == Job.State.COMPLETED
    gone = list(world.items[name].labels["annotations"])
    assert gone
    scene = world.scenes[name.rpartition("/")[0]]
    world.items[name].labels["annotations"].clear()
    left = [one for one in scene.labels["annotations"] if one not in gone]
    scene.labels["annotations"][:] = left
    scene.fields["tracks.count"] = len({one["track"] for one in left} - {None})


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
        segments = narrowing.narrowing(dataset, wanted)
        for _, part in segments.parts(segments.fresh) if segments is not None else ():
            assert part is not None
            certain = {names[pk] for pk in part.read.keys[part.found.yes].tolist()}
            assert certain <= meant, (subject, text)
            pairs["told"] += len(part.read.keys) - part.unknown_count()
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

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(conditions)
    def check(text: str) -> None:
        compare(world, text, pairs)

    for text in [*ALWAYS, *OF_COLUMNS, *OF_LABELS]:
        compare(world, text, pairs)
    check()
    return pairs


def test_columns_say_what_the_rows_say_also_after_changes(world: World) -> None:
    build(world.viewer, world.dataset)
    assert fresh_count(world.dataset) == (12, 12)
    new = check_all(world, 1)
    dice = random.Random(7)
    for _ in range(5):
        change(world, dice, dice.choice([name for name in world.items if name.startswith("scene 1 ")]))
    remove(world, "scene 2 1")
    start_segment(Item)
    add(world, dice, "scene late")
    said = [name for name, row in world.items.items() if name.startswith("scene 0 0") and row.labels["annotations"]]
    say(world, dice, said[0])
    unsay(world, said[1])
    assert fresh_count(world.dataset) == (7, 12)
    partly = check_all(world, 2)
    build(world.viewer, world.dataset)
    anew = check_all(world, 3)
    for pairs in (new, partly, anew):
        assert pairs["all"] >= 5_000
        assert pairs["known"] > pairs["all"] / 5
    assert min(new["exact"], anew["exact"]) > new["all"] / 8


@contextmanager
def by_sql() -> Iterator[None]:
    """Without columns."""
    kept = upkeep.MIN_ROWS
    upkeep.MIN_ROWS = 10**9
    try:
        yield
    finally:
        upkeep.MIN_ROWS = kept


QUERIES = ["", "metadata.a EXISTS", "NOT metadata.a = red OR metadata.b < 5", "metadata.never EXISTS"]


def test_counts_by_columns_are_those_of_sql(world: World) -> None:
    for number, day in enumerate(["2021-05-04", "2021-05-06", "2021-05-05 noon", "2021-07-01"]):
        for each in range(4):
            name, told = f"scene {number % 2}/{each}", {"day": day, "speed": number * 7 + each / 4, "tags": ["a", day]}
            actions.change_metadata(world.viewer, world.dataset, [MetadataChange(name, told)], level="item")
    build(world.viewer, world.dataset)
    dataset = make.reload(world.viewer, world.dataset)
    members = Slice(dataset=dataset, kind=Slice.Kind.ITEMS)
    members.hold(BitMap64(sorted(Item.objects.unscoped().filter(dataset=dataset).values_list("pk", flat=True))[1::2]))
    fields = [one for one in facet_fields(dataset).values() if one.key is not None and one.level in ("item", "scene")]
    assert len(fields) > 10
    fields.append(CLASSES)
    drawn: Counter[facets.Shape] = Counter()
    for text, within in product(QUERIES, (None, members)):
        for field in fields:
            with CaptureQueriesContext(connection) as seen:
                by_columns = facets.facet(world.viewer, dataset, field, text, within=within)
            with by_sql():
                expected = facets.facet(world.viewer, dataset, field, text, within=within)
            assert replace(by_columns, mean=None) == replace(expected, mean=None), (field.path, text)
            assert by_columns.mean == pytest.approx(expected.mean)
            if field.column is None and field.level == "item" and "scene" not in text:
                assert not any("matched" in one["sql"] for one in seen.captured_queries)
            drawn[by_columns.shape] += 1
    assert set(drawn) == {facets.Shape.NUMBERS, facets.Shape.VALUES, facets.Shape.TIMES, facets.Shape.NOTHING}


@pytest.mark.parametrize(
    "sort", ["", "-id", "reference_id", "metadata.a", "-metadata.a", "metadata.b", '-metadata."é"', "-metadata.never"]
)
def test_rows_in_order_by_columns_are_those_of_sql(world: World, sort: str) -> None:
    actions.change_metadata(world.viewer, world.dataset, [MetadataChange("scene 0/0", {"never": 1})], level="item")
    build(world.viewer, world.dataset)
    dataset = make.reload(world.viewer, world.dataset)
    members = Slice(dataset=dataset, kind=Slice.Kind.ITEMS)
    members.hold(BitMap64(sorted(Item.objects.unscoped().filter(dataset=dataset).values_list("pk", flat=True))[::3]))
    for within in (None, members):
        for text in ("width EXISTS", *QUERIES):
            ask = Ask(dataset, text=text, sort=sort, within=within)
            if within is None:
                # A dataset of scenes shows scenes, but as a slice its frames.
                of_scenes = text.replace("metadata", "scene.metadata")
                ask = replace(ask, text=of_scenes, sort=sort.replace("metadata", "scene.metadata"))
                if "never" in sort:
                    continue
            rows = results.rows_of(world.viewer, ask)
            assert (rows.in_order is not None) == (text != "width EXISTS" and "metadata" in sort)
            assert text in ("", "width EXISTS") or (rows.candidates is not None and rows.candidates.is_exact)
            everything = walked(world.viewer, ask)
            with by_sql():
                assert everything == walked(world.viewer, ask), (text, within)


def walked(viewer: Viewer, ask: Ask) -> tuple[Any, ...]:
    """The rows a few at a time, there and back, the outline, and all keys."""
    there: list[int] = []
    after = None
    while True:
        block = results.page(viewer, ask, after=after, limit=3)
        there += block.keys
        if (after := block.after) is None:
            break
    back: list[int] = []
    before = there[-1] if there else None
    while before is not None:
        block = results.page(viewer, ask, before=before, limit=4)
        back = block.keys + back
        before = block.before
    assert back == there[:-1]
    if there:
        assert results.page(viewer, ask, from_=there[len(there) // 2], limit=2).keys == there[len(there) // 2 :][:2]
    outline = results.outline(viewer, ask)
    return there, outline.anchors, outline.count, set(results.keys(viewer, ask))


@pytest.mark.parametrize("most", [1.0, 0.3])
def test_pages_go_past_segments_that_are_old_or_hard_to_tell(
    world: World, monkeypatch: pytest.MonkeyPatch, most: float
) -> None:
    build(world.viewer, world.dataset)
    monkeypatch.setattr(narrowing, "MAX_UNKNOWN", most)
    texts = [
        "scene.metadata.a EXISTS OR scene.metadata.b EXISTS",
        "scene.metadata.a EXISTS OR width > 50",
        "NOT scene.metadata.never = 1",
    ]
    for is_old in (False, True):
        if is_old:
            remove(world, "scene 1 1")
        dataset = make.reload(world.viewer, world.dataset)
        for text in texts:
            for sort in ("", "-id"):
                ask = Ask(dataset, text=text, sort=sort)
                assert results.rows_of(world.viewer, ask).is_lazy
                by_columns = walked(world.viewer, ask)
                with by_sql():
                    assert by_columns == walked(world.viewer, ask), (text, sort, is_old)


def test_a_page_that_is_full_reads_no_further_segments(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    build(world.viewer, world.dataset)
    dataset = make.reload(world.viewer, world.dataset)
    for sort in ("", "-id"):
        monkeypatch.setattr(store, "CACHE", store.Cache(store.MAX_CACHE_BYTES))
        ask = Ask(dataset, text="NOT scene.metadata.a = nothing", sort=sort)
        with CaptureQueriesContext(connection) as seen:
            assert len(results.page(world.viewer, ask, limit=1).keys) == 1
        read = [one["sql"] for one in seen.captured_queries if "columns_columnchunk" in one["sql"]]
        assert len(read) == 1
        assert len(store.CACHE.kept) == 2


def test_columns_of_rows_that_change_while_they_are_read_are_not_kept(
    owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.append(owner, dataset, [make.draft_item(owner, f"item-{n}", metadata={"speed": n}) for n in range(5)])
    read = job_kinds.columns_of
    changes = [
        lambda: actions.change_metadata(owner, dataset, [MetadataChange("item-1", {"speed": 9})], level="item"),
        lambda: make.append(owner, dataset, [make.draft_item(owner, "late", metadata={"speed": 9})]),
        lambda: actions.delete_item(owner, dataset, Item.objects.unscoped().get(reference_id="item-2")),
    ]

    def late(rows: Any, *others: Any) -> Any:
        found = read(rows, *others)
        if changes:
            changes.pop()()
        return found

    monkeypatch.setattr(job_kinds, "columns_of", late)
    enqueue(owner, upkeep.KIND, dataset_pk=dataset.pk, params={})
    work(threading.Event(), until_idle=True)
    assert fresh_count(dataset) == (1, 2)
    build(owner, dataset)
    assert fresh_count(dataset) == (2, 2)
    dataset = make.reload(owner, dataset)
    with only_columns():
        assert queries.count(owner, dataset, "metadata.speed = 9").found == 2


def test_annotations_are_counted_from_columns_and_by_sql_from_their_change_on(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, f"item-{n}", metadata={"speed": n}) for n in range(5)])
    items = list(Item.objects.unscoped().filter(dataset=dataset).order_by("pk"))
    make.make_annotations(owner, dataset, items[:3])
    build(owner, dataset)
    dataset = make.reload(owner, dataset)
    with only_columns():
        assert queries.count(owner, dataset, "annotations.car > 0").found == 3
        assert queries.count(owner, dataset, "annotations.count = 0 AND metadata.speed = 4").found == 1
    make.make_annotations(owner, dataset, items[4:])
    assert fresh_count(dataset) == (1, 2)
    assert queries.count(owner, dataset, "annotations.car > 0").found == 4
    build(owner, dataset)
    with transaction.atomic():
        actions.delete_item(owner, dataset, items[0])
        assert fresh_count(dataset) == (0, 2)
    assert queries.count(owner, make.reload(owner, dataset), "annotations.car > 0").found == 3


@contextmanager
def only_columns() -> Iterator[None]:
    """Nothing inside reads the rows themselves."""
    with CaptureQueriesContext(connection) as seen:
        yield
    assert not any("datasets_item" in one["sql"] for one in seen.captured_queries)


def test_columns_are_asked_for_once_and_go_with_their_dataset(owner: Viewer, dataset: Dataset) -> None:
    for number in range(3):
        make.append(owner, dataset, [make.draft_item(owner, f"item-{number}", metadata={"speed": number})])
    waiting = Job.objects.unscoped().filter(kind=upkeep.KIND)
    assert [(job.state, job.ready_at > job.created_at) for job in waiting] == [(Job.State.QUEUED, True)]
    build(owner, dataset)
    assert ColumnChunk.objects.count() > 0
    actions.delete_dataset(owner, dataset)
    work(threading.Event(), until_idle=True)
    assert (ColumnSegment.objects.count(), ColumnChunk.objects.count()) == (0, 0)
