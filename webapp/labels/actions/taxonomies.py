"""Adding, changing and deleting taxonomies."""

from __future__ import annotations

from typing import Literal

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.models import Dataset
from webapp.labels.drafts import checked_labels
from webapp.labels.models import Taxonomy
from webapp.labels.removal import remove_labels
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS
from webapp.privacy.refusals import Invalid, NotFound


@transaction.atomic
def add_taxonomy(
    viewer: Viewer, dataset: Dataset, *, name: str, kind: str, labels: object, update: bool
) -> Literal["created", "exists", "updated"]:
    """Add a taxonomy, or with `update` give one that exists these labels too; labels in use are never taken away."""
    dataset = locked_dataset(viewer, dataset)
    if kind not in Taxonomy.Kind.values:
        raise Invalid(f"type is {str(kind)[:80]!r}; {' and '.join(Taxonomy.Kind.values)} are accepted.")
    words = list(dict.fromkeys(checked_labels(labels)))
    if not words:
        raise Invalid("labels is empty; a taxonomy needs one label or more.")
    found = Taxonomy.objects.unscoped().filter(dataset_id=dataset.pk, name=checked_name(name)).first()
    if found is None:
        Taxonomy.objects.unscoped().create(dataset=dataset, name=checked_name(name), kind=kind, labels=words)
        save_change(dataset)
        return "created"
    if not update:
        return "exists"
    if found.kind != kind:
        raise Invalid(f"the taxonomy {found.name!r} is of kind {found.kind}; its kind cannot be changed.")
    found.labels = list(checked_labels(list(dict.fromkeys([*found.labels, *words]))))
    found.save(update_fields=["labels"])
    save_change(dataset)
    return "updated"


@transaction.atomic
def delete_taxonomy(viewer: Viewer, dataset: Dataset, name: str) -> None:
    """Remove a taxonomy and the categories that are of it, annotations and predictions."""
    dataset = locked_dataset(viewer, dataset)
    found = Taxonomy.objects.unscoped().filter(dataset_id=dataset.pk, name=name).first()
    if found is None:
        raise NotFound(f"There is no taxonomy {name[:200]!r} in this dataset.")
    gone = 0
    for table in (ANNOTATIONS, PREDICTIONS):
        count, files = remove_labels(table, dataset.pk, "taxonomy_id = %s", [found.pk])
        forget_unused_files(files)
        gone += count
    found.delete()
    save_change(dataset)
    record(viewer, "taxonomy.delete", subject=dataset.public_id, labels=gone)
