"""Short-lived links to files that were uploaded, and what they name. Private items have none: there is no file."""

from __future__ import annotations

from django.conf import settings
from django.core import signing

from webapp.datasets.models import Item, StoredFile

SALT = "shared-file"


def shared_path(item_pk: int, file_pk: int | None) -> str:
    """The path below our own address at which a shared item's bytes are served for an hour."""
    return f"/shared/{signing.dumps([item_pk, file_pk], salt=SALT)}"


def shared_file(token: str) -> StoredFile | None:
    """The file a link names; None when it is forged, expired, or its item or file is gone."""
    try:
        item_pk, file_pk = signing.loads(token, salt=SALT, max_age=settings.SHARED_LINK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    is_current = Item.objects.unscoped().filter(pk=item_pk, file_id=file_pk, dataset__deleted_at=None).exists()
    return StoredFile.objects.filter(pk=file_pk).first() if is_current else None
