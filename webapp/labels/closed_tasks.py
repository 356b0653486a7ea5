"""Which tasks have lost their copy although their rows do not say so yet: a room to the right registers the question.

A promotion that ends may have shared a hundred thousand items, and labelers are to see none of them from then on.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

CLOSED: list[Callable[[], Q]] = []


def register_closed(tasks: Callable[[], Q]) -> None:
    """Have these tasks hidden from labelers; rooms call it in AppConfig.ready."""
    CLOSED.append(tasks)


def closed() -> list[Q]:
    return [tasks() for tasks in CLOSED]
