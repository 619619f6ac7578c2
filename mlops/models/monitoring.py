"""Monitoring: how far recent data moved from what a champion learned, and what became of what was shown."""

from django.db import models
from django.db.models import F, Q


class DriftReport(models.Model):
    """Recent rows against the champion's dataset, column by column. Written once."""

    recipe_key = models.SlugField(max_length=60)
    dataset = models.ForeignKey("mlops.Dataset", on_delete=models.PROTECT, related_name="drift_reports")
    since = models.DateTimeField()
    until = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    subjects = models.PositiveBigIntegerField()
    columns = models.JSONField(default=list)  # of each: name, psi, ks, limit, moved
    moved = models.BooleanField()
    measured_at = models.DateTimeField()
    measured_by = models.CharField(max_length=36)

    class Meta:
        verbose_name = "drift report"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="mlops_drift_window"),
        ]

    def __str__(self) -> str:
        return f"drift of {self.recipe_key} at {self.measured_at:%Y-%m-%d %H:%M}"


class Outcome(models.Model):
    """How often, within one hour, what one version put forward was shown, opened, acted upon or put away."""

    class Act(models.TextChoices):
        SHOWN = "SHOWN"
        OPENED = "OPENED"
        ANSWERED = "ANSWERED", "answered (the visitor gave a value)"
        HIDDEN = "HIDDEN"

    version_label = models.CharField(max_length=80)
    hour = models.DateTimeField()
    act = models.CharField(max_length=8, choices=Act)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version_label", "hour", "act"], name="mlops_outcome_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_label} {self.act} at {self.hour:%Y-%m-%d %H}h: {self.count}"
