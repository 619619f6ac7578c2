"""Partners and their keys: only a hash is kept."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from catalog.models.history import history


class Partner(models.Model):
    """A company that reads or sends data by the API."""

    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = history()

    def __str__(self) -> str:
        return self.name


class PartnerKeyQuerySet(models.QuerySet["PartnerKey"]):
    def usable(self, at: datetime) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, partner__active=True)


class PartnerKey(models.Model):
    """A key: shown once, stored as SHA-256 (of 178 random bits) with its last four signs."""

    class Scope(models.TextChoices):
        CHARTS_READ = "charts:read"
        CATALOG_READ = "catalog:read"

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    hash = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    scopes = models.JSONField(default=list)
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
