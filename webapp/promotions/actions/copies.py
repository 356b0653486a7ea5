"""Letting copies go: items are private again, files that nothing names are forgotten.

Set-based, a few statements for some thousand items: a promotion may have shared a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet

from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.models import Dataset, Item
from webapp.labels.actions.projects import lose_copies
from webapp.promotions.actions.freezing import KEYS_AT_ONCE
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import WITH_COPIES, ItemState

UNFINISHED = (ItemState.WAITING, ItemState.FETCHING, ItemState.ATTENTION)
LIVE = (*UNFINISHED, ItemState.STORED)
DELETED, CHANGED, ENDED = "deleted", "changed", "ended"
# Why an item is in no promotion any more: the codes of PromotionItem.failure, and what people read.
SENTENCES = {
    DELETED: "The item was deleted.",
    CHANGED: "The item has another address now; that one was not approved.",
    ENDED: "",
}


def lock_dataset(dataset_pk: int | None) -> None:
    """Take the row that comes before promotions, where there is one; its version moves on, for pages show privacy."""
    if dataset_pk is not None:
        Dataset.objects.unscoped().filter(pk=dataset_pk).update(version=F("version") + 1)


def let_go(promotion: Promotion, why: str, item_pks: Sequence[int]) -> tuple[int, int]:
    """Take these items out of a locked promotion: how many copies went, and how many will not be made.

    The promotion's counts follow.
    """
    rows = PromotionItem.objects.filter(promotion_id=promotion.pk, item_pk__in=item_pks)
    attention = rows.filter(state=ItemState.ATTENTION).count()
    gone, left = let_rows_go(promotion, rows, why)
    counts = {"stored_count": F("stored_count") - gone, "attention_count": F("attention_count") - attention}
    kept = Promotion.objects.unscoped().filter(pk=promotion.pk)
    kept.update(**counts)
    promotion.refresh_from_db(fields=list(counts), from_queryset=kept)
    return gone, left


def let_rows_go(promotion: Promotion, rows: QuerySet[PromotionItem], why: str) -> tuple[int, int]:
    """Let go of these rows of a locked promotion: how many copies went, and how many will not be made.

    A courier that is copying one of them finds its claim void.
    """
    left = rows.filter(state__in=UNFINISHED).update(
        state=ItemState.LEFT, worker="", lease_until=None, failure=why, sentence=SENTENCES[why], partial=None
    )
    gone, files = 0, set()
    while stored := list(rows.filter(state=ItemState.STORED).values_list("pk", "item_pk", "file_id")[:KEYS_AT_ONCE]):
        of_them = PromotionItem.objects.filter(pk__in=[pk for pk, _, _ in stored])
        gone += of_them.update(state=ItemState.GONE, file=None, failure=why, sentence=SENTENCES[why])
        pass_on(promotion, [item_pk for _, item_pk, _ in stored])
        files |= {file_pk for _, _, file_pk in stored if file_pk is not None}
    forget_unused_files(files)
    return gone, left


def pass_on(promotion: Promotion, item_pks: Sequence[int]) -> None:
    """Have items that lost this promotion's copy be shared by another that has one, if any, else by none."""
    others = PromotionItem.objects.filter(
        state=ItemState.STORED, item_pk__in=item_pks, promotion__state__in=WITH_COPIES
    ).order_by("-pk")
    heirs: dict[int, int] = {}
    of_project: dict[int, int] = {}
    for item_pk, promotion_pk, project_pk in others.values_list("item_pk", "promotion_id", "promotion__project_id"):
        heirs[item_pk] = promotion_pk
        if project_pk == promotion.project_id:
            of_project[item_pk] = promotion_pk
    shared = Item.objects.unscoped().filter(promotion_pk=promotion.pk)
    shared.filter(pk__in=[pk for pk in item_pks if pk not in heirs]).update(shared_at=None, promotion_pk=None)
    for heir in set(heirs.values()):
        shared.filter(pk__in=[pk for pk, one in heirs.items() if one == heir]).update(promotion_pk=heir)
    if promotion.project_id is not None:
        # Whoever labels for the project sees another copy only where another promotion into that project has it.
        lose_copies(promotion.pk, {pk: of_project.get(pk) for pk in item_pks})
