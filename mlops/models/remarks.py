"""The discussion of a request: what people said while they made up their minds."""

from django.db import models
from django.db.models import Q


class Remark(models.Model):
    """One remark under a request. Insert-only."""

    request = models.ForeignKey("mlops.PromotionRequest", on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField(max_length=2000)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=36)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="mlops_remark_says_something"),
            models.CheckConstraint(condition=~Q(said_by__in=["", "system"]), name="mlops_remark_by_a_person"),
        ]

    def __str__(self) -> str:
        return f"remark {self.pk} on {self.request}"
