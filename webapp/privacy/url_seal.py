"""The seal of an approval: what an approver saw, so that an address swapped afterwards is noticed before it is asked.

It binds the exact text to the item it was approved for, and says nothing about either without the key.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings

from webapp.privacy.media_url import MediaUrl


def url_seal(item_key: str, url: MediaUrl) -> bytes:
    """Return 32 bytes that only this item with this address has. A new SECRET_KEY undoes all approvals."""
    key = sha256(b"approved media url\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, f"{len(item_key)}:{item_key}{url.reveal()}".encode(), "sha256")


def is_sealed(seal: bytes, item_key: str, url: MediaUrl) -> bool:
    """Return whether the seal is of this item with this address, to the byte."""
    return hmac.compare_digest(seal, url_seal(item_key, url))
