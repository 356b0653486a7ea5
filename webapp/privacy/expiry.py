"""When a signed link ends, as the link itself says. Nobody is asked, and the clock is the caller's.

Storage services write it into the query in a few documented ways; an address that says nothing is not known to end. The
pages read the same in static/js/media/expiry.js; tests/privacy/expiry_corpus.json is the corpus of both.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_plus

Said = Mapping[str, str]

# Before this, or after, a number is no date of a link.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_BASIC_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}")
_TOKEN_END = re.compile(r"(?:^|~)exp=([0-9]+)")
# Links that begin at a moment and last some seconds: Amazon S3 (and MinIO, R2, ...), Google, Alibaba.
_LASTING = ("X-Amz", "X-Goog", "x-oss")
# What stands beside Expires when it ends a signature: S3 version 2, CloudFront, Google version 2, Alibaba, Bunny.
_SIGNED_BY = ("signature", "token")
# Akamai's tokens, which hold `exp=1767225600` among other parts.
_TOKENS = ("hdnts", "hdnea", "__token__")
_ENDS = (
    *(f"{prefix}-{what}".lower() for prefix in _LASTING for what in ("Date", "Expires")),
    *("se", "sig", "expires", "policy", *_SIGNED_BY, *_TOKENS),
)


@dataclass(frozen=True, slots=True)
class Expiry:
    """The end of a link, and which of its parameters say so."""

    at: datetime
    said_by: str


def expiry_of(text: str) -> Expiry | None:
    """When the address ends; None where it says nothing of it, or says it twice."""
    _, question_mark, query = text.partition("?")
    if not question_mark:
        return None
    # Every signed address of an append comes by here, so that only what may hold an end is decoded.
    pairs = [one.partition("=") for one in query.split("&") if one]
    raw = {(unquote_plus(name) if "%" in name or "+" in name else name).lower(): value for name, _, value in pairs}
    if len(raw) < len(pairs):
        return None
    said = {name: unquote_plus(raw[name]) for name in _ENDS if name in raw}
    return next((one for one in _readings(said) if EARLIEST < one.at < LATEST), None)


def _readings(said: Said) -> Iterator[Expiry]:
    yield from _lasting(said)
    yield from _azure(said)
    yield from _until(said)
    yield from _policy(said)
    yield from _token(said)


def _lasting(said: Said) -> Iterator[Expiry]:
    """`X-Amz-Date=20260101T000000Z` and `X-Amz-Expires=900`."""
    for prefix in _LASTING:
        begins, lasts = said.get(f"{prefix}-Date".lower(), ""), said.get(f"{prefix}-Expires".lower(), "")
        moment = _BASIC_TIME.fullmatch(begins)
        if moment is None or not _SECONDS.fullmatch(lasts):
            continue
        year, month, day, hour, minute, second = map(int, moment.groups())
        try:
            begin = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            yield Expiry(begin + timedelta(seconds=int(lasts)), f"{prefix}-Date and {prefix}-Expires")
        except (ValueError, OverflowError):
            continue


def _azure(said: Said) -> Iterator[Expiry]:
    """`se=2026-01-01T00:00:00Z`, which Azure writes to the day, the minute or the second."""
    text = said.get("se", "")
    if "sig" not in said or not _ISO_TIME.fullmatch(text):
        return
    try:
        end = datetime.fromisoformat(text)
    except ValueError:
        return
    yield Expiry(end if end.tzinfo is not None else end.replace(tzinfo=UTC), "se")


def _until(said: Said) -> Iterator[Expiry]:
    """`Expires=1767225600` beside a signature."""
    if any(name in said for name in _SIGNED_BY):
        yield from _at_seconds(said.get("expires", ""), "Expires")


def _policy(said: Said) -> Iterator[Expiry]:
    """CloudFront's `Policy`, whose statement holds `DateLessThan`."""
    if "signature" not in said or "policy" not in said:
        return
    text = said["policy"].replace("-", "+").replace("_", "=").replace("~", "/")
    try:
        end = json.loads(b64decode(text))["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    if type(end) is int:
        yield from _at_seconds(str(end), "Policy")


def _token(said: Said) -> Iterator[Expiry]:
    """`hdnts=st=1~exp=1767225600~acl=/*~hmac=...`."""
    for name in _TOKENS:
        found = _TOKEN_END.search(said.get(name, ""))
        if found is not None:
            yield from _at_seconds(found[1], f"exp in {name}")


def _at_seconds(text: str, said_by: str) -> Iterator[Expiry]:
    if _SECONDS.fullmatch(text) and int(text) < LATEST.timestamp():
        yield Expiry(datetime.fromtimestamp(int(text), UTC), said_by)
