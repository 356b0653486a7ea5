"""Asking for items to be shared with people outside. Nothing here shares anything."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F
from pyroaring import BitMap64

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset, Slice
from webapp.jobs.actions import note_progress, open_job
from webapp.jobs.models import Job
from webapp.labels.actions.projects import create_project
from webapp.labels.models import LabellingProject
from webapp.labels.queries.projects import project_named
from webapp.privacy.refusals import Conflict, Invalid, NotFound
from webapp.promotions.actions.freezing import freeze
from webapp.promotions.actions.moving import JOB_KIND, MAX_REASON
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState, State

MAX_DAYS = 3_650
# More requests that wait for items of one dataset are not compared with a new one.
MAX_COMPARED = 200


class AskedAlready(Conflict):
    """A request that waits, `promotion`, has all of these items for the same project."""

    def __init__(self, promotion: Promotion) -> None:
        whom = f" for {promotion.project.name}" if promotion.project is not None else ""
        super().__init__(
            f"All of these are asked for already, by {promotion.requested_by.email} on"
            f" {promotion.requested_at:%Y-%m-%d}{whom}; that request waits."
        )
        self.promotion = promotion


class Asked(NamedTuple):
    """A request that was recorded, with the job that runs until it is decided and done.

    `left_out` of what was chosen has no address to copy from; `known` says who asked for some of it before, or is "".
    """

    promotion: Promotion
    job: Job
    left_out: int
    known: str


@transaction.atomic
def request_promotion(
    viewer: Viewer,
    dataset: Dataset,
    kind: Slice.Kind,
    keys: BitMap64,
    *,
    way: Promotion.Way,
    reason: str,
    project: LabellingProject | None = None,
    for_days: int | None = None,
    within: Slice | None = None,
) -> Asked:
    """Ask for these items, or the frames of these scenes, to be shared for so many days (None: until revoked).

    The list is frozen, with a seal of each address. `project` None: for nobody in particular. Raises Invalid where
    none has an address or too many have, NotFound for a project of others, and AskedAlready.
    """
    dataset = locked_dataset(viewer, dataset)
    reason = checked_reason(reason)
    check_days(for_days)
    project = open_project(viewer, project)
    made, job = new_promotion(
        viewer, dataset, way=way, reason=reason, project=project, for_days=for_days, within=within
    )
    count, left_out = freeze(viewer, dataset, made.pk, kind, keys)
    if not count:
        raise Invalid("None of these has an address to copy from, so there is nothing to ask for.")
    known = who_asked_before(viewer, dataset, made, count)
    made.item_count = count
    made.save(update_fields=["item_count"])
    details = {"dataset": dataset.public_id, "count": count, "way": str(way), "days": for_days}
    details["project"] = project.public_id if project is not None else None
    record(viewer, "promotion.request", subject=made.public_id, **details)
    job.total_steps = count
    note_progress(job.pk, done_steps=0, total_steps=count)
    return Asked(made, job, left_out, known)


@transaction.atomic
def request_for_project(
    viewer: Viewer,
    dataset: Dataset,
    kind: Slice.Kind,
    keys: BitMap64,
    *,
    project: str,
    reason: str,
    for_days: int | None = None,
    within: Slice | None = None,
) -> Asked:
    """`request_promotion` by a person who names a project: an open one by its name or id, or a new one."""
    dataset = locked_dataset(viewer, dataset)
    name = project.strip()
    if not name:
        raise Invalid("Say which labelling project it is for: the name of one, or of a new one.")
    checked_reason(reason)
    check_days(for_days)
    try:
        found = project_named(viewer, name)
    except NotFound:
        found = create_project(viewer, name=name)
    way = Promotion.Way.PAGE
    return request_promotion(
        viewer, dataset, kind, keys, way=way, reason=reason, project=found, for_days=for_days, within=within
    )


def new_promotion(
    viewer: Viewer,
    dataset: Dataset,
    *,
    way: Promotion.Way,
    reason: str = "",
    project: LabellingProject | None = None,
    for_days: int | None = None,
    within: Slice | None = None,
    append_key: str | None = None,
) -> tuple[Promotion, Job]:
    """An empty request with its open job."""
    made: Promotion = Promotion.objects.unscoped().create(
        team_id=viewer.team_id,
        dataset=dataset,
        dataset_name=dataset.name,
        slice=within,
        project=project,
        way=way,
        append_key=append_key,
        requested_by_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        reason=reason,
        for_days=for_days,
    )
    job = open_job(viewer, JOB_KIND, dataset_pk=dataset.pk, params={"promotion": made.public_id}, total_steps=0)
    made.job_pk = job.pk
    made.save(update_fields=["job_pk"])
    return made, job


def checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON or "\0" in reason:
        raise Invalid(f"Say why, in 1 to {MAX_REASON} characters: somebody else decides by it.")
    return reason


def check_days(for_days: int | None) -> None:
    if for_days is not None and not 1 <= for_days <= MAX_DAYS:
        raise Invalid(f"For how long is a whole number of days from 1 to {MAX_DAYS}.")


def open_project(viewer: Viewer, project: LabellingProject | None) -> LabellingProject | None:
    """The project as it is now."""
    if project is None:
        return None
    found: LabellingProject | None = LabellingProject.objects.visible_to(viewer).filter(pk=project.pk).first()
    if found is None:
        raise NotFound("There is no such labelling project.")
    if found.archived_at is not None:
        raise Conflict(f"The labelling project {found.name} is archived; nothing is labelled for it any more.")
    return found


def who_asked_before(viewer: Viewer, dataset: Dataset, made: Promotion, count: int) -> str:
    """Who asked for how many of these already and waits; raises AskedAlready where one request has them all."""
    waiting = Promotion.objects.visible_to(viewer).filter(dataset_id=dataset.pk, state=State.REQUESTED)
    waiting = waiting.exclude(pk=made.pk).select_related("requested_by", "project").order_by("-pk")
    others = {one.pk: one for one in waiting[:MAX_COMPARED]}
    words = []
    for other_pk, common in common_items(made.pk, list(others)):
        other = others[other_pk]
        if common == count and other.reason and other.project_id == made.project_id:
            raise AskedAlready(other)
        words.append(f"{common} by {other.requested_by.email} on {other.requested_at:%Y-%m-%d}")
    return "; ".join(words[:3])


def common_items(made_pk: int, others: list[int]) -> list[tuple[int, int]]:
    """Of these promotions, those that wait for items of this one, the newest first, each with how many."""
    if not others:
        return []
    mine = PromotionItem.objects.filter(promotion_id=made_pk).values("item_pk")
    theirs = PromotionItem.objects.filter(promotion_id__in=others, state=ItemState.WAITING, item_pk__in=mine)
    counted = theirs.values("promotion_id").annotate(common=Count("pk")).order_by(F("promotion_id").desc())
    return list(counted.values_list("promotion_id", "common"))
