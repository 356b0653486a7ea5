"""Media origins: declaring, attaching, and what an append may name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.models import Team
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset, DatasetOrigin, MediaOrigin
from webapp.privacy.origins import Origin, OriginPolicy
from webapp.privacy.refusals import Conflict, NotFound


def origin_policy(viewer: Viewer) -> OriginPolicy:
    """What media URLs of the viewer's team may name now: its origins, whether the list is locked, no ended link."""
    team = Team.objects.get(pk=viewer.team_id)
    declared = list(MediaOrigin.objects.filter(team_id=viewer.team_id))
    return OriginPolicy(
        frozenset(one.value for one in declared),
        locked=team.are_origins_locked,
        buckets={one.storage: one.value for one in declared if one.storage is not None},
        at=timezone.now(),
    )


def admit_origins(viewer: Viewer, dataset: Dataset, named: set[Origin]) -> None:
    """Declare and attach what an append named, with an audit row each; part of the append's transaction.

    The team's lock is read again here, so that a list locked while a job ran holds for its remaining rows; raises
    OriginNotDeclared then. For a bucket it is the web origin where it is that is attached; BucketNotDeclared is raised
    where nobody says so any more.
    """
    known = attached_origins(dataset)
    fresh = named - known
    if not fresh:
        return
    policy = origin_policy(viewer)
    for origin in sorted(fresh):
        policy.admit(origin)
    fresh = {policy.buckets.get(origin, origin) for origin in fresh} - known
    # All rows first: who waits here for another append or for an admin must not hold the audit record's head.
    rows = [row_of(viewer, origin, MediaOrigin.Via.APPEND) for origin in sorted(fresh)]
    attached = {row.pk for row, _ in rows if newly_attached(viewer, dataset, row, MediaOrigin.Via.APPEND)}
    for row, is_new in rows:
        if is_new:
            note_declared(viewer, row)
        if row.pk in attached:
            note_attached(viewer, dataset, row, MediaOrigin.Via.APPEND)


def attached_origins(dataset: Dataset) -> set[Origin]:
    rows = DatasetOrigin.objects.filter(dataset_id=dataset.pk).values_list("origin__origin", flat=True)
    return {Origin.parse(text) for text in rows}


def row_of(viewer: Viewer, origin: Origin, via: MediaOrigin.Via) -> tuple[MediaOrigin, bool]:
    """The team's row for an origin, and whether it is new."""
    return MediaOrigin.objects.get_or_create(
        team_id=viewer.team_id,
        origin=str(origin),
        defaults={"declared_by_id": viewer.user_id, "declared_via": via},
    )


def note_declared(viewer: Viewer, row: MediaOrigin) -> None:
    record(viewer, "origin.declare", subject=row.origin, via=str(row.declared_via))


def newly_attached(viewer: Viewer, dataset: Dataset, row: MediaOrigin, via: MediaOrigin.Via) -> bool:
    """Attach an origin to a dataset; False when it was."""
    _, made = DatasetOrigin.objects.get_or_create(
        dataset_id=dataset.pk, origin=row, defaults={"attached_by_id": viewer.user_id, "attached_via": via}
    )
    return made


def note_attached(viewer: Viewer, dataset: Dataset, row: MediaOrigin, via: MediaOrigin.Via) -> None:
    record(viewer, "origin.attach", subject=row.origin, dataset=dataset.public_id, via=str(via))


@transaction.atomic
def declare_origin(viewer: Viewer, text: str) -> MediaOrigin:
    """Add an origin to the team's list, whether or not it is locked; raises Invalid for a bad one."""
    viewer.require(Permission.ADMINISTER)
    row, is_new = row_of(viewer, Origin.parse(text.strip()), MediaOrigin.Via.SETTINGS)
    if is_new:
        note_declared(viewer, row)
    return row


@transaction.atomic
def forget_origin(viewer: Viewer, origin_pk: int) -> None:
    """Take an origin off the team's list; refused while a dataset uses it."""
    viewer.require(Permission.ADMINISTER)
    row = team_origin(viewer, origin_pk)
    users = DatasetOrigin.objects.filter(origin=row).count()
    if users:
        raise Conflict(f"{row.origin} is used by {users} dataset{'s' if users > 1 else ''}; detach it there first.")
    row.delete()
    record(viewer, "origin.forget", subject=row.origin)


@transaction.atomic
def attach_origin(viewer: Viewer, dataset: Dataset, origin_pk: int) -> None:
    """Let a dataset's pages load media from one of the team's origins."""
    viewer.require(Permission.ADMINISTER)
    dataset = locked_dataset(viewer, dataset)
    row = team_origin(viewer, origin_pk)
    if newly_attached(viewer, dataset, row, MediaOrigin.Via.SETTINGS):
        note_attached(viewer, dataset, row, MediaOrigin.Via.SETTINGS)


@transaction.atomic
def detach_origin(viewer: Viewer, dataset: Dataset, origin_pk: int) -> None:
    """Stop a dataset's pages from contacting an origin: its media is then blocked there, visibly."""
    viewer.require(Permission.ADMINISTER)
    dataset = locked_dataset(viewer, dataset)
    row = team_origin(viewer, origin_pk)
    gone, _ = DatasetOrigin.objects.filter(dataset_id=dataset.pk, origin=row).delete()
    if not gone:
        raise NotFound("This dataset does not use that origin.")
    record(viewer, "origin.detach", subject=row.origin, dataset=dataset.public_id)


def team_origin(viewer: Viewer, origin_pk: int) -> MediaOrigin:
    row = MediaOrigin.objects.filter(team_id=viewer.team_id, pk=origin_pk).first()
    if row is None:
        raise NotFound("There is no such origin.")
    return row


def origins_of(drafts: Iterable[object]) -> set[Origin]:
    """The origins that the URLs of these drafts name."""
    return {url.origin for draft in drafts if (url := getattr(draft, "url", None)) is not None}
