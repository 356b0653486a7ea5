from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "webapp.evidence"
    label = "evidence"

    def ready(self) -> None:
        from webapp.evidence import job_kinds  # noqa: F401
