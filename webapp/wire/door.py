"""The one view of the door for programs: it finds the route, the caller and the body, and answers in JSON, always."""

from __future__ import annotations

import errno
import logging
from typing import Any

import msgspec
from django.core.exceptions import DisallowedHost
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from webapp.datasets.shared_links import SharedLinks
from webapp.privacy.refusals import Invalid, Refused
from webapp.privacy.shared_origin import shared_base
from webapp.wire.call import Call, Streamed, base_url_of
from webapp.wire.keys import refuse_other_sites, viewer_of_request
from webapp.wire.refusals import Busy, DiskFull, error_response, refusal_response
from webapp.wire.request_body import json_of
from webapp.wire.routes import Route, find

log = logging.getLogger(__name__)

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@csrf_exempt  # Cookies mean nothing here, so there is nothing a forged request could use.
def door(request: HttpRequest, path: str | None = None) -> HttpResponseBase:
    """Answer one call. What is refused is `{"error": "<sentence>"}` with its status; nothing is ever redirected."""
    try:
        return answer(request, path or "")
    except Refused as refusal:
        return refusal_response(refusal)
    except DisallowedHost:
        return refusal_response(Invalid("This server is not called by that name; see TRANSOM_ALLOWED_HOSTS."))
    except OperationalError as fault:
        log.warning("The database did not answer a call: %s", type(fault).__name__)
        return refusal_response(Busy("The database is busy or away; try again."))
    except OSError as fault:
        if fault.errno in NO_ROOM:
            return refusal_response(DiskFull("This server's disk is full; nothing was kept. Tell its operator."))
        return failed()
    except Exception:  # The outermost loop of this door: its caller gets JSON even for our own mistakes.
        return failed()


def answer(request: HttpRequest, path: str) -> HttpResponseBase:
    request.get_host()
    route, parts = find(request.method or "", path, request.content_type or "")
    refuse_other_sites(request)
    if route.is_signed:
        return json_response(route.function(request, **parts))
    viewer = viewer_of_request(request)
    links = SharedLinks(shared_base(request), viewer.user_id)
    call = Call(viewer, request, base_url_of(request), request.GET, links)
    if route.body is not None:
        parts["body"] = body_of(request, route)
    return json_response(route.function(call, **parts))


def body_of(request: HttpRequest, route: Route) -> Any:
    value = json_of(request)
    try:
        return msgspec.convert(value, route.body)
    except msgspec.ValidationError as fault:
        raise Invalid(f"The body is not what this address takes: {fault}.") from None


def json_response(value: Any) -> HttpResponseBase:
    if isinstance(value, Streamed):
        return StreamingHttpResponse(value.parts, content_type="application/json")
    return HttpResponse(msgspec.json.encode(value), content_type="application/json")


def failed() -> HttpResponse:
    # The root handler redacts what the traceback may quote.
    log.exception("A call failed.")
    connection.close_if_unusable_or_obsolete()
    return error_response("Transom failed to answer this; its log says why. Nothing was changed.", 500)
