"""Origin rules: each media origin of a team with what the courier may do there, and the page that changes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from webapp.accounts.admin_pages import ask_again, confirm_href, person_of
from webapp.accounts.admin_site import deciding_viewers
from webapp.accounts.fresh import is_fresh
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import MediaOrigin
from webapp.privacy.refusals import Invalid, Refused
from webapp.promotions.actions.origin_rules import (
    MOST_AT_ONCE,
    Terms,
    agree_to_ranges,
    pause_origin,
    read_ranges,
    set_rule,
)
from webapp.promotions.admin_decision import status_of
from webapp.promotions.models import OriginRule

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """An origin and its rule, None where the plain one holds: https, public addresses, no redirects, four at once."""

    origin: MediaOrigin
    rule: OriginRule | None
    href: str

    @property
    def waits(self) -> bool:
        return self.rule is not None and bool(self.rule.ranges) and self.rule.ranges_agreed_by_id is None


def origins(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    rows = seen_origins(request).select_related("team").order_by("team__name", "origin")
    listed = list(rows[:MOST_LISTED])
    rules = OriginRule.objects.prefetch_related("redirects_to").in_bulk([origin.pk for origin in listed])
    lines = [
        Line(origin, rules.get(origin.pk), reverse("admin:promotions_originrule_rule", args=[origin.pk]))
        for origin in listed
    ]
    lines.sort(key=lambda line: not line.waits)
    context |= {
        "title": "Origin rules",
        "lines": lines,
        "has_teams": len({origin.team_id for origin in listed}) > 1,
        "waiting_count": sum(line.waits for line in lines),
    }
    return TemplateResponse(request, "admin/promotions/origins.html", context)


def rule(request: HttpRequest, pk: int, context: dict[str, Any]) -> HttpResponse:
    origin = seen_origins(request).select_related("team").filter(pk=pk).first()
    if origin is None:
        raise Http404
    viewer = next((one for one in deciding_viewers(request) if one.team_id == origin.team_id), None)
    refusal: Refused | None = None
    if request.method == "POST":
        name = request.POST.get("do", "")
        if name in ("set", "agree") and not is_fresh(request):
            return ask_again(request, back=request.path)
        try:
            messages.success(request, VERBS.get(name, unknown)(request, viewer, origin))
            return redirect(request.path)
        except Refused as refused:
            refusal = refused
    return show_rule(request, viewer, origin, context, refusal)


def show_rule(
    request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin, context: dict[str, Any], refusal: Refused | None
) -> HttpResponse:
    found = OriginRule.objects.select_related("ranges_agreed_by", "changed_by").filter(pk=origin.pk).first()
    chosen = set(found.redirects_to.values_list("pk", flat=True)) if found is not None else set()
    others = MediaOrigin.objects.filter(team_id=origin.team_id).exclude(pk=origin.pk).order_by("origin")
    may_change = viewer is not None and viewer.may(Permission.ADMINISTER)
    context |= {
        "title": origin.origin,
        "origin": origin,
        "line": Line(origin, found, request.path),
        "ranges_text": request.POST.get("ranges", "") if refusal else "\n".join(found.ranges if found else ()),
        "others": [(other, other.pk in chosen) for other in others[:MOST_LISTED]],
        "redirects": [other for other in others if other.pk in chosen],
        "is_http": origin.value.scheme == "http",
        "numbers": range(1, MOST_AT_ONCE + 1),
        "at_once": found.max_parallel if found is not None else 4,
        "may_change": may_change,
        "may_pause": viewer is not None,
        "may_agree": bool(request.user.is_staff),
        "is_fresh": is_fresh(request),
        "again": confirm_href(request.path),
        "refusal": refusal.sentence if refusal else "",
    }
    status = status_of(refusal) if refusal else 200
    return TemplateResponse(request, "admin/promotions/rule.html", context, status=status)


def seen_origins(request: HttpRequest) -> QuerySet[MediaOrigin]:
    if request.user.is_active and request.user.is_staff:
        return MediaOrigin.objects.all()
    return MediaOrigin.objects.filter(team_id__in=[viewer.team_id for viewer in deciding_viewers(request)])


def set_it(request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin) -> str:
    asked = request.POST
    at_once = asked.get("at_once", "")
    keys = [key for key in asked.getlist("redirects_to") if key.isascii() and key.isdigit() and len(key) < 19]
    terms = Terms(
        ranges=read_ranges(asked.get("ranges", "")),
        is_http_allowed=asked.get("http") == "yes",
        redirects_to=tuple(int(key) for key in keys),
        max_parallel=int(at_once) if at_once.isascii() and at_once.isdigit() and len(at_once) < 4 else 0,
    )
    made = set_rule(member(viewer), origin.pk, terms)
    if made.ranges and made.ranges_agreed_by_id is None:
        return "Saved. The address ranges hold once an operator of this server has agreed to them."
    return "Saved. It holds from the next connection on."


def pause_it(request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin) -> str:
    pause_origin(member(viewer), origin.pk, paused=True)
    return "Paused. Nothing is asked at this host until somebody lets it go on."


def resume_it(request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin) -> str:
    pause_origin(member(viewer), origin.pk, paused=False)
    return "This host is asked again for what was approved."


def agree(request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin) -> str:
    agree_to_ranges(person_of(request), origin.pk, request.POST.get("agreed", "").split())
    return "Agreed. The courier may connect to these ranges for this host, and to no other address."


def unknown(request: HttpRequest, viewer: Viewer | None, origin: MediaOrigin) -> str:
    raise Invalid("This page has no such form. Load it again.")


def member(viewer: Viewer | None) -> Viewer:
    if viewer is None:
        raise PermissionDenied
    return viewer


VERBS: Mapping[str, Callable[[HttpRequest, Viewer | None, MediaOrigin], str]] = {
    "set": set_it,
    "pause": pause_it,
    "resume": resume_it,
    "agree": agree,
}
