"""Approving several requests together: each is shown again, and their number of items is typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from webapp.accounts.admin_pages import ask_again, confirm_href
from webapp.accounts.admin_site import deciding_viewers
from webapp.accounts.fresh import is_fresh
from webapp.accounts.viewer import Viewer
from webapp.privacy.refusals import Conflict, Invalid, Refused
from webapp.promotions.actions.in_bulk import MOST_ITEMS, MOST_REQUESTS, approve_many
from webapp.promotions.admin_decision import status_of, typed_number
from webapp.promotions.admin_queue import rows_of
from webapp.promotions.models import Promotion
from webapp.promotions.states import State


def bulk(request: HttpRequest, rows: QuerySet[Promotion], context: dict[str, Any]) -> HttpResponse:
    pks = chosen_keys(request)
    chosen = list(rows.filter(pk__in=pks, state=State.REQUESTED).order_by("pk"))
    refusal: Refused | None = None
    try:
        refuse_wrong(chosen, pks)
        if request.method == "POST":
            if not is_fresh(request):
                return ask_again(request, back=request.get_full_path())
            return approve_them(request, viewer_of(request, chosen), pks)
    except Refused as refused:
        refusal = refused
    viewers = {viewer.team_id: viewer for viewer in deciding_viewers(request)}
    context |= {
        "title": "Approve together",
        "rows": rows_of(chosen, request, viewers),
        "item_count": sum(one.item_count for one in chosen),
        "has_teams": False,
        "is_fresh": is_fresh(request),
        "again": confirm_href(request.get_full_path()),
        "refusal": refusal.sentence if refusal else "",
    }
    status = status_of(refusal) if refusal else 200
    return TemplateResponse(request, "admin/promotions/bulk.html", context, status=status)


def chosen_keys(request: HttpRequest) -> list[int]:
    texts = dict.fromkeys(request.GET.getlist("pick"))
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19][: 2 * MOST_REQUESTS]


def refuse_wrong(chosen: list[Promotion], pks: list[int]) -> None:
    if not pks:
        raise Invalid("Choose at least one request in the list.")
    if len(chosen) != len(pks):
        raise Conflict("Some of these do not wait any more. Go back to the list.")
    if len(chosen) > MOST_REQUESTS or sum(one.item_count for one in chosen) > MOST_ITEMS:
        raise Invalid(f"At most {MOST_REQUESTS} requests for {MOST_ITEMS} items are approved together. Choose fewer.")
    if len({one.team_id for one in chosen}) > 1:
        raise Invalid("These belong to several teams; approve each team's apart.")


def viewer_of(request: HttpRequest, chosen: list[Promotion]) -> Viewer:
    found = [viewer for viewer in deciding_viewers(request) if viewer.team_id == chosen[0].team_id]
    if not found:
        raise Invalid("To decide takes a role in the team.")
    return found[0]


def approve_them(request: HttpRequest, viewer: Viewer, pks: list[int]) -> HttpResponse:
    done = approve_many(viewer, pks, item_count=typed_number(request), reason=request.POST.get("reason", ""))
    messages.success(request, f"Approved: {len(done)} requests. The courier copies their items now.")
    return redirect(f"{reverse('admin:promotions_promotion_changelist')}?show=decided")
