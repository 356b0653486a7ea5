"""Refusals that only HTTP knows, and the one place where a refusal becomes a status and an error body."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse

from webapp.datasets.drafts import RowRefused
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, Refused, TooLarge


class KeyRefused(Refused):
    """There is no key, or it opens nothing (401)."""


class MethodNotServed(Refused):
    """The address is served, by other methods (405)."""

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(f"{method[:20]} is not served here; this address takes {', '.join(allowed)}.")
        self.allowed = allowed


class LengthRequired(Refused):
    """The body has no length that this server could hold it to (411)."""


class MediaTypeRefused(Refused):
    """The body is of another type than the route takes (415)."""


class Busy(Refused):
    """The database is too busy to answer; the SDK tries again by itself (503)."""


class DiskFull(Refused):
    """There is no room to keep what was sent (507)."""


STATUS: dict[type[Refused], int] = {
    Invalid: 400,
    KeyRefused: 401,
    NotAllowed: 403,
    NotFound: 404,
    MethodNotServed: 405,
    Conflict: 409,
    LengthRequired: 411,
    TooLarge: 413,
    MediaTypeRefused: 415,
    Busy: 503,
    DiskFull: 507,
}


def refusal_response(refusal: Refused) -> HttpResponse:
    """The refusal as the SDK's tests want it: compact `{"error":"<sentence>"}`."""
    status = next((STATUS[one] for one in type(refusal).__mro__ if one in STATUS), 400)
    response = error_response(sentence_of(refusal), status)
    if isinstance(refusal, MethodNotServed):
        response["Allow"] = ", ".join(refusal.allowed)
    if isinstance(refusal, KeyRefused):
        # Not Basic: a browser that was ever asked for Basic credentials adds them to cross-site forms.
        response["WWW-Authenticate"] = 'ApiKey realm="transom"'
    return response


def error_response(sentence: str, status: int) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode({"error": sentence}), content_type="application/json", status=status)
    # Django would log the address, and those of upload links are secrets (read by django.utils.log.log_response).
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def sentence_of(refusal: Refused) -> str:
    """The refusal's sentence; that of a row begins with which row it is."""
    if not isinstance(refusal, RowRefused) or not refusal.line:
        return refusal.sentence
    name = f" (reference_id {refusal.reference_id[:200]!r})" if refusal.reference_id else ""
    return f"Row {refusal.line}{name}: {refusal.sentence}"
