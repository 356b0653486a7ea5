"""Labels: what people (annotations) and models (predictions) say about an item, or about a scene as a whole.

Both have one shape. Bulk statements for them are in rows.py.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.models.item import StoredFile
from webapp.labels.models.model import ModelRun
from webapp.labels.models.taxonomy import Taxonomy
from webapp.labels.models.track import Track
from webapp.privacy import public_id
from webapp.privacy.fields import MediaUrlField, media_url_shape
from webapp.privacy.visibility import GuardedManager


class Kind(models.TextChoices):
    """The SDK's word in `type`."""

    BOX = "box", "box"
    LINE = "line", "line"
    POLYGON = "polygon", "polygon"
    KEYPOINTS = "keypoints", "keypoints"
    CUBOID = "cuboid", "cuboid"
    CATEGORY = "category", "category"
    MULTICATEGORY = "multicategory", "multicategory"
    MASK = "mask", "mask"


class Label(models.Model):
    """One label of an item, or (categories only) of a scene: exactly one of `item` and `scene` is set.

    `annotation_id` is the sender's own id. `identity` is what makes two labels of one item the same: that id with its
    task, the taxonomy of a category, the one mask of an item; None where nothing does.
    `geometry` is JSON text as it was sent, because it must go out to the last digit: the SDK's geometry; for a mask
    `{"annotations": [{label, index, metadata?}], "path"?}`, for a multicategory `{"labels": [...]}`, else `{}`.
    `left`, `top`, `right`, `bottom` bound it in pixels of the image from its upper left corner; None where it has no
    place in an image. `label` is "" for what has several. `embedding` is little-endian float32.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    label = models.TextField()
    annotation_id = models.TextField(null=True)
    identity = models.TextField(null=True)
    geometry = models.TextField(default="{}")
    left = models.FloatField(null=True)
    top = models.FloatField(null=True)
    right = models.FloatField(null=True)
    bottom = models.FloatField(null=True)
    metadata = models.JSONField(default=dict)
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    task_id = models.TextField(null=True)
    embedding = models.BinaryField(null=True)
    mask_url = MediaUrlField(null=True)
    mask_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


def label_constraints() -> list[models.BaseConstraint]:
    """What holds for annotations and predictions alike."""
    return [
        models.CheckConstraint(
            condition=models.Q(item__isnull=False, scene__isnull=True)
            | models.Q(item__isnull=True, scene__isnull=False, kind__in=[Kind.CATEGORY, Kind.MULTICATEGORY]),
            name="%(class)s_is_of_an_item_or_a_scene",
        ),
        models.CheckConstraint(
            condition=~models.Q(kind=Kind.MASK) | models.Q(mask_url__isnull=False) | models.Q(mask_file__isnull=False),
            name="%(class)s_mask_has_a_url_or_a_file",
        ),
        media_url_shape("mask_url"),
    ]


def label_indexes(table: str) -> list[models.Index]:
    """What finds the few labels of a track, a taxonomy or a file among the many that have none."""
    return [
        models.Index(fields=[field], condition=models.Q(**{f"{field}__isnull": False}), name=f"{table}_by_{field}")
        for field in ("track", "taxonomy", "mask_file")
    ]


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Annotation(Label):
    """What people say: ground truth."""

    objects = GuardedManager.from_queryset(AnnotationQuerySet)()

    class Meta:
        constraints = [
            *label_constraints(),
            models.UniqueConstraint(fields=["item", "identity"], name="one_annotation_per_item_and_identity"),
            models.UniqueConstraint(
                fields=["scene", "identity"],
                condition=models.Q(scene__isnull=False),
                name="one_annotation_per_scene_and_identity",
            ),
        ]
        indexes = [
            *label_indexes("annotation"),
            models.Index(fields=["dataset", "id"], name="annotations_by_dataset"),
        ]

    @property
    def public_id(self) -> str:
        return public_id.encode("ann", self.pk)


class PredictionQuerySet(models.QuerySet["Prediction"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        is_there = {"dataset__deleted_at": None, "run__deleted_at": None, "run__model__deleted_at": None}
        return self.filter(dataset__team_id=viewer.team_id, **is_there)


class Prediction(Label):
    """What a run says. `confidence` is 0 to 1, `class_pdf` JSON text of {label: probability}; None if not sent."""

    run = models.ForeignKey(ModelRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    confidence = models.FloatField(null=True)
    class_pdf = models.TextField(null=True)

    objects = GuardedManager.from_queryset(PredictionQuerySet)()

    class Meta:
        constraints = [
            *label_constraints(),
            models.UniqueConstraint(
                fields=["item", "run", "identity"], name="one_prediction_per_item_run_and_identity"
            ),
            models.UniqueConstraint(
                fields=["scene", "run", "identity"],
                condition=models.Q(scene__isnull=False),
                name="one_prediction_per_scene_run_and_identity",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__isnull=True) | models.Q(confidence__gte=0, confidence__lte=1),
                name="a_confidence_is_between_0_and_1",
            ),
        ]
        indexes = [
            *label_indexes("prediction"),
            models.Index(fields=["run", "dataset", "id"], name="predictions_by_run"),
        ]

    @property
    def public_id(self) -> str:
        return public_id.encode("pred", self.pk)
