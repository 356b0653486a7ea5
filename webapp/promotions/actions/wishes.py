"""Wishes: what appends with `upload_to_scale: true` ask for, mostly unasked, since old clients send it by default.

They are grouped by append, do not grow with every repetition, and any editor may let go of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet

from webapp.accounts.audit import Note
from webapp.accounts.models import Team
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Item
from webapp.jobs.actions import note_progress
from webapp.promotions.actions import freezing
from webapp.promotions.actions.request import new_promotion
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.rows import insert_frozen
from webapp.promotions.states import ItemState, State

MAX_AT_ONCE = 500


def ask(viewer: Viewer, dataset: Dataset, pks: Sequence[int], append_key: str) -> list[Note]:
    """Add these items of a locked dataset to the wish of an append; what to record is returned.

    Left out is what has a copy, what was uploaded, and what a wish of the same person waits for already: whoever
    appends the same thing every night has one wish. Nothing where the team does not let appends ask.
    """
    if not Team.objects.get(pk=viewer.team_id).may_appends_ask:
        return []
    ended = Promotion.objects.visible_to(viewer).filter(clearing__isnull=False)
    has_none = Q(shared_at=None) | Q(promotion_pk__in=ended.values("pk"))
    rows = Item.objects.visible_to(viewer).filter(has_none, dataset_id=dataset.pk, pk__in=pks, file=None)
    rows = rows.exclude(pk__in=waiting_of(viewer, dataset).filter(item_pk__in=pks).values("item_pk"))
    wanted = [(pk, url) for pk, url in rows.order_by("pk").values_list("pk", "url") if url is not None]
    if not wanted:
        return []
    notes: list[Note] = []
    wish = open_wish(viewer, dataset, append_key, [pk for pk, _ in wanted])
    if wish is None:
        wish = new_wish(viewer, dataset, append_key)
        notes.append(Note("promotion.append-request", wish.public_id, {"dataset": dataset.public_id}))
    insert_frozen(wish.pk, freezing.sealed(wanted))
    wish.item_count += len(wanted)
    Promotion.objects.unscoped().filter(pk=wish.pk).update(item_count=F("item_count") + len(wanted))
    note_progress(wish.job_pk, done_steps=0, total_steps=wish.item_count)
    return notes


def waiting_of(viewer: Viewer, dataset: Dataset) -> QuerySet[PromotionItem]:
    return PromotionItem.objects.filter(
        state=ItemState.WAITING,
        promotion__state=State.REQUESTED,
        promotion__way=Promotion.Way.APPEND,
        promotion__dataset_id=dataset.pk,
        promotion__requested_by_id=viewer.user_id,
    )


def open_wish(viewer: Viewer, dataset: Dataset, append_key: str, pks: Sequence[int]) -> Promotion | None:
    """The append's own wish, locked, while it waits and has room for these items; None where another is needed.

    What was decided on is frozen for good.
    """
    rows = parts_of(viewer, dataset, append_key).select_for_update(no_key=True)
    wish = rows.filter(state=State.REQUESTED).order_by("-pk").first()
    if wish is None or wish.item_count + len(pks) > freezing.MAX_ITEMS:
        return None
    # An item that this append has given two addresses is in it with the first.
    is_in_it = PromotionItem.objects.filter(promotion_id=wish.pk, item_pk__in=pks).exists()
    return None if is_in_it else wish


def new_wish(viewer: Viewer, dataset: Dataset, append_key: str) -> Promotion:
    number = parts_of(viewer, dataset, append_key).count()
    key = f"{append_key}#{number + 1}" if number else append_key
    return new_promotion(viewer, dataset, way=Promotion.Way.APPEND, append_key=key)[0]


def parts_of(viewer: Viewer, dataset: Dataset, append_key: str) -> QuerySet[Promotion]:
    mine = Q(append_key=append_key) | Q(append_key__startswith=f"{append_key}#")
    return Promotion.objects.unscoped().filter(mine, team_id=viewer.team_id, dataset_id=dataset.pk)


@transaction.atomic
def dismiss(viewer: Viewer, dataset: Dataset | None = None, *, limit: int = MAX_AT_ONCE) -> int:
    """Let go of the wishes that wait in a dataset (None: in the team's all), at most so many: how many went."""
    viewer.require(Permission.CURATE)
    rows = Promotion.objects.visible_to(viewer).filter(state=State.REQUESTED, way=Promotion.Way.APPEND)
    if dataset is not None:
        rows = rows.filter(dataset_id=dataset.pk)
    # By key, as everybody locks them.
    chosen = rows.order_by("pk").select_for_update(of=("self",), no_key=True)[:limit]
    return len([withdraw(viewer, wish) for wish in chosen])
