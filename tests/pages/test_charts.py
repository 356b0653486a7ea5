"""Charts: the page names the fields, the feed draws one, its bars lead to what they count."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.labelled import label_house
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.query import queries

ODD = ["'; DROP TABLE datasets_item; --", 'a "b" \\c', "a.b", "größe ж", "{x} %s &amp; <b>", "count(*)"]
VALUES = ["=1+1", 'q"&<b>', "ж\U0001f6a2", "100%", "a AND b"]


@pytest.fixture
def odd(owner: Viewer, dataset: Dataset) -> Dataset:
    """Pictures whose keys and values look like what they are not."""
    drafts = [
        make.draft_item(
            owner, f"r{n}", metadata={key: VALUES[(n + place) % 5] for place, key in enumerate(ODD)} | {"n": n}
        )
        for n in range(12)
    ]
    make.append(owner, dataset, drafts)
    return make.reload(owner, dataset)


def feed_of(dataset: Dataset, field: str, **asked: str) -> str:
    return f"/datasets/{dataset.public_id}/facets?{urlencode({'field': field} | asked)}"


def test_the_page_names_every_field_and_asks_for_none(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(f"/datasets/{odd.public_id}/charts/?q=metadata.n > 3")
    said = text_of(response)
    for key in [*ODD, "n", "Classes"]:
        assert key in said
    assert "<b>" not in response.content.decode().split("<main")[1].split("<facet-chart")[1]
    assert response.content.decode().count("<facet-chart") == len(ODD) + 2
    assert 'aria-current="page">Charts' in response.content.decode()


def test_each_bar_of_each_odd_field_leads_to_what_it_counts(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    browser, query = browse(owner), "metadata.n > 3 OR metadata.n = 0"
    page = browser.get(f"/datasets/{odd.public_id}/charts/?{urlencode({'q': query})}").content.decode()
    for key in ODD:
        name = key if key.isidentifier() else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
        drawn: dict[str, Any] = browser.get(feed_of(odd, f"metadata.{name}", q=query)).json()
        assert drawn["shape"] == "values"
        assert sum(bar["count"] for bar in drawn["bars"]) == drawn["total"] == 9
        for bar in drawn["bars"]:
            leads = urlsplit(drawn["href"] + bar["at"])
            assert leads.path == f"/datasets/{odd.public_id}/"
            (asked,) = parse_qs(leads.query)["q"]
            assert queries.items(owner, odd, asked).count() == bar["count"]
    assert page.count("data-feed=") == len(ODD) + 2


def test_a_bad_query_is_shown_at_its_place_and_nothing_is_counted(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    query = "metadata.n > 3 AND metdata.n < 4"
    response = browser.get(f"{house.grid}charts/?{urlencode({'q': query})}")
    body = response.content.decode()
    assert response.status_code == 400
    assert "At character 20" in text_of(response)
    assert f"{' ' * 19}^^^^^^^^^</b>" in body
    assert "<facet-chart" not in body
    answer = browser.get(feed_of(house.dataset, "annotations", q=query))
    assert answer.status_code == 400
    assert "Did you mean metadata?" in answer.json()["error"]


def test_an_unknown_field_is_no_way_to_a_column(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    for field in ("", "url", "metadata.nothing", "dataset__team", "metadata.number; DROP TABLE x"):
        answer = browser.get(feed_of(house.dataset, field))
        assert answer.status_code == 404
        assert "no field" in answer.json()["error"]


def test_numbers_are_a_histogram_with_figures_and_csv(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    drawn = browser.get(feed_of(odd, "metadata.n")).json()
    assert (drawn["shape"], drawn["ends"], drawn["total"]) == ("numbers", ["0", "11"], 12)
    assert drawn["figures"] == [["lowest", "0"], ["mean", "5.5"], ["highest", "11"]]
    assert (drawn["missing"]["count"], drawn["note"]) == (0, "")
    answer = browser.get(feed_of(odd, f'metadata."{ODD[0]}"', **{"as": "csv"}))
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert {row[0] for row in rows[1:]} == {"'=1+1", *VALUES[1:], "(missing)"}


def test_nothing_matches_and_nothing_is_there(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    empty = make.make_dataset(owner, name="Empty")
    assert "Metadata that is sent" in text_of(browser.get(f"/datasets/{empty.public_id}/charts/"))
    drawn = browser.get(feed_of(empty, "annotations")).json()
    assert (drawn["shape"], drawn["says"]) == ("nothing", "There is no annotation yet.")
    drawn = browser.get(feed_of(house.dataset, "annotations", q="width = 1")).json()
    assert (drawn["says"], drawn["bars"]) == ("No annotation matches.", [])


def test_fields_are_found_by_their_names(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(f"/datasets/{odd.public_id}/charts/?find=GRÖ")
    assert response.content.decode().count("<facet-chart") == 1
    assert "1 of 8 fields" in text_of(response)
    assert "No field has “zzz”" in text_of(browse(owner).get(f"/datasets/{odd.public_id}/charts/?find=zzz"))


def test_scenes_and_their_frames_have_charts(house: House, owner: Viewer, browse: Browse) -> None:
    label_house(owner, house)
    drawn = browse(owner).get(feed_of(house.scene_dataset, "scene.metadata.weather")).json()
    assert [(bar["text"], bar["count"]) for bar in drawn["bars"]] == [("fog", 1)]
    assert drawn["href"] == f"{house.scene_grid}?q="
