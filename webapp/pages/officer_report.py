"""`/privacy/report.json`: the signed report of the team, for approvers and admins."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from webapp.accounts.viewer import Viewer
from webapp.evidence.report import in_pieces, report
from webapp.pages.door import person


@require_GET
@person
def officer_report(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Streamed, some hundred rows at a time; that it was taken is an act."""
    response = StreamingHttpResponse(in_pieces(report(viewer)), content_type="application/json")
    name = f"transom-report-{timezone.now():%Y-%m-%d-%H%M%S}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
