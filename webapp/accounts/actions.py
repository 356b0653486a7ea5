"""Verbs about people and teams."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import membership
from webapp.accounts.viewer import Permission, Role, Viewer
from webapp.privacy.refusals import Conflict, Invalid


@transaction.atomic
def add_member(viewer: Viewer, *, email: str, role: Role, password: str | None = None) -> Membership:
    """Bring somebody into the team; where the address has no account yet one is made.

    Its first password is this, or with None the one that they choose by an invitation (invitations.py).
    """
    viewer.require(Permission.ADMINISTER)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("That is not an e-mail address.") from None
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, None if password is None else checked_password(password))
    elif not user.has_usable_password() and user.memberships.exclude(team_id=viewer.team_id).exists():
        # Whoever has their invitation could come in here with it.
        raise Conflict(f"{email} was invited elsewhere and has not come yet. Add them once they have signed in.")
    found, made = Membership.objects.get_or_create(user=user, team_id=viewer.team_id, defaults={"role": role})
    if not made:
        raise Conflict(f"{email} is a member already, as {found.role}.")
    record(viewer, "member.add", subject=email, role=str(role))
    return found


def checked_password(password: str) -> str:
    try:
        validate_password(password)
    except ValidationError as refusal:
        raise Invalid(" ".join(refusal.messages)) from None
    return password


@transaction.atomic
def change_role(viewer: Viewer, membership_id: int, *, role: Role) -> None:
    viewer.require(Permission.ADMINISTER)
    found = membership(viewer, membership_id)
    found.role = role
    found.save(update_fields=["role"])
    keep_an_admin(viewer)
    record(viewer, "member.role", subject=found.user.email, role=str(role))


@transaction.atomic
def remove_member(viewer: Viewer, membership_id: int) -> None:
    viewer.require(Permission.ADMINISTER)
    found = membership(viewer, membership_id)
    found.delete()
    keep_an_admin(viewer)
    record(viewer, "member.remove", subject=found.user.email)


def keep_an_admin(viewer: Viewer) -> None:
    # Without this lock two admins who demote each other at the same moment would both see the other one stay.
    # It leaves the key alone, so that rows of the team, an audit row among them, are still written meanwhile.
    Team.objects.select_for_update(no_key=True).get(pk=viewer.team_id)
    if not Membership.objects.filter(team_id=viewer.team_id, role=Role.ADMIN).exists():
        raise Conflict("A team keeps at least one admin; name another one first.")


@transaction.atomic
def let_appends_ask(viewer: Viewer, *, allowed: bool) -> None:
    """Whether an append with `upload_to_scale: true` is a request to share from now on; what waits goes on waiting."""
    viewer.require(Permission.ADMINISTER)
    Team.objects.filter(pk=viewer.team_id).update(may_appends_ask=allowed)
    record(viewer, "appends.ask" if allowed else "appends.ask-not", subject=viewer.team_name)


@transaction.atomic
def lock_origins(viewer: Viewer, *, locked: bool) -> None:
    """From now on only the listed media origins are accepted (or, unlocked, an append declares what it names)."""
    viewer.require(Permission.ADMINISTER)
    Team.objects.filter(pk=viewer.team_id).update(origins_locked_at=timezone.now() if locked else None)
    record(viewer, "origins.lock" if locked else "origins.unlock", subject=viewer.team_name)
