"""Runs: rows of steps. The row is the job; a message is only a nudge."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

SILENCE = timedelta(seconds=60)  # a worker that was not heard of for so long is taken for dead
GIVEN_UP = "given up after three workers died"  # the failure of a run that a person may have repeated


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING])

    def due(self, at: datetime, silence: timedelta) -> Self:
        """Those to be worked on: queued, or running without a sign of life for so long that their worker is gone."""
        silent = Q(state=Run.State.RUNNING, heartbeat_at__lt=at - silence)
        return self.filter(Q(state=Run.State.QUEUED) | silent).order_by("queued_at", "pk")


class Run(models.Model):
    """One attempt to make a version of a recipe from data."""

    class State(models.TextChoices):
        QUEUED = "QUEUED"
        RUNNING = "RUNNING"
        SUCCEEDED = "SUCCEEDED"
        FAILED = "FAILED"  # something broke: it may be queued again
        REFUSED = "REFUSED"  # the data is not enough, or breaks its contract: nothing is broken
        CANCELLED = "CANCELLED"

    class Cause(models.TextChoices):
        PERSON = "PERSON", "a person asked for it"
        FIRST = "FIRST", "the recipe has no version yet"
        SCHEDULE = "SCHEDULE", "the schedule asked for it"
        DRIFT = "DRIFT", "recent data moved away from the champion's dataset"
        GRID = "GRID", "one point of a grid"
        ERASURE = "ERASURE", "a person's data was erased"

    recipe_key = models.SlugField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    cause = models.CharField(max_length=8, choices=Cause)
    reason = models.CharField(max_length=500)
    drift_report = models.ForeignKey(
        "mlops.DriftReport", on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    dataset = models.ForeignKey("mlops.Dataset", on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    params = models.JSONField(default=dict)
    grid = models.JSONField(default=dict, blank=True)  # of a parent: names to lists; its children are the points
    seed = models.BigIntegerField(default=0)
    until = models.DateTimeField()  # what was recorded until then is what it learns from
    environment = models.JSONField(default=dict, blank=True)
    notes = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=36)
    worker = models.CharField(max_length=120, blank=True)  # who holds the claim
    claims = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    evaluation_digest = models.CharField(max_length=64, blank=True)  # each arm's metrics per unit, in the store

    objects = RunQuerySet.as_manager()

    class Meta:
        permissions = [("start_run", "Can queue, repeat and cancel runs")]
        indexes = [models.Index(fields=["state", "queued_at"], name="mlops_run_due")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="mlops_run_has_reason"),
            models.CheckConstraint(
                condition=Q(state__in=["QUEUED", "RUNNING"], finished_at__isnull=True)
                | (~Q(state__in=["QUEUED", "RUNNING"]) & Q(finished_at__isnull=False)),
                name="mlops_run_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="RUNNING")
                | (~Q(worker="") & Q(started_at__isnull=False, heartbeat_at__isnull=False)),
                name="mlops_run_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(cause="DRIFT") | Q(drift_report__isnull=False), name="mlops_run_drift_named"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("queued_at")), name="mlops_run_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.recipe_key}"


class RunStep(models.Model):
    """One step: what went in, what came out, how long it took and what it used."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        RUNNING = "RUNNING"
        DONE = "DONE"
        FAILED = "FAILED"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=20)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    input_digest = models.CharField(max_length=64, blank=True)
    output_digest = models.CharField(max_length=64, blank=True)
    output = models.JSONField(default=dict, blank=True)  # names to digests in the store, or small facts
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    log = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    cpu_seconds = models.FloatField(null=True, blank=True)
    megabytes = models.FloatField(null=True, blank=True)  # most that was resident while it ran

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="mlops_step_position_once"),
            models.UniqueConstraint(fields=["run", "name"], name="mlops_step_name_once"),
            models.CheckConstraint(
                condition=~Q(state="DONE") | Q(finished_at__isnull=False, output_digest__regex=r"^[0-9a-f]{64}$"),
                name="mlops_step_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.name}"


class RunMetric(models.Model):
    """One number measured: of one arm on one fold, with its standard error and the candidate's paired lead."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="metrics")
    fold = models.SlugField(max_length=30)
    arm = models.SlugField(max_length=30)  # candidate, champion, or a rival's name
    metric = models.SlugField(max_length=30)
    title = models.CharField(max_length=120)
    value = models.FloatField()
    error = models.FloatField(null=True, blank=True)
    difference = models.FloatField(null=True, blank=True)  # candidate less this arm
    difference_error = models.FloatField(null=True, blank=True)
    units = models.PositiveIntegerField(default=0)
    higher_is_better = models.BooleanField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "fold", "arm", "metric"], name="mlops_metric_once"),
        ]

    def __str__(self) -> str:
        return f"{self.arm} {self.metric} on {self.fold}: {self.value:.4f}"
