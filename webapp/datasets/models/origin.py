"""Media origins: a team's one list of places its media may come from, and which dataset uses which."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User
from webapp.datasets.models.dataset import Dataset
from webapp.privacy.origins import Origin


class MediaOrigin(models.Model):
    """`origin` is `scheme://host[:port]`; `declared_via` says where it came from: an append, or the settings page.

    `access` is what its media asks of a browser, as an admin said; the secret itself is never here. A bucket
    (`bucket_scheme`, `bucket`, both "" without one) is found at this origin: below its own path where `is_path_style`,
    else at the root. `region` is "" where none was said. `resolver` is where a browser asks for a fresh link, or "".
    """

    class Access(models.TextChoices):
        NONE = "none", "nothing more"
        COOKIES = "cookies", "cookies of its own sign-in"
        BEARER = "bearer", "a bearer token"
        S3 = "s3", "an S3 access key"
        AZURE = "azure", "an Azure shared access signature"
        QUERY = "query", "a token in the query"

    class Via(models.TextChoices):
        APPEND = "append", "named by an append"
        SETTINGS = "settings", "added in the settings"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=300)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_via = models.CharField(max_length=10, choices=Via.choices)
    declared_at = models.DateTimeField(default=timezone.now)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.NONE)
    bucket_scheme = models.CharField(max_length=4, default="", blank=True)
    bucket = models.CharField(max_length=63, default="", blank=True)
    region = models.CharField(max_length=40, default="", blank=True)
    is_path_style = models.BooleanField(default=False)
    resolver = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "origin"], name="one_media_origin_per_team"),
            models.UniqueConstraint(
                fields=["team", "bucket_scheme", "bucket"],
                condition=~models.Q(bucket=""),
                name="a_bucket_is_at_one_origin_of_a_team",
            ),
            models.CheckConstraint(
                condition=models.Q(bucket="", bucket_scheme="")
                | (models.Q(bucket_scheme__in=("s3", "gs")) & ~models.Q(bucket="")),
                name="a_bucket_has_a_scheme",
            ),
        ]

    def __str__(self) -> str:
        return self.origin

    @property
    def storage(self) -> Origin | None:
        """The bucket that is found here."""
        return Origin.of_bucket(self.bucket_scheme, self.bucket) if self.bucket else None

    @property
    def contacts(self) -> set[Origin]:
        """Whom a page with media from here contacts: this origin, and that of its resolver."""
        return {self.value} | ({Origin.of_url(self.resolver)} if self.resolver else set())

    @property
    def value(self) -> Origin:
        return Origin.parse(self.origin)


class DatasetOrigin(models.Model):
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    origin = models.ForeignKey(MediaOrigin, on_delete=models.CASCADE, related_name="+")
    attached_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    attached_via = models.CharField(max_length=10, choices=MediaOrigin.Via.choices)
    attached_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "origin"], name="an_origin_is_attached_once")]

    def __str__(self) -> str:
        return f"{self.origin} of {self.dataset}"
