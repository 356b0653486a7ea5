"""Datasets in the Django admin, for the operator: read only, and without any media URL."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.datasets.models import Dataset, DatasetOrigin, MediaOrigin


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    list_display = ["public_id", "name", "team", "is_scene", "use_privacy_mode", "item_count", "scene_count"]
    list_filter = ["team", "is_scene", "use_privacy_mode"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        return Dataset.objects.unscoped().select_related("team").order_by("-id")


@admin.register(MediaOrigin)
class MediaOriginAdmin(ReadOnly):
    list_display = ["origin", "team", "declared_via", "declared_by", "declared_at"]
    list_filter = ["team"]


@admin.register(DatasetOrigin)
class DatasetOriginAdmin(ReadOnly):
    list_display = ["dataset", "origin", "attached_via", "attached_by", "attached_at"]
