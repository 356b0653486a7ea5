"""Metadata by column, a segment of 65,536 keys at a time; JSON in the rows stays the truth.

Read them through store.py only, for a dataset that the viewer has been found to see.
"""

from __future__ import annotations

from django.db import models

from webapp.datasets.models import Dataset

SEGMENT_BITS = 16
# The level of segments that count the annotations of each item.
LABEL = "label"


class ColumnSegment(models.Model):
    """The rows of a dataset whose keys have this `number` above their lowest 16 bits; `level` is "item" or "scene".

    At the level "label" the keys are those of items, the fields are classes, and the row holds how many annotations of
    the class the item has; `is_whole`: none of a class without a chunk.

    `version` grows in every transaction that touches one of the rows; the columns are of `built_version`, None before
    there are any, and are as good as the rows while the two are equal. `build` names one making of them, never used
    again. `is_whole`: a field without a chunk is missing in each of the `row_count` rows.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    level = models.CharField(max_length=5)
    number = models.BigIntegerField()
    version = models.BigIntegerField(default=0)
    built_version = models.BigIntegerField(null=True)
    build = models.BigIntegerField(default=0)
    row_count = models.IntegerField(default=0)
    is_whole = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "level", "number"], name="one_segment_per_dataset_and_number"),
        ]

    def __str__(self) -> str:
        return f"{self.level}s {self.number} of {self.dataset_id}"


class ColumnChunk(models.Model):
    """One field of one making of a segment; `path` is its steps as a JSON list.

    "" is for the keys of the rows, and at the level "label" for all classes.
    """

    segment = models.ForeignKey(ColumnSegment, on_delete=models.CASCADE, related_name="+", db_index=False)
    build = models.BigIntegerField()
    path = models.TextField()
    blob = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "build", "path"], name="one_chunk_per_segment_and_field"),
        ]

    def __str__(self) -> str:
        return f"{self.path or 'keys'} of {self.segment_id}"
