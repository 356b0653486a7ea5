"""People in the Django admin: for the operator. Nothing here shows a secret."""

from typing import Any

from django.contrib import admin

from webapp.accounts.models import ApiKey, AuditEntry, Membership, Team, User


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """For looking only: what these rows mean is changed by actions, never here."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["email", "is_active", "is_staff", "is_superuser", "last_login"]
    search_fields = ["email"]
    fields = ["email", "is_active", "is_staff", "is_superuser", "last_login", "created_at"]
    readonly_fields = ["last_login", "created_at"]


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "origins_locked_at", "created_at"]
    inlines = [MembershipInline]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    list_display = ["name", "lookup", "team", "user", "role", "created_at", "last_used_at", "revoked_at"]
    exclude = ["secret_sha256"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ["at", "team", "user", "action", "subject"]
    list_filter = ["action", "team"]
