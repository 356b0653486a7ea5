"""When a team's record was last recomputed, and what came of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User


class RecordCheck(models.Model):
    """One recomputation of both chains of a team: where they ended then, and the first fault, "" for none.

    `unapproved_count` are connections that no approval covers, `open_count` those of which no end was written down.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    acts_length = models.PositiveBigIntegerField()
    acts_hash = models.CharField(max_length=64)
    acts_fault = models.CharField(max_length=200, default="", blank=True)
    connections_length = models.PositiveBigIntegerField()
    connections_hash = models.CharField(max_length=64)
    connections_fault = models.CharField(max_length=200, default="", blank=True)
    connection_count = models.PositiveBigIntegerField()
    open_count = models.PositiveBigIntegerField()
    unapproved_count = models.PositiveBigIntegerField()
    byte_count = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "-id"], name="record_checks_by_team")]

    def __str__(self) -> str:
        return f"{self.team} at {self.at:%Y-%m-%d %H:%M}: {'whole' if self.is_whole else 'faults'}"

    @property
    def is_whole(self) -> bool:
        return not (self.acts_fault or self.connections_fault or self.unapproved_count)
