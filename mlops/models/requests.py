"""Requests to promote a version, and the votes on them, bound to the evidence they were made on."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q


class PromotionRequestQuerySet(models.QuerySet["PromotionRequest"]):
    def open(self) -> Self:
        return self.filter(state=PromotionRequest.State.OPEN)

    def expired(self, at: datetime) -> Self:
        return self.open().filter(expires_at__lte=at)


class PromotionRequest(models.Model):
    """Somebody asks that a version may serve. After opening, only its state may change, once."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        PROMOTED = "PROMOTED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"
        EXPIRED = "EXPIRED"

    version = models.ForeignKey("mlops.ModelVersion", on_delete=models.PROTECT, related_name="requests")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    evidence = models.JSONField()  # what the digest is made of: artefact, dataset, gate report, code, policy
    evidence_digest = models.CharField(max_length=64)
    needed = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=36)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=36, blank=True)

    objects = PromotionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "promotion request"
        permissions = [
            ("request_promotion", "Can request that a version may serve"),
            ("decide_promotion", "Can approve or reject another person's request"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(state="OPEN"), name="mlops_one_open_request"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="mlops_request_needs_somebody"),
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_request_has_reason"),
            models.CheckConstraint(condition=~Q(requested_by__in=["", "system"]), name="mlops_request_by_a_person"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("requested_at")), name="mlops_request_expires_later"),
            models.CheckConstraint(
                condition=Q(evidence_digest__regex=r"^[0-9a-f]{64}$"), name="mlops_request_evidence"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True, closed_by="")
                | (~Q(state="OPEN") & Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="mlops_request_closed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for {self.version}"


class Approval(models.Model):
    """One person's vote on a request, repeating the digest of the evidence it was made on."""

    class Verdict(models.TextChoices):
        APPROVE = "APPROVE"
        REJECT = "REJECT"

    request = models.ForeignKey(PromotionRequest, on_delete=models.PROTECT, related_name="approvals")
    verdict = models.CharField(max_length=7, choices=Verdict)
    evidence_digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=36)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "decided_by"], name="mlops_one_vote_a_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_vote_has_reason"),
            models.CheckConstraint(condition=~Q(decided_by__in=["", "system"]), name="mlops_vote_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.request}"
