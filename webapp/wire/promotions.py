"""Asking for items to be shared with people outside, and what became of it. Nothing here shares anything.

`send_to_labeling` is the SDK's way; the others are Transom's own, for who wants to give a reason and an end.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from pyroaring import BitMap64

from webapp.accounts.viewer import Permission
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.jobs import queries as jobs
from webapp.jobs.models import Job
from webapp.labels.models import LabellingProject
from webapp.labels.queries.projects import project_named
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.promotions import queries as promotions
from webapp.promotions.actions.request import AskedAlready, request_promotion
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion
from webapp.wire.call import Call
from webapp.wire.datasets import Nothing
from webapp.wire.jobs import JobStarted, started
from webapp.wire.rows_out import moment

MAX_IDS = 10_000
SHOWN_MISSING = 5


class AskToShare(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be shared: reference ids (of scenes in a dataset of scenes), or a slice as it is now.

    `project` is a labelling project by its name or id; None for nobody in particular. `days` None: until revoked.
    """

    reason: str
    reference_ids: list[str] | None = None
    slice_id: str | None = None
    project: str | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if (self.reference_ids is None) is (self.slice_id is None):
            raise ValueError("either `reference_ids` or `slice_id` says what is to be shared")


class AskedToShare(JobStarted):
    """The job runs until the request is decided and done. Items that were left out have no address to copy from."""

    promotion_id: str
    item_count: int
    left_out: int


class PromotionTold(msgspec.Struct):
    """A request and what became of it; times as everywhere, None for what has not been. Counts are of items.

    `state` is requested, rejected, withdrawn, approved, running, partly, shared or revoked.
    """

    promotion_id: str
    state: str
    job_id: str | None
    dataset_id: str | None
    project_id: str | None
    requested_by: str
    requested_at: str
    reason: str
    days: int | None
    decided_by: str | None
    decided_at: str | None
    decision_reason: str
    expires_at: str | None
    item_count: int
    stored_count: int
    attention_count: int


def send_to_labeling(call: Call, slice_id: str, project: str, body: Nothing) -> JobStarted:
    """Ask for the slice, as it is now, for a labelling project by its name or id; the same job when asked again."""
    found = queries.slice_(call.viewer, slice_id)
    whom = project_named(call.viewer, project)
    reason = f"send_to_labeling of the slice {found.name}"
    _, job, _ = asked_for(call, found.dataset, found, found.keys(), Promotion.Way.SLICE, reason, whom, None)
    return started(job)


def ask(call: Call, dataset_id: str, body: AskToShare) -> AskedToShare:
    dataset = queries.dataset(call.viewer, dataset_id)
    call.viewer.require(Permission.CURATE)
    within = slice_of(call, dataset, body.slice_id) if body.slice_id is not None else None
    keys = within.keys() if within is not None else keys_named(call, dataset, body.reference_ids or [])
    whom = project_named(call.viewer, body.project) if body.project is not None else None
    made, job, left_out = asked_for(call, dataset, within, keys, Promotion.Way.API, body.reason, whom, body.days)
    said = msgspec.structs.asdict(started(job))
    return AskedToShare(**said, promotion_id=made.public_id, item_count=made.item_count, left_out=left_out)


def by_id(call: Call, promotion_id: str) -> PromotionTold:
    return told(promotions.promotion(call.viewer, promotion_id))


def take_back(call: Call, promotion_id: str, body: Nothing) -> PromotionTold:
    found = promotions.promotion(call.viewer, promotion_id)
    withdraw(call.viewer, found)
    return by_id(call, promotion_id)


def asked_for(
    call: Call,
    dataset: Dataset,
    within: Slice | None,
    keys: BitMap64,
    way: Promotion.Way,
    reason: str,
    project: LabellingProject | None,
    days: int | None,
) -> tuple[Promotion, Job, int]:
    """The request with its job, and how many were left out; one's own that waits for all of this, if there is one.

    The SDK sends again what it got no answer to.
    """
    is_of_scenes = dataset.is_scene if within is None else within.kind == Slice.Kind.SCENES
    kind = Slice.Kind.SCENES if is_of_scenes else Slice.Kind.ITEMS
    try:
        made, job, left_out, _ = request_promotion(
            call.viewer, dataset, kind, keys, way=way, reason=reason, project=project, for_days=days, within=within
        )
    except AskedAlready as refusal:
        known = refusal.promotion
        if known.requested_by_id != call.viewer.user_id or known.job_pk is None:
            raise
        return known, jobs.job(call.viewer, public_id.encode("job", known.job_pk)), 0
    return made, job, left_out


def slice_of(call: Call, dataset: Dataset, slice_id: str) -> Slice:
    found = queries.slice_(call.viewer, slice_id)
    if found.dataset_id != dataset.pk:
        raise Invalid("slice_id must be of a slice of this dataset.")
    return found


def keys_named(call: Call, dataset: Dataset, references: Sequence[str]) -> BitMap64:
    """The keys of all of these; raises NotFound with some that there are not."""
    wanted = set(references)
    if not 1 <= len(references) <= MAX_IDS:
        raise Invalid(
            f"{len(references)} reference ids in one call; 1 to {MAX_IDS} are accepted. Make a slice of more, and send"
            " its slice_id."
        )
    read = queries.scenes if dataset.is_scene else queries.items
    rows = read(call.viewer, dataset).filter(reference_id__in=wanted)
    found = dict(rows.values_list("reference_id", "pk"))
    if missing := sorted(wanted - found.keys()):
        named = ", ".join(repr(one[:60]) for one in missing[:SHOWN_MISSING])
        raise NotFound(f"{len(missing)} of the reference ids name nothing in this dataset: {named}.")
    return BitMap64(found.values())


def told(found: Promotion) -> PromotionTold:
    return PromotionTold(
        promotion_id=found.public_id,
        state=str(found.state),
        job_id=public_id.encode("job", found.job_pk) if found.job_pk is not None else None,
        dataset_id=public_id.encode("ds", found.dataset_id) if found.dataset_id is not None else None,
        project_id=found.project.public_id if found.project is not None else None,
        requested_by=found.requested_by.email,
        requested_at=moment(found.requested_at),
        reason=found.reason,
        days=found.for_days,
        decided_by=found.decided_by.email if found.decided_by is not None else None,
        decided_at=moment(found.decided_at) if found.decided_at is not None else None,
        decision_reason=found.decision_reason,
        expires_at=moment(found.expires_at) if found.expires_at is not None else None,
        item_count=found.item_count,
        stored_count=found.stored_count,
        attention_count=found.attention_count,
    )
