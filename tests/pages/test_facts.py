"""Metadata as people read it."""

from webapp.pages.facts import Fact, facts_of
from webapp.pages.words import THIN


def test_every_json_value_is_readable() -> None:
    metadata = {
        "year": 2024,
        "lux": 25356,
        "speed": 72.0,
        "night": True,
        "note": None,
        "weather": "rain",
        "gps": [53.5, 9.9],
    }
    assert facts_of(metadata) == (
        Fact("gps", "[\n  53.5,\n  9.9\n]", "json"),
        Fact("lux", f"25{THIN}356", "number"),
        Fact("night", "true", "flag"),
        Fact("note", "null", "nothing"),
        Fact("speed", "72.0", "number"),
        Fact("weather", "rain", "text"),
        Fact("year", "2024", "number"),
    )
