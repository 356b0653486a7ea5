"""Labelling projects: what is labelled by whom, and how far each item is."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from webapp.accounts.models import Team, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Item
from webapp.labels.closed_tasks import closed
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


class LabellingProjectQuerySet(models.QuerySet["LabellingProject"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All of the team's for who sees private items; for a labeler those they were put on."""
        mine = self.filter(team_id=viewer.team_id)
        if viewer.may(Permission.SEE_PRIVATE):
            return mine
        named = ProjectLabeler.objects.filter(project=OuterRef("pk"), user_id=viewer.user_id)
        return mine.filter(Exists(named), archived_at=None)


class LabellingProject(models.Model):
    """`purpose` says what it is for; `ontology` is `{"classes": [{"name", "shape", "description"?}]}`.

    A shape is `box`, `polygon`, `line`, `keypoints`, `category` or `mask`. The outside knows the project by its id
    (`lab_…`) or its name, which is the team's only one.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    purpose = models.TextField(default="")
    ontology = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(LabellingProjectQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_labelling_project_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("lab", self.pk)


class ProjectLabeler(models.Model):
    """Somebody who labels for the project. Whoever is only a labeler sees nothing else."""

    project = models.ForeignKey(LabellingProject, on_delete=models.CASCADE, related_name="labelers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="a_labeler_is_on_a_project_once")]

    def __str__(self) -> str:
        return f"{self.user} labels for {self.project}"


class LabellingTaskQuerySet(models.QuerySet["LabellingTask"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The tasks of the projects that the viewer sees; for a labeler those whose items have a copy, and are open."""
        mine = self.filter(project__in=LabellingProject.objects.visible_to(viewer), item__dataset__deleted_at=None)
        if viewer.may(Permission.SEE_PRIVATE):
            return mine
        is_shared = models.Q(promotion_pk__isnull=False, item__shared_at__isnull=False)
        return mine.filter(is_shared, *(~some for some in closed())).exclude(status=LabellingTask.Status.CANCELLED)


class LabellingTask(models.Model):
    """One item to be labelled for a project: what `scale_metadata` in a query means.

    `promotion_pk` is the promotion whose copy the labelers see; None: they open the private address themselves, from
    inside the customer's network. Only an item with a copy is shown to somebody who is only a labeler.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        COMPLETED = "completed", "completed"
        CANCELLED = "canceled", "canceled"

    class Audit(models.TextChoices):
        NONE = "", "not audited"
        PENDING = "pending", "pending"
        ACCEPTED = "accepted", "accepted"
        REJECTED = "rejected", "rejected"

    project = models.ForeignKey(LabellingProject, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    promotion_pk = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    audit_status = models.CharField(max_length=10, choices=Audit.choices, default=Audit.NONE, blank=True)
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(LabellingTaskQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "item"], name="one_task_per_project_and_item")]
        indexes = [models.Index(fields=["item"], name="tasks_by_item")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"

    @property
    def public_id(self) -> str:
        return public_id.encode("task", self.pk)
