"""Films a member is not interested in: left out of their recommendations until put back."""

from django.db import models


class Hidden(models.Model):
    """One film one member put away. It touches no ranking and no dataset."""

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="hidden")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="hidden")
    hidden_at = models.DateTimeField()

    class Meta:
        verbose_name = "hidden film"
        constraints = [models.UniqueConstraint(fields=["user", "movie"], name="catalog_hidden_once")]

    def __str__(self) -> str:
        return f"film {self.movie_id} put away"
