"""How many others must approve a version of a recipe: a row that only another approved request can follow."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q


class Slot(models.Model):
    """The place a recipe serves from: whoever changes what serves, or the policy, locks this row first."""

    recipe_key = models.SlugField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.recipe_key


class PolicyRequestQuerySet(models.QuerySet["PolicyRequest"]):
    def open(self) -> Self:
        return self.filter(state=PolicyRequest.State.OPEN)

    def expired(self, at: datetime) -> Self:
        return self.open().filter(expires_at__lte=at)


class PolicyRequest(models.Model):
    """Somebody asks that more, or fewer, others must approve. After opening, only its state may change, once."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        APPLIED = "APPLIED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"
        EXPIRED = "EXPIRED"

    recipe_key = models.SlugField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    current = models.PositiveSmallIntegerField()  # approvals required when it was opened
    wanted = models.PositiveSmallIntegerField()
    needed = models.PositiveSmallIntegerField()  # votes this request itself takes
    reason = models.CharField(max_length=500)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=36)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=36, blank=True)

    objects = PolicyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "policy request"
        permissions = [("request_policy", "Can ask that more or fewer approvals be required")]
        constraints = [
            models.UniqueConstraint(
                fields=["recipe_key"], condition=Q(state="OPEN"), name="mlops_one_open_policy_request"
            ),
            models.CheckConstraint(condition=Q(needed__gte=1, wanted__gte=1), name="mlops_policy_request_one"),
            models.CheckConstraint(condition=~Q(wanted=F("current")), name="mlops_policy_request_changes"),
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_policy_request_has_reason"),
            models.CheckConstraint(
                condition=~Q(requested_by__in=["", "system"]), name="mlops_policy_request_by_a_person"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")), name="mlops_policy_request_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True, closed_by="")
                | (~Q(state="OPEN") & Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="mlops_policy_request_closed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"policy request {self.pk} for {self.recipe_key}"


class PolicyVote(models.Model):
    """One person's vote on a policy request. Insert-only."""

    class Verdict(models.TextChoices):
        APPROVE = "APPROVE"
        REJECT = "REJECT"

    request = models.ForeignKey(PolicyRequest, on_delete=models.PROTECT, related_name="votes")
    verdict = models.CharField(max_length=7, choices=Verdict)
    reason = models.CharField(max_length=500)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=36)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "decided_by"], name="mlops_one_policy_vote_a_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_policy_vote_has_reason"),
            models.CheckConstraint(condition=~Q(decided_by__in=["", "system"]), name="mlops_policy_vote_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.request}"


class Policy(models.Model):
    """What is required from a moment on, by an approved request. Insert-only; the highest number is in force."""

    recipe_key = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    approvals_required = models.PositiveSmallIntegerField()
    request = models.OneToOneField(PolicyRequest, on_delete=models.PROTECT, related_name="policy")
    since = models.DateTimeField()
    set_by = models.CharField(max_length=36)

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["recipe_key", "number"], name="mlops_policy_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1, approvals_required__gte=1), name="mlops_policy_one"),
        ]

    def __str__(self) -> str:
        return f"{self.recipe_key}: {self.approvals_required} approvals"
