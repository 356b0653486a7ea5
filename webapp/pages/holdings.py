"""Counts for the report and the settings: how many copies are held here, and which origins are in use."""

from __future__ import annotations

from django.db.models import Count, Sum

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import DatasetOrigin, Item, Scene, StoredFile


def copies_by_dataset(viewer: Viewer) -> dict[int, int]:
    """How many items of each dataset this server holds a copy of, by dataset key; datasets without are left out."""
    held = Item.objects.visible_to(viewer).filter(file__isnull=False)
    return dict(held.values_list("dataset_id").annotate(count=Count("pk")))


def videos_by_dataset(viewer: Viewer) -> dict[int, int]:
    """How many scenes of each dataset have the address of an mp4, by dataset key; datasets without are left out."""
    held = Scene.objects.visible_to(viewer).filter(video_url__isnull=False)
    return dict(held.values_list("dataset_id").annotate(count=Count("pk")))


def stored_bytes(viewer: Viewer) -> int:
    """How many bytes the team's uploaded files take."""
    return StoredFile.objects.filter(team_id=viewer.team_id).aggregate(size=Sum("byte_size"))["size"] or 0


def datasets_by_origin(viewer: Viewer) -> dict[int, int]:
    """How many datasets use each of the team's origins, by origin key; unused ones are left out."""
    used = DatasetOrigin.objects.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)
    return dict(used.values_list("origin_id").annotate(count=Count("pk")))
