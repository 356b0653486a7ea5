"""Invitations: this server sends no mail, so an admin passes on a link by which somebody chooses their first password.

A link works once and for PASSWORD_RESET_TIMEOUT; it opens an account that nobody has signed in to, and no other.
"""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from webapp.accounts.actions import checked_password
from webapp.accounts.audit import record
from webapp.accounts.models import Membership, User
from webapp.accounts.queries import membership, viewer_of_membership
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy import public_id
from webapp.privacy.refusals import Conflict, NotFound

PREFIX = "usr"
GONE = "This invitation has been used, or is too old. Ask an admin of your team for a new one."


@transaction.atomic
def invitation(viewer: Viewer, membership_id: int) -> str:
    """The secret end of a link for a member who has no password yet; older ones end. Raises Conflict.

    It is kept nowhere.
    """
    viewer.require(Permission.ADMINISTER)
    user = membership(viewer, membership_id).user
    if user.has_usable_password():
        raise Conflict(f"{user.email} has a password already, so there is nothing to invite them to.")
    # Anew, and what was made of the old one means nothing any more.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    record(viewer, "member.invite", subject=user.email)
    return f"{public_id.encode(PREFIX, user.pk)}.{default_token_generator.make_token(user)}"


def invited(secret: str) -> User:
    """Whom an invitation is for. Raises NotFound for one that is made up, used or too old."""
    user_id, _, token = secret.partition(".")
    pk = public_id.decode(PREFIX, user_id)
    user = User.objects.filter(pk=pk, is_active=True).first() if pk is not None else None
    is_open = user is not None and not user.has_usable_password() and default_token_generator.check_token(user, token)
    if user is None or not is_open:
        raise NotFound(GONE)
    return user


@transaction.atomic
def accept_invitation(secret: str, password: str) -> User:
    """Give the account its password, by which the invitation ends. Raises Invalid for a weak one."""
    user = User.objects.select_for_update().get(pk=invited(secret).pk)
    # Somebody else may have been faster.
    invited(secret)
    user.set_password(checked_password(password))
    user.save(update_fields=["password"])
    first = Membership.objects.select_related("user", "team").filter(user=user).order_by("pk").first()
    if first is not None:
        record(viewer_of_membership(first), "member.accept", subject=user.email)
    return user
