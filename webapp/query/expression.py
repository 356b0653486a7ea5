"""A query as a condition of the ORM: it composes with `visible_to(viewer)`, with filters, and with paging by key."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from webapp.query.compile import compiled
from webapp.query.scope import Scope
from webapp.query.sql import DIALECTS
from webapp.query.tree import Condition


class Matches(models.Func):
    """Whether a row meets a query; never NULL where it stands in WHERE."""

    arity = 1
    output_field = models.BooleanField()

    def __init__(self, tree: Condition, scope: Scope) -> None:
        # The key is there for its alias: what the statement calls the row.
        super().__init__(models.F("pk"))
        self.tree = tree
        self.scope = scope

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), id(self.tree), id(self.scope), *self.source_expressions)

    # Without a function and a template, which Func's takes.
    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        (key,) = self.source_expressions
        assert isinstance(key, Col)  # noqa: S101 (what F("pk") resolves to)
        made = compiled(self.tree, self.scope, DIALECTS[connection.vendor], connection.ops.quote_name(key.alias))
        return f"({made.text})", made.params
