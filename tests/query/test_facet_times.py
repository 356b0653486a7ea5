"""Bars of time beside plain Python, at the ends of days, months and leap years, and of zones as they are written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.query import queries
from webapp.query.facet_fields import facet_fields
from webapp.query.facets import Facet, Shape, facet
from webapp.query.writing import value

ZONED = ["2023-12-31T23", "2024-01-01T00", "2024-01-01T01", "2024-01-01T02"]


def charted(owner: Viewer, dataset: Dataset, times: list[str]) -> Facet:
    drafts = [make.draft_item(owner, f"r{number}", metadata={"at": text}) for number, text in enumerate(times)]
    make.append(owner, dataset, drafts)
    dataset = make.reload(owner, dataset)
    return facet(owner, dataset, facet_fields(dataset)["metadata.at"], "")


@pytest.mark.parametrize(
    ("first", "last", "bars"),
    [
        (
            "2024-02-29T23:58:00Z",
            "2024-03-01T00:01:00Z",
            ["2024-02-29T23:58", "2024-02-29T23:59", "2024-03-01T00:00", "2024-03-01T00:01"],
        ),
        (
            "2023-02-28T22:00:00Z",
            "2023-03-01T01:00:00Z",
            ["2023-02-28T22", "2023-02-28T23", "2023-03-01T00", "2023-03-01T01"],
        ),
        ("2024-02-27", "2024-03-01", ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2100-02-27 10:00", "2100-03-02 09:00", None),
        # By the clock on the wall, whatever the zone: as a query compares them.
        ("2023-12-31T23:00+09:00", "2024-01-01T02:30-05:00", ZONED),
        ("2023-11-30", "2024-03-20", ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]),
        ("2001-01-01", "2013-12-31", [str(year) for year in range(2001, 2014)]),
        ("9999-12-30T00:00:00Z", "9999-12-31T01:00:00Z", None),
    ],
)
def test_bars_follow_one_another_without_a_gap(
    owner: Viewer, dataset: Dataset, first: str, last: str, bars: list[str] | None
) -> None:
    found = charted(owner, dataset, [first, last])
    assert found.shape is Shape.TIMES
    if bars is None:
        start = datetime.fromisoformat(first[:13] + ":00")
        hours = int((datetime.fromisoformat(last[:13] + ":00") - start) / timedelta(hours=1))
        steps = [start + timedelta(hours=n) for n in range(hours)]
        bars = [one.isoformat(sep=first[10])[:13] for one in steps] + [last[:13]]
    assert [bar.text for bar in found.bars] == bars
    assert [bar.count for bar in found.bars if bar.count] == [1, 1]


def test_bars_between_find_what_they_count_together(owner: Viewer, dataset: Dataset) -> None:
    """The condition is what static/js/facets/narrowing.js writes."""
    times = [f"2024-02-29T{hour:02d}:{minute:02d}:00+01:00" for hour in range(6, 20) for minute in (0, 30, 59)]
    found = charted(owner, dataset, times)
    first, last = found.bars[2], found.bars[5]
    text = f"metadata.at BETWEEN {value(first.text)} AND {value(last.text + '~')}"
    assert queries.items(owner, dataset, text).count() == sum(bar.count for bar in found.bars[2:6]) == 12


def test_what_only_begins_like_a_time_stops_nothing(owner: Viewer, dataset: Dataset) -> None:
    found = charted(owner, dataset, ["2024-02-30", "2024-00-99 at noon", "2024-13-01Tab:cd:efghij"])
    assert sum(bar.count for bar in found.bars) == 3
