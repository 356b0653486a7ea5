"""The query bar's feeds: names and values of a dataset, and whether a text means something."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from tests import make
from tests.pages.conftest import Browse, House
from tests.pages.labelled import label_house
from tests.pages.test_query_counts import RUNS, queries_of
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.query import suggestions
from webapp.query.saved import Asked, save_query


@pytest.fixture
def ask(owner: Viewer, browse: Browse) -> Any:
    browser = browse(owner)

    def asked(dataset: Dataset, path: str, status: int = 200) -> Any:
        response = browser.get(f"/datasets/{dataset.public_id}/{path}")
        assert response.status_code == status, response.content
        return response.json()

    return asked


def values(ask: Any, dataset: Dataset, field: str, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = ask(dataset, f"suggestions?field={quote(field)}&prefix={quote(prefix)}")
    return found


def append(viewer: Viewer, dataset: Dataset, *rows: dict[str, Any]) -> None:
    make.append(viewer, dataset, [make.draft_item(viewer, f"r{n}", metadata=row) for n, row in enumerate(rows)])


def test_the_names_are_those_of_the_dataset_with_their_types(ask: Any, house: House, owner: Viewer) -> None:
    label_house(owner, house)
    save_query(owner, house.dataset, Asked("width > 3"), name="Wide", is_live=True)
    save_query(owner, house.dataset, Asked("width > 9"), name="Not listed")
    append(owner, house.dataset, {"wind speed": 3, "weather": "fog", "is_wet": True, "tags": ["a"]})
    known = ask(house.dataset, "suggestions")
    fields = dict(known["fields"])
    assert {name: fields[name] for name in ('metadata."wind speed"', "metadata.weather", "metadata.is_wet")} == {
        'metadata."wind speed"': "number",
        "metadata.weather": "string",
        "metadata.is_wet": "boolean",
    }
    assert fields["metadata.tags"] == "list"
    assert fields["annotations.car"] == "class"
    assert fields["predictions.confidence"] == "number"
    assert (known["slices"], known["live"]) == (["Night"], ["Wide"])
    assert len(known["runs"]) == 1
    # Each of them can be asked for.
    for path, kind in known["fields"]:
        text = f"{path} = Wide" if kind == "slice" else f"{path} > 0" if path.endswith("count") else f"{path} EXISTS"
        assert ask(house.dataset, f"query-check?q={quote(text)}") == {"ok": True}, text


def test_values_come_most_frequent_first_and_by_their_beginning(ask: Any, owner: Viewer, dataset: Dataset) -> None:
    sky = ["Fog", "rain", "rain", "fine", "x" * 300, ""]
    append(owner, dataset, *({"sky": one, "speed": n - 1.5, "on": [one, "b"]} for n, one in enumerate(sky)), {"no": 1})
    assert values(ask, dataset, "metadata.sky") == {
        "values": [["rain", 2], ["Fog", 1], ["fine", 1]],
        "low": None,
        "high": None,
        "is_exact": True,
    }
    assert values(ask, dataset, "metadata.sky", "f")["values"] == [["Fog", 1], ["fine", 1]]
    assert values(ask, dataset, "metadata.on", "")["values"][:2] == [["b", 6], ["rain", 2]]
    speed = values(ask, dataset, "metadata.speed")
    assert (speed["values"], speed["low"], speed["high"]) == ([], -1.5, 3.5)
    assert values(ask, dataset, "reference_id", "R1")["values"] == [["r1", 1]]
    assert values(ask, dataset, "metadata.unheard")["values"] == []
    for wrong in ("metdata.sky", "a = b OR c", "annotations[label = car]", "predictions@odl.label", '"'):
        assert values(ask, dataset, wrong) == {"values": [], "low": None, "high": None, "is_exact": True}


def test_labels_and_scenes_have_their_own_values(ask: Any, house: House, owner: Viewer) -> None:
    run = label_house(owner, house)
    labels = values(ask, house.dataset, "annotations.label")["values"]
    assert labels
    assert all(count > 0 for _, count in labels)
    assert values(ask, house.dataset, f'predictions@"{run.name}".label')["values"]
    assert values(ask, house.dataset, "predictions.confidence")["high"] <= 1
    assert values(ask, house.scene_dataset, "scene.metadata.weather")["values"] == [["fog", 1]]
    assert values(ask, house.scene_dataset, "reference_id")["values"] == [["crossing", 1]]


def test_a_media_address_is_never_a_suggestion(ask: Any, owner: Viewer, dataset: Dataset) -> None:
    append(owner, dataset, {"source": f"{make.MEDIA}/secret.jpg"}, {"source": "camera"})
    assert values(ask, dataset, "metadata.source")["values"] == [["camera", 1]]


def test_rare_values_of_many_are_found_by_their_beginning(
    ask: Any, owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "SAMPLE_ROWS", 10)
    append(owner, dataset, *({"plate": f"{n:04}-x"} for n in range(300)))
    some = values(ask, dataset, "metadata.plate")
    assert not some["is_exact"]
    assert len(some["values"]) < 50
    for rare in (7, 123, 299):
        assert [text for text, _ in values(ask, dataset, "metadata.plate", f"{rare:04}")["values"]] == [f"{rare:04}-x"]


def test_what_takes_too_long_is_left_out(
    ask: Any, owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(owner, dataset, *({"sky": f"fog {n}"} for n in range(2000)))
    monkeypatch.setattr("webapp.query.time_limit.STEPS", 10)
    monkeypatch.setattr(suggestions, "SECONDS", 0.001)
    found = values(ask, dataset, "metadata.sky", "fog")
    assert len(found["values"]) <= suggestions.MAX_VALUES


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("width >", (7, 0), {"found": "the end", "nearest": None}),
        ("\U0001f6a2 > 3", (0, 1), {"found": '"\U0001f6a2"', "nearest": None}),
        ("width = 3 AND metdata.x = 1", (14, 9), {"found": "", "nearest": "metadata"}),
        ("slice = Nihgt", (8, 5), {"found": "", "nearest": "Night"}),
        ("(" * 100_000, (10_000, 1), {"found": "", "nearest": None}),
    ],
)
def test_a_text_is_checked_without_being_asked(
    ask: Any, house: House, text: str, place: tuple[int, int], said: dict[str, Any]
) -> None:
    checked = ask(house.dataset, f"query-check?q={quote(text)}")
    assert not checked["ok"]
    assert (checked["position"], checked["length"]) == place
    assert {name: checked[name] for name in said} == said
    assert checked["reason"]
    assert bool(checked["expected"]) == ("found" in checked["reason"][:5])


def test_a_name_that_no_item_has_is_no_mistake_and_said(ask: Any, owner: Viewer, dataset: Dataset) -> None:
    append(owner, dataset, {"speed": 3})
    hint = {
        "reason": "No item has metadata.sped.",
        "near": "metadata.speed",
        "query": "width > 1 OR metadata.speed > 3",
    }
    checked = ask(dataset, f"query-check?q={quote('width > 1 OR metadata.sped > 3')}")
    assert checked == {"ok": True, "hint": hint | {"position": 13, "length": 13}}


def test_what_is_right_and_what_is_empty_is_ok_in_every_mode(ask: Any, house: House, owner: Viewer) -> None:
    run = label_house(owner, house)
    for asked in (
        "q=",
        "q=width > 3",
        f"q=annotations.area > 3&mode=objects&run={run.public_id}",
        "q=frame = 1&mode=objects",
    ):
        assert ask(house.dataset, f"query-check?{asked}") == {"ok": True}


def test_the_feeds_cost_few_queries_however_much_there_is(house: House, owner: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    label_house(owner, house)
    # Session, person, membership, dataset.
    feed = 4
    # PostgreSQL is told its limit in a transaction, and that it ends.
    limit = 4 if connection.vendor == "postgresql" else 0
    expected = {
        # Runs, slices, live slices; classes and taxonomies.
        "suggestions": feed + 2 + 2 + 2,
        # The range of numbers, texts, texts in lists; of labels how many there are.
        "suggestions?field=metadata.index": feed + limit + 3,
        "suggestions?field=annotations.label": feed + limit + 3,
        "query-check?q=metadata.index > 3": feed + RUNS + 1,
        "query-check?q=metadata.index >": feed + RUNS + 1,
    }
    assert {path: queries_of(browser, house.grid + path) for path in expected} == expected
    make.make_items(owner, house.dataset, 200, prefix="more")
    assert {path: queries_of(browser, house.grid + path) for path in expected} == expected


@pytest.mark.parametrize("path", ["suggestions", "suggestions?field=metadata.index", "query-check?q=slice = Night"])
def test_a_stranger_and_a_labeler_are_told_nothing(
    path: str, house: House, stranger: Viewer, labeler: Viewer, teammate: Viewer, browse: Browse
) -> None:
    for person, status in ((stranger, 404), (labeler, 404), (teammate, 200)):
        response = browse(person).get(house.grid + path)
        assert response.status_code == status
        assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"]
