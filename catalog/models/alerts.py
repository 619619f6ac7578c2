"""«Tell me when it is back»: films a member waits for, in the territory where they watch."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from catalog.territories import COUNTRIES


class AlertQuerySet(models.QuerySet["Alert"]):
    def waiting(self) -> Self:
        return self.filter(found_at__isnull=True)

    def unread(self) -> Self:
        """What came back and was not looked at yet."""
        return self.filter(found_at__isnull=False, read_at__isnull=True)


class Alert(models.Model):
    """One film one member waits for. A worker marks it found once the film plays there; one click takes it off."""

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="alerts")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="alerts")
    territory = models.CharField(max_length=3, choices=list(COUNTRIES.items()))
    asked_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "movie", "territory"], name="catalog_alert_once"),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True) | Q(found_at__gte=F("asked_at")), name="catalog_alert_found_after"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(found_at__isnull=False), name="catalog_alert_read_is_found"
            ),
        ]
        indexes = [models.Index(fields=["territory"], condition=Q(found_at__isnull=True), name="catalog_alert_waiting")]

    def __str__(self) -> str:
        return f"film {self.movie_id} awaited in {self.territory}"
