"""What happens to promotions when items go, lead elsewhere, or are asked for by an append (datasets/sharing.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from webapp.accounts.audit import Note
from webapp.datasets.departures import Departure, register_departure
from webapp.datasets.models import Dataset
from webapp.datasets.sharing import Sharing, register_sharing
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.url_seal import is_sealed
from webapp.promotions.actions.copies import CHANGED, DELETED, LIVE
from webapp.promotions.actions.revoke import close_all, take_out
from webapp.promotions.actions.wishes import ask
from webapp.promotions.models import PromotionItem


def register() -> None:
    register_sharing(Sharing(delete, lead, close_all, ask))
    register_departure(Departure(lambda *_: None, lambda *_: None, lambda *_: False, copies_among))


def delete(dataset: Dataset, pks: Sequence[int]) -> list[Note]:
    return take_out(dataset, pks, DELETED)


def lead(dataset: Dataset, addresses: Mapping[int, MediaUrl]) -> list[Note]:
    """Take items out of the promotions that froze them with another address."""
    live = PromotionItem.objects.filter(
        item_pk__in=list(addresses),
        state__in=LIVE,
        promotion__dataset_id=dataset.pk,
        promotion__clearing=None,
    )
    changed = {
        pk
        for pk, seal in live.values_list("item_pk", "seal")
        if not is_sealed(bytes(seal), public_id.encode("di", pk), addresses[pk])
    }
    return take_out(dataset, sorted(changed), CHANGED) if changed else []


def copies_among(file_pks: Collection[int]) -> set[int]:
    """Which of these files are copies."""
    rows = PromotionItem.objects.filter(file_id__in=file_pks).values_list("file_id", flat=True)
    return {pk for pk in rows if pk is not None}
