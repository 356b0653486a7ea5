"""A move of a dataset's media to another host or folder: which prefix became which, and what takes it back."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.models.dataset import Dataset
from webapp.privacy import public_id

MAX_PREFIX = 1_000


class AddressMove(models.Model):
    """`moved` counts the rows that have another address by it, and `put_back` those that have their old one again.

    `job_pk` is the job that moves, `back_job_pk` the one that takes it back, None before. `taken_back_at` is set when
    that has ended.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=MAX_PREFIX)
    after = models.CharField(max_length=MAX_PREFIX)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    job_pk = models.BigIntegerField(null=True)
    moved = models.IntegerField(default=0)
    back_job_pk = models.BigIntegerField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    put_back = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_id.encode("mov", self.pk)


class MovedRows(models.Model):
    """What one step of a move changed: keys of rows, 8 bytes each, and as many marks of what they became, 4 each.

    `holder` is a key of addresses.HOLDERS.
    """

    move = models.ForeignKey(AddressMove, on_delete=models.CASCADE, related_name="+")
    holder = models.CharField(max_length=20)
    keys = models.BinaryField()
    marks = models.BinaryField()

    def __str__(self) -> str:
        return f"rows of {self.move_id}"
