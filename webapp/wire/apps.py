from django.apps import AppConfig


class WireConfig(AppConfig):
    name = "webapp.wire"
    label = "wire"

    def ready(self) -> None:
        from webapp.wire import job_kinds  # noqa: F401 (registers the room's kinds once apps are loaded)
