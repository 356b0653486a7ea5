"""How many labels of each class a dataset has, kept by the verbs that change labels, so that no page counts rows."""

from __future__ import annotations

from django.db import models

from webapp.datasets.models import Dataset
from webapp.labels.models.label import Kind
from webapp.labels.models.model import ModelRun

CONFIDENCE_BUCKETS = 20
NO_CONFIDENCE = -1


class LabelCount(models.Model):
    """`run` is None for annotations. `bucket` is floor(confidence x 20), at most 19, or -1 without a confidence.

    A mask and a multicategory count once for each of their labels. Rows are read and changed under the dataset's lock.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(ModelRun, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    label = models.TextField()
    bucket = models.SmallIntegerField(default=NO_CONFIDENCE)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "run", "kind", "label", "bucket"],
                condition=models.Q(run__isnull=False),
                name="one_count_per_class_of_a_run",
            ),
            models.UniqueConstraint(
                fields=["dataset", "kind", "label", "bucket"],
                condition=models.Q(run__isnull=True),
                name="one_count_per_class_of_annotations",
            ),
            models.CheckConstraint(condition=models.Q(count__gte=0), name="no_class_is_counted_below_0"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.kind} {self.label}"
