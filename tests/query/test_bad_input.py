"""What somebody may send who means no good, or nothing at all: refused or run, soon, and never as SQL."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.query import queries
from webapp.query.compile import compiled
from webapp.query.parser import parse
from webapp.query.refusals import QuerySyntaxError
from webapp.query.scope import Scope, Subject
from webapp.query.sql import DIALECTS
from webapp.query.time_limit import QueryTooSlow, in_time

REFUSED = [
    "",
    " \n\t ",
    "\0",
    "metadata.a = '\0'",
    "metadata.a = '\ud800'",
    "dataset__team_id = 2",
    "dataset.team_id = 2",
    "pk > 0",
    "id = 1 OR 1 = 1 --",
    "metadata = 1",
    "1",
    "metadata.a = 1; DROP TABLE datasets_item",
    "metadata.a = 1)) OR ((1 = 1",
    "metadata.a = 1 UNION SELECT 1",
    "metadata.a = SELECT(1)",
    "metadata.a = 1 /* */",
    "(" * 9_999,
    "(" * 4_990 + "metadata.a = 1" + ")" * 4_990 + "(",
    "NOT " * 2_400 + "metadata.a = 1",
    "[" * 5_000,
    "annotations[" * 800,
    "predictions@" * 800,
    "metadata" + ".a" * 4_999,
    "- " * 4_900 + "metadata.a = 1",
    "metadata.a = " + " % ".join(["7"] * 240),
    "metadata.a = " + "(1 + " * 6 + "1" + ")" * 6,
    "metadata.a = " + "9" * 400,
    "metadata.a = 1e400",
    '"' * 9_999,
    "\\" * 9_999,
    "x" * 100_000,
    "metadata.a = 1 AND " * 526,
    "metadata.a IN (" + "1, " * 3_000 + "1)",
    "annotations[annotations[label = car]]",
    "annotations@run.count > 0",
    "slice > 3",
    "slice CONTAINS a",
    "width STARTS WITH 1",
    "annotations.count IS MISSING",
]
# What takes the most of SQLite's parser, to be put in the deepest place.
DEEP = "metadata.é.a % (metadata.b % (7 - metadata.b)) BETWEEN 1 AND 2"
TAKEN = [
    "metadata.dataset__team_id = 2",
    'metadata."a\'); DROP TABLE datasets_item; --" = "\'; DROP TABLE datasets_item; --"',
    'metadata."$" = 1 OR metadata."$.a" = 1 OR metadata."a\\"b" = 1 OR metadata."" = 1 OR metadata."%s" = "%s %(a)s"',
    'metadata."{row}" = "{row}" OR annotations."{one}" > 0 OR annotations."%" > 0',
    "metadata.select = select AND metadata.from = from AND metadata.null IS MISSING AND metadata.and = or",
    "annotations.select > 0 OR annotations.delete.from = where",
    'metadata.a CONTAINS "%" OR metadata.a STARTS WITH "_" OR metadata.a CONTAINS "\\\\"',
    "metadata.a = " + " + ".join(["metadata.b"] * 240) + " + 0",
    "metadata.a = 7 % metadata.b % (3 % metadata.b)",
    "NOT " * 28 + "metadata.a = 1",
    "annotations[label = car AND (" + "area > 1 OR (area < 2 AND (" * 11 + DEEP + "))" * 11 + ")]",
    "metadata.a = 1 OR (metadata.b = 2 AND (" * 11 + DEEP + "))" * 11,
    "(annotations.car.x = 1 AND width > 2) OR NOT (" * 12 + DEEP + ")" * 12,
    "metadata.a = 1 OR " * 110 + "metadata.a = 1",
    'metadata.a = "' + "ж" * 9_000 + '"',
    "metadata.a + 1e300 + 1e300 + 1e300 > 0 OR metadata.a % 1e300 = 0 OR 5 % 0 = 0",
    "metadata.a % 0.5 = 0 OR metadata.a - 1e300 - 1e300 < 0 OR 1 = 1",
]


FIELDS = [
    "metadata.a",
    'metadata."é".b',
    "scene.metadata.x",
    "width",
    "reference_id",
    "created_at",
    "scale_metadata.task_id",
    "slice",
    "frame",
    "annotations.car",
    "annotations.count",
    "annotations.area",
    "annotations.car.color",
    "annotations.labels",
    "predictions.confidence",
    "7",
    '"a"',
    "predictions@x.count",
    "metadata",
    "annotations[label=car]",
    "scene.tracks.count",
    "annotations.box.count",
    "metadata.a+width",
    "-frame",
]
SIGNS = ["=", "!=", "<", ">=", "+", "-", "%", "CONTAINS", "STARTS WITH", "IN (", "BETWEEN 1 AND", "AND", "NOT"]
ENDS = [
    "1",
    "-2.5",
    '"a"',
    "red",
    "2021-01-01",
    "frame",
    "null",
    "true",
    "metadata.b",
    "annotations.dimensions.x",
    "width)",
    "1)",
]
JUNK = ["AND", "OR", "NOT", "(", ")", "[", "]", ",", ".", "EXISTS", "IS MISSING", "= 1", "AND metadata.a = 1"]
soups = st.lists(
    st.one_of(
        st.builds("{} {} {}".format, st.sampled_from(FIELDS), st.sampled_from(SIGNS), st.sampled_from(ENDS)),
        st.builds("{} {} {}".format, st.sampled_from(FIELDS), st.sampled_from(SIGNS), st.sampled_from(FIELDS)),
        st.sampled_from(JUNK),
    ),
    min_size=1,
    max_size=3,
).map(" ".join)


@pytest.fixture
def quays(owner: Viewer, dataset: Dataset) -> Dataset:
    items = make.make_items(owner, dataset, 3, metadata={"a": 2**53 + 1, "b": 7, "select": "select"})
    make.make_annotations(owner, dataset, items)
    return dataset


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:24]))
def test_it_is_refused_soon_with_its_place(owner: Viewer, quays: Dataset, text: str) -> None:
    started = time.process_time()
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        pytest.raises(QuerySyntaxError) as caught,
    ):
        queries.items(owner, quays, text)
    assert time.process_time() - started < 2
    # Slices by that name, live ones, and all names for the nearest.
    assert len(asked) <= 3
    assert caught.value.line >= 1
    assert len(caught.value.sentence) < 1_000


@pytest.mark.parametrize("text", TAKEN, ids=lambda text: repr(text[:24]))
def test_odd_words_are_values_and_end_soon(owner: Viewer, quays: Dataset, text: str) -> None:
    started = time.process_time()
    for rows in (queries.items(owner, quays, text), queries.annotations(owner, quays, text)):
        assert rows.count() >= 0
    assert time.process_time() - started < 3
    assert queries.items(owner, quays, "metadata.b = 7").count() == 3


def test_any_soup_of_words_is_run_or_refused(owner: Viewer, quays: Dataset) -> None:
    ran = 0

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(soups)
    def stir(text: str) -> None:
        nonlocal ran
        for ask in (queries.items, queries.scenes, queries.annotations):
            try:
                rows: Any = ask(owner, quays, text)
            except QuerySyntaxError:
                continue
            ran += rows.count() >= 0

    stir()
    assert ran > 5


def test_no_word_of_a_query_is_ever_in_its_sql() -> None:
    mark = "zqxj"
    text = (
        f'metadata.{mark}."{mark}é".b = {mark} OR annotations.{mark} > 1 OR annotations.{mark}.{mark} IN ({mark}, 2)'
        f" OR annotations[label = {mark} AND metadata.{mark} CONTAINS {mark}] = 2 OR scene.metadata.{mark} EXISTS"
        f" OR predictions@{mark}.box.{mark} > 2 OR annotations.{mark} = {mark} OR reference_id STARTS WITH {mark}"
    )
    scopes = [Scope(subject, 1, {mark: 7}) for subject in Subject]
    for scope in scopes:
        for dialect in DIALECTS.values():
            made = compiled(parse(text), scope, dialect, "row")
            assert mark not in made.text
            assert made.text.count("%s") == len(made.params)


def test_nothing_of_another_team_is_named_or_counted(owner: Viewer, stranger: Viewer, quays: Dataset) -> None:
    theirs = make.make_dataset(stranger)
    items = make.make_items(stranger, theirs, 2)
    hidden = make.make_slice(stranger, theirs, items, name="Hidden")
    run = make.make_run(stranger, theirs, name="Theirs")
    make.make_predictions(stranger, run, theirs, items)
    for text in (f"slice = {hidden.public_id}", "slice = Hidden", f"predictions@{run.public_id}.count > 0"):
        with pytest.raises(QuerySyntaxError, match="this dataset has no"):
            queries.items(owner, quays, text)
        assert queries.items(stranger, theirs, text).count() == 2
    for ask in (queries.items, queries.scenes, queries.annotations):
        found: Any = ask(stranger, quays, "metadata.b = 7 OR NOT metadata.b = 7")
        assert found.count() == 0
    assert queries.predictions(owner, quays, "predictions.label EXISTS", run=run).count() == 0


def test_a_count_ends_and_says_how_far_it_came(owner: Viewer, quays: Dataset) -> None:
    whole = queries.count(owner, quays, 'reference_id = "item-1"', step=2)
    assert whole == queries.Count(1, 3, is_exact=True)
    hasty = queries.count(owner, quays, "reference_id EXISTS", step=1, seconds=-1)
    assert hasty == queries.Count(1, 1, is_exact=False)


def test_what_takes_too_long_is_stopped_and_said_to_be_slow(owner: Viewer) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(QueryTooSlow, match="takes too long"), transaction.atomic(), in_time(0.05):
            cursor.execute(endless)
        cursor.execute("SELECT 1")
    with pytest.raises(OperationalError), in_time():
        raise OperationalError("database is locked")
