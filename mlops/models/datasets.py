"""Datasets: frozen rows, kept as Parquet partitions by hash of the subject, known by a fingerprint."""

from django.db import models
from django.db.models import Q


class Dataset(models.Model):
    """Rows as they were known at one moment. Written once; freezing the same rows again returns this one."""

    dataset_key = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    subjects = models.PositiveBigIntegerField()
    contract = models.JSONField(default=list)  # the columns, as they were declared
    counts = models.JSONField(default=dict)
    histograms = models.JSONField(default=dict)  # of each watched column: edges, counts
    origins = models.JSONField(default=list)  # sources, with licence and permitted use
    partitions = models.JSONField(default=list)  # of each: hash range, rows, digest in the store
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=36)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset_key", "number"], name="mlops_dataset_number_once"),
            models.UniqueConstraint(fields=["dataset_key", "fingerprint"], name="mlops_dataset_frozen_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mlops_dataset_number_from_one"),
            models.CheckConstraint(condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"), name="mlops_dataset_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_key} d{self.number}"
