"""What the courier leaves behind, without one: for tests of everything that comes after."""

from __future__ import annotations

from django.utils import timezone

from webapp.datasets.models import Item, StoredFile
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State


def copied(promotion: Promotion, count: int | None = None) -> list[StoredFile]:
    """Have so many (None: all) items of an approved promotion copied, as the courier leaves them."""
    rows = list(PromotionItem.objects.filter(promotion=promotion, state=ItemState.WAITING).order_by("pk"))[:count]
    files = []
    for row in rows:
        file, _ = StoredFile.objects.get_or_create(
            team_id=promotion.team_id, sha256=f"{row.item_pk:064x}", byte_size=9, content_type="image/jpeg"
        )
        now = timezone.now()
        PromotionItem.objects.filter(pk=row.pk).update(state=ItemState.STORED, file=file, stored_at=now)
        fresh = Item.objects.unscoped().filter(pk=row.item_pk, promotion_pk=None)
        fresh.update(shared_at=now, promotion_pk=promotion.pk)
        files.append(file)
    found = Promotion.objects.unscoped().filter(pk=promotion.pk)
    found.update(state=State.RUNNING, stored_count=len(rows))
    promotion.refresh_from_db(from_queryset=found)
    return files
