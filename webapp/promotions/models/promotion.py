"""A promotion: a frozen list of items that somebody wants shared, and what became of each."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import ApiKey, Team, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Slice, StoredFile
from webapp.labels.models import LabellingProject
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager
from webapp.promotions.states import DECIDED_IN_FAVOUR, ItemState, State


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(team_id=viewer.team_id)


class Promotion(models.Model):
    """A request to share items, who decided on it, and how it went. Only webapp/promotions/actions writes one.

    The row outlives its dataset and its items: it is the record. `reason` is empty for an append that asked;
    `append_key` names that append, so that a resumed job adds to its own row. `for_days` None: until it is revoked;
    `expires_at` is set at the approval. `job_pk` is the job that its asker may watch: it runs until all is decided
    and done. Counts are of items; of an ended promotion they are 0. `clearing` is None, or after its end why its rows
    and copies are yet to be let go (actions/clearing.py).
    """

    class Way(models.TextChoices):
        """By which door the request came."""

        PAGE = "page", "the dashboard"
        APPEND = "append", "an append with upload_to_scale"
        SLICE = "slice", "send_to_labeling"
        API = "api", "the promotions endpoint"

    State = State

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="+")
    dataset_name = models.CharField(max_length=200)
    slice = models.ForeignKey(Slice, on_delete=models.SET_NULL, null=True, related_name="+")
    project = models.ForeignKey(LabellingProject, on_delete=models.PROTECT, null=True, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    append_key = models.CharField(max_length=80, unique=True, null=True)
    job_pk = models.BigIntegerField(null=True)

    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(default="")
    for_days = models.PositiveIntegerField(null=True)

    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(default="")
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.TextField(default="")
    finished_at = models.DateTimeField(null=True)

    item_count = models.BigIntegerField(default=0)
    stored_count = models.BigIntegerField(default=0)
    attention_count = models.BigIntegerField(default=0)
    clearing = models.CharField(max_length=12, null=True)

    objects = GuardedManager.from_queryset(PromotionQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("requested_by")),
                name="nobody_decides_on_their_own_request",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[State.REQUESTED, State.WITHDRAWN])
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="nothing_goes_on_without_a_decision",
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="a_promotion_has_a_known_state"),
        ]
        indexes = [
            models.Index(fields=["team", "state", "-id"], name="promotions_by_state"),
            models.Index(fields=["dataset", "-id"], name="promotions_by_dataset"),
            models.Index(fields=["id"], condition=models.Q(clearing__isnull=False), name="promotions_to_be_cleared"),
        ]

    def __str__(self) -> str:
        return f"{self.item_count} items of {self.dataset_name}, asked for on {self.requested_at:%Y-%m-%d}"

    @property
    def public_id(self) -> str:
        return public_id.encode("prm", self.pk)

    @property
    def was_approved(self) -> bool:
        return self.state in DECIDED_IN_FAVOUR


class PromotionItem(models.Model):
    """One item of the frozen list. Its key is a plain number, because the record outlives the item.

    `seal` is `url_seal` of the address at the time of the request, `origin` where it leads. While `fetching`, the
    courier `worker` holds it until `lease_until`; `attempt` counts claims and is the fence: who comes with an older
    one changes nothing. `ready_at` None: at once. `partial` is what a broken download left, to be gone on with.
    `sentence` says, without an address, why it was not copied. `file`, `sha256`, `byte_count` are of the copy.
    """

    State = ItemState

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="+", db_index=False)
    item_pk = models.BigIntegerField()
    seal = models.BinaryField(max_length=32)
    origin = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.WAITING)

    worker = models.CharField(max_length=40, default="")
    attempt = models.IntegerField(default=0)
    leased_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    partial = models.JSONField(null=True)
    failure = models.CharField(max_length=20, default="")
    sentence = models.TextField(default="")

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, default="")
    byte_count = models.BigIntegerField(null=True)
    stored_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "item_pk"], name="an_item_is_asked_for_once_a_promotion"),
            models.CheckConstraint(
                condition=~models.Q(state=ItemState.STORED) | models.Q(file__isnull=False, stored_at__isnull=False),
                name="what_is_stored_has_a_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ItemState.STORED) | models.Q(file__isnull=True),
                name="only_what_is_stored_has_a_file",
            ),
            models.CheckConstraint(condition=models.Q(state__in=ItemState.values), name="its_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["state", "origin", "id"], name="promotion_items_to_claim"),
            models.Index(fields=["item_pk"], name="promotion_items_by_item"),
        ]

    def __str__(self) -> str:
        return f"{public_id.encode('di', self.item_pk)}: {self.state}"
