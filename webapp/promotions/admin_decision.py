"""The page on which one promotion is decided, and from which it is watched and taken back afterwards.

It shows addresses as their origins only. The pictures are loaded by the approver's own browser from the customer's
hosts: the page's policy names the hosts of this promotion, for images.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from webapp.accounts.admin_pages import ask_again, confirm_href
from webapp.accounts.admin_site import deciding_viewers
from webapp.accounts.fresh import fresh_for, is_fresh
from webapp.accounts.viewer import Viewer
from webapp.labels.queries.projects import labelers
from webapp.privacy.headers import allow_media
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, Refused
from webapp.promotions.actions.decide import approve, reject
from webapp.promotions.actions.moving import is_askers
from webapp.promotions.actions.revoke import HAS_COPIES, revoke
from webapp.promotions.admin_preview import preview_of
from webapp.promotions.admin_progress import progress_of
from webapp.promotions.admin_queue import MARKS
from webapp.promotions.admin_scope import obstacles_of, origins_shown, places_of
from webapp.promotions.models import Promotion
from webapp.promotions.states import State

STATUSES: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409}
Verb = Callable[[HttpRequest, Viewer, Promotion], str]


def decide(request: HttpRequest, promotion: Promotion, context: dict[str, Any]) -> HttpResponse:
    viewer = next((one for one in deciding_viewers(request) if one.team_id == promotion.team_id), None)
    if request.method != "POST":
        return show(request, viewer, promotion, context)
    if viewer is None:
        raise PermissionDenied
    name = request.POST.get("do", "")
    if name == "approve" and not is_fresh(request):
        messages.warning(request, "Your last sign-in is more than five minutes ago. Nothing was decided yet.")
        return ask_again(request, back=request.path)
    try:
        said = VERBS.get(name, unknown)(request, viewer, promotion)
    except Refused as refused:
        promotion.refresh_from_db(from_queryset=type(promotion).objects.visible_to(viewer))
        return show(request, viewer, promotion, context, refused=(name, refused))
    messages.success(request, said)
    return redirect(request.path)


def approve_it(request: HttpRequest, viewer: Viewer, promotion: Promotion) -> str:
    typed, going = typed_number(request), progress_of(promotion).going
    if promotion.state == State.REQUESTED and typed != going:
        raise Invalid(f"You typed {typed}, and the request is for {going} items now. Look at it again.")
    approve(viewer, promotion, reason=request.POST.get("reason", ""))
    return "Approved. The courier copies the items now; this page shows how far it is."


def reject_it(request: HttpRequest, viewer: Viewer, promotion: Promotion) -> str:
    reject(viewer, promotion, reason=request.POST.get("reason", ""))
    return "Rejected. Whoever asked reads your reason; nothing was copied."


def revoke_it(request: HttpRequest, viewer: Viewer, promotion: Promotion) -> str:
    ended = revoke(viewer, promotion, reason=request.POST.get("reason", ""))
    if ended.clearing is not None:
        return "Revoked. All links are closed; the copies are being deleted, and this page shows how far that is."
    return "Revoked. All links are closed and the copies are deleted."


def unknown(request: HttpRequest, viewer: Viewer, promotion: Promotion) -> str:
    raise Invalid("This page has no such form. Load it again.")


VERBS: Mapping[str, Verb] = {"approve": approve_it, "reject": reject_it, "revoke": revoke_it}


def typed_number(request: HttpRequest) -> int:
    """The number that was typed as a confirmation; spaces in it are of no account."""
    text = "".join(request.POST.get("typed", "").split())
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("Type the number of items, to confirm that you have read it.")
    return int(text)


def status_of(refused: Refused) -> int:
    return next((status for kind, status in STATUSES.items() if isinstance(refused, kind)), 400)


def show(
    request: HttpRequest,
    viewer: Viewer | None,
    promotion: Promotion,
    context: dict[str, Any],
    *,
    refused: tuple[str, Refused] | None = None,
) -> HttpResponse:
    progress, places = progress_of(promotion), places_of(promotion)
    preview = preview_of(request, viewer, promotion) if viewer is not None else None
    project = promotion.project
    context |= {
        "title": f"Request of {promotion.requested_by.email}",
        "promotion": promotion,
        "mark": MARKS[State(promotion.state)],
        "progress": progress,
        "places": places,
        "obstacles": obstacles_of(promotion, places, progress),
        "labelers": labelers(viewer, project) if viewer is not None and project is not None else [],
        "preview": preview,
        "island": {
            "pictures": preview.pictures if preview is not None else [],
            "progress": reverse("admin:promotions_promotion_progress", args=[promotion.pk]),
        },
        "waits": promotion.state == State.REQUESTED,
        "may_revoke": viewer is not None and promotion.state in HAS_COPIES,
        "may_decide": viewer is not None and not is_askers(viewer, promotion),
        "is_mine": viewer is not None and is_askers(viewer, promotion),
        "is_member": viewer is not None,
        "is_fresh": is_fresh(request),
        "fresh_minutes": max(1, round(fresh_for(request) / 60)),
        "again": confirm_href(request.path),
        "refused": {refused[0]: refused[1].sentence} if refused is not None else {},
    }
    status = status_of(refused[1]) if refused is not None else 200
    response = TemplateResponse(request, "admin/promotions/decide.html", context, status=status)
    return allow_media(response, origins_shown(places) if preview is not None else ())
