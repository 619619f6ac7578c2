"""Charts: live tallies, standings of the newest edition, editions and what each one moved."""

from django.db import models
from django.db.models import F, Q


class Tally(models.Model):
    """Counting votes and points of a film as they stand now, in tenths of points. Ratings move it; editions read it."""

    movie = models.OneToOneField("catalog.Movie", on_delete=models.CASCADE, primary_key=True, related_name="tally")
    votes = models.PositiveIntegerField(default=0)
    points = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=F("votes") * 10, points__lte=F("votes") * 100),
                name="catalog_tally_points_possible",
            )
        ]

    def __str__(self) -> str:
        return f"{self.votes} votes, {self.points} tenths"


class ChartEdition(models.Model):
    """A numbered, published chart: parameters, inputs, digest, predecessor. C in ten-thousandths of a point."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    version_label = models.CharField(max_length=80)
    prior_votes = models.PositiveIntegerField("m")
    floor = models.PositiveIntegerField()
    mean_e4 = models.PositiveIntegerField("C in ten-thousandths")
    films = models.PositiveIntegerField()
    ranked = models.PositiveIntegerField()
    changes = models.PositiveIntegerField("rank changes")
    content_digest = models.CharField(max_length=64)
    previous_chain = models.CharField(max_length=64, unique=True)
    chain_digest = models.CharField(max_length=64, unique=True)
    thinned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "edition"
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="catalog_edition_from_one")]

    def __str__(self) -> str:
        return f"Edition {self.number}"

    @property
    def previous_number(self) -> int | None:
        """Return the number of the edition it follows; None for the first. There are no gaps."""
        return self.number - 1 or None


class Standing(models.Model):
    """A film in the newest edition: its votes and points then, WR in millionths, and rank. Written by the worker alone."""

    movie = models.OneToOneField("catalog.Movie", on_delete=models.CASCADE, primary_key=True, related_name="standing")
    votes = models.PositiveIntegerField()
    points = models.PositiveBigIntegerField()
    wr_e6 = models.PositiveIntegerField("WR in millionths")
    rank = models.PositiveIntegerField(null=True, unique=True)
    edition = models.ForeignKey(ChartEdition, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.rank}: {self.wr_e6}"


class RankChange(models.Model):
    """A rank that an edition moved; nothing before means new, nothing after means gone."""

    edition = models.ForeignKey(ChartEdition, on_delete=models.PROTECT, related_name="rank_changes")
    movie_id = models.PositiveBigIntegerField()
    before = models.PositiveIntegerField(null=True)
    after = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movie_id", "edition"], name="catalog_rank_change_once")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
