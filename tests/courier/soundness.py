"""What must hold of the store and the record, whatever happened to the courier."""

import hashlib
from collections import Counter
from pathlib import Path

from django.conf import settings

from webapp.accounts.audit_check import verify_team
from webapp.accounts.models import AuditEntry
from webapp.courier.copies import LocalCopies
from webapp.courier.egress_log import CONNECTIONS
from webapp.courier.models import EgressEntry
from webapp.datasets.actions.files import path_of
from webapp.datasets.models import Item, StoredFile
from webapp.privacy import public_id
from webapp.promotions.models import Promotion, PromotionItem


def demand_soundness(promotion: Promotion) -> None:
    """Every item of the promotion is shared exactly once, with its whole file, and nothing else is in the store."""
    rows = list(PromotionItem.objects.filter(promotion=promotion).select_related("file"))
    assert {row.state for row in rows} == {"stored"}
    for row in rows:
        assert row.file is not None
        data = path_of(row.file).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row.sha256, row.byte_count)
    promotion.refresh_from_db(from_queryset=Promotion.objects.unscoped())
    assert (promotion.state, promotion.stored_count, promotion.attention_count) == ("shared", len(rows), 0)
    assert Item.objects.unscoped().filter(promotion_pk=promotion.pk, shared_at__isnull=False).count() == len(rows)
    demand_record(promotion, [row.item_pk for row in rows])
    demand_tidiness(promotion.team_id)


def demand_record(promotion: Promotion, item_pks: list[int]) -> None:
    """Each item has one act and one connection that ended in a copy, and no chain has a gap."""
    acts = AuditEntry.objects.filter(action="promotion.share", details__promotion=promotion.public_id)
    assert Counter(acts.values_list("subject", flat=True)) == Counter(public_id.encode_many("di", item_pks))
    ends = EgressEntry.objects.filter(promotion_pk=promotion.pk, result="stored")
    assert Counter(ends.values_list("item_pk", flat=True)) == Counter(item_pks)
    for table in (None, CONNECTIONS):
        verify_team(promotion.team_id, **({"table": table} if table else {}))


def demand_tidiness(team_pk: int) -> None:
    """Under each name is what it says and a row that has it; parts are nobody's."""
    LocalCopies(Path(settings.SHARED_DIR)).incoming(team_pk).sweep(older_than_s=0)
    found = [path for path in Path(settings.SHARED_DIR).rglob("*") if path.is_file()]
    assert {path.name for path in found} == set(StoredFile.objects.values_list("sha256", flat=True))
    assert [path for path in found if hashlib.sha256(path.read_bytes()).hexdigest() != path.name] == []
