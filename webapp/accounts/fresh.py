"""A fresh sign-in: who decides something grave has given the password, and the code where one is set up, just now.

The session remembers when. A guess at either counts with django-axes, as one at the sign-in page does.
"""

from __future__ import annotations

import time

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from webapp.accounts import second_factor
from webapp.accounts.models import User
from webapp.privacy.refusals import Invalid

FRESH_SECONDS = 300
_FRESH_AT = "fresh_at"


def is_fresh(request: HttpRequest) -> bool:
    return fresh_for(request) > 0


def fresh_for(request: HttpRequest) -> float:
    """How many seconds the sign-in stays fresh; 0 when it is not. A clock that was set back makes it stale."""
    passed = time.time() - request.session.get(_FRESH_AT, 0)
    return max(0.0, FRESH_SECONDS - passed) if passed >= 0 else 0.0


def freshen(request: HttpRequest, user: User, *, password: str, code: str) -> None:
    """Raises Invalid, with one sentence whatever was wrong of the two, when this is not the person."""
    found = authenticate(request, username=user.email, password=password)
    is_right = found is not None and found.pk == user.pk
    if is_right and second_factor.is_set_up(user) and not second_factor.accepts(user, code):
        user_login_failed.send(sender=__name__, credentials={"username": user.email}, request=request)
        is_right = False
    if not is_right:
        asked = "password and code are" if second_factor.is_set_up(user) else "password is"
        raise Invalid(f"That {asked} not right. Nothing was decided.")
    request.session.cycle_key()
    request.session[_FRESH_AT] = time.time()
