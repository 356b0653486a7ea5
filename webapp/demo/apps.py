"""The demo room's registration; it owns commands and no tables."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "webapp.demo"
    label = "demo"
