"""`/privacy/`: the officer's report. What is stored, whom browsers are told to contact, and what is not claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from webapp.accounts import queries as people
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset
from webapp.pages.cells import dataset_href
from webapp.pages.door import person
from webapp.pages.frame import Page, render
from webapp.pages.holdings import (
    MaskCount,
    copies_by_dataset,
    datasets_by_origin,
    masks_by_dataset,
    stored_bytes,
    videos_by_dataset,
)
from webapp.pages.team import OriginRow, origin_row
from webapp.privacy.origins import Origin
from webapp.privacy.sandbox import egress_state

NO_MASKS = MaskCount(0, 0)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is stored for one dataset, and whom its pages may contact."""

    name: str
    """The dataset's name."""
    href: str
    """Its grid."""
    privacy: str
    """`private` for a privacy dataset, `linked` for an ordinary one."""
    address_count: int
    """How many addresses of media held elsewhere are stored: items without a copy, mp4s and masks."""
    copy_count: int
    """How many files this server holds, of items and of masks."""
    hosts: tuple[str, ...]
    """The origins that browsers are told to contact for it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the team's audit trail."""

    at: str
    """When, to the second, in UTC."""
    who: str
    """The person, and the key where a program acted."""
    action: str
    """What was done."""
    subject: str
    """To what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerPage(Page):
    """The officer's report on one team."""

    template: ClassVar[str] = "pages/privacy.html"
    room: ClassVar[str] = "privacy"

    team_name: str
    """The team it is about."""
    is_egress_locked: bool
    """Whether this process was just shown to be unable to reach the network."""
    egress: str
    """The same for machines."""
    egress_why: str
    """The reason, in a sentence."""
    address_count: int
    """How many addresses of media held elsewhere are stored: items without a copy, mp4s and masks."""
    copy_count: int
    """How many files this server holds, of items and of masks."""
    copy_bytes: int
    """How much those copies take, in bytes."""
    dataset_count: int
    """How many datasets the team has."""
    holdings: tuple[Holdings, ...]
    """Each dataset."""
    origins: tuple[OriginRow, ...]
    """Every origin that browsers may be told to contact for this team."""
    are_origins_locked: bool
    """Whether the list can only be changed by an admin."""
    acts: tuple[Act, ...] | None
    """The newest audit rows; None for everyone but admins."""
    act_count: int
    """How many acts the team's audit record holds."""
    act_hash: str
    """The hash of the last, over all before it."""


@person
def privacy(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    datasets = queries.datasets(viewer)
    origins = queries.origin_rows_by_dataset(viewer, datasets)
    copies, videos, masks = copies_by_dataset(viewer), videos_by_dataset(viewer), masks_by_dataset(viewer)
    egress = egress_state()
    users = datasets_by_origin(viewer)
    holdings = tuple(
        holdings_of(one, copies.get(one.pk, 0), videos.get(one.pk, 0), masks.get(one.pk, NO_MASKS), origins[one.pk])
        for one in datasets
    )
    head = people.audit_head(viewer)
    page = OfficerPage(
        title="Privacy report",
        team_name=viewer.team_name,
        is_egress_locked=egress.locked,
        egress=egress.how,
        egress_why=egress.why,
        address_count=sum(one.address_count for one in holdings),
        copy_count=sum(one.copy_count for one in holdings),
        copy_bytes=stored_bytes(viewer),
        dataset_count=len(datasets),
        holdings=holdings,
        origins=tuple(origin_row(one, users.get(one.pk, 0)) for one in queries.team_origin_rows(viewer)),
        are_origins_locked=people.team(viewer).are_origins_locked,
        acts=newest_acts(viewer) if viewer.may(Permission.ADMINISTER) else None,
        act_count=head.length,
        act_hash=head.hash,
    )
    return render(request, viewer, page)


def holdings_of(dataset: Dataset, copies: int, videos: int, masks: MaskCount, origins: Sequence[Origin]) -> Holdings:
    return Holdings(
        name=dataset.name,
        href=dataset_href(dataset.public_id),
        privacy="private" if dataset.use_privacy_mode else "linked",
        address_count=dataset.item_count - copies + videos + masks.addresses,
        copy_count=copies + masks.files,
        hosts=tuple(str(origin) for origin in origins),
    )


def newest_acts(viewer: Viewer) -> tuple[Act, ...]:
    return tuple(
        Act(
            at=f"{one.at:%Y-%m-%d %H:%M:%S}",
            who=f"{one.user}, key {one.api_key.name}" if one.api_key else str(one.user or "the server"),
            action=one.action,
            subject=one.subject,
        )
        for one in people.audit_entries(viewer, limit=50)
    )
