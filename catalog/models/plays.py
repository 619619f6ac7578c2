"""What a member watched, kept for those who said so: one row a viewing."""

from typing import Self

from django.db import models
from django.db.models import F, Q


class PlayQuerySet(models.QuerySet["Play"]):
    def open(self) -> Self:
        """Viewings that were not brought to an end; a member has one of a film at most."""
        return self.filter(finished_at__isnull=True)

    def to_go_on(self) -> Self:
        """What a member may go on with, the latest first: open, begun in earnest, and not taken out of the row."""
        return self.open().filter(removed_at__isnull=True, furthest__gt=0).order_by("-seen_at", "-pk")

    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)


class Play(models.Model):
    """One viewing of one film by one member. Seen again it is another row, so that a film stays seen to the end.

    position: where it stopped; furthest: how far it ever got; length: of what was played; whole seconds all three.
    A member says by hand that they have seen a film: then it is finished, and furthest stays what was played here.
    """

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="plays")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="plays")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField("last watched at")
    position = models.PositiveIntegerField(default=0)
    furthest = models.PositiveIntegerField(default=0)
    length = models.PositiveIntegerField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField("marked as seen by hand", default=False)
    removed_at = models.DateTimeField("taken out of the row at", null=True, blank=True)

    objects = PlayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "movie"], condition=Q(finished_at__isnull=True), name="catalog_one_open_play"
            ),
            models.CheckConstraint(
                condition=Q(position__lte=F("furthest"), furthest__lte=F("length"), length__gte=1),
                name="catalog_play_within_its_length",
            ),
            models.CheckConstraint(condition=Q(seen_at__gte=F("started_at")), name="catalog_play_seen_after_start"),
            models.CheckConstraint(
                condition=Q(by_hand=False) | Q(finished_at__isnull=False), name="catalog_play_by_hand_is_finished"
            ),
        ]
        indexes = [models.Index(fields=["user", "-seen_at"], name="catalog_play_latest")]

    def __str__(self) -> str:
        return f"film {self.movie_id}, {self.furthest} of {self.length} s"
