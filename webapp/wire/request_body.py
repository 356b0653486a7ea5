"""Reading what a request carries, held to a limit while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from webapp.datasets import strict_json
from webapp.privacy.refusals import Invalid, TooLarge
from webapp.wire.refusals import LengthRequired, MediaTypeRefused

CHUNK_BYTES = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def json_of(request: HttpRequest) -> Any:
    """The JSON value of the body; raises MediaTypeRefused, TooLarge or Invalid."""
    if request.content_type != "application/json":
        raise MediaTypeRefused("Send JSON with the header Content-Type: application/json.")
    return strict_json.read(b"".join(parts_of(request, limit=settings.MAX_BODY_BYTES)))


def parts_of(request: HttpRequest, *, limit: int) -> Iterator[bytes]:
    """The body in chunks of at most 1 MiB; raises TooLarge beyond `limit` bytes, Invalid when it ends early."""
    length = declared_length(request)
    if length is not None and length > limit:
        raise TooLarge(f"The body has {length} bytes; at most {limit} are taken here.")
    # Django reads no body that has no Content-Length, so a chunked one is read from the server itself.
    source: Readable = request if length is not None else request.META["wsgi.input"]
    received = 0
    while part := read_some(source, CHUNK_BYTES):
        received += len(part)
        if received > limit:
            raise TooLarge(f"The body has more than the {limit} bytes that are taken here.")
        yield part
    if length is not None and received < length:
        raise Invalid(f"The body ended after {received} of {length} bytes; send it again.")


def read_some(source: Readable, size: int) -> bytes:
    try:
        return source.read(size)
    except UnreadablePostError:
        return b""


def declared_length(request: HttpRequest) -> int | None:
    """The Content-Length, 0 without a body, None for a chunked body."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        if not request.META.get("wsgi.input_terminated"):
            raise LengthRequired("This server takes bodies with a Content-Length only.")
        return None
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (text.isascii() and text.isdigit()):
        raise Invalid("The Content-Length is no number.")
    return int(text)
