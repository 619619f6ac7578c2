"""What members chose for themselves. No row means the choices that a newcomer has."""

from django.db import models


class Preferences(models.Model):
    """One member's choices. They touch no ranking; what is recorded or shown of this member follows them."""

    user = models.OneToOneField("catalog.User", on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    personal = models.BooleanField("recommendations from my own ratings", default=True)
    judge = models.SlugField("key of the recipe that recommends", max_length=50, blank=True)
    own_first = models.BooleanField("others' ratings are hidden until I have rated", default=False)
    record_plays = models.BooleanField("what I watch is kept", default=False)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of member {self.pk}"
