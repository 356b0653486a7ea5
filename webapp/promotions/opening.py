"""Who may open shared bytes, asked each time a link is followed: the link says who and what, never that they may."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import Membership
from webapp.accounts.viewer import NEEDS, Permission, Role
from webapp.datasets.models import Item, StoredFile
from webapp.datasets.shared_links import Claim
from webapp.labels.models import LabellingTask
from webapp.promotions.models import PromotionItem
from webapp.promotions.states import ItemState, State

# Members who see private items see these too; a labeler sees copies that were made for a project of theirs.
SEEING = [role for role in Role if role.rank >= NEEDS[Permission.SEE_PRIVATE].rank]
WITH_COPIES = [State.RUNNING, State.PARTLY_SHARED, State.SHARED]


def opened(claim: Claim) -> StoredFile | None:
    """The file that this person may have now; None when they, the item, the copy or the right to it are gone."""
    file = StoredFile.objects.filter(pk=claim.file_pk).first()
    item = Item.objects.unscoped().filter(pk=claim.item_pk, dataset__deleted_at=None).select_related("dataset").first()
    if file is None or item is None or item.dataset.team_id != file.team_id:
        return None
    role = Membership.objects.filter(user_id=claim.user_pk, user__is_active=True, team_id=file.team_id)
    roles = set(role.values_list("role", flat=True))
    if roles.isdisjoint(SEEING):
        return file if Role.LABELER in roles and copies_for_labeler(claim).exists() else None
    return file if item.file_id == file.pk or copies(claim).exists() else None


def shared_files(items: Sequence[Item]) -> dict[int, int]:
    """The key of the file that each of these items has here or in the bucket, by the item's; others are left out."""
    pks = {item.pk: item.promotion_pk for item in items if item.promotion_pk is not None}
    rows = PromotionItem.objects.filter(item_pk__in=pks, promotion_id__in=set(pks.values()), state=ItemState.STORED)
    copied = {
        item_pk: file_pk
        for item_pk, promotion_pk, file_pk in rows.values_list("item_pk", "promotion_id", "file_id")
        if file_pk is not None and pks[item_pk] == promotion_pk
    }
    return copied | {item.pk: item.file_id for item in items if item.file_id is not None}


def copies(claim: Claim) -> QuerySet[PromotionItem]:
    """The promotions' copies that are this item's bytes and still shared; an expired one is not, though still there."""
    is_open = Q(promotion__expires_at=None) | Q(promotion__expires_at__gt=timezone.now())
    of_item = PromotionItem.objects.filter(item_pk=claim.item_pk, file_id=claim.file_pk, state=ItemState.STORED)
    return of_item.filter(is_open, promotion__state__in=WITH_COPIES)


def copies_for_labeler(claim: Claim) -> QuerySet[PromotionItem]:
    """Those that a project of this person's asked for."""
    tasks = LabellingTask.objects.unscoped().filter(
        item_id=claim.item_pk,
        promotion_pk=OuterRef("promotion_id"),
        project__archived_at=None,
        project__labelers__user_id=claim.user_pk,
    )
    return copies(claim).filter(Exists(tasks))
