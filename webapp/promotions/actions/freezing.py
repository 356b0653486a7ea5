"""Freezing what is asked for: which items, and the seal of each one's address as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Slice
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Invalid
from webapp.privacy.url_seal import url_seal
from webapp.promotions.rows import Frozen, insert_frozen

MAX_ITEMS = 100_000
KEYS_AT_ONCE = 5_000
Row = TypeVar("Row")


class TooMany(Invalid):
    """More items than one request may name."""

    def __init__(self) -> None:
        super().__init__(
            f"More than {MAX_ITEMS} images at once; at most so many are asked for together. Choose a part."
        )


def freeze(
    viewer: Viewer, dataset: Dataset, promotion_pk: int, kind: Slice.Kind, keys: Iterable[int]
) -> tuple[int, int]:
    """Put these items, or the frames of these scenes, into a promotion: how many, and how many were left out.

    Left out is what has no address, and what was uploaded. Raises TooMany.
    """
    frozen, left_out = 0, 0
    for named in some(list(keys)):
        for rows in some(items_named(viewer, dataset, kind, named)):
            chosen = [(pk, url) for pk, url, file_pk in rows if url is not None and file_pk is None]
            frozen, left_out = frozen + len(chosen), left_out + len(rows) - len(chosen)
            if frozen > MAX_ITEMS:
                raise TooMany
            insert_frozen(promotion_pk, sealed(chosen))
    return frozen, left_out


def items_named(
    viewer: Viewer, dataset: Dataset, kind: Slice.Kind, keys: Sequence[int]
) -> list[tuple[int, MediaUrl | None, int | None]]:
    """Key, address and file of these items or of these scenes' frames; one row more than a request may have."""
    column = "pk__in" if kind == Slice.Kind.ITEMS else "scene_id__in"
    rows = Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk, **{column: keys}).order_by("pk")
    return list(rows.values_list("pk", "url", "file_id")[: MAX_ITEMS + 1])


def sealed(chosen: Sequence[tuple[int, MediaUrl]]) -> list[Frozen]:
    ids = public_id.encode_many("di", [pk for pk, _ in chosen])
    return [Frozen(pk, url_seal(item_id, url), str(url.origin)) for item_id, (pk, url) in zip(ids, chosen, strict=True)]


def some(listed: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (listed[start : start + KEYS_AT_ONCE] for start in range(0, len(listed), KEYS_AT_ONCE))
