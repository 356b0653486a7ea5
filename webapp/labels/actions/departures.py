"""What goes with items, scenes and datasets: their labels, tracks and counts (datasets/departures.py calls it)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.departures import Departure, register_departure
from webapp.datasets.models import Dataset
from webapp.labels.models import Annotation, LabelCount, Prediction, RunDataset, Taxonomy, Track
from webapp.labels.removal import drop_piece, leave_tracks, remove_labels_at
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS


def register() -> None:
    register_departure(Departure(items_go, scenes_go, dataset_goes, masks_among))


def items_go(dataset: Dataset, pks: Sequence[int]) -> None:
    forget_unused_files(remove_labels_at(dataset.pk, "item_id", pks))


def scenes_go(dataset: Dataset, pks: Sequence[int]) -> None:
    """Remove what is said of the scenes themselves, and the tracks that came with them."""
    forget_unused_files(remove_labels_at(dataset.pk, "scene_id", pks))
    tracks = list(Track.objects.unscoped().filter(scene_id__in=pks).values_list("pk", flat=True))
    if tracks:
        leave_tracks(tracks)
        Track.objects.unscoped().filter(scene_id__in=pks).delete()


def dataset_goes(dataset_pk: int, limit: int) -> bool:
    """Remove at most `limit` labels of a hidden dataset, the counts before and the tracks after them."""
    LabelCount.objects.filter(dataset_id=dataset_pk).delete()
    gone, files = drop_piece(ANNOTATIONS, "dataset_id = %s", [dataset_pk], limit=limit)
    runs = RunDataset.objects.filter(dataset_id=dataset_pk).order_by("pk").values_list("run_id", flat=True)
    for run_pk in runs:
        if gone < limit:
            where = "run_id = %s AND dataset_id = %s"
            more, masks = drop_piece(PREDICTIONS, where, [run_pk, dataset_pk], limit=limit - gone)
            gone, files = gone + more, files | masks
    forget_unused_files(files)
    if gone == limit:
        return True
    Track.objects.unscoped().filter(dataset_id=dataset_pk).delete()
    Taxonomy.objects.unscoped().filter(dataset_id=dataset_pk).delete()
    RunDataset.objects.filter(dataset_id=dataset_pk).delete()
    return False


def masks_among(file_pks: Collection[int]) -> set[int]:
    """Which of these files are masks."""
    tables = [table.objects.unscoped().filter(mask_file_id__in=file_pks) for table in (Annotation, Prediction)]
    return {pk for rows in tables for pk in rows.values_list("mask_file_id", flat=True) if pk is not None}
