"""What surrounds every page: the bar, the notices, the footer; and `render`, the one way a page leaves the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac

from webapp.accounts.queries import memberships_of
from webapp.accounts.viewer import Permission, Viewer
from webapp.pages.media_hosts import NO_MEDIA, MediaHosts
from webapp.privacy.headers import allow_media
from webapp.privacy.sandbox import egress_state
from webapp.promotions.queries import to_decide

ROOMS = (
    ("datasets", "Datasets"),
    ("slices", "Slices"),
    ("models", "Models"),
    ("labelling", "Labelling"),
    ("promotions", "Promotions"),
    ("jobs", "Jobs"),
    ("team", "Team"),
    ("privacy", "Privacy"),
)
ROOMS_OF_LABELERS = (("labelling", "Labelling"),)
# Django's words for the kinds of a notice, and ours.
KINDS = {"success": "done", "warning": "warning", "error": "refused"}


@dataclass(frozen=True, slots=True)
class Room:
    """A link of the bar."""

    text: str
    """Its name."""
    href: str
    """Where it leads."""
    current: bool
    """Whether the page shown belongs to this room."""
    exact: bool
    """Whether the page shown is the very page it leads to."""
    waiting: int = 0
    """How many things wait there for the viewer; 0 says nothing."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """An edit that can be taken back from a notice."""

    dataset_id: str
    """The public id of its dataset."""
    edit_id: str
    """Its own."""
    word: str
    """`Undo` or `Redo`."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that outlived a redirect."""

    kind: str
    """`done`, `info`, `warning` or `refused`."""
    sentence: str
    """What was done, or what one should know."""
    undo: Undoable | None
    """The edit that this is about, with what takes it back."""


@dataclass(frozen=True, slots=True)
class OtherTeam:
    """A team one may switch to."""

    id: int
    """Its key."""
    name: str
    """Its name."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the page of a signed-in person."""

    home: str
    """Where the product's name leads."""
    rooms: tuple[Room, ...]
    """The bar's links."""
    sees_private: bool
    """False for a labeler, to whom there is nothing but labelling."""
    email: str
    """Who is signed in."""
    kept_for: str
    """What the browser calls this person where it keeps pictures: no other person's pages look there."""
    seal: str
    """Half of the key that seals what this person's browser keeps to be let in by media hosts (decision 0013)."""
    role: str
    """Their role in this team."""
    team_name: str
    """The team whose things are shown."""
    other_teams: tuple[OtherTeam, ...]
    """Where else they are a member."""
    is_staff: bool
    """Whether the administration site is open to them."""
    notices: tuple[Notice, ...]
    """What the last action said."""
    egress: str | None
    """The state of this process's egress lock; None for everyone but admins."""
    version: str
    """The server's version."""
    path: str
    """This page's own address, to come back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page's context has."""

    template: ClassVar[str]
    room: ClassVar[str] = ""

    title: str
    """The window's title, without the product's name."""
    media: MediaHosts = NO_MEDIA
    """The hosts the browser may load media from on this page."""


def render(
    request: HttpRequest, viewer: Viewer | None, page: Page, *, island: object | None = None, status: int = 200
) -> HttpResponse:
    """The page in its frame, with its data for scripts, allowed to contact its own media origins and no others."""
    context: dict[str, Any] = {
        "page": page,
        "frame": frame_around(request, viewer, page) if viewer is not None else None,
        "island": island,
        "nonce": request.csp_nonce,  # type: ignore[attr-defined]
    }
    response = HttpResponse(render_to_string(page.template, context, request, using="pages"), status=status)
    return allow_media(response, page.media.origins)


def frame_around(request: HttpRequest, viewer: Viewer, page: Page) -> Frame:
    others = [one for one in memberships_of(viewer) if one.team_id != viewer.team_id]
    return Frame(
        home=home_of(viewer),
        rooms=room_links(request, viewer, page),
        sees_private=viewer.may(Permission.SEE_PRIVATE),
        email=viewer.email,
        kept_for=salted_hmac("transom.pictures-kept-for", str(viewer.user_id), algorithm="sha256").hexdigest()[:32],
        seal=_seal_of(request),
        role=str(viewer.role),
        team_name=viewer.team_name,
        other_teams=tuple(OtherTeam(one.team_id, one.team.name) for one in others),
        is_staff=bool(getattr(request.user, "is_staff", False)) or viewer.may(Permission.DECIDE),
        notices=tuple(
            Notice(KINDS.get(message.level_tag, "info"), str(message), undoable(message.extra_tags))
            for message in messages.get_messages(request)
        ),
        egress=egress_state().how if viewer.may(Permission.ADMINISTER) else None,
        version=settings.VERSION,
        path=request.get_full_path(),
    )


def _seal_of(request: HttpRequest) -> str:
    """Another text for each person, and after each change of their password; nothing of ours can be told from it."""
    user = request.user
    of = user.get_session_auth_hash() if isinstance(user, AbstractBaseUser) else ""
    return salted_hmac("transom.credentials-seal", f"{user.pk}:{of}", algorithm="sha256").hexdigest()


def rooms_of(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    return ROOMS if viewer.may(Permission.SEE_PRIVATE) else ROOMS_OF_LABELERS


def home_of(viewer: Viewer | None) -> str:
    """Where somebody begins: with the datasets, a labeler with their projects."""
    is_labeler = viewer is not None and not viewer.may(Permission.SEE_PRIVATE)
    return reverse("pages:labelling" if is_labeler else "pages:datasets")


def room_links(request: HttpRequest, viewer: Viewer, page: Page) -> tuple[Room, ...]:
    """The bar's links; who decides is told how much waits for it."""
    waiting = {"promotions": to_decide(viewer).count()} if viewer.may(Permission.DECIDE) else {}
    return tuple(
        room_link(request, name, text, current=page.room == name, waiting=waiting.get(name, 0))
        for name, text in rooms_of(viewer)
    )


def room_link(request: HttpRequest, name: str, text: str, *, current: bool, waiting: int) -> Room:
    href = reverse(f"pages:{name}")
    return Room(text, href, current, exact=current and request.path == href, waiting=waiting)


def say(request: HttpRequest, sentence: str, *, undo: Undoable | None = None) -> None:
    """Show a sentence on the next page: what was just done, and what takes it back."""
    messages.success(request, sentence, extra_tags=f"{undo.dataset_id} {undo.edit_id} {undo.word}" if undo else "")


def undoable(tags: str | None) -> Undoable | None:
    """The edit that `say` was given."""
    parts = (tags or "").split()
    return Undoable(*parts) if len(parts) == 3 else None
