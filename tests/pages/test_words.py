"""Numbers and times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.pages import words

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
T = words.THIN


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1204, f"1{T}204"),
        (999_999, f"999{T}999"),
        (1_000_000, f"1{T}M"),
        (2_123_456, f"2.12{T}M"),
        (99_999_999, f"100{T}M"),
        (412_000_000, f"412{T}M"),
        (3_400_000_000, f"3.4{T}G"),
    ],
)
def test_large_numbers_are_said_in_three_figures(count: int, text: str) -> None:
    assert words.compact(count) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(hours=3, minutes=59), "3 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "1 Feb 2026"),
    ],
)
def test_a_moment_is_told_by_how_long_ago_it_was(passed: timedelta, text: str) -> None:
    assert words.ago(NOW - passed, NOW) == text


def test_the_exact_moment_is_in_utc() -> None:
    assert words.exact(NOW) == "2026-03-04 12:00:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (12.9, "12 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert words.lasted(seconds) == text


@pytest.mark.parametrize(
    ("frame", "rate", "text"),
    [(0, 10, "00:00.000"), (412, 30, "00:13.733"), (2999, 0.5, "1:39:58.000"), (1, 3000, "00:00.000")],
)
def test_a_frame_begins_at_a_time_to_the_millisecond(frame: int, rate: float, text: str) -> None:
    assert words.frame_time(frame, rate) == text


def test_sizes_are_in_binary_units() -> None:
    assert [words.in_bytes(size) for size in (10, 2048, 5 * 2**20, 3 * 2**30)] == [
        "10 bytes",
        "2 KiB",
        "5 MiB",
        "3 GiB",
    ]


def test_nouns_follow_their_number() -> None:
    assert words.counted(1, "frame") == "1 frame"
    assert words.counted(1500, "copy") == f"1{T}500 copies"


def test_names_from_the_wire_become_sentences() -> None:
    assert words.sentence_case("deleteDataset") == "Delete dataset"
    assert words.sentence_case("upload_dataset-items") == "Upload dataset items"
    assert words.sentence_case("") == ""
