"""A project as a file of our own: what it is for, its classes, and every task with the address that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.exchange.handing_out import TaskOut, Terms, has_private, parts
from webapp.labels.models import LabellingProject

PRIVATE_SENTENCE = (
    "This file holds private addresses, marked `private`. They open only where their media host is reached; nothing"
    " was shared. Give it to nobody who may not have them."
)
encode = msgspec.json.encode


def manifest(viewer: Viewer, project: LabellingProject, terms: Terms) -> Iterator[bytes]:
    """The parts of the JSON text."""
    head = project_head(viewer, project, terms) | {
        "purpose": project.purpose,
        "ontology": {"classes": project.ontology.get("classes", [])},
    }
    yield encode(head)[:-1] + b',"tasks":'
    yield from json_list([task_out(viewer, one) for one in tasks] for tasks in parts(viewer, project, terms))
    yield b"}\n"


def project_head(viewer: Viewer, project: LabellingProject, terms: Terms) -> dict[str, Any]:
    """What every file says of where it is from, and whether it holds private addresses."""
    is_private = has_private(viewer, project, terms)
    said = {
        "project": project.public_id,
        "name": project.name,
        "made_at": moment(timezone.now().replace(microsecond=0)),
        "made_for": viewer.email,
        "links_end_at": moment(terms.ends),
        "has_private_addresses": is_private,
    }
    return said | {"warning": PRIVATE_SENTENCE} if is_private else said


def task_out(viewer: Viewer, task: TaskOut) -> dict[str, Any]:
    """Labelers are not told what the dataset is called."""
    said = {
        "id": task.id,
        "reference_id": task.reference_id,
        "status": task.status,
        "link": task.link,
        "link_ends_at": moment(task.ends),
        "private": task.is_private,
        "promotion": task.promotion_id,
        "width": task.width,
        "height": task.height,
    }
    return said | {"dataset": task.dataset_name} if viewer.may(Permission.SEE_PRIVATE) else said


def json_list(pieces: Iterable[list[Any]]) -> Iterator[bytes]:
    """One JSON list out of many."""
    yield b"["
    comma = b""
    for rows in pieces:
        if rows:
            yield comma + encode(rows)[1:-1]
            comma = b","
    yield b"]"


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
