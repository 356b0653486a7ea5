"""Models and their runs in the Django admin, for the operator: read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.accounts.admin import ReadOnly
from webapp.labels.models import Model, ModelRun


@admin.register(Model)
class ModelAdmin(ReadOnly):
    list_display = ["public_id", "name", "reference_id", "team", "created_at", "deleted_at"]
    list_filter = ["team"]

    def get_queryset(self, _request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = Model.objects.unscoped()
        return rows.select_related("team").order_by("-id")


@admin.register(ModelRun)
class ModelRunAdmin(ReadOnly):
    list_display = ["public_id", "name", "model", "is_committed", "created_at", "deleted_at"]
    # Named, so that Django does not first make a form that would choose among all models.
    fields = ("name", "model", "is_committed", "is_default", "created_at", "deleted_at")

    def get_queryset(self, _request: HttpRequest) -> QuerySet[ModelRun]:
        rows: QuerySet[ModelRun] = ModelRun.objects.unscoped()
        return rows.select_related("model").order_by("-id")
