"""What holds for every test: a data folder of its own, one of two databases, no network, and the people in `people.py`.

TRANSOM_TEST_DATABASE=postgresql runs the same tests on a PostgreSQL that is started for the run; sqlite is the default.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from pytest_django import Settings

from tests.postgres import PostgresCluster

# The settings read the environment when Django starts, so it is prepared here, before anything of ours is imported.
RUN_FOLDER = Path(tempfile.mkdtemp(prefix="transom-tests-"))
atexit.register(shutil.rmtree, RUN_FOLDER, ignore_errors=True)
DATABASE = os.environ.get("TRANSOM_TEST_DATABASE", "sqlite")
if DATABASE not in ("sqlite", "postgresql"):
    raise SystemExit(f"TRANSOM_TEST_DATABASE is {DATABASE!r}; write sqlite or postgresql.")
CLUSTER = PostgresCluster(RUN_FOLDER / "postgres") if DATABASE == "postgresql" else None

for name in [name for name in os.environ if name.startswith("TRANSOM_") and name != "TRANSOM_TEST_DATABASE"]:
    del os.environ[name]
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
os.environ["TRANSOM_DATA"] = str(RUN_FOLDER / "data")
os.environ["DATABASE_URL"] = CLUSTER.url("postgres") if CLUSTER else ""
os.environ["TRANSOM_EGRESS_LOCK"] = "off"
# Playwright's synchronous API runs an event loop in the test's thread, where Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
(RUN_FOLDER / "data").mkdir()
django.setup()

pytest_plugins = ["tests.people", "tests.live", "tests.s3_server"]


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """A folder that is removed after the run, for what must not be in pytest's own."""
    return RUN_FOLDER


@pytest.fixture(scope="session")
def cluster() -> PostgresCluster | None:
    """The run's PostgreSQL, None on SQLite."""
    return CLUSTER


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Put SQLite's test database in a file: a memory one has neither WAL nor the locks that threads meet."""
    from django.conf import settings

    if settings.DATABASE_IS_SQLITE:
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(RUN_FOLDER / "data" / "tests.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def flushed_audit_record() -> Iterator[None]:
    """Let the database be emptied after a test with transactions of its own: it refuses to delete acts otherwise."""
    from django.db import connection

    from webapp.accounts.append_only import allow_changes, refuse_changes
    from webapp.accounts.chained_table import TABLES

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def lift_and_flush(ops: Any, statements: Any) -> None:
        tables = [table.entries._meta.db_table for table in TABLES]
        for table in tables:
            allow_changes(ops.connection, table)
        flush(ops, statements)
        for table in tables:
            refuse_changes(ops.connection, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", lift_and_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Each test client has a WhiteNoise of its own, and each looked through all static files before it answered."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def look_once(self: Any) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    """Each test keeps its files in a folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.UPLOAD_DIR = settings.DATA_DIR / "uploads"
    settings.SHARED_DIR = settings.DATA_DIR / "shared"
    return settings.DATA_DIR


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What no database has a part in is tried once, with the other database: it is the same test again."""
    if CLUSTER is None:
        return
    without = [item for item in items if not meets_database(item)]
    config.hook.pytest_deselected(items=without)
    passed_over = set(without)
    items[:] = [item for item in items if item not in passed_over]


def meets_database(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("django_db", "browser", "sdk", "proof")):
        return True
    return not {"db", "transactional_db", "live", "cluster"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_report_header() -> str:
    return f"transom: {DATABASE} in {RUN_FOLDER}"
