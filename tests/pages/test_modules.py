"""A page names every module its script is made of, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from webapp.pages.modules import modules_of

ENTRIES = sorted(path.name for path in Path(settings.BASE_DIR, "static/js/pages").glob("*.js"))


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_module_named_is_a_file_and_is_named_once(entry: str) -> None:
    named = modules_of(f"js/pages/{entry}")
    assert len(set(named)) == len(named)
    assert all(Path(settings.BASE_DIR, "static", path).is_file() for path in named)
    assert f"js/pages/{entry}" not in named


def test_what_is_imported_by_an_import_is_named_too() -> None:
    named = modules_of("js/pages/grid.js")
    assert "js/elements/media-grid.js" in named
    assert "js/elements/cell-picture.js" in named


def test_what_is_imported_only_when_needed_is_not_named() -> None:
    assert not any("vendor" in path for path in modules_of("js/pages/scene.js"))


@pytest.mark.django_db
def test_a_page_asks_for_its_modules_with_its_nonce(client: Client) -> None:
    page = client.get("/sign-in/")
    html = page.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])
    assert nonce is not None
    preloads = re.findall(r'<link rel="modulepreload" nonce="([^"]+)" href="/static/[^/]+/([^"]+)">', html)
    assert preloads == [(nonce[1], path) for path in modules_of("js/pages/plain.js")]
    assert preloads
