"""A file as an answer: whole, one range of its bytes, or nothing but its headers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from webapp.datasets.byte_range import ByteRange, RangeNotSatisfiable, parse_range

CHUNK_BYTES = 256 * 1024


def file_answer(request: HttpRequest, path: Path, *, content_type: str, etag: str) -> HttpResponseBase:
    """What RFC 9110 asks for: 200, 206, 304 or 416. `etag` is a strong one, in its quotes.

    Raises OSError where there is no such file, also for a symbolic link: what it leads to is not in the store.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    answer = answer_of(request, file, content_type=content_type, etag=etag)
    if not answer.streaming:
        file.close()
    return answer


def answer_of(request: HttpRequest, file: BinaryIO, *, content_type: str, etag: str) -> HttpResponseBase:
    size = os.fstat(file.fileno()).st_size
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        unchanged.headers["ETag"] = etag
        return unchanged
    try:
        asked = range_of(request, size, etag)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    span = asked or ByteRange(0, size)
    headers = {"Content-Length": str(span.length), "ETag": etag, "Accept-Ranges": "bytes"}
    if asked is not None:
        headers["Content-Range"] = asked.content_range(size)
    status = 200 if asked is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    if asked is None:
        # Only this one can be handed to the kernel whole.
        return FileResponse(file, headers=headers, content_type=content_type)
    return StreamingHttpResponse(pieces(file, span), status=status, headers=headers, content_type=content_type)


def range_of(request: HttpRequest, size: int, etag: str) -> ByteRange | None:
    """The one range asked for; None for all of it, also when it is asked for on condition of another file."""
    condition = request.headers.get("If-Range")
    if request.method != "GET" or (condition is not None and condition != etag):
        return None
    return parse_range(request.headers.get("Range"), size)


def pieces(file: BinaryIO, span: ByteRange) -> Iterator[bytes]:
    with file:
        file.seek(span.start)
        left = span.length
        while left and (piece := file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece
