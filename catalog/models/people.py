"""People: accounts, and the raters that ratings belong to."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q

from catalog.models.history import history


class Accounts(UserManager["User"]):
    """Accounts as commands make them: a superuser's is on record, whoever types the command."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **rest: Any
    ) -> "User":
        from mlops import audit  # noqa: PLC0415 — models of another app, while those of this one are loaded
        from mlops.ports import SYSTEM  # noqa: PLC0415

        with audit.governed():
            user = super().create_superuser(username, email, password, **rest)
            subject, at = f"account:{user.subject_id}", user.date_joined
            audit.record("account.superuser-made", subject, by=SYSTEM, at=at, superuser=user.is_superuser)
        return user


class User(AbstractUser):
    """An account. Its subject id stands for it wherever a name must not be kept."""

    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects: ClassVar[Accounts] = Accounts()
    history = history(excluded_fields=["last_login", "password"])

    REQUIRED_FIELDS: ClassVar[list[str]] = []


class RaterQuerySet(models.QuerySet["Rater"]):
    def named(self, partner_id: int, test: bool, references: Collection[str]) -> Self:
        """A partner's viewers by its own words for them.

        Said as the index has it, and the flag as one of a list: or SQLite would look at every viewer of the partner.
        """
        return self.filter(partner=partner_id, test__in=[test], reference__in=references).exclude(reference="")


class Rater(models.Model):
    """Whoever a rating belongs to; whose count in the chart is a parameter of the formula's version.

    test: made with a key for trying out: never in a dataset, a tally or a list.
    """

    class Kind(models.TextChoices):
        MEMBER = "MEMBER", "member"
        DEMO = "DEMO", "demo data"
        PARTNER = "PARTNER", "partner"

    kind = models.CharField(max_length=7, choices=Kind)
    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField("catalog.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="rater")
    partner = models.ForeignKey("catalog.Partner", on_delete=models.PROTECT, null=True, blank=True)
    reference = models.CharField("the partner's own word for them", max_length=64, blank=True)
    test = models.BooleanField("for trying out", default=False)

    objects = RaterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "test", "reference"],
                condition=~Q(reference=""),
                name="catalog_rater_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="PARTNER") | Q(reference="", test=False), name="catalog_rater_reference_of_partner"
            ),
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
