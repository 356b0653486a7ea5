"""Who may come in: the decorators of every view, and the verbs a page's forms may name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from webapp.accounts.queries import viewer_of_session
from webapp.accounts.viewer import Permission, Viewer
from webapp.pages.errors import NO_PAGE, feed_error, homeless_page, refusal_page, status_of
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound, Refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]
Verb = Callable[[HttpRequest, Viewer], HttpResponse]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not accepted, to be shown where it was filled in."""

    verb: str
    """The form's verb, the value of its field `do`."""
    sentence: str
    """What is wrong, and what would be accepted."""
    status: int
    """The HTTP status of the page that shows it."""


def person(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for a member of a team who sees private items; to a labeler there is no such page."""
    return member(not_for_labelers(view))


def not_for_labelers(view: View[P]) -> View[P]:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not viewer.may(Permission.SEE_PRIVATE):
            raise NotFound(NO_PAGE)
        return view(request, viewer, *args, **kwargs)

    return wrapped


def member(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for any member of a team, labelers too; strangers are asked to sign in, refusals become pages."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        viewer = viewer_of_session(request)
        if viewer is None:
            return homeless_page(request)
        try:
            return view(request, viewer, *args, **kwargs)
        except Refused as refusal:
            return refusal_page(request, viewer, refusal)

    return wrapped


def feed(method: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """A JSON answer for the pages' own scripts, to one method; refusals become `{"error": sentence}`, to a labeler all.

    What answers GET answers HEAD, as everywhere; the server in front leaves the body out.
    """
    methods = ["GET", "HEAD"] if method == "GET" else [method]

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            viewer = viewer_of_session(request)
            if viewer is None:
                return feed_error("You are signed out. Sign in again in another tab, then repeat this.", status=401)
            try:
                return not_for_labelers(view)(request, viewer, *args, **kwargs)
            except Refused as refusal:
                return feed_error(refusal.sentence, status=status_of(refusal))

        return wrapped

    return decorate


def carry_out(
    request: HttpRequest, viewer: Viewer, verbs: Mapping[str, Verb], again: Callable[[Refusal], HttpResponse]
) -> HttpResponse:
    """Do what the form's `do` names; when that is refused, show the page again with the sentence.

    Raises NotFound and NotAllowed: for those there is no form to go back to.
    """
    name = request.POST.get("do", "")
    if name not in verbs:
        raise Invalid("This page has no such form. Load it again, then repeat what you did.")
    try:
        return verbs[name](request, viewer)
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return again(Refusal(name, refusal.sentence, status_of(refusal)))
