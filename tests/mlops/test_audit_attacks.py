"""The audit log against someone with a database shell: refused where it can be, named where it cannot."""

import hashlib
import sqlite3
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from mlops import triggers
from mlops.models import AuditEvent
from mlops.models.audit import leaf
from mlops.services import audit
from tests.clock import NOON
from tests.factories.mlops import make_audit_event
from tests.mlops import sql

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "mlops_auditevent"
INSERT = f"INTO {TABLE} (seq, prev, hash, body) VALUES (%s, %s, %s, '{{}}')"


@pytest.fixture
def log() -> list[AuditEvent]:
    """Three events."""
    with transaction.atomic():
        return [make_audit_event(subject=f"test:{place}") for place in range(3)]


@pytest.fixture
def unguarded(log: list[AuditEvent]) -> Iterator[list[AuditEvent]]:
    """Three events, and every trigger dropped as a database's owner could."""
    triggers.drop(connection)
    yield log
    triggers.install(connection)


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE {TABLE} SET body = '{{}}' WHERE seq = 2",
        f"UPDATE {TABLE} SET seq = 9 WHERE seq = 3",
        f"UPDATE {TABLE} SET body = body",
        f"DELETE FROM {TABLE} WHERE seq = 3",
        f"DELETE FROM {TABLE}",
        pytest.param(f"TRUNCATE {TABLE}", marks=sql.on_postgres),
        pytest.param(f"TRUNCATE {TABLE} CASCADE", marks=sql.on_postgres),
        pytest.param(f"SET LOCAL session_replication_role = replica; DELETE FROM {TABLE}", marks=sql.on_postgres),
        pytest.param(
            f"WITH gone AS (DELETE FROM {TABLE} RETURNING 1) SELECT count(*) FROM gone", marks=sql.on_postgres
        ),
        pytest.param(
            f"MERGE INTO {TABLE} t USING (SELECT 2 AS seq) s ON t.seq = s.seq WHEN MATCHED THEN UPDATE SET body = '{{}}'",
            marks=sql.on_postgres,
        ),
        pytest.param(f"UPDATE OR REPLACE {TABLE} SET seq = 1 WHERE seq = 2", marks=sql.on_sqlite),
        pytest.param(f"UPDATE OR IGNORE {TABLE} SET body = '{{}}'", marks=sql.on_sqlite),
    ],
)
def test_no_event_is_changed_or_removed(log: list[AuditEvent], attack: str) -> None:
    before = sql.rows(TABLE)
    assert "append-only" in sql.refused(attack)
    assert sql.rows(TABLE) == before


FORGED = b"\xaa" * 32


def fitting(seq: int, prev: bytes) -> bytes:
    """The hash that an event of this place and no facts must have, whatever number it is given."""
    return hashlib.sha256(b"\0" + prev + seq.to_bytes(8, "big", signed=True) + b"{}").digest()


@pytest.mark.parametrize(
    ("seq", "prev", "digest"),
    [
        pytest.param(9, "head", "fitting", id="a gap in the numbers"),
        pytest.param(3, "head", "fitting", id="a number taken"),
        pytest.param(0, "head", "fitting", id="a number below one"),
        pytest.param(-1, "head", "fitting", id="a negative number"),
        pytest.param(4, bytes(32), "fitting", id="a second beginning"),
        pytest.param(4, "second", "fitting", id="a fork"),
        pytest.param(4, "head", b"\xaa" * 31, id="a short hash"),
        pytest.param(4, "head", b"\xaa" * 33, id="a long hash"),
        pytest.param(4, "head", "a" * 32, id="a hash of letters", marks=sql.on_sqlite),
        pytest.param(4, "head", "head", id="a hash taken"),
        pytest.param(4, "head", FORGED, id="a false hash", marks=sql.on_postgres),
    ],
)
@pytest.mark.parametrize(
    "verb",
    [
        "INSERT",
        pytest.param("INSERT OR REPLACE", marks=sql.on_sqlite),
        pytest.param("INSERT OR IGNORE", marks=sql.on_sqlite),
        pytest.param("REPLACE", marks=sql.on_sqlite),
    ],
)
def test_an_event_that_does_not_extend_the_head_is_refused(
    log: list[AuditEvent], verb: str, seq: int, prev: str | bytes, digest: str | bytes
) -> None:
    known: dict[str | bytes, bytes] = {"head": bytes(log[2].hash), "second": bytes(log[1].hash)}
    after = known.get(prev, prev)
    assert isinstance(after, bytes)
    known["fitting"] = fitting(seq, after)
    before = sql.rows(TABLE)
    sql.refused(f"{verb} {INSERT}", seq, after, known.get(digest, digest))
    assert sql.rows(TABLE) == before


@sql.on_postgres
def test_an_event_whose_hash_fits_extends_the_head(log: list[AuditEvent]) -> None:
    """Signs beyond ASCII too, which are hashed as UTF-8."""
    said = {
        "action": "test.happened",
        "actor": "system",
        "at": NOON.isoformat(),
        "detail": {},
        "object": "test:4",
        "v": 1,
    }
    body, prev = audit.canonical({**said, "reason": "größer, 日本"}), bytes(log[2].hash)
    with transaction.atomic():
        AuditEvent.objects.create(seq=4, prev=prev, hash=leaf(prev, 4, body), body=body)
    assert verified()[0] == 0


@sql.on_postgres
def test_an_upsert_is_refused(log: list[AuditEvent]) -> None:
    for clash in ("DO UPDATE SET body = 'x'", "DO NOTHING"):
        sql.refused(f"INSERT {INSERT} ON CONFLICT (seq) {clash}", 3, bytes(log[2].hash), FORGED)


@sql.on_sqlite
def test_a_connection_without_our_settings_is_refused_too(log: list[AuditEvent]) -> None:
    """Without recursive_triggers, REPLACE removes the old row and asks no DELETE trigger."""
    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as other:
        for seq, prev, digest in (
            (3, log[1].hash, FORGED),
            (4, log[2].hash, log[1].hash),
            (2, log[0].hash, log[1].hash),
        ):
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(f"INSERT OR REPLACE {INSERT}".replace("%s", "?"), (seq, prev, digest))
    other.close()


@sql.on_sqlite
@pytest.mark.parametrize("name", ["rowid", "oid", "_rowid_"])
@pytest.mark.parametrize("place", [1, 2, 3, "1", 2.0])
def test_no_event_is_replaced_by_its_place_in_the_file(log: list[AuditEvent], name: str, place: object) -> None:
    before = sql.rows(TABLE)
    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as other:
        insert = f"INSERT OR REPLACE INTO {TABLE} ({name}, seq, prev, hash, body) VALUES (?, 4, ?, ?, '{{}}')"
        with pytest.raises(sqlite3.IntegrityError):
            other.execute(insert, (place, log[2].hash, FORGED))
    other.close()
    assert sql.rows(TABLE) == before


@sql.on_sqlite
@pytest.mark.parametrize("place", [-1, 0, -9])
def test_no_place_is_taken_that_would_keep_later_events_out(log: list[AuditEvent], place: int) -> None:
    """SQLite says -1 for every place not given: an event that stood there would stand in the way of all."""
    insert = f"INTO {TABLE} (rowid, seq, prev, hash, body) VALUES (%s, 4, %s, %s, '{{}}')"
    for verb in ("INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"):
        assert "numbered from one" in sql.refused(f"{verb} {insert}", place, bytes(log[2].hash), FORGED)
    with transaction.atomic():
        assert make_audit_event().seq == 4


@sql.on_postgres
def test_a_temporary_table_is_not_taken_for_the_log(log: list[AuditEvent]) -> None:
    false = f"CREATE TEMP TABLE {TABLE} AS SELECT 41 AS seq, %s::bytea AS hash"
    insert = f"INSERT INTO public.{TABLE} (seq, prev, hash, body) VALUES (42, %s, %s, '{{}}')"
    before = sql.rows(TABLE)
    said = sql.refused(f"{false}; {insert}", FORGED, FORGED, fitting(42, FORGED))
    assert "must extend the head" in said
    assert sql.rows(TABLE) == before


def verified() -> tuple[int, str]:
    """`manage.py audit verify`: its exit code and words."""
    said = StringIO()
    try:
        call_command("audit", "verify", stdout=said, stderr=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_verify_says_that_a_whole_log_holds(log: list[AuditEvent]) -> None:
    code, said = verified()
    assert code == 0
    assert "3 events" in said
    assert bytes(log[2].hash).hex() in said


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (f"UPDATE {TABLE} SET body = replace(body, 'test:1', 'test:7') WHERE seq = 2", "event 2"),
        (f"UPDATE {TABLE} SET body = '' WHERE seq = 1", "event 1"),
        (f"DELETE FROM {TABLE} WHERE seq = 2", "event 2 is missing"),
        (f"DELETE FROM {TABLE} WHERE seq = 1", "event 1 is missing"),
        (f"UPDATE {TABLE} SET seq = 7 WHERE seq = 3", "event 3 is missing"),
        pytest.param(f"UPDATE {TABLE} SET hash = zeroblob(31) WHERE seq = 3", "event 3", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET hash = 'text' WHERE seq = 3", "event 3", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET prev = 'text' WHERE seq = 3", "event 3", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET body = x'ff' WHERE seq = 3", "event 3", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET body = CAST(x'ff' AS TEXT) WHERE seq = 1", "event 1", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET body = 5 WHERE seq = 3", "event 3", marks=sql.on_sqlite),
        pytest.param(f"UPDATE {TABLE} SET hash = '\\xff' WHERE seq = 3", "event 3", marks=sql.on_postgres),
    ],
)
def test_verify_names_the_event_changed_behind_the_triggers(
    unguarded: list[AuditEvent], change: str, named: str
) -> None:
    sql.run(change)
    triggers.install(connection)  # the intruder tidies up
    code, said = verified()
    assert code == 1
    assert named in said


def test_verify_says_when_the_guards_are_gone(unguarded: list[AuditEvent]) -> None:
    code, said = verified()
    assert code == 1
    assert f"{TABLE}_no_update" in said


@sql.on_sqlite
def test_an_event_forged_by_sql_is_named(log: list[AuditEvent]) -> None:
    """SQLite cannot compute a hash: whoever may insert may extend the head by a false one, and is found by it."""
    sql.run(f"INSERT {INSERT}", 4, bytes(log[2].hash), FORGED)
    code, said = verified()
    assert code == 1
    assert "event 4" in said
