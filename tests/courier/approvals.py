"""What the courier's work begins with: items at a host, a rule for it, and an approved promotion."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, MediaOrigin
from webapp.labels.models import LabellingProject
from webapp.promotions.models import OriginRule, Promotion, PromotionItem

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


def approved(
    owner: Viewer,
    approver: Viewer,
    items: Sequence[Item],
    *,
    project: LabellingProject | None = None,
    for_days: int | None = None,
) -> Promotion:
    """A promotion of these items, asked for by one and approved by the other."""
    asked = make.make_promotion(owner, items[0].dataset, items, project=project, for_days=for_days)
    return make.approve(approver, asked)


def states(promotion: Promotion) -> list[str]:
    """Where each item of the promotion is, in their order."""
    rows = PromotionItem.objects.filter(promotion=promotion).order_by("pk")
    return list(rows.values_list("state", flat=True))


def state(promotion: Promotion) -> str:
    return str(Promotion.objects.unscoped().values_list("state", flat=True).get(pk=promotion.pk))
