"""Who may open shared bytes, asked each time a link is followed: the link says who and what, never that they may.

All of it looks at the promotion's state as it is now, so the one row that a revocation changes closes every link.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import Membership
from webapp.accounts.viewer import NEEDS, Permission, Role
from webapp.datasets.models import Item, StoredFile
from webapp.datasets.shared_links import Claim
from webapp.labels.models import LabellingTask
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import WITH_COPIES, ItemState

# Members who see private items see these too; a labeler sees copies that were made for a project of theirs.
SEEING = [role for role in Role if role.rank >= NEEDS[Permission.SEE_PRIVATE].rank]


class TaskCopy(NamedTuple):
    """The copy that a labelling task shows: whose it is, its file, and when it ceases to be shared (None: unsaid)."""

    promotion_pk: int
    file_pk: int
    ends: datetime | None


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
    copied: dict[int, int] = {}
    rows = live_copies().filter(item_pk__in=pks).order_by("pk") if pks else PromotionItem.objects.none()
    for item_pk, promotion_pk, file_pk in rows.values_list("item_pk", "promotion_id", "file_id"):
        if file_pk is not None and (item_pk not in copied or pks[item_pk] == promotion_pk):
            copied[item_pk] = file_pk
    return copied | {item.pk: item.file_id for item in items if item.file_id is not None}


def live_copies() -> QuerySet[PromotionItem]:
    """Copies that are there and still shared; those of an expired or ended promotion are not, though still there."""
    is_open = Q(promotion__expires_at=None) | Q(promotion__expires_at__gt=timezone.now())
    return PromotionItem.objects.filter(is_open, state=ItemState.STORED, promotion__state__in=WITH_COPIES)


def copies(claim: Claim) -> QuerySet[PromotionItem]:
    """The promotions' copies that are this item's bytes and still shared."""
    return live_copies().filter(item_pk=claim.item_pk, file_id=claim.file_pk)


def copies_for_labeler(claim: Claim) -> QuerySet[PromotionItem]:
    """Those that a project of this person's asked for."""
    tasks = LabellingTask.objects.unscoped().filter(
        item_id=claim.item_pk,
        promotion_pk__isnull=False,
        project_id=OuterRef("promotion__project_id"),
        project__archived_at=None,
        project__labelers__user_id=claim.user_pk,
    )
    return copies(claim).filter(Exists(tasks))


def copies_of_tasks(tasks: Collection[tuple[int, int, int | None]]) -> dict[tuple[int, int], TaskCopy]:
    """By project and item the copies that labelling tasks show; tasks without one are left out.

    A task is its project, its item and the promotion it knows of. Where that one has ended, another into the same
    project may have a copy.
    """
    known = {(project_pk, item_pk): promotion_pk for project_pk, item_pk, promotion_pk in tasks}
    found: dict[tuple[int, int], TaskCopy] = {}
    rows = live_copies().filter(
        item_pk__in={item_pk for _, item_pk in known}, promotion__project_id__in={project_pk for project_pk, _ in known}
    )
    columns = ("promotion__project_id", "item_pk", "promotion_id", "file_id", "promotion__expires_at")
    for project_pk, item_pk, promotion_pk, file_pk, ends in rows.order_by("pk").values_list(*columns):
        task = (project_pk, item_pk)
        is_better = task not in found or known[task] == promotion_pk
        if file_pk is not None and task in known and is_better:
            found[task] = TaskCopy(promotion_pk, file_pk, ends)
    return found


def tasks_closed() -> Q:
    """The labelling tasks whose promotion has ended and that no other has a copy for, whatever their rows still say."""
    ended = Promotion.objects.unscoped().filter(clearing__isnull=False)
    others = live_copies().filter(item_pk=OuterRef("item_id"), promotion__project_id=OuterRef("project_id"))
    return Q(promotion_pk__in=ended.values("pk")) & ~Q(Exists(others))
