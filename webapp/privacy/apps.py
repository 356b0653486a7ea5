"""The Django app of the rule: no tables, only checks and the redaction of this process's logs."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from webapp.privacy.checks import BOOT_CHECKS, TAG
from webapp.privacy.redaction import redact_this_process


class PrivacyConfig(AppConfig):
    name = "webapp.privacy"
    label = "privacy"

    def ready(self) -> None:
        for check in BOOT_CHECKS:
            register(check, TAG)
        redact_this_process()
