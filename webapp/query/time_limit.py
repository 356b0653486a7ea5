"""How long the database may look for what a query asks, so that no sentence of somebody's holds a worker for hours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction

from webapp.privacy.refusals import Invalid

SECONDS = 30.0
# SQLite asks once in so many of its steps, which is about a millisecond.
STEPS = 100_000
STOPPED = ("interrupted", "statement timeout")


class QueryTooSlow(Invalid):
    """The query is well formed, and takes longer than anybody should wait."""


@contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what SQLite reads inside after so many seconds; PostgreSQL stops by itself, as its settings say.

    Raises QueryTooSlow.
    """
    connection.ensure_connection()
    raw: Any = connection.connection if connection.vendor == "sqlite" else None
    ending = time.monotonic() + seconds
    if raw is not None:
        raw.set_progress_handler(lambda: time.monotonic() > ending, STEPS)
    try:
        yield
    except OperationalError as fault:
        if not any(word in str(fault) for word in STOPPED):
            raise
        raise QueryTooSlow("query: it takes too long here; ask for less, or make a slice of a part first.") from None
    finally:
        if raw is not None:
            raw.set_progress_handler(None, 0)


@contextmanager
def strictly_in_time(seconds: float) -> Iterator[None]:
    """As `in_time`, and PostgreSQL stops each statement after so many seconds too. For reads alone."""
    if connection.vendor == "sqlite":
        # A transaction would take SQLite's one lock for writing.
        with in_time(seconds):
            yield
        return
    with in_time(seconds), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(seconds * 1000))])
        yield
        # An enclosing transaction goes on under its own limit.
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", ["60000"])
