"""What the courier writes down: every connection, before it is made and after it ended."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.chain import BEFORE_ALL
from webapp.accounts.models import Team


class EgressHead(models.Model):
    """Where a team's chain of connections ends: locked while a row is added, and written by nothing else."""

    team = models.OneToOneField(Team, on_delete=models.PROTECT, primary_key=True, related_name="+")
    length = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=BEFORE_ALL)

    def __str__(self) -> str:
        return f"{self.length} rows of {self.team}"


class EgressEntry(models.Model):
    """A connection that is about to be made (`connect`), or how one ended (`ended`); committed before the first byte.

    `entry` of an `ended` row is the position of its `connect` row. Keys are plain numbers: the record outlives what
    they name. `origin` is `scheme://host[:port]`, `address` the pinned one; never a URL. The rows of a team are a
    chain (accounts/chain.py); triggers refuse every change and every deletion.
    """

    class Kind(models.TextChoices):
        CONNECT = "connect", "connection"
        ENDED = "ended", "end"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    entry = models.PositiveBigIntegerField(null=True)
    promotion_pk = models.BigIntegerField()
    item_pk = models.BigIntegerField()
    origin = models.CharField(max_length=300)
    address = models.CharField(max_length=60)
    hop = models.PositiveSmallIntegerField(default=0)
    result = models.CharField(max_length=20, default="")
    byte_count = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    at = models.DateTimeField(default=timezone.now)
    position = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "position"], name="one_connection_per_place_in_a_team")]
        indexes = [
            models.Index(fields=["team", "at"], name="connections_by_day"),
            models.Index(fields=["team", "entry"], name="connections_by_beginning"),
            models.Index(fields=["team", "promotion_pk", "position"], name="connections_by_promotion"),
        ]
        verbose_name_plural = "egress entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.origin} {self.result or self.kind}"
