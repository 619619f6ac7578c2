"""The audit log: written once, chained by hash, without foreign keys and without personal data."""

import hashlib
import json
from datetime import datetime
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
CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False
)
TEXTS = ("action", "actor", "at", "object", "reason")  # what every event says, beside its details
DEEPEST = 32  # how deeply an event nests; a reader may have a small stack
_SAYS, _KINDS = (*TEXTS, "detail"), [*[str] * len(TEXTS), dict]
_READ = json.JSONDecoder()
# What readers of the log take out of an event's details, and of which kind it has to be.
_DETAILS: dict[str, type] = dict.fromkeys(("event", "request", "deployment"), int) | {"evidence": str, "gates": str}
_DETAILS |= {"tables": dict, "governed": list}


def octets(column: object) -> bytes | None:
    """Return the bytes of a column; None where it is of another type than was written, as SQLite may hold it."""
    return bytes(column) if isinstance(column, (bytes, memoryview)) else None


def leaf(prev: bytes, seq: int, body: str) -> bytes:
    """Return the hash of one event: SHA-256(0x00 ‖ previous hash, 32 bytes ‖ seq, 8 bytes big-endian ‖ body in UTF-8).

    Source: the leaf prefix of RFC 6962.
    """
    return hashlib.sha256(b"\0" + prev + seq.to_bytes(8, "big") + body.encode()).digest()


def read(body: object) -> tuple[dict[str, Any], str]:
    """Return what a body says, and how it is not what a service writes, or nothing.

    Whoever may write at all can chain an event with any text, and nobody can take it away again.
    """
    if not isinstance(body, str):
        return {}, "it is no text"
    try:
        found, _end = _READ.raw_decode(body)
        same = isinstance(found, dict) and CANONICAL.encode(found) == body
        if "\\u" in body:  # half of a pair of surrogates is no character: it can be shown to nobody
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}, "its text is no JSON that can be read"
    if not isinstance(found, dict):
        return {}, "its text is no JSON object"
    if body.count("{") + body.count("[") > DEEPEST and _deep(found):
        return {}, "its text is nested too deeply"
    return found, _lacking(found) if same else "its text is not canonical JSON"


def _deep(found: Any) -> bool:
    level = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
        level = [one for one in level if isinstance(one, (dict, list))]
    return bool(level)


def _lacking(found: dict[str, Any]) -> str:
    kinds = [*map(type, map(found.get, _SAYS))]
    if kinds != _KINDS:
        wrong = [name for name, kind, other in zip(_SAYS, kinds, _KINDS, strict=True) if kind is not other]
        return f"it does not say its {', '.join(wrong)}"
    return "" if _dated(found["at"]) else "it does not say at which moment it was written"


def _dated(text: str) -> bool:
    """Say whether a text is a moment with its zone, that can be told in any other."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and datetime.min.year < moment.year < datetime.max.year


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
        """What the body says, in the shape of an event whatever it is: what is of another kind is left out."""
        found, _why = read(self.body)
        texts = {name: found[name] if isinstance(found.get(name), str) else "" for name in TEXTS}
        dated = texts["at"] if _dated(texts["at"]) else ""
        return {**found, **texts, "at": dated, "detail": _detail(found.get("detail"))}

    @property
    def action(self) -> str:
        return str(self.facts["action"])

    @property
    def object(self) -> str:
        return str(self.facts["object"])

    @property
    def actor(self) -> str:
        return str(self.facts["actor"])

    @property
    def reason(self) -> str:
        return str(self.facts["reason"])

    @property
    def at(self) -> str:
        return str(self.facts["at"])

    @property
    def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = self.facts["detail"]
        return found


def _detail(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        return {}
    kept: dict[str, Any] = {
        name: value for name, value in found.items() if value is None or isinstance(value, _DETAILS.get(name, object))
    }
    if kept.get("tables"):
        kept["tables"] = {table: facts for table, facts in kept["tables"].items() if isinstance(facts, dict)}
    if not all(isinstance(table, str) for table in kept.get("governed") or []):
        del kept["governed"]
    return kept
