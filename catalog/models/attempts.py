"""Attempts to show who one is: counted where no cache can forget them."""

from datetime import datetime

from django.db import models


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def since(self, key: str, moment: datetime) -> "AttemptQuerySet":
        """Return what was attempted under a key after a moment, newest first."""
        return self.filter(key=key, at__gt=moment).order_by("-at", "-pk")


class Attempt(models.Model):
    """One attempt that did not succeed, or not yet; for whom and from where is kept as keyed digests, and not for long."""

    key = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(editable=False)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="catalog_attempt_counted"),
            models.Index(fields=["at"], name="catalog_attempt_old"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
