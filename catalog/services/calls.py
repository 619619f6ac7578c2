"""The record of the API's answers: lines gather in the broker's store and are written now and then; some may be lost."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from catalog.models import ApiCall, KeyUse, PartnerKey, Usage
from catalog.services.limits import store

LIST = "api:calls"
MOST = 100_000  # lines that wait at most: the oldest go first
BATCH = 1_000  # lines a transaction
BATCHES = 50  # transactions in one go


@dataclass(frozen=True)
class Call:
    """One answered request. at: seconds since 1970."""

    request_id: str
    at: float
    key: int | None
    method: str
    path: str
    operation: str
    status: int
    code: str
    took_ms: int
    address: str


def note(call: Call) -> None:
    """Keep a line on an answer; without a store it is lost."""
    store().push(LIST, json.dumps(asdict(call)), MOST)


def write(*, at: datetime) -> int:
    """Write the lines that gathered: one row a call, the day's counts, when each key was last used. Return how many."""
    written = 0
    for _ in range(BATCHES):
        lines = store().pop(LIST, BATCH)  # taken first: what a death in here loses is not counted twice
        if not lines:
            break
        _write([Call(**json.loads(line)) for line in lines])
        written += len(lines)
    return written


@transaction.atomic
def _write(calls: Sequence[Call]) -> None:
    there = set(PartnerKey.objects.filter(pk__in={call.key for call in calls}).values_list("pk", flat=True))
    ApiCall.objects.bulk_create([_row(call, there) for call in calls], ignore_conflicts=True, batch_size=500)
    known = [call for call in calls if call.key in there]
    counts = Counter((call.key, _moment(call).date(), call.operation, call.status) for call in known)
    for place, calls_made in sorted(counts.items()):
        _count(*place, calls_made)
    for call in {call.key: call for call in sorted(known, key=lambda call: call.at)}.values():
        use = {"last_used_at": _moment(call), "last_used_from": call.address or None}
        KeyUse.objects.update_or_create(key_id=call.key, defaults=use)


def _count(key: int | None, day: date, operation: str, status: int, calls: int) -> None:
    columns = '"key_id", "day", "operation", "status", "calls"'
    table = Usage._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES (%s, %s, %s, %s, %s) '  # noqa: S608 — names of ours alone
            'ON CONFLICT ("key_id", "day", "operation", "status") DO UPDATE '
            f'SET "calls" = "{table}"."calls" + excluded."calls"',
            [key, day, operation, status, calls],
        )


def _row(call: Call, there: set[int]) -> ApiCall:
    columns: dict[str, Any] = {**asdict(call), "at": _moment(call), "address": call.address or None}
    key = columns.pop("key")
    return ApiCall(**columns, key_id=key if key in there else None)


def _moment(call: Call) -> datetime:
    return datetime.fromtimestamp(call.at, UTC)


def forget_old(*, at: datetime) -> int:
    """Let go of calls that are too old to be asked for, and return how many; the counts of days stay."""
    return ApiCall.objects.filter(at__lt=at - timedelta(days=settings.API_LOG_DAYS)).delete()[0]
