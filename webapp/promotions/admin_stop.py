"""The stop of copying: one switch for each team that the person decides for, and for an operator what is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from webapp.accounts.admin_pages import ask_again, confirm_href
from webapp.accounts.admin_site import deciding_viewers
from webapp.accounts.fresh import is_fresh
from webapp.privacy.refusals import Refused
from webapp.promotions.actions.stop import go_on_copying, stop_copying
from webapp.promotions.admin_decision import status_of
from webapp.promotions.models import CourierStop


@dataclass(frozen=True, slots=True)
class Switch:
    """A team's switch. `is_mine`: the person may turn it."""

    team_pk: int
    team_name: str
    stop: CourierStop | None
    is_mine: bool


def stops(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return turn(request)
        except Refused as refused:
            refusal = refused
    context |= {
        "title": "Stop copying",
        "switches": switches_of(request),
        "is_fresh": is_fresh(request),
        "again": confirm_href(request.path),
        "refusal": refusal.sentence if refusal else "",
    }
    status = status_of(refusal) if refusal else 200
    return TemplateResponse(request, "admin/promotions/stops.html", context, status=status)


def switches_of(request: HttpRequest) -> list[Switch]:
    viewers = deciding_viewers(request)
    rows = CourierStop.objects.select_related("team", "stopped_by").order_by("team__name")
    mine = {viewer.team_id for viewer in viewers}
    found = {stop.team_id: stop for stop in (rows if request.user.is_staff else rows.filter(team_id__in=mine))}
    own = [Switch(viewer.team_id, viewer.team_name, found.get(viewer.team_id), is_mine=True) for viewer in viewers]
    others = [Switch(pk, stop.team.name, stop, is_mine=False) for pk, stop in found.items() if pk not in mine]
    return [*own, *others]


def turn(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("team", "")
    viewer = next((one for one in deciding_viewers(request) if str(one.team_id) == chosen), None)
    if viewer is None:
        raise Http404
    if request.POST.get("do") == "go-on":
        if not is_fresh(request):
            return ask_again(request, back=request.path)
        go_on_copying(viewer)
        messages.success(request, f"The courier copies again what was approved in {viewer.team_name}.")
    else:
        stop_copying(viewer, reason=request.POST.get("reason", ""))
        messages.success(request, f"Stopped. From now on no byte is asked for on behalf of {viewer.team_name}.")
    return redirect(request.path)
