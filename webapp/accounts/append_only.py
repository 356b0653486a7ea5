"""Tables whose rows are only ever added: the database itself refuses to change, delete or truncate.

For migrations. SQLite makes a table anew for most changes of its columns, and its triggers are lost by that: a
migration that alters such a table ends with `refuse_changes` again, and lifts it first where it changes rows.
"""

from __future__ import annotations

from typing import Any

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END
"""
FUNCTION = """
CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of {table} are only ever added' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()
"""


def refuse_changes(connection: Any, table: str) -> None:
    """Let nobody change or delete rows of this table from now on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION.format(table=table))
            cursor.execute(POSTGRESQL.format(table=table))
            return
        for verb in ("update", "delete"):
            cursor.execute(SQLITE.format(table=table, verb=verb))


def allow_changes(connection: Any, table: str) -> None:
    """Take the refusal away, where it is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_only_grows()")
            return
        for verb in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
