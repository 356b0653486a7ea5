"""The switch that stops all copying for a team."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User


class CourierStop(models.Model):
    """While a team has one, no byte is asked for on its behalf, and a copy that is going on ends unfinished."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="+")
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500, default="")

    def __str__(self) -> str:
        return f"copying stopped for {self.team}"
