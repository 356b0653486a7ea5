"""What a team allows the courier to do at one of its media origins."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.models import MediaOrigin


class OriginRule(models.Model):
    """An origin without a rule: https, public addresses only, no redirects, four downloads at once.

    `ranges` are networks as `10.1.0.0/16`: none means public addresses only, some mean these and no others. A rule
    with ranges holds only after an operator agreed to it (`ranges_agreed_by`). `paused_at`: nothing is asked there.
    """

    origin = models.OneToOneField(MediaOrigin, on_delete=models.CASCADE, primary_key=True, related_name="rule")
    ranges = models.JSONField(default=list, blank=True)
    ranges_agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ranges_agreed_at = models.DateTimeField(null=True)
    is_http_allowed = models.BooleanField(default=False)
    redirects_to = models.ManyToManyField(MediaOrigin, blank=True, related_name="+")
    max_parallel = models.PositiveSmallIntegerField(default=4)
    paused_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_parallel__gte=1, max_parallel__lte=8), name="an_origin_takes_1_to_8_at_once"
            )
        ]

    def __str__(self) -> str:
        return f"rule for {self.origin}"
