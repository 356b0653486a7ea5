"""Keys for programs: how one is made, recognized and revoked.

A key reads `transom_<8 characters to look it up>_<43 characters of secret>`: no colon, so that it fits the
user name of HTTP Basic, and a prefix that secret scanners can find.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.models import ApiKey, Membership
from webapp.accounts.viewer import Permission, Role, Viewer
from webapp.privacy.refusals import Invalid, NotFound

ALPHABET = string.ascii_letters + string.digits
NOBODY = hashlib.sha256(b"nobody").hexdigest()


@transaction.atomic
def create_api_key(viewer: Viewer, *, name: str, role: Role | None = None) -> tuple[ApiKey, str]:
    """A new key for the viewer's own use in their team, with its text, which cannot be shown again.

    `role` None means the viewer's own; a role above that is refused.
    """
    role = role or viewer.role
    if role.rank > viewer.role.rank:
        raise Invalid(f"A key's role may be at most your own, {viewer.role}.")
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("A key's name takes 1 to 100 characters.")
    lookup, secret = random_text(8), random_text(43)
    key = ApiKey.objects.create(
        team_id=viewer.team_id,
        user_id=viewer.user_id,
        name=name.strip(),
        role=role,
        lookup=lookup,
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
    )
    record(viewer, "api_key.create", subject=str(key), role=str(role))
    return key, f"transom_{lookup}_{secret}"


@transaction.atomic
def revoke_api_key(viewer: Viewer, key_id: int) -> None:
    """End a key now: one's own, or any of the team's for an admin."""
    mine = Q(user_id=viewer.user_id)
    reach = Q() if viewer.may(Permission.ADMINISTER) else mine
    key = ApiKey.objects.filter(reach, team_id=viewer.team_id, pk=key_id).first()
    if key is None:
        raise NotFound("There is no such key.")
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    record(viewer, "api_key.revoke", subject=str(key))


def viewer_of_key(text: str) -> Viewer | None:
    """Whoever holds this key; None for a key that is unknown, malformed, revoked, or whose owner has left."""
    prefix, _, rest = text.partition("_")
    lookup, _, secret = rest.partition("_")
    key = None
    if prefix == "transom" and len(lookup) == 8 and lookup.isalnum() and lookup.isascii():
        key = ApiKey.objects.select_related("user", "team").filter(lookup=lookup, revoked_at=None).first()
    # The comparison is made on a miss too, so that its time tells nothing.
    expected = key.secret_sha256 if key else NOBODY
    given = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
    if not hmac.compare_digest(given, expected) or key is None:
        return None
    viewer = viewer_by(key)
    if viewer is not None:
        note_use(key)
    return viewer


def viewer_of_key_pk(pk: int) -> Viewer | None:
    """Whoever holds the key that made a signed link; None when the key is revoked or its owner has left."""
    key = ApiKey.objects.select_related("user", "team").filter(pk=pk, revoked_at=None).first()
    return viewer_by(key) if key is not None else None


def viewer_by(key: ApiKey) -> Viewer | None:
    membership = Membership.objects.filter(user_id=key.user_id, team_id=key.team_id).first()
    if membership is None or not key.user.is_active:
        return None
    return Viewer(
        user_id=key.user_id,
        email=key.user.email,
        team_id=key.team_id,
        team_name=key.team.name,
        role=min(Role(key.role), Role(membership.role), key=lambda role: role.rank),
        api_key_id=key.pk,
    )


def note_use(key: ApiKey) -> None:
    # To the minute only: one write a minute and key, instead of one a request.
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
