"""Which prediction meets which annotation."""

import pytest

from webapp.labels.matching import Box, Pair, matched
from webapp.privacy.refusals import TooLarge


def box(pk: int, left: float, width: float, label: str = "car") -> Box:
    return Box(pk, label, (left, 0, left + width, 10))


def test_the_greatest_overlap_is_taken_first_and_each_box_once() -> None:
    truths = [box(1, 0, 10), box(2, 4, 10), box(3, 50, 10), box(4, 80, 10, "dog")]
    guesses = [box(11, 3, 10), box(12, 1, 10), box(13, 50, 4), box(14, 80, 10, "cat")]
    assert matched(truths, guesses) == [Pair(1, 12, 90 / 110), Pair(2, 11, 90 / 110)]
    assert matched(truths, guesses, least=0.4)[2:] == [Pair(3, 13, 0.4)]


def test_equal_overlaps_go_by_key_and_empty_boxes_meet_nothing() -> None:
    assert matched([box(2, 0, 10), box(1, 0, 10)], [box(9, 0, 10), box(8, 0, 10)]) == [Pair(1, 8, 1), Pair(2, 9, 1)]
    assert matched([box(1, 0, 0)], [box(2, 0, 0)]) == []


def test_a_crowd_is_refused_before_it_is_compared() -> None:
    with pytest.raises(TooLarge, match="Narrow the query"):
        matched([box(1, 0, 1)] * 5_000, [box(2, 0, 1)] * 5_000)
