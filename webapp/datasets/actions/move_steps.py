"""The steps of the jobs that move addresses and take moves back, some thousand rows a transaction."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from webapp.accounts.audit import record_notes
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.actions.moves import moving_policy, note
from webapp.datasets.actions.origins import admit_origins
from webapp.datasets.addresses import HOLDERS, Holder
from webapp.datasets.models import AddressMove, Dataset, MovedRows
from webapp.datasets.rows import save_addresses
from webapp.datasets.sharing import before_items_lead_to
from webapp.jobs.actions import viewer_of_job
from webapp.jobs.lease import Lease, Step
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.refusals import Refused

ROWS_A_STEP = 2_000
# Among so many rows, by their keys, a step looks: left to itself PostgreSQL takes a prefix for rare and reads all of a
# million rows in each step.
KEYS_A_STEP = 5 * ROWS_A_STEP
MARK_BYTES = 4
Row = tuple[int, str, MediaUrl]


def run_move(lease: Lease) -> dict[str, Any]:
    """Move all rows; those whose address would not be accepted stay, and are among the job's errors."""
    while not lease.cursor.get("is_done"):
        with lease.step() as step:
            viewer, move, dataset = begun(lease)
            move_some(viewer, move, dataset, step)
    return {"moved": lease.cursor.get("changed", 0), "left": lease.job.error_count}


def run_back(lease: Lease) -> dict[str, Any]:
    """Give rows their old addresses; those that were given another since, or are gone, stay as they are."""
    while not lease.cursor.get("is_done"):
        with lease.step() as step:
            viewer, move, dataset = begun(lease)
            put_some_back(viewer, move, dataset, step)
    return {"putBack": lease.cursor.get("changed", 0), "left": lease.cursor.get("left", 0)}


def begun(lease: Lease) -> tuple[Viewer, AddressMove, Dataset]:
    """Who moves, what, and the locked dataset, as they are now; part of a step."""
    viewer = viewer_of_job(lease.job)
    move = AddressMove.objects.select_related("dataset").filter(pk=lease.job.params["move"]).first()
    if move is None or move.dataset_id != lease.job.dataset_pk:
        raise Refused("This job names no move.")
    return viewer, move, locked_dataset(viewer, move.dataset)


def move_some(viewer: Viewer, move: AddressMove, dataset: Dataset, step: Step) -> None:
    names = list(HOLDERS)
    place = step.cursor.get("holder", 0)
    holder = HOLDERS[names[place]]
    columns = ["pk", *([holder.name] if holder.name else []), holder.column]
    after = step.cursor.get("after", 0)
    ends = holder.rows(viewer, dataset).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    end = next(iter(ends[KEYS_A_STEP - 1 : KEYS_A_STEP]), None)
    rows = holder.rows_at(viewer, dataset, move.before).filter(pk__gt=after).order_by("pk")
    rows = rows.filter(pk__lte=end) if end is not None else rows
    found = [(row[0], row[1] if holder.name else "", row[-1]) for row in rows.values_list(*columns)[:ROWS_A_STEP]]
    changed = changes(viewer, found, move.before, move.after, step)
    if changed:
        MovedRows.objects.create(
            move_id=move.pk,
            holder=names[place],
            keys=array("q", changed).tobytes(),
            marks=b"".join(url.mark for url in changed.values()),
        )
        AddressMove.objects.filter(pk=move.pk).update(moved=F("moved") + len(changed))
    lead(viewer, dataset, holder, changed)
    step.done += len(found)
    step.cursor["changed"] = step.cursor.get("changed", 0) + len(changed)
    if len(found) == ROWS_A_STEP or end is not None:
        step.cursor["after"] = found[-1][0] if len(found) == ROWS_A_STEP else end
        return
    step.cursor |= {"holder": place + 1, "after": 0, "is_done": place + 1 == len(names)}
    if step.cursor["is_done"]:
        note(viewer, dataset, "addresses.moved", move, rows=step.cursor["changed"])


def changes(viewer: Viewer, rows: list[Row], before: str, after: str, step: Step) -> dict[int, MediaUrl]:
    """The new addresses by key; what is not accepted is refused in the step."""
    policy, changed = moving_policy(viewer), {}
    for number, (pk, name, url) in enumerate(rows, step.done + 1):
        try:
            changed[pk] = url.moved(before, after, policy)
        except MediaUrlRefused as refused:
            step.refuse(number, name[:200], refused.sentence)
    return changed


def lead(viewer: Viewer, dataset: Dataset, holder: Holder, changed: Mapping[int, MediaUrl]) -> None:
    """Give rows their new addresses, with all that follows from it."""
    if not changed:
        return
    is_items = holder is HOLDERS["item"]
    notes = before_items_lead_to(dataset, changed) if is_items else []
    save_addresses(holder.table._meta.db_table, holder.column, changed)
    # Last, for it locks the audit record's head where an origin is new.
    admit_origins(viewer, dataset, {url.origin for url in changed.values()})
    record_notes(viewer, notes)
    save_change(dataset)


def put_some_back(viewer: Viewer, move: AddressMove, dataset: Dataset, step: Step) -> None:
    chunks = MovedRows.objects.filter(move_id=move.pk, pk__gt=step.cursor.get("after", 0)).order_by("pk")
    chunk = chunks.first()
    if chunk is None:
        step.cursor["is_done"] = True
        MovedRows.objects.filter(move_id=move.pk).delete()
        rows = AddressMove.objects.filter(pk=move.pk)
        rows.update(taken_back_at=timezone.now(), taken_back_by_id=viewer.user_id)
        note(viewer, dataset, "addresses.moved_back", move, rows=step.cursor.get("changed", 0))
        return
    holder = HOLDERS[chunk.holder]
    keys, marks = array("q", bytes(chunk.keys)), bytes(chunk.marks)
    marked = {pk: marks[at * MARK_BYTES : (at + 1) * MARK_BYTES] for at, pk in enumerate(keys)}
    columns = ["pk", *([holder.name] if holder.name else []), holder.column]
    rows_now = holder.rows_at(viewer, dataset, move.after).filter(pk__in=list(keys)).order_by("pk")
    found = [(row[0], row[1] if holder.name else "", row[-1]) for row in rows_now.values_list(*columns)]
    same = [row for row in found if row[2].mark == marked[row[0]]]
    changed = changes(viewer, same, move.after, move.before, step)
    lead(viewer, dataset, holder, changed)
    AddressMove.objects.filter(pk=move.pk).update(put_back=F("put_back") + len(changed))
    step.cursor["after"] = chunk.pk
    step.cursor["changed"] = step.cursor.get("changed", 0) + len(changed)
    step.cursor["left"] = step.cursor.get("left", 0) + len(keys) - len(changed)
    step.done += len(keys)
