"""The viewer: who is looking, for which team, with which role. Every read takes one as its first argument."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import models

from webapp.privacy.refusals import NotAllowed


class Role(models.TextChoices):
    """What a member may do; each role may also do what the ones above it may."""

    LABELER = "labeler", "labeler"
    VIEWER = "viewer", "viewer"
    EDITOR = "editor", "editor"
    APPROVER = "approver", "approver"
    ADMIN = "admin", "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Permission(StrEnum):
    """The closed set of things one may be allowed to do, each named by its verb."""

    SEE_PRIVATE = "see private items"
    CURATE = "add, change or delete datasets, items and slices"
    DECIDE = "decide promotions"
    ADMINISTER = "change members, keys and media origins"


NEEDS = {
    Permission.SEE_PRIVATE: Role.VIEWER,
    Permission.CURATE: Role.EDITOR,
    Permission.DECIDE: Role.APPROVER,
    Permission.ADMINISTER: Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A frozen answer to "who is asking?".

    `api_key_id` is None for a person in a browser. The role is the smaller of the membership's and the key's.
    """

    user_id: int
    email: str
    team_id: int
    team_name: str
    role: Role
    api_key_id: int | None = None

    def may(self, permission: Permission) -> bool:
        return self.role.rank >= NEEDS[permission].rank

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed, with the role that would be enough, unless the viewer may."""
        if not self.may(permission):
            raise NotAllowed(f"To {permission} takes the role {NEEDS[permission]}; yours here is {self.role}.")
