"""The boot checks: this installation passes, and each broken setting is found."""

import copy
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps
from pytest_django import Settings

from webapp.privacy import checks
from webapp.privacy.fields import MediaUrlField
from webapp.privacy.network_imports import network_uses


def found() -> set[str]:
    return {str(message.id) for message in run_checks(tags=["privacy"])}


def test_this_installation_passes() -> None:
    assert found() == set()
    checks.require_sound_installation()


def test_broken_installation_does_not_serve(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECRET_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match=r"wildcard.*SECRET_KEY"):
        checks.require_sound_installation()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("MIDDLEWARE", [], "privacy.E001"),
        ("MIDDLEWARE", ["django.middleware.security.SecurityMiddleware", checks.HEADERS_MIDDLEWARE], "privacy.E001"),
        ("DEFAULT_EXCEPTION_REPORTER_FILTER", "django.views.debug.SafeExceptionReporterFilter", "privacy.E003"),
        ("ALLOWED_HOSTS", ["*"], "privacy.E004"),
        ("ALLOWED_HOSTS", ["localhost", "*.example.com"], "privacy.E004"),
        ("SECRET_KEY", "short", "privacy.E006"),
        ("SECRET_KEY", "django-insecure-" + "a" * 50, "privacy.E006"),
        ("PUBLIC_ID_KEY", b"too short", "privacy.E007"),
        ("PUBLIC_ID_KEY", "a text of 16 ch.", "privacy.E007"),
    ],
)
def test_broken_setting_is_found(settings: Settings, name: str, value: object, code: str) -> None:
    setattr(settings, name, value)
    assert found() == {code}


@pytest.mark.parametrize(
    ("hosts", "codes"),
    [(["localhost", "127.0.0.1", "[::1]"], set()), (["localhost", "transom.example"], {"privacy.E005"})],
)
def test_debug_is_for_this_machine_only(settings: Settings, hosts: list[str], codes: set[str]) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = hosts
    assert found() == codes


def without_filter(logging: dict[str, Any]) -> None:
    del logging["handlers"]["console"]["filters"]


def second_handler(logging: dict[str, Any]) -> None:
    logging["handlers"]["file"] = {"class": "logging.StreamHandler"}


def other_filter(logging: dict[str, Any]) -> None:
    logging["filters"]["redact"] = {"()": "django.utils.log.RequireDebugFalse"}


@pytest.mark.parametrize("breaking", [without_filter, second_handler, other_filter])
def test_handler_that_does_not_redact_is_found(settings: Settings, breaking: Any) -> None:
    broken = copy.deepcopy(settings.LOGGING)
    breaking(broken)
    settings.LOGGING = broken
    assert found() == {"privacy.E002"}


@isolate_apps("webapp.privacy")
def test_plain_column_named_like_an_address_is_found() -> None:
    class Postcard(models.Model):  # noqa: DJ008 (never a row)
        image_url = models.TextField()
        location = models.CharField(max_length=10)
        thumbnail_url = MediaUrlField()
        curl = models.TextField()

        class Meta:
            app_label = "privacy"

    assert [field.name for field in checks._plain_address_columns(Postcard)] == ["image_url", "location"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import requests", "requests"),
        ("import httpx as h", "httpx"),
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("from urllib.request import urlopen", "urllib.request"),
        ("from http import client", "http.client"),
        ("from http.client import HTTPSConnection", "http.client"),
        ("import botocore.session", "botocore"),
        ("import socket", "socket"),
        ("def late():\n    from aiohttp import ClientSession", "aiohttp"),
        ("import asyncio\nasync def f():\n    await asyncio.open_connection('h', 1)", "open_connection"),
        ("import importlib\nimportlib.import_module('requests')", "requests"),
        ("__import__('smtplib')", "smtplib"),
    ],
)
def test_network_client_is_found_with_its_line(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "module.py").write_text(f'"""Doc."""\n{source}\n')
    uses = [(use.path, use.name) for use in network_uses(tmp_path)]
    assert ("room/module.py", name) in uses
    assert all(use.line >= 2 for use in network_uses(tmp_path))


@pytest.mark.parametrize(
    "source",
    [
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "import http.server",
        "requests = []\nsocket = 1",
    ],
)
def test_harmless_import_is_not_found(tmp_path: Path, source: str) -> None:
    (tmp_path / "module.py").write_text(source)
    assert network_uses(tmp_path) == []


def test_allowance_is_for_one_file_and_one_module(tmp_path: Path) -> None:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "sandbox.py").write_text("import socket\nimport requests")
    (tmp_path / "privacy" / "other.py").write_text("import socket")
    assert [(use.path, use.name) for use in network_uses(tmp_path)] == [
        ("privacy/other.py", "socket"),
        ("privacy/sandbox.py", "requests"),
    ]
