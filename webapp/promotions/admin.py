"""Promotions in the administration: who sees which rows. What the pages show and do is in the modules beside this one.

Whoever may decide in a team sees the promotions, origins and the stop of that team. An operator (staff) sees all
origins, for agreeing to address ranges, and whether copying is stopped; a superuser sees all promotions, without a
preview. To decide takes the role in the team, whoever asks.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from webapp.accounts.admin import ReadOnly, is_superuser
from webapp.accounts.admin_site import deciding_viewers
from webapp.promotions import admin_bulk, admin_decision, admin_progress, admin_queue, admin_rules, admin_stop
from webapp.promotions.models import CourierStop, OriginRule, Promotion


class ForDeciders(ReadOnly):
    """Rows that whoever decides in a team may look at; verbs of the room change them, and ask for the role again."""

    def sees_all(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.sees_all(request) or bool(deciding_viewers(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def teams(self, request: HttpRequest) -> list[int]:
        return [viewer.team_id for viewer in deciding_viewers(request)]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.model._meta}

    def own_path(self, words: str, view: Any, name: str) -> URLPattern:
        found: URLPattern = path(words, self.admin_site.admin_view(view), name=f"promotions_{name}")
        return found


@admin.register(Promotion)
class PromotionAdmin(ForDeciders):
    def sees_all(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        rows: QuerySet[Promotion] = Promotion.objects.unscoped()
        if not self.sees_all(request):
            rows = rows.filter(team_id__in=self.teams(request))
        return rows.select_related("team", "requested_by", "decided_by", "revoked_by", "project", "slice", "dataset")

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.own_path("bulk/", self.bulk, "promotion_bulk"),
            self.own_path("<int:pk>/decide/", self.decide, "promotion_decide"),
            self.own_path("<int:pk>/progress/", self.progress, "promotion_progress"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return admin_queue.queue(request, self.get_queryset(request), self.context(request))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        pk = int(object_id) if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else 0
        return redirect(reverse("admin:promotions_promotion_decide", args=[self.found(request, pk).pk]))

    def decide(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return admin_decision.decide(request, self.found(request, pk), self.context(request))

    def progress(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return admin_progress.progress(self.found(request, pk))

    def bulk(self, request: HttpRequest) -> HttpResponseBase:
        return admin_bulk.bulk(request, self.get_queryset(request), self.context(request))

    def found(self, request: HttpRequest, pk: int) -> Promotion:
        found = self.get_queryset(request).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


@admin.register(OriginRule)
class OriginRuleAdmin(ForDeciders):
    def get_queryset(self, request: HttpRequest) -> QuerySet[OriginRule]:
        rows = OriginRule.objects.select_related("origin")
        return rows if self.sees_all(request) else rows.filter(origin__team_id__in=self.teams(request))

    def get_urls(self) -> list[URLPattern]:
        return [self.own_path("<int:pk>/", self.rule, "originrule_rule"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return admin_rules.origins(request, self.context(request))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            raise Http404
        return redirect(reverse("admin:promotions_originrule_rule", args=[object_id]))

    def rule(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return admin_rules.rule(request, pk, self.context(request))


@admin.register(CourierStop)
class CourierStopAdmin(ForDeciders):
    def get_queryset(self, request: HttpRequest) -> QuerySet[CourierStop]:
        rows = CourierStop.objects.select_related("team")
        return rows if self.sees_all(request) else rows.filter(team_id__in=self.teams(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return admin_stop.stops(request, self.context(request))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        return redirect(reverse("admin:promotions_courierstop_changelist"))
