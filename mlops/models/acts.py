"""Acts done once: an idempotency key, and what came of it."""

from django.db import models
from django.db.models import Q


class Act(models.Model):
    """One act under a key that its caller chose: asked again with the same key, it answers what it answered. Insert-only."""

    key = models.CharField(max_length=120, unique=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    result = models.JSONField(default=dict)
    done_at = models.DateTimeField()
    done_by = models.CharField(max_length=36)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="mlops_act_has_key")]

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
