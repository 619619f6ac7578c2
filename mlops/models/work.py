"""Work that must not be lost: jobs under a key, and the ticks of the schedule. The row is the job."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, at: datetime) -> Self:
        """Those to be worked on: waiting and not put off, or running with a lease that has run out."""
        waiting = Q(state=Job.State.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
        return self.filter(waiting | Q(state=Job.State.RUNNING, lease_until__lt=at)).order_by("offered_at", "pk")


class Job(models.Model):
    """One piece of work, done once whatever is delivered how often."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        QUARANTINED = "QUARANTINED"  # delivered three times and never done: a person looks at it
        CANCELLED = "CANCELLED"

    key = models.CharField(max_length=160, unique=True)
    task = models.CharField(max_length=80)
    queue = models.CharField(max_length=30)
    payload = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    deliveries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=36)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        permissions = [("retry_job", "Can retry and cancel quarantined work")]
        indexes = [models.Index(fields=["state", "not_before"], name="mlops_job_due")]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="mlops_job_has_key"),
            models.CheckConstraint(
                condition=Q(state__in=["DONE", "CANCELLED"], finished_at__isnull=False)
                | (~Q(state__in=["DONE", "CANCELLED"]) & Q(finished_at__isnull=True)),
                name="mlops_job_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="RUNNING") | (~Q(worker="") & Q(lease_until__isnull=False)),
                name="mlops_job_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.key}"


class Tick(models.Model):
    """One due moment of one schedule: whoever writes the row does the work, so two beats do it once."""

    schedule = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="mlops_one_tick")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.due_at:%Y-%m-%d %H:%M:%S}"
