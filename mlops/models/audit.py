"""The audit log: written once, chained by hash, without foreign keys and without personal data."""

import hashlib
import json
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import Exact

GENESIS = bytes(32)
# `{"action":"…",` of every event: keys are in order, no action has a comma, and what somebody forged stays short.
TO_COMMA = Substr(Substr("body", 1, 80), 1, StrIndex("body", Value(",")))
ABOUT_ROWS = '{"action":"rows.'  # how the body of an event begins that is about changes which nobody had answered for


def leaf(prev: bytes, seq: int, body: str) -> bytes:
    """Return the hash of one event: SHA-256(0x00 ‖ previous hash, 32 bytes ‖ seq, 8 bytes big-endian ‖ body in UTF-8).

    Source: the leaf prefix of RFC 6962.
    """
    return hashlib.sha256(b"\0" + prev + seq.to_bytes(8, "big") + body.encode()).digest()


class AuditEvent(models.Model):
    """Who did what to what, when and why. The body is the exact text that was hashed."""

    seq = models.BigIntegerField(primary_key=True)
    prev = models.BinaryField(max_length=32, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)
    body = models.TextField()

    class Meta:
        verbose_name = "audit event"
        permissions = [("account_for_changes", "Can account for changes that nobody sealed")]
        constraints = [models.CheckConstraint(condition=models.Q(seq__gte=1), name="mlops_audit_seq_from_one")]
        indexes = [
            models.Index(
                fields=["seq"],
                condition=Q(Exact(Substr("body", 1, len(ABOUT_ROWS)), ABOUT_ROWS)),
                name="mlops_audit_about_rows",
            ),
            models.Index(TO_COMMA, "seq", name="mlops_audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the body says; nothing when it was tampered with until it is no JSON, so that it can still be shown."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def action(self) -> str:
        return str(self.facts.get("action", ""))

    @property
    def object(self) -> str:
        return str(self.facts.get("object", ""))

    @property
    def actor(self) -> str:
        return str(self.facts.get("actor", ""))

    @property
    def reason(self) -> str:
        return str(self.facts.get("reason", ""))

    @property
    def at(self) -> str:
        return str(self.facts.get("at", ""))
