"""Facets of what a run predicts, of what it says something of, and values looked for among many."""

from __future__ import annotations

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.labels import actions as label_actions
from webapp.labels.models import ModelRun
from webapp.query import queries
from webapp.query.facet_fields import FacetField, facet_fields
from webapp.query.facet_rows import EXACT_ROWS
from webapp.query.facet_search import MOST, search
from webapp.query.facets import Facet, facet
from webapp.query.writing import both, has_class, value

TEXTS = ["alpha-1", "ALPHA-2", "beta alpha", "50% off", "a_b", "größe", "", "; DROP TABLE datasets_item; --"]


@pytest.fixture
def shelf(owner: Viewer, dataset: Dataset) -> Dataset:
    drafts = [
        make.draft_item(owner, f"r{n}", metadata={"n": n, "name": TEXTS[n % len(TEXTS)], "id": f"id-{n:03d}"})
        for n in range(80)
    ]
    make.append(owner, dataset, drafts)
    make.annotate(owner, dataset, [make.draft_label(owner, f"r{n}", label="car") for n in range(60)])
    return make.reload(owner, dataset)


@pytest.fixture
def run(owner: Viewer, shelf: Dataset) -> ModelRun:
    """Says on the first 40 items: a car or a bus each, with confidences from 0 to 0.975."""
    made = make.make_run(owner, shelf)
    drafts = [
        make.draft_label(
            owner, f"r{n}", label="car" if n % 4 else "count", confidence=n / 40, metadata={"anchor": n % 3}
        )
        for n in range(40)
    ]
    label_actions.predict(owner, made, shelf, drafts, update=False)
    return made


def test_what_a_run_predicts_is_charted_and_each_bar_finds_it(owner: Viewer, shelf: Dataset, run: ModelRun) -> None:
    shelf = make.reload(owner, shelf)
    fields = facet_fields(shelf, has_run=True)
    assert [path for path in fields if path.startswith("predictions")] == [
        "predictions",
        "predictions.confidence",
        "predictions.metadata.anchor",
    ]
    assert "predictions" not in facet_fields(shelf)
    for text in ("", "metadata.n < 30"):
        for path in ("predictions", "predictions.confidence", "predictions.metadata.anchor"):
            found = facet(owner, shelf, fields[path], text, run=run)
            assert found.total == sum(bar.count for bar in found.bars) == (30 if text else 40)
            for bar in found.bars:
                assert bar.condition is not None
                # One prediction an item, so that items are as many.
                wanted = both(text, bar.condition)
                assert queries.items(owner, shelf, wanted, run=run).count() == bar.count, wanted
    assert has_class("count", "predictions") in {
        bar.condition for bar in facet(owner, shelf, fields["predictions"], "", run=run).bars
    }


def test_with_a_run_in_the_address_only_its_pictures_count(owner: Viewer, shelf: Dataset, run: ModelRun) -> None:
    def total(path: str, text: str = "") -> int:
        return facet(owner, shelf, facet_fields(shelf)[path], text, run=run, said_by=run).total

    assert [total(path) for path in ("metadata.n", "annotations")] == [40, 40]
    assert total("metadata.n", "metadata.n >= 35 AND predictions.count > 0") == 5


def test_exact_counts_are_of_every_row(owner: Viewer, shelf: Dataset) -> None:
    field = facet_fields(shelf)["metadata.n"]
    assert not facet(owner, shelf, field, "metadata.n >= 0", most=20).is_exact
    found = facet(owner, shelf, field, "metadata.n >= 0", most=EXACT_ROWS)
    assert (found.is_exact, found.total, sum(bar.count for bar in found.bars)) == (True, 80, 80)


@pytest.mark.parametrize("sought", ["alpha", "ALPHA", "a", "%", "_", "ö", "; drop", "nothing", '"', "\\"])
def test_a_search_finds_what_contains_it_as_plain_python_does(owner: Viewer, shelf: Dataset, sought: str) -> None:
    field = facet_fields(shelf)["metadata.name"]
    found = search(owner, shelf, field, "metadata.n < 40", sought)
    expected = {text: 5 for text in TEXTS if sought.lower() in text.lower()}
    assert {bar.text: bar.count for bar in found.bars} == expected
    for bar in found.bars:
        assert bar.condition == f"metadata.name = {value(bar.text)}"
    within = make.make_slice(owner, shelf, Item.objects.visible_to(owner).filter(dataset=shelf).order_by("pk")[:16])
    of_slice = search(owner, shelf, field, "metadata.n < 40", sought, within=within)
    assert {bar.text: bar.count for bar in of_slice.bars} == dict.fromkeys(expected, 2)


def test_a_search_says_first_what_begins_so_and_is_bounded(owner: Viewer, stranger: Viewer, shelf: Dataset) -> None:
    fields = facet_fields(shelf)
    assert search(owner, shelf, fields["metadata.name"], "", "alpha").bars[-1].text == "beta alpha"
    found = search(owner, shelf, fields["metadata.id"], "", "id-")
    assert (len(found.bars), found.has_more) == (MOST, True)
    assert search(stranger, shelf, fields["metadata.id"], "", "id-").bars == ()
    assert search(owner, shelf, fields["metadata.n"], "", "1").bars == ()


def test_a_stranger_is_told_nothing_of_a_run(owner: Viewer, stranger: Viewer, shelf: Dataset, run: ModelRun) -> None:
    fields: dict[str, FacetField] = facet_fields(shelf, has_run=True)
    found: list[Facet] = [facet(stranger, shelf, fields[path], "", run=run) for path in fields if "pred" in path]
    assert {one.total for one in found} == {0}
