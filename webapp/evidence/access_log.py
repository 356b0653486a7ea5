"""Access logs of media hosts, line by line: what each format says of a request. Pure.

Known are nginx's and Apache's combined and common formats (with or without the virtual host before them), Caddy's JSON
lines, the server access log of S3, and the JSON lines of `manage.py serve_media`; each may be packed with gzip.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

import msgspec

# A longer line is none that a web server writes of an address that we store.
LINE_MAX_BYTES = 65_536

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
# To the letter, so that a long line which is no request is given up at once.
_WHEN = r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
_COMMON = re.compile(
    rf"(?:(\S+:\d{{1,5}}) )?(\S+) \S+ (?:.+?) {_WHEN} {_QUOTED} (\d{{3}}) (\d+|-)(?: {_QUOTED} {_QUOTED})?(?: .*)?"
)
_S3 = re.compile(
    rf"\S+ \S+ {_WHEN} (\S+) \S+ \S+ \S+ \S+ (?:{_QUOTED}|-) (\d{{3}}|-) \S+ (\d+|-) \S+ \S+ \S+"
    rf" (?:{_QUOTED}|-) (?:{_QUOTED}|-)(.*)"
)
_CLOCK = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_HOST_HEADER = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One request as its host wrote it down.

    `at` is in seconds since 1970; `query` None where there was none or the log leaves it out; `sent` the bytes of the
    body, `agent` and `host` what the headers of those names said; each None where the format does not tell.
    """

    number: int
    at: float
    address: str
    method: str
    path: str
    query: str | None
    status: int
    sent: int | None
    agent: str | None
    host: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that no known format explains."""

    number: int
    text: str


class _Foreign(Exception):
    """The line is not of this format."""


def lines(path: Path) -> Iterator[Line | Unreadable]:
    """Each line of a log that is not empty, one at a time; raises OSError, also for what gzip cannot unpack."""
    parse: Callable[[int, str], Line] = _of_common
    number = 0
    with _opened(path) as file:
        while raw := file.readline(LINE_MAX_BYTES):
            number += 1
            if not raw.endswith(b"\n") and len(raw) == LINE_MAX_BYTES:
                _skip_rest(file)
            text = raw.decode("utf-8", "replace").strip()
            if not text:
                continue
            for one in (parse, *(other for other in _FORMATS if other is not parse)):
                try:
                    yield one(number, text)
                except (_Foreign, ValueError, KeyError, TypeError, IndexError, AttributeError, msgspec.MsgspecError):
                    continue
                parse = one
                break
            else:
                yield Unreadable(number, text)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if is_packed else path.open("rb")


def _skip_rest(file: IO[bytes]) -> None:
    while (more := file.readline(LINE_MAX_BYTES)) and not more.endswith(b"\n"):
        pass


def _of_common(number: int, text: str) -> Line:
    found = _COMMON.fullmatch(text)
    if found is None:
        raise _Foreign
    host, address, clock, request, status, sent, _, agent = found.groups()
    method, path, query = _request(request)
    count = 0 if sent == "-" else int(sent)
    return Line(number, _seconds(clock), address, method, path, query, int(status), count, agent, host)


def _of_s3(number: int, text: str) -> Line:
    found = _S3.fullmatch(text)
    if found is None:
        raise _Foreign
    clock, address, request, status, sent, _, agent, rest = found.groups()
    method, path, query = _request(request or "")
    more = rest.split()
    host = more[_HOST_HEADER] if len(more) > _HOST_HEADER and more[_HOST_HEADER] != "-" else None
    code, count = (0 if one == "-" else int(one) for one in (status, sent))
    return Line(number, _seconds(clock), address, method, path, query, code, count, agent or "", host)


def _of_caddy(number: int, text: str) -> Line:
    said = _json(text)
    request = said["request"]
    at = said["ts"]
    path, mark, query = request["uri"].partition("?")
    agents = request.get("headers", {}).get("User-Agent") or [""]
    return Line(
        number,
        float(at) if isinstance(at, int | float) else _iso(at),
        request.get("remote_ip") or request["remote_addr"].rpartition(":")[0].strip("[]"),
        request["method"],
        path,
        query if mark else None,
        int(said["status"]),
        int(said["size"]),
        agents[0],
        request.get("host"),
    )


def _of_serve_media(number: int, text: str) -> Line:
    said = _json(text)
    address = said["peer"].rpartition(":")[0].strip("[]")
    at, method, path, status = _iso(said["time"]), said["method"], said["path"], int(said["status"])
    return Line(number, at, address, method, path, None, status, said.get("bytes"), said.get("agent"), None)


_FORMATS: tuple[Callable[[int, str], Line], ...] = (_of_common, _of_s3, _of_caddy, _of_serve_media)


def _json(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        raise _Foreign
    return cast(dict[str, Any], msgspec.json.decode(text))


def _request(text: str) -> tuple[str, str, str | None]:
    """Method, path and query of a request line; a line that is none is all path, which matches nothing."""
    words = text.split(" ")
    if len(words) != 3:
        return "", text, None
    path, mark, query = words[1].partition("?")
    return words[0], path, query if mark else None


@lru_cache(maxsize=1024)
def _seconds(clock: str) -> float:
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise _Foreign
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    zone = timezone(ahead if sign == "+" else -ahead)
    return datetime(
        int(year), _MONTHS.index(month) // 3 + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
    ).timestamp()


def _iso(text: str) -> float:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
