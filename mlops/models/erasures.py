"""Erasures: the one sanctioned way through what is append-only, and the tombstone it leaves."""

from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """One subject erased. OPEN only inside the transaction that erases: while it is, the guards let its rows go.

    subject_digest: SHA-256 of a random id, so that a backup put back can be erased again and nobody be found by it.
    """

    class State(models.TextChoices):
        OPEN = "OPEN"
        DONE = "DONE"

    subject_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=500)
    counts = models.JSONField(default=dict)  # rows that went, by table
    datasets = models.JSONField(default=list)  # of each: label, partition before and after, rows
    versions = models.JSONField(default=list)  # labels of those that had learned from it
    erased_at = models.DateTimeField()
    erased_by = models.CharField(max_length=36)

    class Meta:
        permissions = [("erase_subject", "Can erase everything a person left behind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_digest__regex=r"^[0-9a-f]{64}$"), name="mlops_erasure_subject_digest"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_erasure_has_reason"),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"
