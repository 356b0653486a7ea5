"""Objects by what is asked of the items they are on: columns know the items, and each object says its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from webapp.query.columns.narrowing import SortedKeys
from webapp.query.fields import ROOTS
from webapp.query.tree import Condition, Objects, Path, walk


def is_about_items(tree: Condition) -> bool:
    """Whether a query names no field of objects, so that it says the same of an object as of its item."""
    nodes = [node for node, _ in walk(tree)]
    return not any(isinstance(one, Objects) or (isinstance(one, Path) and one.steps[0] in ROOTS) for one in nodes)


@dataclass(frozen=True, slots=True)
class Window:
    """The objects on wanted items among the next `held` ones: their keys in order, and their items'."""

    keys: list[int]
    item_keys: list[int]
    last: int | None
    """The key looked at last; None at the end."""
    held: int


@dataclass(frozen=True, slots=True)
class OnItems:
    """Objects, and the keys of the items that are wanted."""

    every: QuerySet[Any]
    item_keys: SortedKeys

    def window(self, start: int | None, size: int, *, falls: bool, inclusive: bool = False) -> Window:
        """Among so many objects behind the one with the key `start`, or from it on; None begins at the first."""
        side = f"pk__{'lt' if falls else 'gt'}{'e' if inclusive else ''}"
        later = self.every if start is None else self.every.filter(**{side: start})
        rows = later.order_by("-pk" if falls else "pk").values_list("pk", "item_id")[:size]
        with connection.cursor() as cursor:
            cursor.execute(*rows.query.sql_with_params())
            pairs = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
        keys, items = pairs[:, 0], pairs[:, 1]
        wanted = self.item_keys.values
        places = np.searchsorted(wanted, items)
        found = places < len(wanted)
        found[found] = wanted[places[found]] == items[found]
        last = int(keys[-1]) if len(keys) == size else None
        return Window(keys[found].tolist(), items[found].tolist(), last, len(keys))

    def windows(
        self, start: int | None, size: int, most: int, *, falls: bool = False, inclusive: bool = False
    ) -> Iterator[Window]:
        """All of them, in windows that grow from `size` to `most`."""
        while True:
            window = self.window(start, size, falls=falls, inclusive=inclusive)
            yield window
            if window.last is None:
                return
            start, size, inclusive = window.last, min(2 * size, most), False
