"""What the database itself noted of every change to a governed row, and which audit event answers for it."""

import json
from typing import Any, Self

from django.db import models
from django.db.models import Q


def facts(told: object) -> dict[str, Any] | None:
    """Return what a noted text tells of a row; None of one that no trigger wrote: a note can be written by hand too."""
    if not isinstance(told, str):
        return None
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def as_text(column: object) -> str:
    """Return a column of a note as text; of bytes, which SQLite keeps in any column, their hex."""
    return column.hex() if isinstance(column, bytes) else str(column)


class CaptureQuerySet(models.QuerySet["Capture"]):
    def unsealed(self) -> Self:
        return self.filter(seal__isnull=True)


class Capture(models.Model):
    """One change of one row, written by a trigger: before and after as the database tells the governed columns.

    seal: the seq of the audit event whose act this change was; empty until one answers for it. txn: PostgreSQL's
    number of the transaction; SQLite, with one writer at a time, needs none.
    """

    class Op(models.TextChoices):
        INSERT = "I"
        UPDATE = "U"
        DELETE = "D"

    txn = models.BigIntegerField(null=True, blank=True)
    of = models.CharField(max_length=63)  # the table
    op = models.CharField(max_length=1, choices=Op)
    row = models.CharField(max_length=80)  # its primary key
    before = models.TextField(null=True, blank=True)  # noqa: DJ001 — no row before is not an empty row
    after = models.TextField(null=True, blank=True)  # noqa: DJ001
    seal = models.BigIntegerField(null=True, blank=True)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(seal__isnull=True), name="mlops_capture_unsealed"),
            models.Index(fields=["of", "row", "id"], name="mlops_capture_of_row"),
            models.Index(fields=["seal"], name="mlops_capture_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.of} {self.row}"
