from django.apps import AppConfig


class ColumnsConfig(AppConfig):
    name = "webapp.query.columns"
    label = "columns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.query import job_kinds  # noqa: F401 (registers the room's kinds once apps are loaded)
        from webapp.query.columns.upkeep import register

        register()
