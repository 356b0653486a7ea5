"""The pictures of labelling tasks: a member's browser loads them from their host, a labeler's gets our copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from django.http import HttpRequest

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.labels.models import LabellingTask
from webapp.pages.cells import PictureOnPage, links_for, media_address
from webapp.pages.media_hosts import MediaHosts, media_hosts, upload_origins
from webapp.privacy.shared_origin import shared_media_origins
from webapp.promotions.opening import copies_of_tasks


@dataclass(frozen=True, slots=True)
class TaskPictures:
    """Where pictures are loaded from."""

    addresses: dict[int, str]
    """By the key of the item, without those that cannot be shown."""
    hosts: MediaHosts
    """Where all of them are."""


def task_pictures(request: HttpRequest, viewer: Viewer, tasks: Sequence[LabellingTask]) -> TaskPictures:
    """Where this viewer's browser loads the pictures of these tasks from, which the viewer may see."""
    links = links_for(request, viewer)
    if not viewer.may(Permission.SEE_PRIVATE):
        copies = copies_of_tasks([(one.project_id, one.item_id, one.promotion_pk) for one in tasks])
        addresses = {item_pk: links.to(item_pk, copy.file_pk) for (_, item_pk), copy in copies.items()}
        return TaskPictures(addresses, media_hosts(viewer, (), ours=shared_media_origins(request)))
    datasets = list({one.item.dataset_id: one.item.dataset for one in tasks}.values())
    origins = queries.origin_rows_by_dataset(viewer, datasets)
    addresses = {one.item_id: media_address(one.item, links) for one in tasks}
    only = datasets[0] if len(datasets) == 1 else None
    ours = upload_origins(request, datasets)
    return TaskPictures(addresses, media_hosts(viewer, chain(*origins.values()), ours=ours, dataset=only))


def picture_of(task: LabellingTask, pictures: TaskPictures, href: str) -> PictureOnPage | None:
    """As the island names it; None for a picture that cannot be shown now."""
    address = pictures.addresses.get(task.item_id)
    if address is None:
        return None
    return {
        "id": task.public_id,
        "reference_id": task.item.reference_id,
        "url": address,
        "width": task.item.width,
        "height": task.item.height,
        "privacy": task.item.privacy,
        "href": href,
    }
