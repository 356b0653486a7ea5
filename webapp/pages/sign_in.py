"""`/sign-in/` and `/sign-out/`. Throttling is django-axes', by person and address together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from webapp.pages.frame import Page, render

SIGNED_OUT = "signed-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """The door itself."""

    template: ClassVar[str] = "pages/sign_in.html"

    email: str
    """What was typed, so that it need not be typed again."""
    way_on: str
    """The address to go to once signed in."""
    has_signed_out: bool
    """Whether somebody just did, so that their browser forgets what it has to be let in by media hosts."""
    refusal: str | None
    """Why one was not let in."""


def sign_in(request: HttpRequest) -> HttpResponse:
    way_on = safe_way_on(request)
    if request.user.is_authenticated:
        return redirect(way_on)
    if request.method != "POST":
        return show(request, refusal=None, status=200)
    email = request.POST.get("email", "").strip().lower()
    user = authenticate(request, username=email, password=request.POST.get("password", ""))
    if user is None:
        # One sentence for an unknown address and a wrong password: it must not tell which addresses exist.
        return show(request, refusal="No account has this address with this password.", status=400)
    login(request, user)
    return redirect(way_on)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What django-axes shows after too many wrong passwords (settings.AXES_LOCKOUT_CALLABLE)."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    sentence = f"Too many wrong passwords for this address from here. Try again in {minutes} minutes."
    return show(request, refusal=sentence, status=429)


def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
        return redirect(reverse("pages:sign-in", query={SIGNED_OUT: "yes"}))
    return redirect(reverse("pages:sign-in"))


def show(request: HttpRequest, *, refusal: str | None, status: int) -> HttpResponse:
    page = SignInPage(
        title="Sign in",
        email=request.POST.get("email", ""),
        way_on=safe_way_on(request),
        has_signed_out=SIGNED_OUT in request.GET,
        refusal=refusal,
    )
    return render(request, None, page, status=status)


def safe_way_on(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is on this server; else the datasets."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("pages:datasets")
