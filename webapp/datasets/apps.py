from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "webapp.datasets"
    label = "datasets"

    def ready(self) -> None:
        from webapp.datasets import job_kinds  # noqa: F401 (registers the room's kinds once apps are loaded)
