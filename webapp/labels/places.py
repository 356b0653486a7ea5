"""Where labels stand: the items, and the scenes, that a batch of drafts names, looked up together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from webapp.datasets.models import Dataset
from webapp.labels.drafts import OF_SCENES, LabelDraft
from webapp.labels.rows import ids


class Place(NamedTuple):
    """An item (`column` "item_id") with its size in pixels where it is known, or a scene ("scene_id").

    `spot` is the key, negative for a scene, so that one number tells all places of a batch apart.
    """

    column: str
    pk: int
    spot: int
    width: int | None
    height: int | None


class Places(NamedTuple):
    items: dict[str, Place]
    items_by_pk: dict[int, Place]
    scenes: dict[str, Place]

    def of(self, draft: LabelDraft) -> Place | None:
        """Where a draft's label stands; a category named for both a scene and an item is the item's unless it says."""
        if draft.item_pk is not None:
            return self.items_by_pk.get(draft.item_pk)
        if draft.kind in OF_SCENES:
            first, second = (self.scenes, self.items) if draft.of_scene else (self.items, self.scenes)
            return first.get(draft.reference_id) or second.get(draft.reference_id)
        return self.items.get(draft.reference_id)

    def by_column(self) -> dict[str, list[int]]:
        """The keys of all items, and of all scenes, without those that are empty."""
        found = {
            "item_id": list({place.pk for table in (self.items, self.items_by_pk) for place in table.values()}),
            "scene_id": [place.pk for place in self.scenes.values()],
        }
        return {column: pks for column, pks in found.items() if pks}


def places_of(dataset: Dataset, drafts: Sequence[LabelDraft]) -> Places:
    """All that these drafts name and the dataset has: at most one statement for each way of naming."""
    names = {draft.reference_id for draft in drafts if draft.item_pk is None}
    pks = {draft.item_pk for draft in drafts if draft.item_pk is not None}
    items = items_named(dataset, names) if names else {}
    return Places(
        items,
        items_keyed(dataset, pks) if pks else {},
        scenes_named(dataset, names) if any(draft.kind in OF_SCENES for draft in drafts) and names else {},
    )


def items_named(dataset: Dataset, names: Iterable[str]) -> dict[str, Place]:
    statement = f"""
        SELECT reference_id, 'item_id', id, id, width, height FROM datasets_item
        WHERE dataset_id = %s AND reference_id IN {texts()}
    """
    return {row[0]: Place(*row[1:]) for row in rows(statement, dataset, names)}


def items_keyed(dataset: Dataset, pks: Iterable[int]) -> dict[int, Place]:
    statement = f"""
        SELECT id, 'item_id', id, id, width, height FROM datasets_item
        WHERE dataset_id = %s AND id IN (SELECT given.pk FROM {ids("pk")} AS given)
    """
    return {row[0]: Place(*row[1:]) for row in rows(statement, dataset, pks)}


def scenes_named(dataset: Dataset, names: Iterable[str]) -> dict[str, Place]:
    statement = f"""
        SELECT reference_id, id FROM datasets_scene WHERE dataset_id = %s AND reference_id IN {texts()}
    """
    return {name: Place("scene_id", pk, -pk, None, None) for name, pk in rows(statement, dataset, names)}


def rows(statement: str, dataset: Dataset, given: Iterable[object]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [dataset.pk, msgspec.json.encode(list(given)).decode()])
        return cursor.fetchall()


def texts() -> str:
    """The texts of one JSON parameter."""
    if connection.vendor == "postgresql":
        return "(SELECT jsonb_array_elements_text(%s::jsonb))"
    return "(SELECT value FROM json_each(%s))"
