"""Reads about people: the viewer of a browser session, a team's members and keys."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.accounts.chain import Head
from webapp.accounts.models import ApiKey, AuditEntry, AuditHead, Membership, Team
from webapp.accounts.viewer import NEEDS, Permission, Role, Viewer
from webapp.privacy.refusals import NotFound

TEAM_IN_SESSION = "team_id"


def viewer_of_membership(membership: Membership) -> Viewer:
    return Viewer(
        user_id=membership.user_id,
        email=membership.user.email,
        team_id=membership.team_id,
        team_name=membership.team.name,
        role=Role(membership.role),
    )


def viewer_of_session(request: HttpRequest) -> Viewer | None:
    """The signed-in person in the team they last chose, else in their first; None without any membership."""
    if not request.user.is_authenticated:
        return None
    memberships = list(Membership.objects.select_related("user", "team").filter(user_id=request.user.pk).order_by("pk"))
    chosen = request.session.get(TEAM_IN_SESSION)
    for membership in memberships:
        if membership.team_id == chosen:
            return viewer_of_membership(membership)
    return viewer_of_membership(memberships[0]) if memberships else None


def viewers_who_decide(user_id: int) -> tuple[Viewer, ...]:
    """The person in each team whose promotions they may decide, by the team's name."""
    roles = [role for role in Role if role.rank >= NEEDS[Permission.DECIDE].rank]
    found = Membership.objects.select_related("user", "team").filter(user_id=user_id, role__in=roles)
    return tuple(viewer_of_membership(one) for one in found.order_by("team__name"))


def memberships_of(viewer: Viewer) -> QuerySet[Membership]:
    """The teams the viewer may switch to."""
    return Membership.objects.select_related("team").filter(user_id=viewer.user_id).order_by("team__name")


def team(viewer: Viewer) -> Team:
    return Team.objects.get(pk=viewer.team_id)


def members(viewer: Viewer) -> QuerySet[Membership]:
    return Membership.objects.select_related("user").filter(team_id=viewer.team_id).order_by("user__email")


def api_keys(viewer: Viewer) -> QuerySet[ApiKey]:
    """The viewer's own keys; all of the team's for an admin. Revoked ones come last."""
    keys = ApiKey.objects.select_related("user").filter(team_id=viewer.team_id)
    if not viewer.may(Permission.ADMINISTER):
        keys = keys.filter(user_id=viewer.user_id)
    return keys.order_by("revoked_at", "-created_at")


def audit_entries(viewer: Viewer, *, limit: int = 100) -> list[AuditEntry]:
    """The team's newest acts, newest first; for admins."""
    viewer.require(Permission.ADMINISTER)
    entries = AuditEntry.objects.select_related("user", "api_key").filter(team_id=viewer.team_id)
    return list(entries.order_by("-position")[:limit])


def audit_head(viewer: Viewer) -> Head:
    """Where the team's chain of acts ends now."""
    found = AuditHead.objects.filter(team_id=viewer.team_id).first()
    return Head(found.length, found.hash) if found is not None else Head()


def membership(viewer: Viewer, membership_id: int) -> Membership:
    found = members(viewer).filter(pk=membership_id).first()
    if found is None:
        raise NotFound("There is no such member.")
    return found
