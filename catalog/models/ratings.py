"""Ratings: one per rater and film; a new one replaces it, and its history stays."""

from django.db import models
from django.db.models import Q

from catalog.models.history import history

LEAST, MOST = 1, 10


class Rating(models.Model):
    """A whole number from 1 to 10. rated_at is the rater's time, recorded_at ours."""

    rater = models.ForeignKey("catalog.Rater", on_delete=models.CASCADE, related_name="ratings")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="ratings")
    value = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.ForeignKey("catalog.Source", on_delete=models.PROTECT, null=True, blank=True)

    history = history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "movie"], name="catalog_one_rating_per_rater_and_movie"),
            models.CheckConstraint(condition=Q(value__gte=LEAST, value__lte=MOST), name="catalog_rating_from_1_to_10"),
        ]
        # Covers counting anew and histograms: without the rater in it, each row would be fetched to ask whose it is.
        indexes = [models.Index(fields=["movie", "value", "rater"], name="catalog_rating_covering")]

    def __str__(self) -> str:
        return f"{self.value} for film {self.movie_id}"
