"""People: accounts, and the raters that ratings belong to."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from catalog.models.history import history


class User(AbstractUser):
    """An account. Its subject id stands for it wherever a name must not be kept."""

    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    history = history(excluded_fields=["last_login", "password"])

    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Rater(models.Model):
    """Whoever a rating belongs to; only members count in the chart."""

    class Kind(models.TextChoices):
        MEMBER = "MEMBER", "member"
        DEMO = "DEMO", "demo data"
        PARTNER = "PARTNER", "partner"

    kind = models.CharField(max_length=7, choices=Kind)
    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField("catalog.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="rater")
    partner = models.ForeignKey("catalog.Partner", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(kind="MEMBER"), name="catalog_rater_user_is_member"
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=False, kind="PARTNER") | (Q(partner__isnull=True) & ~Q(kind="PARTNER")),
                name="catalog_rater_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.subject_id)[:8]}"
