"""What the bucket holds, as far as it was ever written down: before anything is put there, and after it is gone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team


class BucketCopy(models.Model):
    """One object of the bucket, by its team and the SHA-256 of its bytes; there is none without a row.

    `coming`: it may be on its way; `kept`: a stored file names it; `unwanted`: none does any more; `going`: the courier
    is removing it; `gone`: the store has said that it is not there. `round` counts removals: who brought bytes in an
    earlier one has to bring them again. `ready_at` None: at once. `sentence` says why the last removal failed.
    """

    class State(models.TextChoices):
        COMING = "coming", "being brought"
        KEPT = "kept", "in the bucket"
        UNWANTED = "unwanted", "to be removed"
        GOING = "going", "being removed"
        GONE = "gone", "removed"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    round = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "sha256"], name="one_bucket_copy_per_team_and_content"),
            models.CheckConstraint(
                condition=models.Q(state__in=["coming", "kept", "unwanted", "going", "gone"]),
                name="a_bucket_copy_has_a_known_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "changed_at"],
                condition=models.Q(state__in=["coming", "unwanted", "going"]),
                name="bucket_copies_to_look_at",
            )
        ]
        verbose_name_plural = "bucket copies"

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"
