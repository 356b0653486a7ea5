"""Reads that cannot forget the viewer: a guarded model's manager raises until somebody says who is looking."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class UnscopedRead(RuntimeError):
    """Code asked a guarded model for rows without naming a viewer."""


class GuardedManager(models.Manager[Row]):
    """A manager that opens only by `visible_to(viewer)`, or by `unscoped()` in actions, job kinds and admin.

    Build it with `GuardedManager.from_queryset(ItemQuerySet)`, where the queryset defines `visible_to(viewer)`.
    """

    def visible_to(self, viewer: object) -> models.QuerySet[Row]:
        """Return the rows the viewer may see, as the queryset class defines it."""
        rows: Any = self.unscoped()
        visible: models.QuerySet[Row] = rows.visible_to(viewer)
        return visible

    def unscoped(self) -> models.QuerySet[Row]:
        """Return all rows; the caller answers for who gets to see them."""
        return super().get_queryset()

    def get_queryset(self) -> NoReturn:
        """Raise UnscopedRead: every other method of a manager comes through here."""
        raise UnscopedRead(f"{self.model.__name__}.objects was used without a viewer; call visible_to(viewer) first.")

    def __iter__(self) -> NoReturn:
        self.get_queryset()
