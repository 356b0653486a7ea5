"""`/welcome/…`: somebody who was invited chooses their password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webapp.accounts.invitations import accept_invitation, invited
from webapp.pages.errors import refusal_page, status_of
from webapp.pages.frame import Page, render
from webapp.privacy.refusals import Invalid, NotFound, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomePage(Page):
    """The form for a first password."""

    template: ClassVar[str] = "pages/welcome.html"

    email: str
    """Whose account it is."""
    teams: str
    """The teams they were added to, in words."""
    refusal: str | None
    """Why a password was not taken."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        if request.method != "POST":
            return show(request, secret)
        return accept(request, secret)
    except NotFound as refusal:
        return refusal_page(request, None, refusal)
    except Refused as refusal:
        return show(request, secret, refusal=refusal)


def accept(request: HttpRequest, secret: str) -> HttpResponse:
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        raise Invalid("The two are not the same. Type the password twice.")
    user = accept_invitation(secret, password)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(reverse("pages:datasets"))


def show(request: HttpRequest, secret: str, *, refusal: Refused | None = None) -> HttpResponse:
    user = invited(secret)
    names = [one.team.name for one in user.memberships.select_related("team").order_by("pk")]
    page = WelcomePage(
        title="Welcome",
        email=user.email,
        teams=" and ".join(names),
        refusal=refusal.sentence if refusal is not None else None,
    )
    return render(request, None, page, status=status_of(refusal) if refusal is not None else 200)
