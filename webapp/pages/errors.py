"""How a refusal or a failure becomes HTTP for people: the one place of this door that does so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve

from webapp.accounts.queries import viewer_of_session
from webapp.accounts.viewer import Viewer
from webapp.pages.frame import Page, home_of, render
from webapp.privacy.refusals import Conflict, NotAllowed, NotFound, Refused, TooLarge

NO_PAGE = "There is no page at this address."
STATUSES: dict[type[Refused], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, TooLarge: 413}
TITLES = {
    400: "This cannot be understood",
    403: "This is not yours to do",
    404: "Not found",
    409: "This cannot be done now",
    413: "Too much at once",
    500: "Something broke here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, who can mend it, and where to go on."""

    template: ClassVar[str] = "errors/error.html"

    status: int
    """The HTTP status."""
    sentence: str
    """What happened, in one sentence."""
    remedy: str
    """What the person, or somebody else, can do about it."""
    way_on: str | None
    """The address of the page to go on from; None when signing out is the only way."""


def status_of(refusal: Refused) -> int:
    return next((status for kind, status in STATUSES.items() if isinstance(refusal, kind)), 400)


def refusal_page(request: HttpRequest, viewer: Viewer | None, refusal: Refused) -> HttpResponse:
    status = status_of(refusal)
    gone = "It may have been deleted, or belong to a team you are not in. The address does not tell which."
    remedy = {
        403: "An admin of the team can change your role, on the Team page.",
        404: gone if viewer is not None else "If somebody gave you this address, ask them for a new one.",
    }.get(status, "Go back and try again with what is asked for.")
    return error_page(request, viewer, status=status, sentence=refusal.sentence, remedy=remedy)


def error_page(
    request: HttpRequest,
    viewer: Viewer | None,
    *,
    status: int,
    sentence: str,
    remedy: str,
    way_on: str | None = "",
    title: str = "",
) -> HttpResponse:
    page = ErrorPage(
        title=title or TITLES[status],
        status=status,
        sentence=sentence,
        remedy=remedy,
        way_on=home_of(viewer) if way_on == "" else way_on,
    )
    return render(request, viewer, page, status=status)


def homeless_page(request: HttpRequest) -> HttpResponse:
    """For somebody who is signed in but belongs to no team."""
    return error_page(
        request,
        None,
        status=403,
        sentence="You are signed in, but you are not a member of any team.",
        remedy="Ask an admin of your team to add your address on the Team page.",
        way_on=None,
        title="No team yet",
    )


def feed_error(sentence: str, *, status: int) -> HttpResponse:
    body = msgspec.json.encode({"error": sentence})
    return HttpResponse(body, status=status, content_type="application/json")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: adds or takes away a last slash where that leads somewhere, else says so."""
    other = request.path[:-1] if request.path.endswith("/") else f"{request.path}/"
    if request.method in ("GET", "HEAD") and leads_somewhere(other):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{other}?{query}" if query else other)
    return refusal_page(request, viewer_of_session(request), NotFound(NO_PAGE))


def leads_somewhere(path: str) -> bool:
    try:
        return resolve(path).app_name == "pages"
    except Resolver404:
        return False


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request, None, status=400, sentence="The request is malformed.", remedy="Go back and try again.", way_on="/"
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    refusal = NotAllowed(str(exception) or "You may not do this.")
    return refusal_page(request, viewer_of_session(request), refusal)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: touches neither database nor session, either may be what broke."""
    return error_page(
        request,
        None,
        status=500,
        sentence="The server met a fault of its own while making this page. Nothing you sent was half kept.",
        remedy="Try again. If it stays, whoever runs this server finds the fault in its log, by the time of day.",
        way_on="/",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without a valid token: usually a page left open over a sign-in."""
    return error_page(
        request,
        None,
        status=403,
        sentence="This form was opened before you last signed in or out, so it was not accepted.",
        remedy="Load the page again and repeat what you did. If it stays, allow this site to set cookies.",
    )
