"""`/privacy/connections/`: every connection of the courier, newest first, by promotion, origin and result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.evidence import queries as evidence
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.officer_sharing import RESULTS, ConnectionLine, connection_line
from webapp.pages.paging import Paging, key_from, paging
from webapp.promotions import queries as promotions

LIST_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsPage(Page):
    """The courier's connections for one team."""

    template: ClassVar[str] = "pages/connections.html"
    room: ClassVar[str] = "privacy"

    connections: tuple[ConnectionLine, ...]
    """Those of this page."""
    paging: Paging
    """Where the list goes on."""
    promotion: str
    """The public id of the promotion that is asked for; empty for all."""
    origin: str
    """The origin that is asked for; empty for all."""
    result: str
    """The result that is asked for; empty for all."""
    origins: tuple[str, ...]
    """The origins to choose from."""
    results: tuple[tuple[str, str], ...]
    """The results to choose from, each with its words."""
    entry_count: int
    """How many rows the record has."""
    is_filtered: bool
    """Whether not all are asked for."""


@require_safe
@person
def connections(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    promotion_id = request.GET.get("promotion", "").strip()
    promotion = promotions.promotion(viewer, promotion_id) if promotion_id else None
    origin, result = request.GET.get("origin", ""), request.GET.get("result", "")
    listed = evidence.connections(
        viewer,
        promotion_pk=promotion.pk if promotion is not None else None,
        origin=origin,
        result=result,
        older_than=key_from(request, "after", "egr"),
        limit=LIST_SIZE + 1,
    )
    found = listed[:LIST_SIZE]
    by_end = result not in ("", evidence.UNENDED)
    last = (found[-1].end if by_end else found[-1].begun) if found else None
    page = ConnectionsPage(
        title="Connections",
        connections=tuple(map(connection_line, found)),
        paging=paging(request, "egr", after=last.position if last is not None and len(listed) > LIST_SIZE else None),
        promotion=promotion_id,
        origin=origin,
        result=result,
        origins=tuple(evidence.origins_asked_for(viewer)),
        results=tuple(RESULTS.items()),
        entry_count=evidence.heads(viewer).connections.length,
        is_filtered=bool(promotion_id or origin or result),
    )
    return render(request, viewer, page)
