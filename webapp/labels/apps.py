from django.apps import AppConfig


class LabelsConfig(AppConfig):
    name = "webapp.labels"
    label = "labels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.labels import job_kinds  # noqa: F401 (registers the room's kinds once apps are loaded)
        from webapp.labels.actions.departures import register
        from webapp.labels.actions.mask_addresses import register as register_holders
        from webapp.labels.actions.review import register as register_bearers

        register()
        register_holders()
        register_bearers()
