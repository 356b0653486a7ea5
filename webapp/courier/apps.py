"""The Django app of the courier: no tables, and nothing that starts by itself."""

from __future__ import annotations

from django.apps import AppConfig


class CourierConfig(AppConfig):
    name = "webapp.courier"
    label = "courier"
