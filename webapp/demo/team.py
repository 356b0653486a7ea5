"""The demo's team: one person of each role, and a script with an API key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from msgspec.structs import replace

from webapp.accounts.api_keys import create_api_key, viewer_of_key
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import viewer_of_membership
from webapp.accounts.viewer import Role, Viewer
from webapp.demo.credentials import Credentials, new_password, read_credentials, write_credentials
from webapp.demo.demo_folder import DemoFolder

TEAM = "Demo"
PEOPLE = {
    "admin@demo.example": Role.ADMIN,
    "approver@demo.example": Role.APPROVER,
    "curator@demo.example": Role.EDITOR,
    "viewer@demo.example": Role.VIEWER,
    "labeler@demo.example": Role.LABELER,
}
SCRIPT = "script@demo.example"


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """`curator` is who the demo's datasets are made by; `is_new` means that the database did not know the team.

    `admin` is also the operator, `labeler` somebody outside.
    """

    curator: Viewer
    admin: Viewer
    labeler: Viewer
    credentials: Credentials
    is_new: bool


@transaction.atomic
def ensure_team(folder: DemoFolder) -> DemoTeam:
    """Make what is missing of the team, its people and their key; what is there stays as it is.

    Without the file of credentials everybody gets a new password, since nobody can know the old one.
    """
    kept = read_credentials(folder)
    made = Credentials(tuple(PEOPLE), new_password(), SCRIPT, "")
    credentials = replace(kept, emails=made.emails) if kept is not None else made
    team, is_new = Team.objects.get_or_create(name=TEAM)
    for email, role in {**PEOPLE, SCRIPT: Role.EDITOR}.items():
        user = _person(email, credentials.password if email in PEOPLE else None, renew=kept is None)
        Membership.objects.get_or_create(user=user, team=team, defaults={"role": role})
    script = viewer_of_key(credentials.api_key) if credentials.api_key else None
    if script is None:
        _, key = create_api_key(_viewer(team, SCRIPT), name="demo script")
        credentials = replace(credentials, api_key=key)
    if credentials != kept:
        write_credentials(folder, credentials)
    curator, admin, labeler = (_viewer(team, f"{name}@demo.example") for name in ("curator", "admin", "labeler"))
    return DemoTeam(curator, admin, labeler, credentials, is_new)


def _person(email: str, password: str | None, *, renew: bool) -> User:
    """Password None means that nobody signs in as this user."""
    user = User.objects.filter(email=email).first()
    if user is None:
        make = User.objects.create_superuser if PEOPLE.get(email) is Role.ADMIN else User.objects.create_user
        return make(email, password)
    if renew and password is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def _viewer(team: Team, email: str) -> Viewer:
    membership = Membership.objects.select_related("user", "team").get(team=team, user__email=email)
    return viewer_of_membership(membership)
