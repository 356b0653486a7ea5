"""Two pages of the administration about the person: the fresh sign-in, and the second factor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from webapp.accounts import second_factor
from webapp.accounts.fresh import FRESH_SECONDS, freshen, is_fresh
from webapp.accounts.models import User
from webapp.privacy.refusals import Refused

Context = dict[str, Any]


def confirm(request: HttpRequest, context: Context) -> HttpResponse:
    """Ask for the password, and the code where one is set up; then go on to where the person was."""
    person, way_on, refusal = person_of(request), safe_way_on(request), ""
    if request.method == "POST":
        try:
            freshen(request, person, password=request.POST.get("password", ""), code=request.POST.get("code", ""))
            return redirect(way_on)
        except Refused as refused:
            refusal = refused.sentence
    context |= {
        "title": "Sign in again",
        "minutes": FRESH_SECONDS // 60,
        "has_second_factor": second_factor.is_set_up(person),
        "way_on": way_on,
        "refusal": refusal,
    }
    return TemplateResponse(request, "admin/confirm.html", context, status=400 if refusal else 200)


def ask_again(request: HttpRequest, *, back: str) -> HttpResponse:
    """The way to the fresh sign-in, and from there to `back`."""
    return redirect(confirm_href(back))


def confirm_href(back: str) -> str:
    return f"{reverse('admin:confirm')}?{urlencode({'next': back})}"


def second_factor_page(request: HttpRequest, context: Context, *, codes: list[str], refusal: str) -> HttpResponse:
    person = person_of(request)
    context |= {
        "title": "Second factor",
        "is_set_up": second_factor.is_set_up(person),
        "codes_left": second_factor.codes_left(person),
        "enrolment": second_factor.enrolment(person),
        "codes": codes,
        "refusal": refusal,
    }
    return TemplateResponse(request, "admin/second_factor.html", context, status=400 if refusal else 200)


def second_factor_of(request: HttpRequest, context: Context) -> HttpResponse:
    """Set it up, renew its codes, remove it: each only by somebody who has just signed in again."""
    if not is_fresh(request):
        return ask_again(request, back=reverse("admin:second-factor"))
    if request.method != "POST":
        return second_factor_page(request, context, codes=[], refusal="")
    try:
        codes = changed(request, person_of(request), request.POST.get("do", ""))
    except Refused as refused:
        return second_factor_page(request, context, codes=[], refusal=refused.sentence)
    if codes is None:
        return redirect(reverse("admin:second-factor"))
    wrong = "" if codes else "Those are not the digits of now. Look at the clock of the phone, then try the next ones."
    return second_factor_page(request, context, codes=codes, refusal=wrong)


def changed(request: HttpRequest, person: User, verb: str) -> list[str] | None:
    """The recovery codes to be shown; empty when the digits were wrong, None when there is nothing to show."""
    if verb == "confirm":
        return second_factor.confirm(person, request.POST.get("code", "")) or []
    if verb == "renew":
        return second_factor.renew_codes(person)
    if verb == "begin":
        second_factor.begin(person)
    if verb == "remove":
        second_factor.remove(person)
        messages.success(request, "Removed. From now on the password alone is asked for.")
    return None


def person_of(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101  the site lets nobody else in
    return request.user


def safe_way_on(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")
