"""Partners and their keys: only a hash is kept."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from catalog.models.history import history


class Partner(models.Model):
    """A company that reads or sends data by the API. What is not set here is as the settings say."""

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    per_minute = models.PositiveIntegerField("requests a minute of each key", null=True, blank=True)
    monthly_quota = models.PositiveBigIntegerField("requests a month of all keys", null=True, blank=True)

    history = history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute__isnull=True) | Q(per_minute__gte=1), name="catalog_partner_per_minute"
            ),
            models.CheckConstraint(
                condition=Q(monthly_quota__isnull=True) | Q(monthly_quota__gte=1), name="catalog_partner_monthly_quota"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source_key(self) -> str:
        """The key of the source that all it sends comes from, in datasets too."""
        return f"partner-{self.pk}"


class PartnerKeyQuerySet(models.QuerySet["PartnerKey"]):
    def usable(self, at: datetime) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, partner__active=True)


class PartnerKey(models.Model):
    """A key: shown once, stored as SHA-256 (of 178 random bits) with its last four signs.

    territories: the only ones whose rights it tells of; networks: the only ones it is used from (CIDR); empty: all.
    test: what it writes trains nothing, counts nowhere, and is gone by the next morning. version: how the API behaves
    to it, a day of moviesite's list. rolled_from: the key it takes the place of, which lives on for a while.
    """

    class Scope(models.TextChoices):
        CATALOG_READ = "catalog:read"
        CHARTS_READ = "charts:read"
        RIGHTS_READ = "rights:read"
        RATINGS_READ = "ratings:read"
        RATINGS_WRITE = "ratings:write"
        WEBHOOKS_READ = "webhooks:read"
        WEBHOOKS_WRITE = "webhooks:write"

    READ = (Scope.CATALOG_READ, Scope.CHARTS_READ, Scope.RIGHTS_READ)  # what a key may do unless told

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    label = models.CharField(max_length=60, blank=True)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    scopes = models.JSONField(default=list)
    territories = models.JSONField(default=list, blank=True)
    networks = models.JSONField(default=list, blank=True)
    test = models.BooleanField("for trying out", default=False)
    version = models.CharField(max_length=10, blank=True)
    rolled_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="rolled_to")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PartnerKeyQuerySet.as_manager()
    history = history(excluded_fields=["hash"])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="catalog_key_expires_later")
        ]

    def __str__(self) -> str:
        return f"{self.partner} …{self.last_four}"

    @property
    def writes(self) -> bool:
        return any(scope.endswith(":write") for scope in self.scopes)

    def may(self, scope: str) -> bool:
        """Say whether the key has a scope; who may write something may read it too."""
        return scope in self.scopes or (scope.endswith(":read") and f"{scope[:-5]}:write" in self.scopes)
