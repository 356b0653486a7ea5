from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["public_id", "kind", "team", "state", "done_steps", "total_steps", "error_count", "created_at"]
    list_filter = ["state", "kind", "team"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.unscoped().order_by("-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False
