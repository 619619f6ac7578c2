"""Checkpoints: signed notes that say how long the audit log was, and what root its tree had."""

from django.db import models
from django.db.models import Q


class Checkpoint(models.Model):
    """One signed note, as it was also written outside this database. Insert-only.

    kind RESTORE: a note that declares a backup to have been put back, so that a shorter log is no attack.
    """

    class Kind(models.TextChoices):
        CHECKPOINT = "CHECKPOINT"
        RESTORE = "RESTORE"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CHECKPOINT)
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()  # the signed text, whole
    key_id = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        get_latest_by = "pk"
        constraints = [
            models.CheckConstraint(condition=Q(root__regex=r"^[0-9a-f]{64}$"), name="mlops_checkpoint_root"),
        ]
        permissions = [("declare_restore", "Can put a backup back and declare it")]

    def __str__(self) -> str:
        return f"{self.kind.lower()} of {self.size} events"
