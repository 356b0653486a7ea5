"""The Django app of the courier. It starts nothing: what fetches is loaded by `manage.py courier` alone."""

from __future__ import annotations

from django.apps import AppConfig


class CourierConfig(AppConfig):
    name = "webapp.courier"
    label = "courier"

    def ready(self) -> None:
        from webapp.accounts.chained_table import register_table
        from webapp.courier.egress_log import CONNECTIONS

        register_table(CONNECTIONS)
