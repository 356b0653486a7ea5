"""Links to shared bytes: signed, short-lived, and each for one person. What one opens is decided when it is followed.

Private items have none: there is no file. Who may still follow a link is said by promotions/opening.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core import signing

SALT = "shared-file"
# Links of one window are the same text, so that a browser that shows a page again need not load its pictures again.
WINDOWS_PER_LIFE = 2
MOST_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom a link is for and what it names: rows' keys, which may be gone by now."""

    user_pk: int
    item_pk: int
    file_pk: int


@dataclass(frozen=True, slots=True)
class SharedLinks:
    """The links of one person; `base` is privacy.shared_origin.shared_base."""

    base: str
    user_pk: int

    def to(self, item_pk: int, file_pk: int | None, *, seconds: int | None = None) -> str:
        return shared_url(self.base, self.user_pk, item_pk, file_pk, seconds=seconds)


def shared_url(base: str, user_pk: int, item_pk: int, file_pk: int | None, *, seconds: int | None = None) -> str:
    """The whole address at which this person, and nobody for longer than they may, opens a shared item's bytes.

    It ends after at most `seconds` (SHARED_LINK_SECONDS without), and not before half of them. `file_pk` is an
    upload's or a copy's; None gives a link that opens nothing.
    """
    ends = (link_window(seconds) + WINDOWS_PER_LIFE) * window_seconds(seconds)
    return shared_url_until(base, user_pk, item_pk, file_pk, ends=ends)


def shared_url_until(base: str, user_pk: int, item_pk: int, file_pk: int | None, *, ends: int) -> str:
    """shared_url with the very second at which it ends, in seconds since 1970: for a file that says so."""
    claim = signing.b64_encode(f"{user_pk}.{item_pk}.{file_pk or 0}".encode()).decode()
    return f"{base}/shared/{_signer().sign(f'{claim}:{ends}')}"


def link_window(seconds: int | None = None) -> int:
    """The number of the time span in which links to one thing are the same text."""
    return int(time.time()) // window_seconds(seconds)


def window_seconds(seconds: int | None = None) -> int:
    return max(1, min(seconds or settings.SHARED_LINK_SECONDS, MOST_SECONDS) // WINDOWS_PER_LIFE)


def claim_of(token: str) -> Claim | None:
    """What the end of a link claims; None when it is forged or over."""
    try:
        claim, ends = _signer().unsign(token).split(":")
        user_pk, item_pk, file_pk = map(int, signing.b64_decode(claim.encode()).split(b"."))
        is_over = int(ends) <= time.time()
    except (signing.BadSignature, ValueError):
        return None
    return None if is_over else Claim(user_pk, item_pk, file_pk)


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)
