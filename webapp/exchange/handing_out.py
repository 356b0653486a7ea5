"""The tasks of a project as they are handed to people outside: what to label, and the address that shows it.

Read part by part, so that a file of any length takes the same memory. Who sees which task is said by labels/; a task
with a copy comes with a link to it, made for whoever takes the file, and a task without one with its own address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.shared_links import SharedLinks, shared_url_until
from webapp.labels import queries as labels
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Invalid
from webapp.promotions.opening import TaskCopy, copies_of_tasks

TASKS_AT_ONCE = 1_000
DEFAULT_DAYS, MOST_DAYS = 7, 14
FORMS = ("manifest", "coco", "label-studio")
Status, Audit = LabellingTask.Status, LabellingTask.Audit


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a project's tasks are handed out.

    Links end at `ends` or with their promotion, whichever is first. With `only_open` tasks with a result that was not
    rejected are left out. With `with_labels` what is said of the items already comes along.
    """

    links: SharedLinks
    ends: datetime
    only_open: bool = False
    with_labels: bool = False


class TaskOut(NamedTuple):
    """A task. `link` is None for a copy that is gone, `ends` for a link without an end: the item's own address.

    `is_private` says that the link is that address, which opens only where the media host is reached.
    `promotion_id` is None then. `width` and `height` are None where nobody measured the picture.
    """

    id: str
    item_pk: int
    dataset_pk: int
    dataset_name: str
    reference_id: str
    link: str | None
    ends: datetime | None
    is_private: bool
    promotion_id: str | None
    width: int | None
    height: int | None
    status: str


def terms_for(links: SharedLinks, *, days: str = "", only_open: bool = False, with_labels: bool = False) -> Terms:
    """`days` is how long links shall live, as somebody typed it, "" for a week; raises Invalid."""
    text = days.strip() or str(DEFAULT_DAYS)
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS):
        raise Invalid(f"Links live for {text[:20]!r} days; a whole number from 1 to {MOST_DAYS} is accepted.")
    ends = timezone.now().replace(microsecond=0) + timedelta(days=int(text))
    return Terms(links, ends, only_open, with_labels)


def hand_out(viewer: Viewer, project: LabellingProject, terms: Terms, *, form: str) -> None:
    """Check that the viewer may take the file, and write down that they did. Call it before the first byte."""
    if terms.with_labels:
        viewer.require(Permission.SEE_PRIVATE)
    tasks = tasks_to_label(viewer, project, terms)
    record(
        viewer,
        "project.manifest",
        subject=project.public_id,
        form=form,
        tasks=tasks.count(),
        private=tasks.filter(promotion_pk=None).count(),
        until=terms.ends.isoformat(),
        with_labels=terms.with_labels,
    )


def tasks_to_label(viewer: Viewer, project: LabellingProject, terms: Terms) -> QuerySet[LabellingTask]:
    tasks = labels.tasks(viewer, project).exclude(status=Status.CANCELLED)
    return tasks.filter(Q(status=Status.PENDING) | Q(audit_status=Audit.REJECTED)) if terms.only_open else tasks


def has_private(viewer: Viewer, project: LabellingProject, terms: Terms) -> bool:
    """Whether any of the tasks comes with its item's own address."""
    return tasks_to_label(viewer, project, terms).filter(promotion_pk=None).exists()


def parts(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[list[TaskOut]]:
    """The tasks in the order of their items, some at a time."""
    tasks, after = tasks_to_label(viewer, project, terms), 0
    while rows := [Row(*row) for row in tasks.filter(item_id__gt=after).values_list(*COLUMNS)[:TASKS_AT_ONCE]]:
        yield tasks_out(terms, project, rows)
        after = rows[-1].item_pk


class Row(NamedTuple):
    pk: int
    item_pk: int
    promotion_pk: int | None
    status: str
    reference_id: str
    url: MediaUrl | None
    file_pk: int | None
    width: int | None
    height: int | None
    dataset_pk: int
    dataset_name: str


COLUMNS = (
    "pk",
    "item_id",
    "promotion_pk",
    "status",
    "item__reference_id",
    "item__url",
    "item__file_id",
    "item__width",
    "item__height",
    "item__dataset_id",
    "item__dataset__name",
)


def tasks_out(terms: Terms, project: LabellingProject, rows: Sequence[Row]) -> list[TaskOut]:
    copied = copies_of_tasks([(project.pk, row.item_pk, row.promotion_pk) for row in rows if row.promotion_pk])
    copies = {item_pk: copy for (_, item_pk), copy in copied.items()}
    ids = public_id.encode_many("task", [row.pk for row in rows])
    made = []
    for task_id, row in zip(ids, rows, strict=True):
        copy = copies.get(row.item_pk)
        promotion_pk = row.promotion_pk if copy is None else copy.promotion_pk
        link, ends = link_of(terms, row, copy)
        made.append(
            TaskOut(
                task_id,
                row.item_pk,
                row.dataset_pk,
                row.dataset_name,
                row.reference_id,
                link,
                ends,
                row.promotion_pk is None and row.file_pk is None,
                None if promotion_pk is None else public_id.encode("prm", promotion_pk),
                row.width,
                row.height,
                row.status,
            )
        )
    return made


def link_of(terms: Terms, row: Row, copy: TaskCopy | None) -> tuple[str | None, datetime | None]:
    """The address that shows the task's picture, and when it ceases to."""
    if row.promotion_pk is None and row.file_pk is None:
        # Only who sees private items is given a task without a copy.
        return (row.url.reveal() if row.url is not None else None), None
    file_pk, over = row.file_pk, None
    if row.promotion_pk is not None:
        file_pk, over = (None, None) if copy is None else (copy.file_pk, copy.ends)
    ends = terms.ends if over is None else min(terms.ends, over.replace(microsecond=0))
    if file_pk is None or ends <= timezone.now():
        return None, None
    links = terms.links
    return shared_url_until(links.base, links.user_pk, row.item_pk, file_pk, ends=int(ends.timestamp())), ends
