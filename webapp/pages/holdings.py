"""Counts for the report and the settings: how many copies are held here, and which origins are in use."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Q, Sum

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import DatasetOrigin, Item, Scene, StoredFile
from webapp.labels.models import Annotation, Kind, LabelCount, Prediction


class MaskCount(NamedTuple):
    """Masks of labels: addresses of those held elsewhere, and files held here."""

    addresses: int
    files: int


class CopyCount(NamedTuple):
    """Items that this server holds the bytes of: uploaded as files, and copied for an approved promotion."""

    uploaded: int
    shared: int


def copies_by_dataset(viewer: Viewer) -> dict[int, CopyCount]:
    """The copies of each dataset's items, by dataset key; datasets without are left out."""
    held = Item.objects.visible_to(viewer).filter(Q(file__isnull=False) | Q(shared_at__isnull=False))
    counted = held.values_list("dataset_id").annotate(uploaded=Count("file_id"), shared=Count("shared_at"))
    return {pk: CopyCount(uploaded, shared) for pk, uploaded, shared in counted}


def videos_by_dataset(viewer: Viewer) -> dict[int, int]:
    """How many scenes of each dataset have the address of an mp4, by dataset key; datasets without are left out."""
    held = Scene.objects.visible_to(viewer).filter(video_url__isnull=False)
    return dict(held.values_list("dataset_id").annotate(count=Count("pk")))


def stored_bytes(viewer: Viewer) -> int:
    """How many bytes the team's uploads and shared copies take."""
    return StoredFile.objects.filter(team_id=viewer.team_id).aggregate(size=Sum("byte_size"))["size"] or 0


def datasets_by_origin(viewer: Viewer) -> dict[int, int]:
    """How many datasets use each of the team's origins, by origin key; unused ones are left out."""
    used = DatasetOrigin.objects.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)
    return dict(used.values_list("origin_id").annotate(count=Count("pk")))


def masks_by_dataset(viewer: Viewer) -> dict[int, MaskCount]:
    """The masks of each dataset, by dataset key; datasets without are left out.

    Labels have no index by kind, so only datasets that are counted to have masks are looked through.
    """
    found: dict[int, MaskCount] = {}
    counted = LabelCount.objects.filter(dataset__team_id=viewer.team_id, kind=Kind.MASK, count__gt=0)
    said = Annotation.objects.visible_to(viewer).filter(dataset__in=counted.filter(run=None).values("dataset"))
    predicted = Prediction.objects.visible_to(viewer).filter(dataset__in=counted.exclude(run=None).values("dataset"))
    for rows in (said.filter(kind=Kind.MASK), predicted.filter(kind=Kind.MASK)):
        of_dataset = rows.order_by().values_list("dataset_id")
        for pk, addresses, files in of_dataset.annotate(urls=Count("mask_url"), files=Count("mask_file")):
            before = found.get(pk, MaskCount(0, 0))
            found[pk] = MaskCount(before.addresses + addresses, before.files + files)
    return found
