"""Being an approver in a browser: the sign-in that is fresh, and the addresses of the administration's pages."""

from __future__ import annotations

import time

from django.test import Client

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.promotions.models import Promotion

QUEUE = "/admin/promotions/promotion/"
ORIGINS = "/admin/promotions/originrule/"
STOPS = "/admin/promotions/courierstop/"


def decide_page(promotion: Promotion) -> str:
    return f"{QUEUE}{promotion.pk}/decide/"


def sign_in(viewer: Viewer, *, is_fresh: bool = True, **options: bool) -> Client:
    """A browser in which the viewer is signed in, and has just given the password again."""
    browser = make.sign_in(Client(**options), viewer)
    session = browser.session
    session["fresh_at"] = time.time() if is_fresh else time.time() - 301
    session.save()
    return browser


def as_stored(promotion: Promotion) -> Promotion:
    found: Promotion = Promotion.objects.unscoped().get(pk=promotion.pk)
    return found
