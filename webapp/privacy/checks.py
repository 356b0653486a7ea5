"""What must hold before anything is served: Django's commands run these, and wsgi.py demands them.

Each finding has an id (`privacy.E001` ...) and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from webapp.privacy.fields import MediaUrlField
from webapp.privacy.network_imports import network_uses

TAG = "privacy"
HEADERS_MIDDLEWARE = "webapp.privacy.headers.PrivacyHeaders"
REDACTING_FILTER = "webapp.privacy.redaction.RedactingFilter"
REPORTER_FILTER = "webapp.privacy.redaction.SilentReporterFilter"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"})
SECRET_KEY_MIN_CHARACTERS = 50
PUBLIC_ID_KEY_BYTES = 16


def require_sound_installation() -> None:
    """Raise ImproperlyConfigured with every finding; for WSGI servers, in which Django runs no checks by itself."""
    # Django keeps the checks in a set, in no order.
    findings = sorted(f"{message.id}: {message.msg}" for message in run_checks(tags=[TAG]) if message.is_serious())
    if findings:
        raise ImproperlyConfigured(f"Nothing is served, because: {' '.join(findings)}")


def check_headers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: the headers come first, so that no answer goes out without them."""
    if list(settings.MIDDLEWARE[:1]) == [HEADERS_MIDDLEWARE]:
        return []
    return [Error(f"MIDDLEWARE does not begin with {HEADERS_MIDDLEWARE}.", id="privacy.E001")]


def check_logging(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002 and E003: everything that prints goes through the redaction."""
    found: list[CheckMessage] = [
        Error(f"The log handler {name!r} does not carry the filter {REDACTING_FILTER}.", id="privacy.E002")
        for name in _unredacted_handlers(settings.LOGGING)
    ]
    if settings.DEFAULT_EXCEPTION_REPORTER_FILTER != REPORTER_FILTER:
        found.append(Error(f"DEFAULT_EXCEPTION_REPORTER_FILTER is not {REPORTER_FILTER}.", id="privacy.E003"))
    return found


def check_exposure(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004 and E005: no wildcard host, and no debug pages for anybody but this machine."""
    found: list[CheckMessage] = []
    if any("*" in host for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS holds a wildcard; name the hosts.", id="privacy.E004"))
    if settings.DEBUG and not LOOPBACK_HOSTS.issuperset(settings.ALLOWED_HOSTS):
        found.append(Error("DEBUG is on and ALLOWED_HOSTS names more than this machine.", id="privacy.E005"))
    return found


def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E006 and E007: keys that cannot be guessed, of the size their cipher takes."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < SECRET_KEY_MIN_CHARACTERS or str(settings.SECRET_KEY).startswith("django-insecure"):
        found.append(Error(f"SECRET_KEY is shorter than {SECRET_KEY_MIN_CHARACTERS} characters.", id="privacy.E006"))
    if not isinstance(settings.PUBLIC_ID_KEY, bytes) or len(settings.PUBLIC_ID_KEY) != PUBLIC_ID_KEY_BYTES:
        found.append(Error(f"PUBLIC_ID_KEY is not {PUBLIC_ID_KEY_BYTES} bytes.", id="privacy.E007"))
    return found


def check_network_imports(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E008: no code of ours uses a network client, but the two files of the courier."""
    return [
        Error(
            f"webapp/{use.path}:{use.line} uses {use.name}, which can open connections.",
            hint="The server contacts nobody; webapp/privacy/network_imports.py lists the exceptions.",
            id="privacy.E008",
        )
        for use in network_uses(Path(__file__).resolve().parent.parent)
    ]


def check_media_columns(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E009: a column that is named like a media address is a MediaUrlField."""
    return [
        Error(f"{field.model.__name__}.{field.name} holds addresses and is not a MediaUrlField.", id="privacy.E009")
        for config in apps.get_app_configs()
        if config.name.startswith("webapp.")
        for model in config.get_models()
        for field in _plain_address_columns(model)
    ]


def _unredacted_handlers(logging_settings: dict[str, Any]) -> list[str]:
    redacting = {name for name, one in logging_settings.get("filters", {}).items() if one.get("()") == REDACTING_FILTER}
    return [
        name
        for name, handler in logging_settings.get("handlers", {}).items()
        if handler.get("class") != "logging.NullHandler" and redacting.isdisjoint(handler.get("filters", ()))
    ]


def _plain_address_columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, MediaUrlField)
        if is_text and field.name.rpartition("_")[2] in ("url", "location"):
            yield field


BOOT_CHECKS = (
    check_headers,
    check_logging,
    check_exposure,
    check_keys,
    check_network_imports,
    check_media_columns,
)
