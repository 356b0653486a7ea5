"""`/privacy/`: the officer's report. What is stored and shared, who reaches whom, the record, what is not claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts import queries as people
from webapp.accounts.signed_note import verifier
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, MediaOrigin
from webapp.evidence import queries as evidence
from webapp.evidence.actions import ask_for_check, is_being_checked
from webapp.pages.cells import dataset_href
from webapp.pages.door import carry_out, person
from webapp.pages.frame import Page, render, say
from webapp.pages.holdings import (
    CopyCount,
    MaskCount,
    copies_by_dataset,
    datasets_by_origin,
    masks_by_dataset,
    stored_bytes,
    videos_by_dataset,
)
from webapp.pages.officer_sharing import (
    ConnectionLine,
    CourierLine,
    PromotionLine,
    Verified,
    connection_line,
    courier_line,
    newest_promotions,
    state_counts,
    verified,
)
from webapp.pages.team import OriginRow, origin_row
from webapp.privacy.sandbox import egress_state

NO_COPIES = CopyCount(0, 0)
NO_MASKS = MaskCount(0, 0)
SHOWN_CONNECTIONS = 10


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
    uploaded_count: int
    """How many files were uploaded, of items and of masks."""
    shared_count: int
    """How many items have a copy here because a promotion was approved."""
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
    uploaded_count: int
    """How many files were uploaded, of items and of masks."""
    shared_count: int
    """How many items have a copy here because a promotion was approved."""
    copy_bytes: int
    """How much uploads and copies take, in bytes."""
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
    entry_count: int
    """How many rows the record of connections holds: one before each, and one of its end."""
    entry_hash: str
    """The hash of the last, over all before it."""
    verified: Verified
    """When both were last recomputed, and what came of it."""
    is_checking: bool
    """Whether a job recomputes them now."""
    may_decide: bool
    """Whether the viewer may have them recomputed, and take the signed report."""
    key: str
    """The public key that reports and checkpoints are signed with."""
    courier: CourierLine
    """What the courier does for this team."""
    bucket: str
    """The origin of the bucket that copies are kept in; empty where they stay in the data folder."""
    promotions: tuple[PromotionLine, ...]
    """The newest promotions."""
    promotion_counts: tuple[tuple[str, int], ...]
    """How many promotions are in each state, in words; states without any are left out."""
    promotion_count: int
    """How many there are."""
    connections: tuple[ConnectionLine, ...]
    """The newest connections of the courier."""


@person
def privacy(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.SEE_PRIVATE)
    if request.method == "POST":
        return carry_out(request, viewer, {"verify": verify}, lambda refusal: show(request, viewer))
    return show(request, viewer)


def verify(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    job = ask_for_check(viewer)
    say(request, f"The record is being recomputed by the job {job.public_id}; load this page again in a while.")
    return redirect("pages:privacy")


def show(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    egress = egress_state()
    heads = evidence.heads(viewer)
    holdings, counts = all_holdings(viewer), state_counts(viewer)
    users = datasets_by_origin(viewer)
    may_decide = viewer.may(Permission.DECIDE)
    page = OfficerPage(
        title="Privacy report",
        team_name=viewer.team_name,
        is_egress_locked=egress.locked,
        egress=egress.how,
        egress_why=egress.why,
        address_count=sum(one.address_count for one in holdings),
        uploaded_count=sum(one.uploaded_count for one in holdings),
        shared_count=sum(one.shared_count for one in holdings),
        copy_bytes=stored_bytes(viewer),
        dataset_count=len(holdings),
        holdings=holdings,
        origins=tuple(origin_row(one, users.get(one.pk, 0)) for one in queries.team_origin_rows(viewer)),
        are_origins_locked=people.team(viewer).are_origins_locked,
        acts=newest_acts(viewer) if viewer.may(Permission.ADMINISTER) else None,
        act_count=heads.acts.length,
        act_hash=heads.acts.hash,
        entry_count=heads.connections.length,
        entry_hash=heads.connections.hash,
        verified=verified(heads),
        is_checking=may_decide and is_being_checked(viewer),
        may_decide=may_decide,
        key=verifier(settings.AUDIT_KEY),
        courier=courier_line(evidence.courier_state(viewer)),
        bucket=settings.BUCKET.endpoint if settings.BUCKET is not None else "",
        promotions=newest_promotions(viewer),
        promotion_counts=counts,
        promotion_count=sum(count for _, count in counts),
        connections=tuple(map(connection_line, evidence.connections(viewer, limit=SHOWN_CONNECTIONS))),
    )
    return render(request, viewer, page)


def all_holdings(viewer: Viewer) -> tuple[Holdings, ...]:
    datasets = queries.datasets(viewer)
    origins = queries.origin_rows_by_dataset(viewer, datasets)
    copies, videos, masks = copies_by_dataset(viewer), videos_by_dataset(viewer), masks_by_dataset(viewer)
    return tuple(
        holdings_of(
            one, copies.get(one.pk, NO_COPIES), videos.get(one.pk, 0), masks.get(one.pk, NO_MASKS), origins[one.pk]
        )
        for one in datasets
    )


def holdings_of(
    dataset: Dataset, copies: CopyCount, videos: int, masks: MaskCount, origins: Sequence[MediaOrigin]
) -> Holdings:
    return Holdings(
        name=dataset.name,
        href=dataset_href(dataset.public_id),
        privacy="private" if dataset.use_privacy_mode else "linked",
        # What has a copy for a promotion has its address all the same.
        address_count=dataset.item_count - copies.uploaded + videos + masks.addresses,
        uploaded_count=copies.uploaded + masks.files,
        shared_count=copies.shared,
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
