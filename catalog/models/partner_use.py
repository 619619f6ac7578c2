"""What partners did with their keys: counted by day, told by request, and what a repeated request is answered with."""

from django.db import models
from django.db.models import Q


class KeyUse(models.Model):
    """When and from where a key was last used. Marks gather in the broker and are written now and then."""

    key = models.OneToOneField("catalog.PartnerKey", on_delete=models.CASCADE, primary_key=True, related_name="use")
    last_used_at = models.DateTimeField()
    last_used_from = models.GenericIPAddressField(null=True)

    def __str__(self) -> str:
        return f"{self.last_used_at}"


class Usage(models.Model):
    """How often a key called an operation on a day of UTC, by what came of it: 200, 304, 429, …"""

    key = models.ForeignKey("catalog.PartnerKey", on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    operation = models.CharField(max_length=60)
    status = models.PositiveSmallIntegerField()
    calls = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "usage"
        constraints = [models.UniqueConstraint(fields=["key", "day", "operation", "status"], name="catalog_usage_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.operation} {self.status}: {self.calls}"


class ApiCall(models.Model):
    """One answered request, found by the id that its answer bears; kept for some weeks. Bodies are not kept."""

    request_id = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField(db_index=True)
    key = models.ForeignKey("catalog.PartnerKey", on_delete=models.CASCADE, null=True, related_name="calls")
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    operation = models.CharField(max_length=60, blank=True)
    status = models.PositiveSmallIntegerField()
    code = models.CharField("kind of problem", max_length=60, blank=True)
    took_ms = models.PositiveIntegerField("time taken in ms")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = "call"
        indexes = [models.Index(fields=["key", "-at"], name="catalog_call_latest")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"


class IdempotentCall(models.Model):
    """A request under an Idempotency-Key. Its answer is written in the transaction of what it did, and given again.

    claimed_at: whoever works on it; one that died before the end leaves nothing behind, and may be followed.
    """

    partner = models.ForeignKey("catalog.Partner", on_delete=models.CASCADE, related_name="idempotent_calls")
    test = models.BooleanField(default=False)
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "test", "idempotency_key"], name="catalog_idempotency_key_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, status__isnull=True)
                | Q(answered_at__isnull=False, status__isnull=False),
                name="catalog_idempotent_answer_whole",
            ),
        ]
        indexes = [models.Index(fields=["claimed_at"], name="catalog_idempotent_age")]

    def __str__(self) -> str:
        return f"{self.idempotency_key[:40]}: {self.status or 'at work'}"
