"""Charts: the page names the fields, the feed draws one, its bars lead to what they count."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests import make
from tests.pages.conftest import Browse, House, text_of
from tests.pages.labelled import label_house
from tests.pages.test_grid import references
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


def test_bars_stay_on_the_page_they_are_on_and_keep_how_it_shows_things(
    house: House, owner: Viewer, browse: Browse
) -> None:
    run = label_house(owner, house)
    browser = browse(owner)
    kept = {"run": run.public_id, "sort": "-id", "size": "small"}
    on_grid = urlsplit(browser.get(feed_of(house.dataset, "annotations", **kept)).json()["href"])
    assert on_grid.path == house.grid
    assert {name: values[0] for name, values in parse_qs(on_grid.query).items()} == kept
    assert on_grid.query.endswith("&q=")
    on_charts = browser.get(feed_of(house.dataset, "annotations", view="charts", q="width = 1 OR width = 2")).json()
    assert urlsplit(on_charts["href"]).path == f"{house.grid}charts/"
    assert parse_qs(urlsplit(on_charts["href"] + "x").query)["q"] == ["(width = 1 OR width = 2) AND x"]


def test_facets_of_a_slice_count_its_members_and_lead_into_it(house: House, owner: Viewer, browse: Browse) -> None:
    browser, chosen = browse(owner), house.slice.public_id
    page = browser.get(f"/slices/{chosen}?q=metadata.index >= 0&sort=-id").content.decode()
    feeds = [html.unescape(one) for one in re.findall(r'data-feed="([^"]+)"', page)]
    assert feeds
    assert {parse_qs(urlsplit(one).query)["slice"][0] for one in feeds} == {chosen}
    drawn = browser.get(next(one for one in feeds if "field=metadata.index" in one)).json()
    assert [(bar["text"], bar["count"]) for bar in drawn["bars"]] == [("0", 1), ("1", 1)]
    leads = urlsplit(drawn["href"] + drawn["bars"][1]["at"])
    assert leads.path == f"/slices/{chosen}"
    assert parse_qs(leads.query) == {"sort": ["-id"], "q": ["metadata.index >= 0 AND metadata.index = 1"]}
    assert references(browser.get(leads.geturl())) == ["item-1"]
    answer = browser.get(feed_of(house.dataset, "metadata.index", slice=chosen, **{"as": "csv"}))
    assert answer.content.decode().splitlines()[1:] == ["0,,1,true", "1,,1,true", "(missing),,0,true"]


def test_charts_of_a_slice_say_so_and_lead_back_to_it(house: House, owner: Viewer, browse: Browse) -> None:
    browser, chosen = browse(owner), house.slice.public_id
    page = browser.get(f"{house.grid}charts/?slice={chosen}&q=metadata.index > 0")
    assert "Items of the slice Night " in text_of(page)
    body = page.content.decode()
    assert f'<input type="hidden" name="slice" value="{chosen}">' in body
    assert f'href="/slices/{chosen}?q=metadata.index+%3E+0">See the items</a>' in body
    assert body.count(f"slice={chosen}") > 4
    drawn = browser.get(feed_of(house.dataset, "metadata.index", view="charts", slice=chosen)).json()
    leads = urlsplit(drawn["href"])
    assert (leads.path, parse_qs(leads.query)["slice"]) == (f"{house.grid}charts/", [chosen])
    other = make.make_dataset(owner, name="Other")
    for path in (f"/datasets/{other.public_id}/charts/?slice={chosen}", feed_of(other, "annotations", slice=chosen)):
        refused = browser.get(path)
        assert refused.status_code == 404
        assert "Night" not in refused.content.decode()


def test_classes_stand_beside_those_of_the_run(house: House, owner: Viewer, browse: Browse) -> None:
    run = label_house(owner, house)
    browser = browse(owner)
    page = browser.get(f"{house.grid}charts/").content.decode()
    assert "beside=1" in page
    assert f'<option value="{run.public_id}">' in page
    drawn = browser.get(feed_of(house.dataset, "annotations", beside="1")).json()
    assert drawn["beside"] == run.name
    counts = {bar["text"]: (bar["count"], bar["beside"]["count"]) for bar in drawn["bars"]}
    assert counts["car"][0] == 2
    assert sum(second for _, second in counts.values()) > 0
    for bar in drawn["bars"]:
        for one in (bar, bar["beside"]):
            assert (one["at"] is not None) == (one["count"] > 0)
    rows = list(
        csv.reader(
            io.StringIO(
                browser.get(feed_of(house.dataset, "annotations", beside="1", **{"as": "csv"})).content.decode()
            )
        )
    )
    assert rows[0] == ["value", "annotations", "predictions", "is_exact"]
    assert {row[0]: (int(row[1]), int(row[2])) for row in rows[1:]} == counts
    narrowed = browser.get(f"{house.grid}charts/?run={run.public_id}").content.decode()
    assert f"&amp;run={run.public_id}" in narrowed
    assert browser.get(f"{house.grid}charts/?run=run_nothing").status_code == 404


def test_values_are_looked_for(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    found = browse(owner).get(feed_of(odd, 'metadata."größe ж"', find="B>")).json()
    (bar,) = found["bars"]
    (asked,) = parse_qs(urlsplit(found["href"] + bar["at"]).query)["q"]
    assert (bar["text"], queries.items(owner, odd, asked).count()) == ('q"&<b>', bar["count"])


def test_places_have_a_map_and_no_chart_of_their_own(
    dataset: Dataset, owner: Viewer, stranger: Viewer, browse: Browse
) -> None:
    places = [(48.1, 11.5), (48.1001, 11.5), (52.5, 13.4)]
    drafts = [
        make.draft_item(owner, f"r{n}", metadata={"lat": lat, "lon": lon, "speed": n})
        for n, (lat, lon) in enumerate(places)
    ]
    make.append(owner, dataset, drafts)
    browser = browse(owner)
    page = browser.get(f"/datasets/{dataset.public_id}/charts/").content.decode()
    assert (page.count("<facet-map"), page.count("<facet-chart")) == (1, 2)
    path = f"/datasets/{dataset.public_id}/map?field=metadata.lat"
    drawn = browser.get(path).json()
    assert (drawn["shape"], drawn["total"], drawn["latitude"]) == ("map", 3, "metadata.lat")
    assert sorted(count for _, _, count in drawn["cells"]) == [1, 2]
    assert drawn["extent"] == [48.1, 52.5, 11.5, 13.4]
    rows = list(csv.reader(io.StringIO(browser.get(f"{path}&as=csv").content.decode())))
    assert rows[0] == ["south", "west", "north", "east", "count", "is_exact"]
    assert [row[0] for row in rows[-2:]] == ["(missing)", "(no place)"]
    assert sum(int(row[4]) for row in rows[1:]) == 3
    assert browser.get(f"/datasets/{dataset.public_id}/map?field=metadata.speed").status_code == 404
    assert browser.get(f"{path}&q=speed").status_code == 400
    assert browse(stranger).get(path).status_code == 404


def test_the_grid_has_facets_as_they_were_left(odd: Dataset, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    path = f"/datasets/{odd.public_id}/?{urlencode({'q': 'metadata.n > 3', 'sort': '-id'})}"
    page = browser.get(path).content.decode()
    panel = page.split("<facet-panel")[1].split("</facet-panel>")[0]
    assert 'data-state="open"' in panel
    assert panel.count("<facet-chart") == len(ODD) + 2
    assert "sort=-id&amp;q=metadata.n+%3E+3" in panel
    browser.cookies["facets"] = "closed"
    assert 'data-state="closed"' in browser.get(path).content.decode().split("<facet-panel")[1]
