"""A query reads what its own rows have, and no labels of others, whatever the database has counted so far."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.labels import actions as label_actions
from webapp.labels.models import ModelRun
from webapp.query import queries
from webapp.query.scope import Subject

pytestmark = pytest.mark.django_db

# The rows asked about are fifty frames with three labels each: of a label all those of its scene may have to be read.
MOST_READ = 3_500
# Where statistics know one huge image only, an image's predictions may be looked for among all 150 of their own run.
MOST_READ_OF_RUN = 23_000
OTHERS, LABELS_EACH = 4_000, 3
TEXTS = [
    "annotations.dimensions.x < 6 AND annotations.dimensions.y < 4",
    "annotations[dimensions.x < 6 AND dimensions.y < 4]",
    "annotations.car EXISTS",
    "NOT annotations.car EXISTS",
    "annotations.car > 3",
    "annotations.weather = snow",
    "annotations.weather EXISTS",
    "predictions.ship.confidence > 0.4",
    "predictions[label = ship AND confidence > 0.4]",
    "predictions.count = 7",
    "scene.tracks.count > 0",
    "metadata.index > 100",
]
TABLES = ("datasets_item", "labels_annotation", "labels_prediction")
# What SQLite says where it reads all of a table; "linked" is what a query calls the rows it looks for.
SCANS = tuple(f"SCAN {name}" for name in (*TABLES, "linked"))
SAID = """
    dataset_id, item_id, taxonomy_id, kind, label, identity, geometry,
    "left", top, "right", bottom, metadata, created_at
"""
PREDICTED = f"""
    INSERT INTO labels_prediction ({SAID}, run_id) SELECT {SAID}, %s FROM labels_annotation WHERE dataset_id = %s
"""


class Asked(NamedTuple):
    viewer: Viewer
    dataset: Dataset
    run: ModelRun
    most_read: int


@pytest.fixture(params=["never counted", "counted before", "counted when one image had them all"])
def asked(request: pytest.FixtureRequest) -> Asked:
    """A small dataset of scenes beside a large one, which statistics know alone or not even that."""
    if request.param.endswith("them all") and connection.vendor == "sqlite":
        pytest.skip("nothing of ours has SQLite count, and it reads an image's labels by their key until then")
    other = make.make_viewer()
    large = make.make_dataset(other)
    is_huge = request.param == "counted when one image had them all"
    items = make.make_items(other, large, 1 if is_huge else OTHERS)
    make.make_annotations(other, large, items, per_item=OTHERS * LABELS_EACH if is_huge else LABELS_EACH)
    predict(make.make_run(other, large), large)
    if request.param != "never counted":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    viewer = make.make_viewer()
    small = make.make_dataset(viewer, is_scene=True)
    for number in range(10):
        make.make_scene(viewer, small, f"crossing-{number}", frames=5)
    frames = list(dataset_queries.items(viewer, small))
    make.make_annotations(viewer, small, frames)
    label_actions.add_taxonomy(viewer, small, name="weather", kind="category", labels=["rain"], update=False)
    rain = {"type": "category", "label": "rain", "taxonomy_name": "weather"}
    make.annotate(viewer, small, [make.draft_label(viewer, frame.reference_id, **rain) for frame in frames])
    run = make.make_run(viewer, small)
    predict(run, small)
    return Asked(viewer, small, run, MOST_READ_OF_RUN if is_huge else MOST_READ)


def predict(run: ModelRun, dataset: Dataset) -> None:
    """Have a run say what people say."""
    with connection.cursor() as cursor:
        cursor.execute(PREDICTED, [run.pk, dataset.pk])


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from [plan] if "Relation Name" in plan else []
    for part in plan.get("Plans", []):
        yield from scans(part)


def rows_read(text: str, params: Any) -> int:
    """How many rows of items and labels PostgreSQL looks at to answer."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", params)
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    seen = [one for one in scans(plan[0]["Plan"]) if one["Relation Name"] in TABLES]
    assert seen
    words = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return int(sum(one.get(word, 0) * one["Actual Loops"] for one in seen for word in words))


def tables_read_whole(text: str, params: Any) -> list[str]:
    """The steps in which SQLite reads all of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {text}", params)
        return [step for *_, step in cursor.fetchall() if step.startswith(SCANS)]


@pytest.mark.parametrize("subject", [Subject.ITEMS, Subject.SCENES, Subject.ANNOTATIONS, Subject.PREDICTIONS])
def test_a_query_reads_no_labels_of_others(asked: Asked, subject: Subject) -> None:
    for text in TEXTS:
        rows = queries.asked(asked.viewer, asked.dataset, text, subject, asked.run).order_by("pk").values_list("pk")
        statement = rows[:101].query.sql_with_params()
        if connection.vendor == "postgresql":
            assert rows_read(*statement) < asked.most_read, text
        else:
            assert tables_read_whole(*statement) == [], text
