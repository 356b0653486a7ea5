from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "webapp.accounts"
    label = "accounts"


class AdministrationConfig(AdminConfig):
    """Django's admin with our site in place of its own."""

    default_site = "webapp.accounts.admin_site.TransomAdminSite"
