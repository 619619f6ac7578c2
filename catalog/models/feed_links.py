"""Secret addresses under which programs read what is a member's own: feed readers, calendars."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedLink(models.Model):
    """One secret address. Whoever knows it reads what it is of, until it is renewed or taken away."""

    class Kind(models.TextChoices):
        DIARY = "DIARY", _("my diary, for feed readers")
        LEAVING = "LEAVING", _("what leaves of my watchlist, for calendars")

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="feed_links")
    kind = models.CharField(max_length=7, choices=Kind)
    token = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="catalog_one_feed_link_of_a_kind")]

    def __str__(self) -> str:
        return f"address of {self.get_kind_display()}"
