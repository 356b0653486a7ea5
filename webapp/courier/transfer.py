"""What is asked of a media host, which answers count, and the way of a body into a part file.

200 with a body whose end is known, or 206 for exactly the rest of what we have; everything else is a failure.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import NoReturn

from django.conf import settings

from webapp.courier.approved import FailureKind, TransferFailed
from webapp.courier.connection import Answer
from webapp.courier.limits import Limits, MediaKind
from webapp.courier.signature import HEAD_BYTES, NotMedia, media_type
from webapp.courier.store import Part
from webapp.privacy.origins import DEFAULT_PORTS, Origin

REDIRECTS = frozenset({301, 302, 303, 307, 308})
RETRY_AFTER_MAX_S = 24 * 3600.0

_LINK_IS_OVER = frozenset({401, 403, 404, 410, 451})
_COME_BACK_LATER = frozenset({408, 425, 429, *range(500, 600)})
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_DIGITS = re.compile(r"[0-9]{1,15}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


def request_headers(origin: Origin, *, have_bytes: int, etag: str | None) -> list[tuple[str, str]]:
    """Return the headers of the one request; `have_bytes` with their strong `etag` ask for the rest."""
    port = "" if origin.port == DEFAULT_PORTS[origin.scheme] else f":{origin.port}"
    headers = [
        ("Host", f"{origin.host}{port}"),
        ("User-Agent", f"transom-courier/{settings.VERSION}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    if have_bytes and etag is not None and _STRONG_ETAG.fullmatch(etag):
        headers += [("Range", f"bytes={have_bytes}-"), ("If-Range", etag)]
    return headers


def strong_etag(answer: Answer) -> str | None:
    """Return the answer's entity tag when it promises the same bytes, else None."""
    values = answer.values("ETag")
    return values[0] if len(values) == 1 and _STRONG_ETAG.fullmatch(values[0]) else None


def expected_length(answer: Answer, part: Part, limits: Limits, *, etag: str | None) -> int | None:
    """Return how many bytes will come, None for chunks, and empty the part when the answer is the whole file.

    `etag` is what the part's bytes are from, None for none; raises TransferFailed for an answer that does not count.
    """
    if answer.status == 206:
        _demand_the_rest(answer, part, etag)
    elif answer.status != 200:
        _refuse_status(answer, is_resuming=etag is not None)
    if any(value.lower() != "identity" for value in answer.values("Content-Encoding")):
        raise TransferFailed(FailureKind.ANSWER, "The host packed the file, though it was asked not to.")
    length = _body_length(answer)
    if answer.status == 200 and part.byte_count:
        part.restart()
    if length is not None and part.byte_count + length > limits.max_bytes:
        raise TransferFailed(FailureKind.SIZE, _too_large(limits))
    return length


def receive(
    answer: Answer,
    part: Part,
    length: int | None,
    limits: Limits,
    *,
    kind: MediaKind,
    demand_going_on: Callable[[], None],
) -> None:
    """Write the body to the part, until it is whole: `length` bytes, or the last chunk when None.

    Raises TransferFailed, at once for a beginning that is not of the `kind`; `demand_going_on` is asked before each
    piece and may raise it too.
    """
    deadline = time.monotonic() + limits.total_s(length)
    head, is_recognized, received = b"", part.byte_count > 0, 0
    while length is None or received < length:
        demand_going_on()
        chunk = answer.read(limits.chunk_bytes if length is None else min(limits.chunk_bytes, length - received))
        if not chunk:
            break
        received += len(chunk)
        if part.byte_count + len(chunk) > limits.max_bytes:
            raise TransferFailed(FailureKind.SIZE, _too_large(limits))
        if time.monotonic() > deadline:
            raise TransferFailed(FailureKind.SLOW, f"The file did not come in {limits.total_s(length):g} s.")
        _write(part, chunk)
        if not is_recognized:
            head += chunk[:HEAD_BYTES]
            is_recognized = len(head) >= HEAD_BYTES and _demand_media(head[:HEAD_BYTES], kind)
    if length is not None and received < length:
        raise TransferFailed(FailureKind.CUT_SHORT, f"The host promised {length} bytes and sent {received}.")


def _demand_media(head: bytes, kind: MediaKind) -> bool:
    try:
        media_type(head, kind)
    except NotMedia as refused:
        raise TransferFailed(FailureKind.CONTENT, refused.sentence) from None
    return True


def _body_length(answer: Answer) -> int | None:
    lengths, codings = answer.values("Content-Length"), answer.values("Transfer-Encoding")
    if [coding.lower() for coding in codings] == ["chunked"] and not lengths:
        return None
    if codings or len(set(lengths)) != 1 or _DIGITS.fullmatch(lengths[0]) is None:
        # An end that is told by hanging up cannot be told from a broken connection.
        raise TransferFailed(FailureKind.ANSWER, "The answer does not say where the file ends.")
    return int(lengths[0])


def _demand_the_rest(answer: Answer, part: Part, etag: str | None) -> None:
    if etag is None or not part.byte_count:
        raise TransferFailed(FailureKind.ANSWER, "The host sent a part of the file, and was asked for all of it.")
    ranges = [_CONTENT_RANGE.fullmatch(value) for value in answer.values("Content-Range")]
    if strong_etag(answer) != etag:
        raise TransferFailed(FailureKind.CHANGED, "The file changed on its host while it was being copied.")
    if len(ranges) != 1 or ranges[0] is None:
        raise TransferFailed(FailureKind.ANSWER, "The host does not say which part of the file it sent.")
    first, last, total = map(int, ranges[0].groups())
    if (
        first != part.byte_count
        or last + 1 != total
        or answer.values("Content-Length") not in ([], [str(total - first)])
    ):
        raise TransferFailed(FailureKind.ANSWER, "The host sent another part of the file than it was asked for.")


def _refuse_status(answer: Answer, *, is_resuming: bool) -> NoReturn:
    status = answer.status
    if status == 416 and is_resuming:
        raise TransferFailed(FailureKind.CHANGED, "The file changed on its host while it was being copied.")
    if status in _LINK_IS_OVER:
        sentence = f"The host answered {status}. Has the link expired, or may only browsers of your network ask?"
        raise TransferFailed(FailureKind.LINK, sentence)
    if status in _COME_BACK_LATER:
        sentence = f"The host answered {status}; it is asked again later."
        raise TransferFailed(FailureKind.HOST, sentence, retry_after_s=_retry_after_s(answer))
    if status in REDIRECTS:
        raise TransferFailed(FailureKind.REDIRECT, "The host redirects, which this origin's policy does not allow.")
    raise TransferFailed(FailureKind.ANSWER, f"The host answered {status}, and only 200 is taken.")


def _retry_after_s(answer: Answer) -> float | None:
    values = answer.values("Retry-After")
    is_number = len(values) == 1 and _DIGITS.fullmatch(values[0]) is not None
    return min(float(values[0]), RETRY_AFTER_MAX_S) if is_number else None


def _write(part: Part, chunk: bytes) -> None:
    try:
        part.write(chunk)
    except OSError as error:
        raise TransferFailed(FailureKind.STORAGE, f"The copy cannot be written here: {error.strerror}.") from None


def _too_large(limits: Limits) -> str:
    return f"The file is larger than {limits.max_bytes} bytes."
