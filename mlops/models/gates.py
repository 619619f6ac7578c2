"""Gate reports: what was judged when a version was registered, stored with it and never changed."""

from typing import Any

from django.db import models
from django.db.models import Q


class GateReport(models.Model):
    """The verdict of every gate on one version, and the tables of what would change for people."""

    version = models.OneToOneField("mlops.ModelVersion", on_delete=models.PROTECT, related_name="gate_report")
    passed = models.BooleanField()
    digest = models.CharField(max_length=64, unique=True)  # over the version's label, results and tables
    results = models.JSONField(default=list)  # of each gate: key, title, passed, value, limit, error, words, against
    tables = models.JSONField(default=list)  # of each table: title, head, rows, note
    judged_at = models.DateTimeField()
    judged_by = models.CharField(max_length=36)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="mlops_gate_report_digest"),
        ]

    def __str__(self) -> str:
        return f"gates of {self.version}"

    @property
    def against(self) -> dict[str, Any] | None:
        """What served when it was judged: version and label; {} when nothing did, None where an older report tells not."""
        return next((result["against"] for result in self.results if "against" in result), None)
