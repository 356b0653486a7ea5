"""The administration at /admin/: for operators, and for whoever decides promotions in a team.

An operator is active staff and sees what Django's permissions say. Somebody who is an approver or admin of a team sees
the promotions, origin rules and the stop of the teams they decide for, and nothing else (webapp/promotions/admin.py).
Signing in is the app's own page, where django-axes counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse

from webapp.accounts import admin_pages
from webapp.accounts.queries import viewers_who_decide
from webapp.accounts.viewer import Viewer

# Django's views that none of these pages uses, and which look at any row there is.
UNUSED = frozenset({"jsi18n", "autocomplete", "view_on_site"})
_ATTRIBUTE = "deciding_viewers"


class TransomAdminSite(admin.AdminSite):
    site_header = site_title = index_title = "Administration"
    site_url = "/"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # One thing is deleted at a time, on its own page.
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own rooms' models only: what packages bring (groups, secrets of second factors) has no page."""
        one = isinstance(model_or_iterable, type) and issubclass(model_or_iterable, models.Model)
        offered: Iterable[type[models.Model]] = [model_or_iterable] if one else model_or_iterable
        ours = [model for model in offered if model.__module__.startswith("webapp.")]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        if not request.user.is_active:
            return False
        return bool(request.user.is_staff or deciding_viewers(request))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign-in is the app's; who is signed in already and still comes here has no business in these pages."""
        if self.has_permission(request):
            return redirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise PermissionDenied("These pages are for who decides promotions in a team, and for operators.")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect(reverse("pages:sign-out"))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [
            path("confirm/", self.admin_view(self.confirm), name="confirm"),
            path("second-factor/", self.admin_view(self.second_factor), name="second-factor"),
        ]
        return [*own, *(one for one in super().get_urls() if getattr(one, "name", None) not in UNUSED)]

    def confirm(self, request: HttpRequest) -> HttpResponseBase:
        return admin_pages.confirm(request, self.each_context(request))

    def second_factor(self, request: HttpRequest) -> HttpResponseBase:
        return admin_pages.second_factor_of(request, self.each_context(request))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What waits for somebody comes first."""
        found: list[Any] = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: app["app_label"] != "promotions")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one list of everything, at the start."""
        return redirect(reverse("admin:index"))


def deciding_viewers(request: HttpRequest) -> tuple[Viewer, ...]:
    """The person in each team they may decide for; asked once a request."""
    kept = vars(request)
    if _ATTRIBUTE not in kept:
        kept[_ATTRIBUTE] = viewers_who_decide(request.user.pk) if request.user.is_authenticated else ()
    found: tuple[Viewer, ...] = kept[_ATTRIBUTE]
    return found
