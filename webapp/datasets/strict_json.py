"""JSON as this server takes it: every reader of it, the databases included, must see the same value.

Refused besides what is no JSON: repeated keys, NUL, halves of surrogate pairs, NaN and infinities, integers beyond 64
bits, and anything deeper, longer or wider than the limits below. The fast path proves most bodies innocent with a
few scans; whatever looks odd is decided exactly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from webapp.privacy.refusals import Invalid

MAX_DEPTH = 32
MAX_KEYS = 10_000
MAX_TEXT = 64 * 1024
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1

decoder = msgspec.json.Decoder()
NOT_DECODED = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class OddValue(Exception):
    """The fast walk met something that only the exact one can name."""


def read(raw: bytes) -> Any:
    """The value of one JSON text; raises Invalid saying what is wrong and where."""
    try:
        value = decoder.decode(raw)
    except NOT_DECODED as fault:
        explain(raw, fault)
    if not is_plain(raw, [value]) or has_long_text(raw):
        check(value, "the body")
        check_repeated_keys(raw)
    return value


def read_lines(lines: Sequence[bytes]) -> list[Any]:
    """The values of many JSON texts in order, with an Invalid in the place of each that is refused."""
    block = b"\n".join(lines)
    try:
        values = decoder.decode_lines(block)
    except NOT_DECODED:
        values = []
    is_short = max(map(len, lines), default=0) <= MAX_TEXT
    if len(values) == len(lines) and is_plain(block, values) and (is_short or not has_long_text(block)):
        return values
    return [read_line(line) for line in lines]


def read_line(line: bytes) -> Any:
    try:
        return read(line)
    except Invalid as refusal:
        return refusal


def is_plain(raw: bytes, values: Sequence[Any]) -> bool:
    """Whether `raw`, decoded to `values`, surely breaks none of the rules that the decoder does not hold itself.

    Every key is written `"key":`, so without space before a colon there are as many `":` as keys, unless a text
    holds one (then there are more). Fewer keys in the values than in the text are repeated keys.
    """
    # Compact JSON holds no tab and no carriage return at all, and looking for one byte is free.
    if b"\t" in raw or b"\r" in raw or b" :" in raw or b"\n:" in raw or b"\\u0000" in raw:
        return False
    try:
        keys = 0
        for value in values:
            keys += key_count(value, 1)
    except OddValue:
        return False
    return keys == raw.count(b'":')


def has_long_text(raw: bytes) -> bool:
    """Whether `raw` may hold a text beyond the limit: a stretch that long without a quote, or a quote in a text."""
    if len(raw) <= MAX_TEXT:
        return False
    if b'\\"' in raw:
        return True
    start, end = 0, len(raw)
    while end - start > MAX_TEXT:
        quote = raw.rfind(b'"', start, start + MAX_TEXT + 1)
        if quote < 0:
            return True
        start = quote + 1
    return False


def key_count(value: Any, depth: int) -> int:
    """How many keys the objects in `value` have; raises OddValue for what `check` would name."""
    kind = type(value)
    if kind is dict:
        count = len(value)
        if count > MAX_KEYS:
            raise OddValue
        inner: Any = value.values()
    elif kind is list:
        count, inner = 0, value
    elif kind is int and not MIN_INTEGER <= value <= MAX_INTEGER:
        raise OddValue
    else:
        return 0
    if depth > MAX_DEPTH:
        raise OddValue
    for one in inner:
        kind = type(one)
        if kind is dict or kind is list:
            count += key_count(one, depth + 1)
        elif kind is int and not MIN_INTEGER <= one <= MAX_INTEGER:
            raise OddValue
    return count


def check(value: Any, where: str, depth: int = 1) -> None:
    """Raise Invalid for the first thing in a decoded value that is not taken, naming its place."""
    if isinstance(value, str):
        check_text(value, where)
    elif isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        raise Invalid(f"{where} holds an integer beyond 64 bits; send it as a text, or smaller.")
    elif isinstance(value, (dict, list)) and depth > MAX_DEPTH:
        raise too_deep()
    elif isinstance(value, dict):
        if len(value) > MAX_KEYS:
            raise Invalid(f"{where} has {len(value)} keys; at most {MAX_KEYS} are taken in one object.")
        for key, one in value.items():
            check_text(key, f"a key in {where}")
            check(one, f"{where}.{key[:60]}", depth + 1)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            check(one, f"{where}[{index}]", depth + 1)


def check_text(text: str, where: str) -> None:
    if "\0" in text:
        raise Invalid(f"{where} holds a NUL character at position {text.index(chr(0))}; no text may.")
    if len(text) > MAX_TEXT:
        raise Invalid(f"{where} has {len(text)} characters; a text may have {MAX_TEXT}.")


def check_repeated_keys(raw: bytes) -> None:
    json.loads(raw, object_pairs_hook=refuse_repeated)


def refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise Invalid(f"the key {key[:80]!r} stands twice in one object; send each once.")
        seen.add(key)


def too_deep() -> Invalid:
    return Invalid(f"the JSON is nested deeper than {MAX_DEPTH} levels.")


def explain(raw: bytes, fault: Exception) -> NoReturn:
    """Raise Invalid with the reason why the decoder refused `raw`; `fault` is what it said."""
    if isinstance(fault, RecursionError):
        raise too_deep() from None
    if isinstance(fault, msgspec.ValidationError):
        raise Invalid("the JSON holds a number beyond what 64 bits or a double can hold.") from None
    try:
        # The standard library takes NaN and lone surrogates, so what it accepts here is one of those.
        json.loads(raw.decode(), parse_constant=refuse_constant)
    except RecursionError:
        raise too_deep() from None
    except UnicodeDecodeError as broken:
        raise Invalid(f"this is not JSON: byte {broken.start} is no UTF-8.") from None
    except ValueError:
        raise Invalid(f"this is not JSON: {str(fault).removeprefix('JSON is malformed: ')}.") from None
    raise Invalid("a text in the JSON holds half of a surrogate pair, which is no character.") from None


def refuse_constant(name: str) -> NoReturn:
    raise Invalid(f"{name} is no JSON number; send null, or leave the key out.")
