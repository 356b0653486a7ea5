"""Whether a column of tags holds one, the same on both databases."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler


class HasTag(Func):
    """Whether a JSON list of texts holds this text; never NULL where the list is none."""

    arity = 2
    output_field = BooleanField()
    # Every element is a text: json_each gives it as it is, and `?` of jsonb asks for just that.
    template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s)"
    arg_joiner = ") WHERE value = "

    def __init__(self, column: str, tag: str) -> None:
        super().__init__(F(column), Value(tag, output_field=TextField()))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="jsonb_exists(%(expressions)s)", arg_joiner=", ", **context)
