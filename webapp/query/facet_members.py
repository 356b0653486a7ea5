"""What of a slice a facet counts: the keys of its members, and the column of a counted row that has such a key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.datasets.models import Slice
from webapp.query.columns.narrowing import SortedKeys
from webapp.query.expression import Among
from webapp.query.facet_fields import ANNOTATION, ITEM, PREDICTION, SCENE

COLUMNS = {
    Slice.Kind.ITEMS: {ITEM: "pk", ANNOTATION: "item_id", PREDICTION: "item_id"},
    Slice.Kind.SCENES: {SCENE: "pk", ITEM: "scene_id", ANNOTATION: "item__scene_id", PREDICTION: "item__scene_id"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The keys of a slice's members in ascending order, and the column that a counted row has one of them in."""

    keys: NDArray[np.int64]
    of: str
    """Empty where a row has no single one: of scenes, in a slice of their frames."""

    def among(self, chosen: NDArray[np.bool_] | None = None) -> Among:
        """Whether a row is one of theirs, or of those chosen."""
        return Among((self.keys if chosen is None else self.keys[chosen]).tolist(), self.of)


def members_of(within: Slice, level: str) -> Members:
    return Members(SortedKeys.of(within.keys()).values, COLUMNS[Slice.Kind(within.kind)].get(level, ""))
