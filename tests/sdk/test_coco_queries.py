"""Every documented example of the query language through the newest SDK, on COCO's photographs."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from nucleus import Dataset, NucleusClient
from nucleus.dataset import ObjectQueryType
from nucleus.errors import NucleusAPIError

from tests.live import LiveTransom, Person
from tests.sdk import coco_queries
from tests.sdk.coco_queries import EXAMPLES, REFUSED, Example, Facts, Photograph, Row, matching, worn
from tests.sdk.coco_upload import Coco, give_tasks, upload
from tests.shared_data import SHARED_DATA, shared

# What the charts are narrowed by, and the fields they are of.
ASKED = ["", 'annotations.metadata.color = "yellow"', "predictions.pedestrian >= 3", "annotations.count > 6"]
OF_PHOTOGRAPHS = ("camera", "timeofday", "speed_mph", "sequence_id", "frame_number", "review_status")
OF_MARKS = ("color", "distance_to_device")


@pytest.fixture(scope="module")
def curator(live: LiveTransom) -> Person:
    return live.make_person("editor", team=f"Team {uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def coco(curator: Person) -> Coco:
    shared("images/coco_cc")
    sent = upload(NucleusClient(curator.key(), endpoint=curator.live.endpoint), Facts(SHARED_DATA))
    give_tasks(curator, sent)
    return sent


class Pages:
    """The feeds of the grid and the charts, asked as their scripts do."""

    def __init__(self, curator: Person) -> None:
        self.url, self.session = curator.live.url, requests.Session()
        self.session.cookies.set(**curator.cookie())

    def get(self, dataset: Dataset, feed: str, **asked: Any) -> Any:
        answer = self.session.get(f"{self.url}/datasets/{dataset.id}/{feed}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, dataset: Dataset, **ask: Any) -> list[Any]:
        """All rows, a hundred at a time; the outline counts as many and names each 250th."""
        found, onward = [], {}
        while True:
            page = self.get(dataset, "rows", limit=100, **ask, **onward)
            found += page["rows"]
            if page["after"] is None:
                break
            onward = {"after": page["after"]}
        outline = self.get(dataset, "outline", **ask)
        assert (outline["count"], outline["is_exact"]) == (len(found), True)
        assert outline["anchors"] == [one["id"] for one in found][:: outline["step"]]
        return found

    def count(self, dataset: Dataset, href: str) -> int:
        """How many rows the grid has that a bar leads to."""
        page = urlsplit(href)
        assert page.path == f"/datasets/{dataset.id}/"
        return int(self.get(dataset, "outline", **parse_qs(page.query))["count"])


@pytest.fixture(scope="module")
def pages(curator: Person) -> Pages:
    return Pages(curator)


def compare(found: Iterable[str], rows: dict[str, Row], example: Example, count: int) -> None:
    """Each one once, as plain Python reads it, and as many as were counted by hand."""
    names = sorted(found)
    assert names == sorted(matching(rows, example))
    assert len(names) == count


def names_of(rows: Iterable[Any]) -> list[str]:
    return [one.reference_id for one in rows]


def marks_of(labels: Iterable[Any]) -> list[str]:
    return [getattr(one, "annotation_id", None) or worn(one.reference_id) for one in labels]


def labels_of(row: dict[str, Any]) -> Iterator[Any]:
    """Each label of a row of an export; a photograph's mask stands there by itself."""
    for labels in row["annotations"].values():
        yield from labels if isinstance(labels, list) else [labels]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.text)
def test_an_example_finds_what_plain_python_finds(coco: Coco, example: Example) -> None:
    photographs, scenes = coco.facts.photographs, coco.facts.scenes
    rows = coco_queries.of_photographs(photographs)
    compare(names_of(coco.items.query_items(example.text)), rows, example, example.counts.items)
    of_frames = coco_queries.of_frames(scenes)
    frames = names_of(coco.scenes.query_items(example.text))
    compare(frames, of_frames, example, example.counts.frames)
    of_scenes = coco_queries.of_scenes(scenes)
    compare(names_of(coco.scenes.query_scenes(example.text)), of_scenes, example, example.counts.scenes)
    truth = coco.items.query_objects(example.text, ObjectQueryType.GROUND_TRUTH_ONLY)
    compare(marks_of(truth), coco_queries.of_annotations(photographs), example, example.counts.annotations)
    guesses = coco.items.query_objects(example.text, ObjectQueryType.PREDICTIONS_ONLY)
    compare(marks_of(guesses), coco_queries.of_predictions(photographs), example, example.counts.predictions)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.text)
def test_an_export_holds_what_an_example_finds_with_all_its_labels(coco: Coco, example: Example) -> None:
    exported = coco.items.items_and_annotation_generator(query=example.text)
    found = {row["item"].reference_id: sorted(marks_of(labels_of(row))) for row in exported}
    rows = coco_queries.of_photographs(coco.facts.photographs)
    assert found == {name: sorted(mark.name for mark in rows[name].annotations) for name in matching(rows, example)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.text)
def test_a_grid_lists_what_an_example_finds(coco: Coco, pages: Pages, example: Example) -> None:
    photographs, scenes = coco.facts.photographs, coco.facts.scenes
    found = [row["reference_id"] for row in pages.rows(coco.items, q=example.text)]
    assert found == list(matching(coco_queries.of_photographs(photographs), example))
    found = [row["reference_id"] for row in pages.rows(coco.scenes, q=example.text)]
    assert found == list(matching(coco_queries.of_scenes(scenes), example))
    # A crop is of what has a place in its picture.
    (run,) = coco.items.model_runs
    for rows, more in (
        (coco_queries.of_annotations(photographs), {}),
        (coco_queries.of_predictions(photographs), {"run": run}),
    ):
        crops = pages.rows(coco.items, q=example.text, mode="objects", **more)
        placed = {name: row for name, row in rows.items() if (row.annotation or row.prediction).is_placed}
        assert sorted(row["annotation_id"] for row in crops) == sorted(matching(placed, example))


@pytest.mark.parametrize(("text", "place"), REFUSED.items())
def test_an_example_that_cannot_be_answered_is_an_error_at_its_place(
    coco: Coco, text: str, place: tuple[int, int, str]
) -> None:
    column, length, sentence = place
    ask = coco.items.query_objects
    for refused in (
        lambda: coco.items.query_items(text),
        lambda: coco.scenes.query_scenes(text),
        lambda: ask(text, ObjectQueryType.GROUND_TRUTH_ONLY),
        lambda: ask(text, ObjectQueryType.IOU),
        lambda: coco.items.items_and_annotation_generator(query=text),
    ):
        with pytest.raises(NucleusAPIError) as caught:
            list(refused())
        said = str(caught.value)
        assert f"query, line 1, column {column}: {sentence}" in said.replace('\\"', '"')
        assert f"{text}\n{' ' * (column - 1)}{'^' * length}" in said.replace("\\n", "\n")


def test_the_examples_prove_something(coco: Coco) -> None:
    total = len(coco.facts.photographs)
    for example in EXAMPLES:
        # The documented id is nobody's.
        asks_for_an_id = example.text.startswith("scale_metadata.task_id")
        assert example.counts.frames == 0 if asks_for_an_id else 0 < example.counts.frames < total
    assert len(EXAMPLES) + len(REFUSED) == 36


def photographs_of(coco: Coco, text: str) -> list[Photograph]:
    """Those that one of the examples finds; all for an empty text."""
    rows = coco_queries.of_photographs(coco.facts.photographs)
    example = next((one for one in EXAMPLES if one.text == text), None)
    names = set(rows) if example is None else set(matching(rows, example))
    return [one for one in coco.facts.photographs if one.reference_id in names]


def check(drawn: dict[str, Any], values: list[Any]) -> None:
    """A facet of these values, None where a row has none."""
    there = [value for value in values if value is not None]
    assert (drawn["total"], drawn["missing"]["count"], drawn["other"]) == (len(values), len(values) - len(there), 0)
    if drawn["shape"] == "numbers":
        assert sum(bar["count"] for bar in drawn["bars"]) == len(there)
        for bar in drawn["bars"]:
            assert bar["count"] == sum(is_in(bar, value, is_last=bar is drawn["bars"][-1]) for value in there), bar
    else:
        assert {bar["text"]: bar["count"] for bar in drawn["bars"]} == dict(Counter(there))


def is_in(bar: dict[str, Any], value: float, *, is_last: bool) -> bool:
    low = float(bar["low"])
    if not bar["high"]:
        return value == low
    high = float(bar["high"])
    return low <= value < high or (is_last and value == high)


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.parametrize("key", OF_PHOTOGRAPHS)
def test_a_field_of_photographs_is_counted_and_each_bar_leads_there(
    coco: Coco, pages: Pages, text: str, key: str
) -> None:
    found = photographs_of(coco, text)
    drawn = pages.get(coco.items, "facets", field=f"metadata.{key}", q=text)
    check(drawn, [one.metadata.get(key) for one in found])
    for bar in [*drawn["bars"], drawn["missing"]]:
        assert bar["count"] == 0 or pages.count(coco.items, drawn["href"] + bar["at"]) == bar["count"]


@pytest.mark.parametrize("text", ASKED)
def test_what_is_marked_is_counted_and_each_bar_leads_there(coco: Coco, pages: Pages, text: str) -> None:
    found = photographs_of(coco, text)
    for key in OF_MARKS:
        drawn = pages.get(coco.items, "facets", field=f"annotations.metadata.{key}", q=text)
        check(drawn, [mark.metadata.get(key) for one in found for mark in one.annotations])
    for field in ("annotations", "predictions"):
        drawn = pages.get(coco.items, "facets", field=field, q=text)
        counts = Counter(label for one in found for mark in getattr(one, field) for label in mark.labels)
        assert {bar["text"]: bar["count"] for bar in drawn["bars"]} == dict(counts)
        # A mask counts once for each of its classes, whether anything is asked or not.
        assert drawn["total"] == counts.total()
        for bar in drawn["bars"]:
            having = sum(any(bar["text"] in mark.labels for mark in getattr(one, field)) for one in found)
            assert pages.count(coco.items, drawn["href"] + bar["at"]) == having, bar
