"""What a member took away of their own, kept a while so that they can have it back as it was."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

KEPT, MOST = timedelta(days=30), 200  # so long, and so many a member


class Removal(models.Model):
    """One act that took something away. The payload is the rows as they were; having them back deletes this row."""

    class Kind(models.TextChoices):
        ENTRY = "ENTRY", _("film of a list")
        LIST = "LIST", _("list")
        VIEWING = "VIEWING", _("diary entry")
        RATING = "RATING", _("rating")

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="removals")
    kind = models.CharField(max_length=7, choices=Kind)
    what = models.CharField("what it was, in words", max_length=250)
    payload = models.JSONField()
    removed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "removed_at"], name="catalog_removal_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} taken away"
