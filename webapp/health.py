"""`/healthz`: whether this process serves, reaches its database, and cannot reach the network."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.privacy import sandbox


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """JSON with status, database, egress and version; 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = connection.vendor
    except Error:
        database = "unreachable"
    state = sandbox.egress_state()
    is_well = database != "unreachable"
    body = {
        "status": "ok" if is_well else "failing",
        "database": database,
        "egress": state.how,
        "egress_why": state.why,
        "version": settings.VERSION,
    }
    return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=200 if is_well else 503)
