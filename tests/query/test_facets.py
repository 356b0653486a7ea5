"""Facets beside plain Python, and that each bar's condition finds what the bar counts."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.query import queries, results, tree
from webapp.query.asks import Ask
from webapp.query.facet_fields import facet_fields
from webapp.query.facets import Facet, Shape, facet
from webapp.query.parser import MAX_NUMBER, parse
from webapp.query.writing import both, has_class, step, value

ODD = ["; DROP TABLE datasets_item; --", 'o"d\\d', "a.b", "{0} %s", "größe ж", "", "select", "in", "$.x", "'"]
TEXTS = ["red", "Red", "{0}", "%s", "a'b", 'q"\\', "ж\U0001f6a2", "", "50%", "true"]
FREE = ["mixed", ODD[0]]
EVERY = "width > 0 OR width IS MISSING"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_any_name_and_text_is_read_back_as_written(text: str) -> None:
    read = parse(f"metadata.{step(text)} = {value(text)}")
    assert isinstance(read, tree.Test)
    path, literal = read.operands
    assert isinstance(path, tree.Path)
    assert path.steps == ("metadata", text)
    assert isinstance(literal, tree.Text)
    assert literal.value == text


@given(st.floats(-MAX_NUMBER, MAX_NUMBER) | st.integers(-(2**53), 2**53) | st.booleans())
def test_any_number_and_truth_is_read_back_as_written(number: float | bool) -> None:
    read = parse(f"metadata.a = {value(number)}")
    assert isinstance(read, tree.Test)
    literal = read.operands[1]
    assert isinstance(literal, tree.Truth if isinstance(number, bool) else tree.Number)
    assert literal.value == number


def test_a_query_is_narrowed_and_not_widened() -> None:
    assert both("", "a = 1") == "a = 1"
    assert both("a = 1 AND b = 2", "c = 3") == "a = 1 AND b = 2 AND c = 3"
    assert both("a = 1 OR b = 2", "c = 3") == "(a = 1 OR b = 2) AND c = 3"


@pytest.fixture
def shelf(owner: Viewer) -> Dataset:
    """120 pictures with metadata of every kind."""
    dataset = actions.create_dataset(
        owner,
        name="Shelf",
        is_scene=False,
        use_privacy_mode=True,
        item_metadata_schema={key: {"type": "json"} for key in FREE},
    )
    dice = random.Random(5)
    drafts = [make.draft_item(owner, f"r{number}", metadata=metadata(dice, number)) for number in range(120)]
    make.append(owner, dataset, drafts)
    said = [
        make.draft_label(
            owner, f"r{n % 40}", label=dice.choice(["car", "area", "traffic light"]), metadata={"score": n % 7}
        )
        for n in range(90)
    ]
    make.annotate(owner, dataset, said)
    return make.reload(owner, dataset)


def metadata(dice: random.Random, number: int) -> dict[str, Any]:
    every: dict[str, Any] = {
        "speed": dice.choice([0.1, 0.2, 0.3, 0.7, 1, -2.5, 3.3, 4]),
        "year": 2000 + number % 5,
        "one": 7.5,
        "huge": dice.choice([1e21, -1e22, 1e-320, 2**60, 1e300, 0]),
        "name": dice.choice(TEXTS),
        "id": f"{number}",
        "long": "x" * 201,
        "is_night": dice.random() < 0.5,
        "tags": dice.choices(["fog", "wet", "ж"], k=2),
        "at": f"2021-03-0{1 + number % 3}T{number % 24:02d}:00:00Z",
        "day": f"2021-0{1 + number % 3}-28",
        "era": f"{1990 + number % 20}-02-30 not a day",
        "mixed": dice.choice([1, 2, "two", True, [3], {}, None]),
        "nested": {"a": 1},
        **{key: dice.choice(TEXTS) for key in ODD},
    }
    return {key: one for key, one in every.items() if dice.random() < 0.8}


def asked(
    viewer: Viewer, dataset: Dataset, path: str, text: str = "", *, within: Slice | None = None, **bounds: int
) -> Facet:
    return facet(viewer, dataset, facet_fields(dataset, within=within)[path], text, within=within, **bounds)


def test_every_bar_counts_what_its_condition_finds(owner: Viewer, shelf: Dataset) -> None:
    """The compiled query is itself held to a plain evaluator, in test_agreement.py."""
    text = "metadata.speed > 0 OR metadata.year = 2001"
    for path, field in facet_fields(shelf).items():
        if field.level != "item":
            continue
        found = facet(owner, shelf, field, text)
        assert found.total == queries.items(owner, shelf, text).count()
        for bar in (*found.bars, found.missing):
            if bar.condition is not None:
                assert queries.items(owner, shelf, both(text, bar.condition)).count() == bar.count, (path, bar)
        if found.shape in (Shape.NUMBERS, Shape.TIMES) or (found.shape is Shape.VALUES and field.type != "list"):
            assert sum(bar.count for bar in found.bars) + found.missing.count + found.other_count == found.total


def shown(viewer: Viewer, within: Slice, text: str) -> int:
    """How many rows the slice's grid has."""
    return len(results.keys(viewer, Ask(within.dataset, within, text)))


def test_every_bar_of_a_slice_counts_what_its_grid_shows(owner: Viewer, shelf: Dataset) -> None:
    within = make.make_slice(owner, shelf, Item.objects.visible_to(owner).filter(dataset=shelf).order_by("pk")[::3])
    for text in (EVERY, "metadata.speed > 0 OR metadata.year = 2001"):
        for path, field in facet_fields(shelf, within=within).items():
            found = asked(owner, shelf, path, text, within=within)
            if field.level != "item":
                said = queries.annotations(owner, shelf, text).filter(item_id__in=within.keys())
                assert 0 < found.total == said.count() < 90
                continue
            assert found.total == shown(owner, within, text) > 0
            for bar in (*found.bars, found.missing):
                if bar.condition is not None:
                    assert shown(owner, within, both(text, bar.condition)) == bar.count, (path, bar)
        assert asked(owner, shelf, path, "", within=within) == asked(owner, shelf, path, EVERY, within=within)


def test_a_large_slice_is_estimated_from_a_sample_of_its_members(owner: Viewer, dataset: Dataset) -> None:
    drafts = [make.draft_item(owner, f"r{n}", metadata={"even": n % 2 == 0, "n": n}) for n in range(1000)]
    make.append(owner, dataset, drafts)
    make.annotate(owner, dataset, [make.draft_label(owner, f"r{n}", label="car") for n in range(1000)])
    dataset = make.reload(owner, dataset)
    within = make.make_slice(
        owner, dataset, Item.objects.visible_to(owner).filter(dataset=dataset).order_by("pk")[:600]
    )
    for text, total in (("", 600), ("metadata.n >= 300", 300)):
        for path in ("metadata.even", "annotations"):
            found = asked(owner, dataset, path, text, within=within, most=100)
            assert not found.is_exact
            assert 50 < found.looked_at < 160
            assert found.total == pytest.approx(total, rel=0.4)
    assert asked(owner, dataset, "metadata.even", "metadata.n < 50", within=within, most=100).total == 50


def test_scenes_and_frames_of_slices_are_counted_each_by_their_own(owner: Viewer, scene_dataset: Dataset) -> None:
    for number in range(4):
        make.make_scene(owner, scene_dataset, f"s{number}", frames=4, metadata={"weather": "fog" if number else "sun"})
    dataset = make.reload(owner, scene_dataset)
    scenes = list(Scene.objects.visible_to(owner).filter(dataset=dataset).order_by("pk"))
    frames = list(Item.objects.visible_to(owner).filter(scene__in=scenes[:2], frame_index__lt=3))
    make.annotate(owner, dataset, [make.draft_label(owner, one.reference_id) for one in frames])
    dataset = make.reload(owner, dataset)
    of_scenes = actions.create_slice(owner, dataset, name="Scenes", scene_pks=[one.pk for one in scenes[1:3]])
    of_frames = make.make_slice(owner, dataset, frames)

    def counted(path: str, within: Slice, text: str) -> tuple[int, list[int]]:
        found = asked(owner, dataset, path, text, within=within)
        for bar in found.bars:
            assert bar.condition is None or shown(owner, within, both(text, bar.condition)) > 0
        return found.total, [bar.count for bar in found.bars]

    assert counted("scene.metadata.weather", of_scenes, "") == (2, [2])
    assert counted("metadata.index", of_scenes, "scene.reference_id = s1") == (4, [1, 1, 1, 1])
    assert counted("annotations", of_scenes, "") == (3, [3])
    # The scenes that have such frames in the slice.
    assert counted("scene.metadata.weather", of_frames, "") == (2, [1, 1])
    assert counted("scene.metadata.weather", of_frames, "scene.reference_id = s1") == (1, [1])
    assert counted("metadata.index", of_frames, "metadata.index > 0") == (4, [2, 2])
    assert counted("annotations", of_frames, "metadata.index > 0") == (4, [4])
    assert not facet_fields(dataset, within=of_frames)["metadata.index"].is_of_frames


def test_shapes_are_those_of_the_values(owner: Viewer, shelf: Dataset) -> None:
    shapes = {path.removeprefix("metadata."): asked(owner, shelf, path).shape.value for path in facet_fields(shelf)}
    assert {key: shapes[key] for key in ("speed", "name", "is_night", "tags", "at", "nested", "mixed")} == {
        "speed": "numbers",
        "name": "values",
        "is_night": "values",
        "tags": "values",
        "at": "times",
        "nested": "nothing",
        "mixed": "numbers",
    }
    assert asked(owner, shelf, "metadata.nested").other_count > 0
    assert [bar.text for bar in asked(owner, shelf, "metadata.year").bars] == ["2000", "2001", "2002", "2003", "2004"]
    assert [bar.text for bar in asked(owner, shelf, "metadata.one").bars] == ["7.5"]
    hours = asked(owner, shelf, "metadata.at").bars
    assert (hours[0].text, len(hours)) == ("2021-03-01T00", 24 * 2 + 24 - 1 + (hours[-1].text[-2:] == "23"))
    assert len(asked(owner, shelf, "metadata.day").bars) == 60
    assert asked(owner, shelf, "metadata.long").bars[0].condition is None


def test_numbers_have_round_edges_and_sums(owner: Viewer, dataset: Dataset) -> None:
    speeds = [0.07 * n for n in range(100)]
    make.append(owner, dataset, [make.draft_item(owner, f"r{v}", metadata={"v": v, "w": 1}) for v in speeds])
    found = asked(owner, make.reload(owner, dataset), "metadata.v")
    assert [bar.text for bar in found.bars[:3]] == ["0", "0.5", "1"]
    assert found.bars[-1].until == "7"
    assert (found.lowest, found.highest) == (0, pytest.approx(6.93))
    assert found.mean == pytest.approx(sum(speeds) / 100)


def test_many_texts_are_no_categories(owner: Viewer, dataset: Dataset) -> None:
    drafts = [make.draft_item(owner, f"r{n}", metadata={"id": f"{n}"}) for n in range(251)]
    make.append(owner, dataset, drafts[:250])
    dataset = make.reload(owner, dataset)
    assert (asked(owner, dataset, "metadata.id").shape, len(asked(owner, dataset, "metadata.id").bars)) == (
        Shape.VALUES,
        250,
    )
    make.append(owner, dataset, drafts[250:])
    found = asked(owner, dataset, "metadata.id")
    assert (found.shape, found.bars, found.kind_count) == (Shape.TEXT, (), 251)


def test_a_mask_counts_once_for_each_of_its_classes_whether_anything_is_asked_or_not(
    owner: Viewer, shelf: Dataset
) -> None:
    listed = [{"label": "car", "index": 1}, {"label": "road", "index": 2}]
    make.annotate(owner, shelf, [make.draft_label(owner, "r50", type="mask", segments=listed)])
    everything, narrowed = (asked(owner, shelf, "annotations", text) for text in ("", "width IS MISSING"))
    assert (everything.total, everything.missing.count) == (92, 0)
    assert narrowed == everything


def test_annotations_are_counted_by_class_and_by_what_is_said_of_them(owner: Viewer, shelf: Dataset) -> None:
    everything, narrowed = (
        asked(owner, shelf, "annotations"),
        asked(owner, shelf, "annotations", EVERY),
    )
    assert everything.bars == narrowed.bars
    assert everything.total == narrowed.total == 90
    for bar in everything.bars:
        assert bar.condition == has_class(bar.text)
        assert queries.items(owner, shelf, bar.condition).exists()
        assert queries.annotations(owner, shelf, f"annotations.label = {value(bar.text)}").count() == bar.count
    scores = asked(owner, shelf, "annotations.metadata.score", 'annotations."traffic light" > 0')
    assert [bar.text for bar in scores.bars] == [str(n) for n in range(7)]
    assert scores.bars[3].condition == "annotations[metadata.score = 3]"
    one = asked(owner, shelf, "annotations.metadata.score", "reference_id = r3")
    assert Counter({bar.text: bar.count for bar in one.bars}) == Counter(str(n % 7) for n in (3, 43, 83))


def test_frames_and_scenes_are_counted_each_by_their_own(owner: Viewer, scene_dataset: Dataset) -> None:
    for number in range(3):
        make.make_scene(owner, scene_dataset, f"s{number}", frames=4, metadata={"weather": "fog"})
    dataset = make.reload(owner, scene_dataset)
    found = asked(owner, dataset, "scene.metadata.weather", "reference_id != s0")
    assert [(bar.text, bar.count, bar.condition) for bar in found.bars] == [
        ("fog", 2, 'scene.metadata.weather = "fog"')
    ]
    assert asked(owner, dataset, "annotations").shape is Shape.NOTHING
    make.make_scene(owner, dataset, "long", frames=50)
    bar = asked(owner, make.reload(owner, dataset), "metadata.index").bars[1]
    # What is asked of a scene's frames with AND may be about two of them.
    assert (bar.text, bar.count, bar.condition) == ("5", 5, "metadata.index BETWEEN 5 AND 10")
    assert queries.scenes(owner, dataset, bar.condition).get().reference_id == "long"


def test_many_rows_are_estimated_from_a_sample(owner: Viewer, dataset: Dataset) -> None:
    drafts = [make.draft_item(owner, f"r{n}", metadata={"even": n % 2 == 0, "n": n}) for n in range(1000)]
    make.append(owner, dataset, drafts)
    dataset = make.reload(owner, dataset)
    for text, total in (("", 1000), ("metadata.n < 600", 600)):
        found = asked(owner, dataset, "metadata.even", text, most=200)
        assert not found.is_exact
        assert 120 < found.looked_at < 300
        assert found.total == pytest.approx(total, rel=0.3)
        assert [bar.count / found.total for bar in found.bars] == pytest.approx([0.5, 0.5], abs=0.15)
    assert asked(owner, dataset, "metadata.even", "metadata.n < 50", most=200).is_exact
    make.annotate(owner, dataset, [make.draft_label(owner, f"r{n}", label="car") for n in range(300)])
    found = asked(owner, dataset, "annotations", "metadata.n >= 100", most=100)
    assert not found.is_exact
    assert [(bar.text, bar.count) for bar in found.bars] == [("car", found.total)]
    assert found.total == pytest.approx(200, rel=0.5)


def test_a_facet_is_one_statement_and_of_nobody_elses_rows(owner: Viewer, stranger: Viewer, shelf: Dataset) -> None:
    for path in ("metadata.speed", "metadata.name", "metadata.is_night", "metadata.tags", "annotations"):
        with CaptureQueriesContext(connection) as seen:
            assert asked(owner, shelf, path).total > 0
        assert len(seen) == 1, path
        assert asked(stranger, shelf, path).total == 0
        within = make.make_slice(
            owner, shelf, Item.objects.visible_to(owner).filter(dataset=shelf).order_by("pk")[:9], name=path
        )
        with CaptureQueriesContext(connection) as seen:
            assert asked(owner, shelf, path, within=within).total > 0
        assert len(seen) == (1 if path != "annotations" else 2), path
        assert asked(stranger, shelf, path, within=within).total == 0
