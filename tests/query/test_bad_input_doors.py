"""Bad input at each door that takes a query: refused with its place and a sentence, and nothing of another team said.

test_bad_input.py asks the language itself; here the same texts come through the wire and the pages.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.query.test_bad_input import REFUSED, TAKEN
from tests.wire.caller import Caller
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset

WIRE = ("queryItemsPage", "queryScenesPage", "exportForTrainingPage")
MODES = ("ground_truth_only", "predictions_only", "iou", "false_positive", "false_negative")
GRID_FEEDS = ("rows?limit=5", "rows?mode=objects", "rows?sort=-metadata.n", "outline?mode=", "outline?mode=objects")
ROWS = 'FROM "datasets_item"'
# Each kind of the list, with the place and the beginning of the sentence.
KINDS = {
    "syntax": ("metadata.n >", 13, "found the end; expected a field or a value"),
    "field": ("metadta.n > 1", 1, 'there is no field "metadta.n". Did you mean metadata?'),
    "type": ("width = wide_open", 9, 'there is no field "wide_open"'),
    "type of a count": ("annotations.count CONTAINS 3", 1, "annotations.count"),
    "orm path": ("metadata.n = 1 OR dataset__team__name = a", 19, 'there is no field "dataset__team__name"'),
    "orm lookup": ("reference_id__startswith = a", 1, 'there is no field "reference_id__startswith"'),
    "column": ("item.url EXISTS", 1, 'there is no field "item.url"'),
    "private column": ("url = a", 1, 'there is no field "url"'),
    "sql": ("metadata.n = 1; DROP TABLE datasets_item", 15, 'found ";"'),
    "60 kB": ("x" * 60_000, 10_001, "the query has 60000 characters; at most 10000 are accepted"),
    "nesting": ("metadata.n = 1 OR (width > 3 AND (" * 90, 0, "found the end; expected"),
    "depth": ("metadata.n = 1 OR (width > 3 AND (" * 90 + "frame = 1" + "))" * 90, 0, "this is nested more than 30"),
    "denials": ("NOT " * 2_000 + "metadata.n = 1", 8_001, "this is nested more than 30 levels deep"),
    "parts": ("metadata.n = 1 OR " * 500 + "metadata.n = 1", 0, "the query has more than 500 parts"),
    "slice": ("slice = Hidden", 9, 'this dataset has no slice "Hidden".'),
    "near slice": ("slice = Hiden", 9, 'this dataset has no slice "Hiden".'),
    "run": ("predictions@Theirs.count > 0", 1, 'this dataset has no model run "Theirs".'),
}
# What is no more than a text to compare with, however a machine for regular expressions would like it.
SORTS = [
    "dataset__team_id",
    "-url",
    "pk",
    "?",
    "metadata",
    "metadata.n, (SELECT 1)",
    "metadata.n; DROP TABLE datasets_item",
    "metadata.n = 1 OR metadata.n",
    "metadata.n__lt",
    "metadata.nothing",
    "annotations.count",
    "predictions@Theirs.count",
    "--metadata.n",
    "(" * 5_000,
    "metadata." + "n." * 20_000 + "n",
    "\0",
]
BOMBS = ["(a+)+$", "(.*)*" * 200, "a" * 5_000 + "!", "[[:alpha:]]{1,9999}", "%" * 4_000, "\\d" * 2_000 + "("]


@pytest.fixture
def quays(owner: Viewer, dataset: Dataset) -> Dataset:
    """Three items with labels of both sorts."""
    items = make.make_items(owner, dataset, 3, metadata={"a": "(a+)+$", "n": 7, "select": "from"})
    make.make_annotations(owner, dataset, items)
    make.make_predictions(owner, make.make_run(owner, dataset), dataset, items)
    return make.reload(owner, dataset)


@pytest.fixture
def theirs(stranger: Viewer) -> dict[str, str]:
    """Another team's dataset, slice and run, by their public ids."""
    dataset = make.make_dataset(stranger, name="Secret")
    items = make.make_items(stranger, dataset, 2)
    hidden = make.make_slice(stranger, dataset, items, name="Hidden")
    run = make.make_run(stranger, dataset, name="Theirs")
    make.make_predictions(stranger, run, dataset, items)
    return {"dataset": dataset.public_id, "slice": hidden.public_id, "run": run.public_id, "item": items[0].public_id}


def wire_refusals(caller: Caller, dataset: Dataset, text: str) -> Iterator[str]:
    """The sentence of each route that takes a query."""
    for route in WIRE:
        answer = caller.post(f"dataset/{dataset.public_id}/{route}", {"query": text})
        assert answer.status == 400, route
        yield answer.error
    for mode in MODES:
        body = {"query": text, "patch_mode": mode}
        answer = caller.post(f"dataset/{dataset.public_id}/queryObjectsPage", body)
        assert answer.status == 400, mode
        yield answer.error


def page_refusals(browser: Client, dataset: Dataset, text: str) -> Iterator[str]:
    """The sentence of each page and feed that takes a query, without the place that the feeds put before it."""
    base, asked = f"/datasets/{dataset.public_id}/", urlencode({"q": text})
    for path in (base, f"{base}charts/"):
        response = browser.get(f"{path}?{asked}")
        body = response.content.decode()
        assert response.status_code == 400, path
        assert "<media-grid" not in body
        assert "<facet-chart" not in body
        found = re.search(r'id="q-fault".*?<span>At character ([^:]+): (.*?)</span>', body, re.S)
        assert found is not None
        column = "".join(filter(str.isdigit, found[1]))
        yield f"{column} {html.unescape(found[2])}"
        assert re.search(r"<b> *\^+</b>", body)
    for path in ("facets?field=metadata.n", "facets?as=csv&field=metadata.n", *GRID_FEEDS):
        answer = browser.get(f"{base}{path}&{asked}")
        assert answer.status_code == 400, path
        yield placed(answer.json()["error"])
    made = browser.post(f"{base}?{asked}", {"do": "slice-query", "name": "Made"})
    assert made.status_code == 400


def placed(sentence: str) -> str:
    """`COLUMN REASON` of a sentence with the line, the column, and the caret below."""
    found = re.match(r"query, line 1, column (\d+): (.*)\n.*\n *(?:… )? *\^+", sentence)
    assert found is not None, sentence
    return f"{found[1]} {found[2]}"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_refused_at_its_place_at_every_door(
    kind: str, owner: Viewer, quays: Dataset, theirs: dict[str, str]
) -> None:
    text, column, reason = KINDS[kind]
    sentences = [placed(one) for one in wire_refusals(Caller(owner), quays, text)]
    sentences += page_refusals(make.sign_in(Client(), owner), quays, text)
    for sentence in sentences:
        place, _, said = sentence.partition(" ")
        assert said.startswith(reason)
        assert column in (0, int(place))
        assert "Secret" not in said
        assert "Did you mean Hidden" not in said
    assert list(queries.slices(owner, quays)) == []


@pytest.mark.parametrize("sort", SORTS, ids=lambda text: repr(text[:24]))
def test_an_order_is_by_a_known_field_or_none(sort: str, owner: Viewer, quays: Dataset, theirs: dict[str, str]) -> None:
    browser, asked = make.sign_in(Client(), owner), urlencode({"sort": sort})
    for path in ("?", "rows?", "outline?"):
        response = browser.get(f"/datasets/{quays.public_id}/{path}{asked}")
        assert response.status_code == 400
        assert "There is no order" in response.content.decode()


def test_more_than_the_wire_reads_is_no_query_at_all(owner: Viewer, quays: Dataset) -> None:
    caller = Caller(owner)
    for route in WIRE:
        answer = caller.post(f"dataset/{quays.public_id}/{route}", {"query": "x" * 100_000})
        assert answer.status == 400
        assert "has 100000 characters" in answer.error
        assert len(answer.error) < 200


# An address has no lone surrogate, and one of nothing asks for all.
@pytest.mark.parametrize(
    "text", [one for one in REFUSED if one.strip() and "\ud800" not in one], ids=lambda text: repr(text[:24])
)
def test_what_the_language_refuses_no_page_runs(text: str, owner: Viewer, quays: Dataset) -> None:
    browser = make.sign_in(Client(), owner)
    asked = urlencode({"q": text})
    for path in ("?", "charts/?", "facets?field=annotations&"):
        response = browser.get(f"/datasets/{quays.public_id}/{path}{asked}")
        assert response.status_code == 400


@pytest.mark.parametrize("text", TAKEN, ids=lambda text: repr(text[:24]))
def test_odd_words_are_values_at_every_door(text: str, owner: Viewer, quays: Dataset) -> None:
    caller, browser, base = Caller(owner), make.sign_in(Client(), owner), f"/datasets/{quays.public_id}/"
    for route in WIRE[:2]:
        assert caller.post(f"dataset/{quays.public_id}/{route}", {"query": text}).status == 200
    for path in ("?", "charts/?", "facets?field=metadata.n&"):
        assert browser.get(f"{base}{path}q={quote(text)}").status_code == 200
    assert queries.dataset(owner, quays.public_id).item_count == 3


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda text: repr(text[:24]))
def test_an_expression_for_a_machine_is_a_text_like_any_other(bomb: str, owner: Viewer, quays: Dataset) -> None:
    written = '"' + bomb.replace("\\", "\\\\") + '"'
    expected = ["item-0", "item-1", "item-2"] if bomb == "(a+)+$" else []
    for word in ("CONTAINS", "STARTS WITH", "="):
        body = {"query": f"metadata.a {word} {written}"}
        answer = Caller(owner).post(f"dataset/{quays.public_id}/queryItemsPage", body)
        assert [one["reference_id"] for one in answer.body["items"]] == expected


def test_nothing_of_another_team_is_read_for_what_a_query_names(
    owner: Viewer, stranger: Viewer, quays: Dataset, theirs: dict[str, str]
) -> None:
    caller, browser = Caller(owner), make.sign_in(Client(), owner)
    ours = {one.public_id for one in queries.items(owner, quays)}
    for text in (
        f"slice = {theirs['slice']}",
        f"slice_id IN (night, {theirs['slice']})",
        f"predictions@{theirs['run']}.count > 0",
        f"metadata.n = 7 OR predictions@{theirs['run']}[confidence > 0] >= 1",
    ):
        for sentence in [*map(placed, wire_refusals(caller, quays, text)), *page_refusals(browser, quays, text)]:
            assert "this dataset has no" in sentence
            assert not re.search("Hidden|Theirs|Secret", sentence)
    # The address names it, not the query.
    for path in ("?", "rows?", "outline?", "rows?mode=objects&"):
        for asked in (f"run={theirs['run']}", f"slice={theirs['slice']}"):
            if path != "?" or asked.startswith("run"):
                answer = browser.get(f"/datasets/{quays.public_id}/{path}{asked}&q=metadata.n = 7")
                assert answer.status_code == 404, path + asked
    for place in ("from", "after", "before"):
        asked = f"/datasets/{quays.public_id}/rows?{place}={theirs['item']}"
        assert browser.get(f"{asked}&sort=metadata.n").status_code == 404
        by_key = browser.get(asked)
        if place == "from":
            assert by_key.status_code == 404
        else:
            # One may go on from a row which is gone; nothing but our own rows lies on either side of it.
            assert {row["id"] for row in by_key.json()["rows"]} <= ours
    secret = f"/datasets/{theirs['dataset']}/"
    for path in ("?q=(", "charts/?q=(", "facets?field=annotations&q=width > 0", "rows?q=width > 0", "outline?q=("):
        path = f"{secret}{path}"
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 404
        assert not [one for one in seen.captured_queries if ROWS in one["sql"]]
    for route in WIRE:
        assert caller.post(f"dataset/{theirs['dataset']}/{route}", {"query": "("}).status == 404
    # And nothing of ours is said to them.
    other: Any = Caller(stranger).post(f"dataset/{theirs['dataset']}/queryItemsPage", {"query": "NOT metadata.n = 7"})
    assert len(other.body["items"]) == 2
