"""`/team/origins/7/`: how media at one of the team's origins is asked for, and which bucket is found there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.origin_terms import OriginTerms, describe_origin
from webapp.datasets.models import Dataset, MediaOrigin
from webapp.pages.cells import dataset_href
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.frame import Page, render, say

# What each kind of access means to who has to choose one.
MEANINGS = {
    MediaOrigin.Access.NONE: "The address is enough, or it carries its own signature.",
    MediaOrigin.Access.COOKIES: "The browser sends the cookies of a sign-in at this host, or at its sign-in service.",
    MediaOrigin.Access.BEARER: "Each person gives their browser a token, which it sends in the header Authorization.",
    MediaOrigin.Access.S3: "Each person gives their browser an access key, with which it signs each address by itself.",
    MediaOrigin.Access.AZURE: "Each person gives their browser a SAS token, which it appends to each address.",
    MediaOrigin.Access.QUERY: "Each person gives their browser a token, which it appends to each address.",
}


@dataclass(frozen=True, slots=True)
class AccessChoice:
    """A kind of access."""

    value: str
    """What the form sends."""
    name: str
    """Its name."""
    meaning: str
    """What it means."""


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A dataset that loads media from the origin."""

    name: str
    """Its name."""
    href: str
    """Its grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOriginPage(Page):
    """One of the team's media origins."""

    template: ClassVar[str] = "pages/media_origin.html"
    room: ClassVar[str] = "team"

    origin: str
    """Scheme, host and port."""
    declared_by: str
    """Who declared it."""
    declared_via: str
    """How: by an append that named it, or in the settings."""
    declared_at: datetime
    """When."""
    datasets: tuple[UsedBy, ...]
    """The datasets whose pages load media from it."""
    terms: OriginTerms
    """What stands in the form."""
    choices: tuple[AccessChoice, ...]
    """The kinds of access."""
    refusal: Refusal | None
    """Why the form was not accepted."""


@person
def media_origin(request: HttpRequest, viewer: Viewer, origin_key: int) -> HttpResponse:
    row = queries.media_origin(viewer, origin_key)
    viewer.require(Permission.ADMINISTER)
    if request.method == "POST":
        verbs = {"describe-origin": lambda request, viewer: describe(request, viewer, row)}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, row, refusal=refusal))
    return show(request, viewer, row)


def describe(request: HttpRequest, viewer: Viewer, row: MediaOrigin) -> HttpResponse:
    describe_origin(viewer, row.pk, terms_from(request))
    say(request, f"Saved. Pages ask {row.origin} like this from now on.")
    return redirect(reverse("pages:media-origin", args=[row.pk]))


def terms_from(request: HttpRequest) -> OriginTerms:
    given = {name: request.POST.get(name, "") for name in ("access", "bucket", "region", "resolver")}
    return OriginTerms(is_path_style=request.POST.get("addressing") == "path", **given)


def terms_of(row: MediaOrigin) -> OriginTerms:
    return OriginTerms(
        access=row.access,
        bucket=str(row.storage or ""),
        region=row.region,
        is_path_style=row.is_path_style,
        resolver=row.resolver,
    )


def show(request: HttpRequest, viewer: Viewer, row: MediaOrigin, *, refusal: Refusal | None = None) -> HttpResponse:
    page = MediaOriginPage(
        title=row.origin,
        origin=row.origin,
        declared_by=row.declared_by.email,
        declared_via=MediaOrigin.Via(row.declared_via).label,
        declared_at=row.declared_at,
        datasets=tuple(used_by(one) for one in queries.datasets_of_origin(viewer, row)),
        terms=terms_from(request) if refusal is not None else terms_of(row),
        choices=tuple(
            AccessChoice(str(one), one.label[:1].upper() + one.label[1:], meaning) for one, meaning in MEANINGS.items()
        ),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def used_by(dataset: Dataset) -> UsedBy:
    return UsedBy(dataset.name, dataset_href(dataset.public_id))


def said_of(row: MediaOrigin) -> str:
    """What an admin said of an origin, in a line; empty for nothing."""
    access = "" if row.access == MediaOrigin.Access.NONE else MediaOrigin.Access(row.access).label
    return " · ".join(part for part in (access, str(row.storage or ""), "fresh links" if row.resolver else "") if part)
