"""`/team/`: where media may come from, who belongs, and the keys of their programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from webapp.accounts import queries as people
from webapp.accounts.actions import add_member, change_role, let_appends_ask, lock_origins, remove_member
from webapp.accounts.api_keys import create_api_key, revoke_api_key
from webapp.accounts.invitations import invitation
from webapp.accounts.models import ApiKey, Membership
from webapp.accounts.queries import TEAM_IN_SESSION
from webapp.accounts.viewer import Permission, Role, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.origins import declare_origin, forget_origin
from webapp.datasets.models import MediaOrigin
from webapp.pages.door import Refusal, Verb, carry_out, member, person
from webapp.pages.frame import Page, render, say
from webapp.pages.holdings import datasets_by_origin
from webapp.pages.media_origin import said_of
from webapp.pages.snippets import endpoint
from webapp.privacy.refusals import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class OriginRow:
    """A media origin of the team."""

    key: int
    """Its key, for the form that removes it."""
    origin: str
    """Scheme, host and port."""
    said: str
    """How its media is asked for, in a line; empty where nothing was said."""
    declared_by: str
    """Who declared it."""
    declared_via: str
    """How: by an append that named it, or in the settings."""
    declared_at: datetime
    """When."""
    dataset_count: int
    """How many datasets load media from it; it can be removed when there are none."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of the team."""

    key: int
    """The membership's key, for the forms that change it."""
    email: str
    """Who."""
    role: str
    """As what."""
    is_self: bool
    """Whether it is the viewer."""
    is_invited: bool
    """Whether they have not chosen a password yet."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key, without its secret: that is not kept."""

    key: int
    """Its key, for the form that revokes it."""
    name: str
    """What its owner called it."""
    starts: str
    """How its text begins, to tell keys apart."""
    owner: str
    """Whose it is."""
    role: str
    """The most it may do."""
    created_at: datetime
    """When it was made."""
    last_used_at: datetime | None
    """When it was last used, to the minute; None for never."""
    revoked_at: datetime | None
    """When it was ended; None while it works."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key made just now."""

    name: str
    """What its owner called it."""
    text: str
    """The whole key; it cannot be shown again."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link made just now, by which somebody chooses their first password."""

    email: str
    """Whom it is for."""
    address: str
    """The whole link; it cannot be shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage(Page):
    """A team's settings."""

    template: ClassVar[str] = "pages/team.html"
    room: ClassVar[str] = "team"

    name: str
    """The team's name."""
    origins: tuple[OriginRow, ...]
    """Where its media may come from."""
    origins_locked_at: datetime | None
    """When the list was locked; None while an append may add to it."""
    may_appends_ask: bool
    """Whether an append with `upload_to_scale: true` is a request to share."""
    members: tuple[MemberRow, ...]
    """Who belongs to it."""
    keys: tuple[KeyRow, ...]
    """The viewer's keys, or all of the team's for an admin; revoked ones last."""
    new_key: NewKey | None
    """The key made by this very request."""
    invitation: Invitation | None
    """The link made by this very request."""
    endpoint: str
    """Where programs reach this server."""
    roles: tuple[str, ...]
    """The roles a member may have, least first."""
    key_roles: tuple[str, ...]
    """The roles a new key of the viewer's may have, least first."""
    role: str
    """The viewer's own role."""
    may_administer: bool
    """Whether the viewer may change members and origins."""
    entered: Mapping[str, str]
    """What was typed into the refused form, by field."""
    refusal: Refusal | None
    """Why a form was not accepted."""


@person
def team(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    if request.method == "POST":
        return carry_out(request, viewer, VERBS, lambda refusal: show(request, viewer, refusal=refusal))
    return show(request, viewer)


def add_origin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    made = declare_origin(viewer, request.POST.get("origin", ""))
    return back(request, f"{made.origin} may be used by datasets now.", "origins")


def remove_origin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    forget_origin(viewer, key_of(request))
    return back(request, "Removed. Pages no longer tell browsers about it.", "origins")


def lock(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    lock_origins(viewer, locked=True)
    return back(request, "Locked. An append that names another origin is refused from now on.", "origins")


def unlock(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    lock_origins(viewer, locked=False)
    return back(request, "Unlocked. An append adds the origins it names to the list.", "origins")


def add_person(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    made = add_member(viewer, email=request.POST.get("email", ""), role=role_from(request))
    if not made.user.has_usable_password():
        return show_invitation(request, viewer, made.pk)
    return back(request, f"{made.user.email} is a member now.", "members")


def invite(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    return show_invitation(request, viewer, key_of(request))


def show_invitation(request: HttpRequest, viewer: Viewer, membership_id: int) -> HttpResponse:
    address = request.build_absolute_uri(reverse("pages:welcome", args=[invitation(viewer, membership_id)]))
    email = people.membership(viewer, membership_id).user.email
    return show(request, viewer, invitation=Invitation(email, address))


def set_role(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    change_role(viewer, key_of(request), role=role_from(request))
    return back(request, "Saved.", "members")


def remove_person(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    remove_member(viewer, key_of(request))
    return back(request, "Removed. Their keys for this team stopped working.", "members")


def create_key(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    made, text = create_api_key(viewer, name=request.POST.get("name", ""), role=role_from(request))
    return show(request, viewer, new_key=NewKey(made.name, text))


def revoke_key(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    revoke_api_key(viewer, key_of(request))
    return back(request, "Revoked. Programs that use it are refused from now on.", "api-keys")


def take_wishes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    let_appends_ask(viewer, allowed=True)
    return back(request, "Appends that say upload_to_scale ask again; it waits on Promotions.", "appends")


def ignore_wishes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    let_appends_ask(viewer, allowed=False)
    return back(request, "From now on appends ask for nothing, whatever they say.", "appends")


VERBS: Mapping[str, Verb] = {
    "add-origin": add_origin,
    "remove-origin": remove_origin,
    "lock-origins": lock,
    "unlock-origins": unlock,
    "add-member": add_person,
    "invite": invite,
    "change-role": set_role,
    "remove-member": remove_person,
    "let-appends-ask": take_wishes,
    "let-appends-not-ask": ignore_wishes,
    "create-key": create_key,
    "revoke-key": revoke_key,
}


def back(request: HttpRequest, sentence: str, section: str) -> HttpResponse:
    say(request, sentence)
    return redirect(f"{reverse('pages:team')}#{section}")


def key_of(request: HttpRequest) -> int:
    text = request.POST.get("key", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound("There is no such row.")
    return int(text)


def role_from(request: HttpRequest) -> Role:
    text = request.POST.get("role", "")
    if text not in Role.values:
        raise Invalid(f"{text[:40]!r} is not a role; choose one of {', '.join(Role.values)}.")
    return Role(text)


def show(
    request: HttpRequest,
    viewer: Viewer,
    *,
    refusal: Refusal | None = None,
    new_key: NewKey | None = None,
    invitation: Invitation | None = None,
) -> HttpResponse:
    team = people.team(viewer)
    users = datasets_by_origin(viewer)
    page = TeamPage(
        title="Team",
        name=team.name,
        origins=tuple(origin_row(one, users.get(one.pk, 0)) for one in queries.team_origin_rows(viewer)),
        origins_locked_at=team.origins_locked_at,
        may_appends_ask=team.may_appends_ask,
        members=tuple(member_row(viewer, one) for one in people.members(viewer)),
        keys=tuple(key_row(one) for one in people.api_keys(viewer)),
        new_key=new_key,
        invitation=invitation,
        endpoint=endpoint(request),
        roles=tuple(str(role) for role in Role),
        key_roles=tuple(str(role) for role in Role if role.rank <= viewer.role.rank),
        role=str(viewer.role),
        may_administer=viewer.may(Permission.ADMINISTER),
        entered={name: request.POST.get(name, "") for name in ("origin", "email", "role", "name")} if refusal else {},
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def origin_row(row: MediaOrigin, dataset_count: int) -> OriginRow:
    return OriginRow(
        key=row.pk,
        origin=row.origin,
        said=said_of(row),
        declared_by=row.declared_by.email,
        declared_via=MediaOrigin.Via(row.declared_via).label,
        declared_at=row.declared_at,
        dataset_count=dataset_count,
    )


def member_row(viewer: Viewer, row: Membership) -> MemberRow:
    return MemberRow(
        key=row.pk,
        email=row.user.email,
        role=row.role,
        is_self=row.user_id == viewer.user_id,
        is_invited=not row.user.has_usable_password(),
    )


def key_row(row: ApiKey) -> KeyRow:
    return KeyRow(
        key=row.pk,
        name=row.name,
        starts=f"transom_{row.lookup}_",
        owner=row.user.email,
        role=row.role,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


@require_POST
@member
def switch_team(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Look at another of one's teams from now on."""
    chosen = request.POST.get("team", "")
    mine = {str(one.team_id): one for one in people.memberships_of(viewer)}
    if chosen not in mine:
        raise NotFound("You are not a member of such a team.")
    request.session[TEAM_IN_SESSION] = mine[chosen].team_id
    say(request, f"This is {mine[chosen].team.name} now.")
    return redirect(reverse("pages:datasets"))
