"""Reads about promotions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound
from webapp.promotions.actions.copies import UNFINISHED
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.opening import live_copies
from webapp.promotions.states import ItemState, State


@dataclass(frozen=True, slots=True)
class Host:
    """An origin, `scheme://host[:port]`, and how many items of a promotion are there."""

    origin: str
    count: int


def promotion(viewer: Viewer, promotion_id: str) -> Promotion:
    """One promotion by its public id; raises NotFound."""
    pk = public_id.decode("prm", promotion_id)
    found = promotions(viewer).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no request {promotion_id[:60]!r} that you may see.")
    return found


def promotions(
    viewer: Viewer, *, dataset: Dataset | None = None, states: Sequence[State] = (), way: Promotion.Way | None = None
) -> QuerySet[Promotion]:
    """The promotions of the viewer's team, newest first, with their people, project and slice."""
    found = Promotion.objects.visible_to(viewer).order_by("-pk")
    found = found.select_related("requested_by", "decided_by", "revoked_by", "project", "slice", "dataset", "api_key")
    if dataset is not None:
        found = found.filter(dataset_id=dataset.pk)
    if states:
        found = found.filter(state__in=states)
    return found.filter(way=way) if way is not None else found


def undecided_jobs(viewer: Viewer, job_pks: Sequence[int]) -> set[int]:
    """Which of these jobs belong to requests that wait for a decision."""
    if not job_pks:
        return set()
    found = Promotion.objects.visible_to(viewer).filter(job_pk__in=job_pks, state=State.REQUESTED)
    return {pk for pk in found.values_list("job_pk", flat=True) if pk is not None}


def items_of(viewer: Viewer, promotion: Promotion, *, state: ItemState | None = None) -> QuerySet[PromotionItem]:
    """The items of a promotion in the order they were frozen in, all of them or those in one state."""
    mine = Promotion.objects.visible_to(viewer).filter(pk=promotion.pk)
    found = PromotionItem.objects.filter(promotion__in=mine).order_by("pk")
    return found.filter(state=state) if state is not None else found


def state_counts(viewer: Viewer, promotion: Promotion) -> dict[ItemState, int]:
    """How many items of a promotion are in each state; a state without any is left out."""
    rows = items_of(viewer, promotion).order_by().values("state").annotate(count=Count("pk"))
    return {ItemState(row["state"]): row["count"] for row in rows}


def hosts_of(promotion: Promotion) -> list[Host]:
    """Where the items of a promotion are, the origin of most first. The caller has seen the promotion."""
    rows = PromotionItem.objects.filter(promotion_id=promotion.pk).values("origin").annotate(count=Count("pk"))
    return [Host(row["origin"], row["count"]) for row in rows.order_by("-count", "origin")]


def copy_of(item: Item) -> PromotionItem | None:
    """Where an item's copy is: the row, with its file, of a promotion that shares it; None without one."""
    if item.promotion_pk is None:
        return None
    return live_copies().select_related("file", "promotion").filter(item_pk=item.pk).order_by("pk").first()


def to_decide(viewer: Viewer, *, dataset: Dataset | None = None) -> QuerySet[Promotion]:
    """What waits for the viewer, who may decide: asked for by others, by hand or on purpose; appends are apart."""
    waiting = promotions(viewer, dataset=dataset, states=[State.REQUESTED]).exclude(way=Promotion.Way.APPEND)
    return waiting.exclude(requested_by_id=viewer.user_id)


def wish_counts(viewer: Viewer, *, dataset: Dataset | None = None) -> tuple[int, int]:
    """How many appends asked for something by themselves and wait, and for how many items in all."""
    waiting = promotions(viewer, dataset=dataset, states=[State.REQUESTED], way=Promotion.Way.APPEND)
    found = waiting.order_by().aggregate(appends=Count("pk"), items=Sum("item_count"))
    return found["appends"], found["items"] or 0


def waiting_among(viewer: Viewer, dataset: Dataset, items: QuerySet[Item]) -> int:
    """How many of these items of the dataset are in requests that are not done with them."""
    rows = PromotionItem.objects.filter(
        promotion__team_id=viewer.team_id,
        promotion__dataset_id=dataset.pk,
        promotion__clearing=None,
        state__in=UNFINISHED,
    )
    return rows.filter(item_pk__in=items.values("pk")).values("item_pk").distinct().count()
