"""Letting the courier of a demo copy from the demo's own media host, which is this machine."""

from __future__ import annotations

from ipaddress import IPv4Address

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import MediaOrigin
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import OriginPolicy
from webapp.promotions.models import OriginRule

HERE = "127.0.0.0/8"


@transaction.atomic
def allow_own_media(admin: Viewer, media_url: str) -> bool:
    """Have a rule that lists this machine's addresses for the demo's origin, if that is here; False where none is made.

    It holds only for a courier with TRANSOM_COURIER_LOOPBACK, as `serve --demo-media-port` starts one. A rule that is
    there stays as it is.
    """
    origin = MediaUrl.parse(f"{media_url.rstrip('/')}/", OriginPolicy(frozenset(), locked=False)).origin
    row = MediaOrigin.objects.filter(team_id=admin.team_id, origin=str(origin)).first()
    if row is None or not is_here(origin.host) or OriginRule.objects.filter(origin=row).exists():
        return False
    now = timezone.now()
    OriginRule.objects.create(
        origin=row,
        ranges=[HERE],
        ranges_agreed_by_id=admin.user_id,
        ranges_agreed_at=now,
        is_http_allowed=origin.scheme == "http",
        changed_by_id=admin.user_id,
    )
    record(admin, "origin.rule", subject=row.origin, ranges=[HERE], http=origin.scheme == "http", agreed=True)
    return True


def is_here(host: str) -> bool:
    try:
        return IPv4Address(host).is_loopback
    except ValueError:
        return False
