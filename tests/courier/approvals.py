"""What the courier's work begins with: items at a host, a rule for it, and an approved promotion."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, MediaOrigin
from webapp.labels.actions.projects import create_project
from webapp.labels.models import LabellingProject
from webapp.privacy.url_seal import url_seal
from webapp.promotions.models import OriginRule, Promotion, PromotionItem
from webapp.promotions.states import State

LOOPBACK = ["127.0.0.0/8"]


def items_at(
    owner: Viewer, dataset: Dataset, origin: str, count: int, *, prefix: str = "item", ending: str = ".png"
) -> list[Item]:
    """Items whose addresses are `origin/<prefix>-<number><ending>`."""
    drafts = [
        make.draft_item(owner, f"{prefix}-{number}", url=f"{origin}/{prefix}-{number}{ending}")
        for number in range(count)
    ]
    make.append(owner, dataset, drafts)
    names = [one.reference_id for one in drafts]
    return list(Item.objects.visible_to(owner).filter(dataset=dataset, reference_id__in=names).order_by("pk"))


def allow(admin: Viewer, origin: str, *, ranges: Sequence[str] = LOOPBACK, **rule: Any) -> OriginRule:
    """Let the courier fetch over http from this origin, in these ranges, to which an operator agreed."""
    row = MediaOrigin.objects.get(team_id=admin.team_id, origin=origin)
    fields = {
        "ranges": list(ranges),
        "ranges_agreed_by_id": admin.user_id,
        "ranges_agreed_at": timezone.now(),
        "is_http_allowed": True,
        "changed_by_id": admin.user_id,
        **rule,
    }
    return OriginRule.objects.update_or_create(origin=row, defaults=fields)[0]


def project_of(owner: Viewer, name: str = "Night shift") -> LabellingProject:
    return create_project(owner, name=name, purpose="Cars at night", classes=[{"name": "car", "shape": "box"}])


def approved(
    owner: Viewer,
    approver: Viewer,
    items: Sequence[Item],
    *,
    project: LabellingProject | None = None,
    expires_at: datetime | None = None,
) -> Promotion:
    """A promotion of these items, asked for by one and approved by the other."""
    promotion: Promotion = Promotion.objects.unscoped().create(
        team_id=owner.team_id,
        dataset_id=items[0].dataset_id,
        dataset_name="Quays",
        project=project,
        way=Promotion.Way.API,
        state=State.APPROVED,
        requested_by_id=owner.user_id,
        decided_by_id=approver.user_id,
        decided_at=timezone.now(),
        expires_at=expires_at,
        item_count=len(items),
    )
    PromotionItem.objects.bulk_create(
        PromotionItem(
            promotion=promotion,
            item_pk=item.pk,
            seal=url_seal(item.public_id, item.url),
            origin=str(item.url.origin),
        )
        for item in items
        if item.url is not None
    )
    return promotion


def states(promotion: Promotion) -> list[str]:
    """Where each item of the promotion is, in their order."""
    rows = PromotionItem.objects.filter(promotion=promotion).order_by("pk")
    return list(rows.values_list("state", flat=True))


def state(promotion: Promotion) -> str:
    return str(Promotion.objects.unscoped().values_list("state", flat=True).get(pk=promotion.pk))
