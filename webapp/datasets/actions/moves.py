"""Moving a dataset's media addresses from one prefix to another, and taking it back: looked at first, done by a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.addresses import HOLDERS
from webapp.datasets.models import AddressMove, Dataset, Item
from webapp.datasets.models.move import MAX_PREFIX
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import Origin, OriginPolicy
from webapp.privacy.refusals import Conflict, Invalid, NotFound

MOVE, TAKE_BACK = "moveAddresses", "takeBackMove"
MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Prefixes:
    """From where to where: `https://host/path/`, or `s3://bucket/path/`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Example:
    """An address and what it would become, both without their query; `refusal` says why it would stay."""

    before: str
    after: str
    refusal: str


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What a move would do, counted exactly. `counts` are by noun; `signed` have a query, `shared` a copy here."""

    counts: tuple[tuple[str, int], ...]
    signed: int
    shared: int
    examples: tuple[Example, ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


def checked_prefixes(viewer: Viewer, before: str, after: str) -> Prefixes:
    """The prefixes as they were typed; raises Invalid with what is accepted."""
    # What is stored is left behind, whatever the team says of its origin now; what comes is checked as an append's is.
    check_prefix("The old prefix", before.strip(), None)
    check_prefix("The new prefix", after.strip(), moving_policy(viewer))
    found = Prefixes(before.strip(), after.strip())
    if found.after.startswith(found.before):
        raise Invalid(
            "The new prefix begins with the old one, so that a moved address could not be told from others. Move to"
            " another place first."
        )
    return found


def check_prefix(what: str, text: str, policy: OriginPolicy | None) -> None:
    if not text.endswith("/") or "?" in text or len(text) > MAX_PREFIX:
        raise Invalid(
            f"{what} is a host with the beginning of a path, or a bucket, and ends with a slash:"
            f" https://host/path/ or s3://bucket/path/, at most {MAX_PREFIX} characters."
        )
    try:
        MediaUrl.parse(f"{text}x", policy or any_origin(text))
    except MediaUrlRefused as refused:
        raise Invalid(f"{what} is refused: {refused.sentence}") from None


def any_origin(text: str) -> OriginPolicy:
    """A policy that knows the bucket which this text names, if any."""
    scheme, _, rest = text.partition("://")
    place = Origin("https", "unknown", 443)
    buckets = {Origin(scheme, rest.partition("/")[0], 0): place} if scheme in ("s3", "gs") else {}
    return OriginPolicy(frozenset(), locked=False, buckets=buckets)


def moving_policy(viewer: Viewer) -> OriginPolicy:
    """As an append's, but that a link which has ended is moved like others."""
    return replace(origin_policy(viewer), at=None)


def preview_move(viewer: Viewer, dataset: Dataset, prefixes: Prefixes) -> MovePreview:
    """Count and show what would be moved; changes nothing. Reads all addresses of the dataset once."""
    viewer.require(Permission.CURATE)
    counts, signed, shared = [], 0, 0
    for name, holder in HOLDERS.items():
        rows = holder.rows_at(viewer, dataset, prefixes.before).alias(text=Cast(holder.column, TextField()))
        told = {"count": Count("pk"), "signed": Count("pk", filter=Q(text__contains="?"))}
        if name == "item":
            told["shared"] = Count("pk", filter=Q(shared_at__isnull=False))
        found = rows.aggregate(**told)
        if found["count"]:
            counts.append((holder.noun, found["count"]))
        signed += found["signed"]
        shared += found.get("shared", 0)
    return MovePreview(
        counts=summed(counts),
        signed=signed,
        shared=shared,
        examples=tuple(examples(viewer, dataset, prefixes)),
    )


def summed(counts: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Masks of people and of runs are one count."""
    together: dict[str, int] = {}
    for noun, count in counts:
        together[noun] = together.get(noun, 0) + count
    return tuple(together.items())


def examples(viewer: Viewer, dataset: Dataset, prefixes: Prefixes) -> Iterator[Example]:
    policy, left = moving_policy(viewer), MAX_EXAMPLES
    for holder in HOLDERS.values():
        rows = holder.rows_at(viewer, dataset, prefixes.before).order_by("pk")
        for url in rows.values_list(holder.column, flat=True)[:left]:
            left -= 1
            try:
                moved = url.moved(prefixes.before, prefixes.after, policy)
            except MediaUrlRefused as refused:
                yield Example(url.without_query, "", refused.sentence)
            else:
                yield Example(url.without_query, moved.without_query, "")
        if not left:
            return


def items_at(viewer: Viewer, dataset: Dataset, prefix: str) -> QuerySet[Item]:
    """The items whose address begins so."""
    rows: QuerySet[Item] = HOLDERS["item"].rows_at(viewer, dataset, prefix)
    return rows


def start_move(viewer: Viewer, dataset: Dataset, prefixes: Prefixes) -> Job:
    """Have a job move what `preview_move` counted; raises Conflict while another moves addresses of this dataset."""
    viewer.require(Permission.CURATE)
    # Before anything is locked: of a million addresses it takes a second, and it only says how far the job has come.
    total = sum(one.rows_at(viewer, dataset, prefixes.before).count() for one in HOLDERS.values())
    return enqueue_move(viewer, dataset, prefixes, total)


@transaction.atomic
def enqueue_move(viewer: Viewer, dataset: Dataset, prefixes: Prefixes, total: int) -> Job:
    dataset = locked_dataset(viewer, dataset)
    refuse_while_moving(viewer, dataset)
    if not total:
        raise Invalid("No address of this dataset begins so; there is nothing to move.")
    move = AddressMove.objects.create(
        dataset_id=dataset.pk, before=prefixes.before, after=prefixes.after, made_by_id=viewer.user_id
    )
    job = enqueue(viewer, MOVE, dataset_pk=dataset.pk, params={"move": move.pk}, total_steps=total)
    AddressMove.objects.filter(pk=move.pk).update(job_pk=job.pk)
    note(viewer, dataset, "addresses.move", move)
    return job


@transaction.atomic
def take_back_move(viewer: Viewer, dataset: Dataset, move_id: str) -> Job:
    """Have a job give moved rows their old addresses again, as far as they still have the ones they were moved to."""
    dataset = locked_dataset(viewer, dataset)
    pk = public_id.decode("mov", move_id)
    move = AddressMove.objects.filter(dataset_id=dataset.pk, pk=pk).first() if pk is not None else None
    if move is None:
        raise NotFound("There is no such move in this dataset.")
    refuse_while_moving(viewer, dataset)
    if move.taken_back_at is not None or not move.moved:
        raise Conflict("This move was taken back already, or moved nothing.")
    left = move.moved - move.put_back
    job = enqueue(viewer, TAKE_BACK, dataset_pk=dataset.pk, params={"move": move.pk}, total_steps=left)
    AddressMove.objects.filter(pk=move.pk).update(back_job_pk=job.pk)
    note(viewer, dataset, "addresses.move_back", move)
    return job


def refuse_while_moving(viewer: Viewer, dataset: Dataset) -> None:
    jobs = Job.objects.visible_to(viewer).filter(dataset_pk=dataset.pk, kind__in=(MOVE, TAKE_BACK))
    if jobs.filter(state__in=Job.LIVE).exists():
        raise Conflict("Addresses of this dataset are being moved just now. Wait for that job, or stop it first.")


def note(viewer: Viewer, dataset: Dataset, action: str, move: AddressMove, **details: int) -> None:
    """One line of the audit record, with origins only: a path may tell more than a record should."""
    before, after = (MediaUrl.from_column(f"{text}x").origin for text in (move.before, move.after))
    subject = dataset.public_id
    record(viewer, action, subject=subject, move=move.public_id, before=str(before), after=str(after), **details)


def moves(viewer: Viewer, dataset: Dataset, *, limit: int) -> list[AddressMove]:
    """The dataset's moves, newest first."""
    rows = AddressMove.objects.filter(dataset_id=dataset.pk, dataset__team_id=viewer.team_id)
    return list(rows.select_related("made_by", "taken_back_by").order_by("-pk")[:limit])
