"""Following links to shared bytes, and copies as an approved promotion leaves them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.utils import timezone

from tests import make
from webapp.accounts.models import User
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import path_of
from webapp.datasets.models import Item, StoredFile
from webapp.labels.models import LabellingProject, LabellingTask, ProjectLabeler
from webapp.privacy.url_seal import url_seal
from webapp.promotions.models import Promotion, PromotionItem

APP = "http://testserver"
SHARED = "http://testserver:8002"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


@dataclass(frozen=True, slots=True)
class Followed:
    """What was answered."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes


def follow(link: str, *, method: str = "GET", **headers: str) -> Followed:
    """What a browser without any cookie is answered at this address; `If_Range="…"` is a header."""
    parts = urlsplit(link)
    named = {"host": parts.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
    response: Any = Client().generic(method, parts.path, headers=named, secure=parts.scheme == "https")
    assert not response.cookies
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Followed(response.status_code, response.headers, body)


def make_project(viewer: Viewer, *labelers: Viewer, name: str = "Cars") -> LabellingProject:
    project = LabellingProject.objects.unscoped().create(
        team_id=viewer.team_id, name=name, created_by_id=viewer.user_id
    )
    for one in labelers:
        ProjectLabeler.objects.create(project=project, user_id=one.user_id, added_by_id=viewer.user_id)
    return project


def make_copy(
    item: Item, project: LabellingProject, *, content: bytes = PNG, place: str = "local", **fields: Any
) -> PromotionItem:
    """A copy of the item for the project, as when its promotion is done; `fields` are the promotion's.

    With another place than `local` the bytes are somebody else's to put there.
    """
    asker = project.created_by
    approver = make.make_viewer(project.team, role="approver")
    promotion = Promotion.objects.unscoped().create(
        **{
            "team": project.team,
            "dataset": item.dataset,
            "dataset_name": item.dataset.name,
            "project": project,
            "way": Promotion.Way.PAGE,
            "state": Promotion.State.SHARED,
            "requested_by": asker,
            "decided_by": User.objects.get(pk=approver.user_id),
            "decided_at": timezone.now(),
            "item_count": 1,
            "stored_count": 1,
            **fields,
        }
    )
    file = store(project.team_id, content, place=place)
    assert item.url is not None
    made = PromotionItem.objects.create(
        promotion=promotion,
        item_pk=item.pk,
        seal=url_seal(item.public_id, item.url),
        origin=str(item.url.origin),
        state=PromotionItem.State.STORED,
        file=file,
        sha256=file.sha256,
        byte_count=file.byte_size,
        stored_at=timezone.now(),
    )
    Item.objects.unscoped().filter(pk=item.pk).update(shared_at=timezone.now(), promotion_pk=promotion.pk)
    LabellingTask.objects.unscoped().get_or_create(project=project, item=item, defaults={"promotion_pk": promotion.pk})
    return made


def store(team_id: int, content: bytes, content_type: str = "image/png", *, place: str = "local") -> StoredFile:
    """The bytes in the local store, with their row; elsewhere only the row."""
    sha256 = hashlib.sha256(content).hexdigest()
    file, _ = StoredFile.objects.get_or_create(
        team_id=team_id,
        sha256=sha256,
        defaults={"byte_size": len(content), "content_type": content_type, "place": place},
    )
    if place != "local":
        return file
    path = path_of(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return file
