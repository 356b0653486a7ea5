"""The column of a media address: nothing but a parsed MediaUrl is written to it, on any path of the ORM.

Raw SQL skips the field; `media_url_shape` is the database's own, coarser check for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import BaseExpression, Case, Col, Value
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from webapp.privacy.media_url import URL_MAX_BYTES, MediaUrl

if TYPE_CHECKING:
    _TextField = models.TextField[MediaUrl | None, MediaUrl | None]
else:
    _TextField = models.TextField

_SCHEMES = ("https", "http", "s3", "gs")
# Printable ASCII but for these; the grammar is stricter still.
_NEVER = '"#<>\\^`{|}'


class UnparsedMediaUrl(TypeError):
    """Something other than a parsed MediaUrl was about to be written to, or looked up in, a media column."""

    def __init__(self, found: type) -> None:
        super().__init__(f"A media column takes a MediaUrl or None, not {found.__name__}; use MediaUrl.parse.")


class MediaUrlField(_TextField):
    """A text column whose values are MediaUrl, or None where null is allowed; no form or admin page edits it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: object) -> str | None:
        """Return the text for the database; raises UnparsedMediaUrl for anything but MediaUrl and None."""
        if value is None:
            return None
        if isinstance(value, MediaUrl):
            return value.reveal()
        raise UnparsedMediaUrl(type(value))

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        # Expressions go to the database without get_prep_value, so what they would write is looked at here.
        if hasattr(value, "as_sql"):
            _check_expression(value)
            return value
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> MediaUrl | None:
        return None if value is None else MediaUrl.from_column(value)

    def to_python(self, value: object) -> MediaUrl | None:
        if value is None or isinstance(value, MediaUrl):
            return value
        raise ValidationError("A media column takes a parsed media address.", code="unparsed")

    def value_to_string(self, obj: models.Model) -> NoReturn:
        """Raise TypeError: Django's serializers would print the address in clear, or lose it."""
        raise TypeError("Media addresses are not written by Django's serializers; back up the database instead.")


class HasMediaUrlShape(models.Func):
    """Whether a text looks like an accepted media address, as far as the database can tell; NULL for NULL."""

    arity = 1
    output_field = models.BooleanField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        # Most addresses are https, which is asked first.
        any_scheme = " OR ".join(f"{column} GLOB '{scheme}://[^/]*'" for scheme in _SCHEMES)
        # One range and ten searches take two thirds of the time of one class of many ranges, on every insert.
        tests = [
            f"({any_scheme})",
            f"{column} NOT GLOB '*[^!-~]*'",
            *(f"INSTR({column}, '{character}') = 0" for character in _NEVER),
            f"LENGTH({column}) <= {URL_MAX_BYTES}",
        ]
        return f"({' AND '.join(tests)})", (*params,) * (len(tests) + len(_SCHEMES) - 1)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        shape = "'^(?:https?|s3|gs)://(?!/)[]!$-;=?-[_a-z~]+$'"
        return f"({column} ~ {shape} AND LENGTH({column}) <= {URL_MAX_BYTES})", (*params, *params)


def media_url_shape(field_name: str) -> models.CheckConstraint:
    """Return the constraint that holds what raw SQL writes to a media column: scheme, characters, length."""
    return models.CheckConstraint(
        condition=HasMediaUrlShape(field_name), name=f"%(app_label)s_%(class)s_{field_name}_is_a_media_url"
    )


def _check_expression(expression: BaseExpression) -> None:
    """Raise UnparsedMediaUrl unless every value the expression can yield is a MediaUrl, None or a media column."""
    if isinstance(expression, Case):
        for branch in (*(case.result for case in expression.cases), expression.default):
            _check_expression(branch)
    elif isinstance(expression, Cast):
        _check_expression(expression.source_expressions[0])
    elif isinstance(expression, Value):
        if not (expression.value is None or isinstance(expression.value, MediaUrl)):
            raise UnparsedMediaUrl(type(expression.value))
    elif not (isinstance(expression, Col) and isinstance(expression.target, MediaUrlField)):
        raise UnparsedMediaUrl(type(expression))
