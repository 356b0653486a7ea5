"""Two houses side by side, made once for the module: what a request changes is rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from tests.idor.house import House, build
from tests.idor.people import Crowd


@pytest.fixture(scope="module")
def houses(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, House]]:
    """Ours and another team's."""
    folder = tmp_path_factory.mktemp("idor")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        point_to(patch, folder)
        yield build(1, "amber"), build(2, "onyx")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def crowd(houses: tuple[House, House]) -> Crowd:
    return Crowd(*houses)


def point_to(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name, path in (("DATA_DIR", folder), ("UPLOAD_DIR", folder / "uploads"), ("SHARED_DIR", folder / "shared")):
        patch.setattr(django_settings, name, path)


@pytest.fixture(autouse=True)
def data_folder(settings: Settings) -> Path:
    """The houses' own folder, for all tests of the module."""
    return Path(settings.DATA_DIR)
