"""A query, or a value it may name, as an expression of the ORM: it composes with `visible_to(viewer)` and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from webapp.query.compile import compiled
from webapp.query.scope import Scope
from webapp.query.sql import DIALECTS, Dialect, Sql
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
        made = compiled(self.tree, self.scope, DIALECTS[connection.vendor], compiler.quote_name_unless_alias(key.alias))
        return f"({made.text})", made.params


class Value(models.Func):
    """What `write` reads of a row, which SQL calls by its second argument."""

    arity = 1

    def __init__(self, write: Callable[[Dialect, str], Sql], output_field: models.Field[Any, Any]) -> None:
        super().__init__(models.F("pk"), output_field=output_field)
        self.write = write

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), id(self.write), *self.source_expressions)

    # Without a function and a template, which Func's takes.
    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        (key,) = self.source_expressions
        assert isinstance(key, Col)  # noqa: S101 (what F("pk") resolves to)
        made = self.write(DIALECTS[connection.vendor], compiler.quote_name_unless_alias(key.alias))
        return f"({made.text})", made.params


class Among(models.Func):
    """Whether a row's key, or the key that `of` names, is one of these, which are one parameter however many."""

    arity = 1
    output_field = models.BooleanField()

    def __init__(self, keys: Iterable[int], of: str = "pk") -> None:
        super().__init__(models.F(of))
        self.listed = msgspec.json.encode(list(keys)).decode()

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), self.listed, *self.source_expressions)

    # Without a function and a template, which Func's takes.
    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        key, params = compiler.compile(self.source_expressions[0])
        among = DIALECTS[connection.vendor].keys(self.listed)
        return f"({key} IN {among.text})", (*params, *among.params)
