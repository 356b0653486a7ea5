"""Frames as spans, and how many there are at once."""

import pytest

from webapp.pages.track_spans import MAX_BINS, heat, spans


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], []),
        ([4], [4, 4]),
        ([0, 1, 2, 5, 7, 8], [0, 2, 5, 5, 7, 8]),
        ([3, 3, 4], [3, 4]),
    ],
)
def test_frames_in_a_row_are_one_span(frames: list[int], expected: list[int]) -> None:
    assert spans(frames) == expected


@pytest.mark.parametrize("count", [1, 599, 600, 601, 1000, 3000])
def test_every_frame_is_in_the_bin_that_begins_before_it(count: int) -> None:
    bins = min(MAX_BINS, count)
    for place in {0, 1, bins // 2, bins - 1} & set(range(bins)):
        first, beyond = place * count // bins, (place + 1) * count // bins
        for frame in (first, beyond - 1):
            expected = [0] * bins
            expected[place] = 7
            assert heat({frame: 7}, count) == expected


def test_the_most_of_a_bin_is_what_it_says() -> None:
    assert heat({0: 2, 1: 5, 2: 1}, 1200)[:2] == [5, 1]
