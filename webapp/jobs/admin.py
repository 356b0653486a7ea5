"""Jobs in the Django admin, for the operator: read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.accounts.admin import ReadOnly
from webapp.jobs.models import Job


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ["public_id", "kind", "team", "state", "done_steps", "total_steps", "error_count", "created_at"]
    list_filter = ["state", "kind", "team"]

    def get_queryset(self, _request: HttpRequest) -> QuerySet[Job]:
        rows: QuerySet[Job] = Job.objects.unscoped()
        return rows.order_by("-id")
