"""Numbers and times as people read them. Pure functions; webapp/jinja.py offers them to the templates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

THIN = "\N{NARROW NO-BREAK SPACE}"
IRREGULAR = {"entry": "entries", "copy": "copies", "address": "addresses"}


def number(count: int) -> str:
    """1204 as `1 204`, with a thin space that does not break."""
    return f"{count:,}".replace(",", THIN)


def compact(count: int) -> str:
    """Exact below a million, then three figures: `2.1 M`. Put the exact number in a title beside it."""
    if count < 10**6:
        return number(count)
    size, letter = (10**6, "M") if count < 10**9 else (10**9, "G")
    return f"{number(count // size) if count >= 100 * size else f'{count / size:.3g}'}{THIN}{letter}"


def noun(count: int, singular: str, plural: str | None = None) -> str:
    if count == 1:
        return singular
    return plural or IRREGULAR.get(singular) or f"{singular}s"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    return f"{number(count)} {noun(count, singular, plural)}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in one unit; a date once it is more than a month."""
    now = now or datetime.now(UTC)
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min ago"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h ago"
    if passed < timedelta(days=31):
        return f"{counted(passed.days, 'day')} ago"
    return day(moment)


def day(moment: datetime) -> str:
    """`2 Nov 2026`, in UTC."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y}"


def exact(moment: datetime) -> str:
    """The moment to the second, in UTC, as the hover text of a relative time."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def lasted(seconds: float) -> str:
    """A duration: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def frame_time(frame: int, rate_hz: float) -> str:
    """When a frame begins, as lib/digits.js writes it: `00:13.733`, `1:02:03.500`."""
    seconds, milliseconds = divmod(round(frame / rate_hz * 1000), 1000)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{f'{hours}:' if hours else ''}{minutes:02d}:{seconds % 60:02d}.{milliseconds:03d}"


def in_bytes(size: int) -> str:
    for unit, step in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= step:
            return f"{size / step:.3g} {unit}"
    return f"{size} bytes"


def sentence_case(name: str) -> str:
    """`deleteDataset` as `Delete dataset`: names from the wire, readable."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", name).lower()
    return words[:1].upper() + words[1:]


def rate(frames_a_second: float) -> str:
    return f"{frames_a_second:.6g} fps"
