"""What the database itself refuses, on SQLite and PostgreSQL: installed after every migrate, compared by fingerprint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_HOME = "mlops_auditevent"  # before it exists there is nothing to guard
AUDIT_LOCK = 7001  # the advisory lock that serialises writers of the audit log


@dataclass(frozen=True)
class Trigger:
    """One rule. sqlite: WHEN clause and body per event; postgres: the body of its PL/pgSQL function."""

    name: str
    table: str
    event: str  # INSERT, UPDATE, DELETE; TRUNCATE exists on PostgreSQL only
    refusal: str
    sqlite_when: str = ""
    postgres_unless: str = ""  # SQL condition under which the row may pass
    postgres_first: str = ""  # statement before the condition is asked

    def sqlite(self) -> str:
        when = f"\nWHEN {self.sqlite_when}" if self.sqlite_when else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}{when}\n"
            f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        )

    def function(self) -> str:
        refuse = f"RAISE EXCEPTION '{self.refusal}' USING ERRCODE = '23514';"
        if self.postgres_unless:
            refuse = f"IF NOT ({self.postgres_unless}) THEN {refuse} END IF;"
        return f"BEGIN {self.postgres_first} {refuse} RETURN NEW; END"

    def definition(self) -> str:
        """The statement that makes it on PostgreSQL, spelt as the server tells it back."""
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH {each} EXECUTE FUNCTION {self.name}()"

    def postgres(self) -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $f${self.function()}$f$",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            self.definition(),
            # ALWAYS: otherwise a session in replica mode skips it.
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]


def _append_only(table: str, words: str) -> list[Trigger]:
    return [
        Trigger(f"{table}_no_{event.lower()}", table, event, f"{words} is append-only")
        for event in ("UPDATE", "DELETE", "TRUNCATE")
    ]


def _frozen(table: str, columns: Sequence[str], refusal: str) -> Trigger:
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in columns)
    differs = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in columns)
    return Trigger(f"{table}_frozen", table, "UPDATE", refusal, differs, same)


def _kept(table: str, refusal: str) -> list[Trigger]:
    return [
        Trigger(f"{table}_kept", table, "DELETE", refusal),
        Trigger(f"{table}_kept_whole", table, "TRUNCATE", refusal),
    ]


_HEAD = "(SELECT {} FROM mlops_auditevent ORDER BY seq DESC LIMIT 1)"
TRIGGERS: list[Trigger] = [
    *_append_only("mlops_auditevent", "the audit log"),
    Trigger(
        "mlops_auditevent_extends_head",
        "mlops_auditevent",
        "INSERT",
        "an audit event must extend the head of the log",
        # The EXISTS closes INSERT OR REPLACE, which would otherwise replace a row without firing its DELETE trigger.
        "length(NEW.hash) <> 32 OR NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM mlops_auditevent)"  # noqa: S608 — constants alone
        " OR EXISTS (SELECT 1 FROM mlops_auditevent WHERE hash = NEW.hash OR prev = NEW.prev)"
        f" OR NEW.prev IS NOT COALESCE({_HEAD.format('hash')}, zeroblob(32))",
        "octet_length(NEW.hash) = 32"
        f" AND NEW.seq = COALESCE({_HEAD.format('seq')}, 0) + 1"
        f" AND NEW.prev = COALESCE({_HEAD.format('hash')}, decode(repeat('00', 32), 'hex'))",
        f"PERFORM pg_advisory_xact_lock({AUDIT_LOCK});",
    ),
    _frozen(
        "mlops_modelversion",
        ("id", "recipe_key", "kind", "number", "artefact_digest", "params", "created_at", "created_by"),
        "a version is frozen: register another one",
    ),
    *_kept("mlops_modelversion", "versions are kept for ever"),
    Trigger(
        "mlops_modelversion_new",
        "mlops_modelversion",
        "INSERT",
        "a version is frozen: register another one",
        # SQLite's INSERT OR REPLACE again: a connection without recursive_triggers would put a row in the place of another.
        "EXISTS (SELECT 1 FROM mlops_modelversion WHERE id = NEW.id"
        " OR (recipe_key = NEW.recipe_key AND number = NEW.number))",
        "NOT EXISTS (SELECT 1 FROM mlops_modelversion WHERE id = NEW.id"
        " OR (recipe_key = NEW.recipe_key AND number = NEW.number))",
    ),
    _frozen(
        "mlops_deployment",
        ("id", "recipe_key", "version_id", "role", "how", "started_at", "started_by"),
        "a deployment is frozen: it can only end",
    ),
    Trigger(
        "mlops_deployment_ends_once",
        "mlops_deployment",
        "UPDATE",
        "a deployment that ended stays ended",
        "OLD.ended_at IS NOT NULL",
        "OLD.ended_at IS NULL",
    ),
    *_kept("mlops_deployment", "deployments are kept for ever"),
    Trigger(
        "mlops_deployment_genesis",
        "mlops_deployment",
        "INSERT",
        "only the first version of a formula may serve without an approved request",
        "NEW.how <> 'GENESIS'"
        " OR EXISTS (SELECT 1 FROM mlops_deployment WHERE recipe_key = NEW.recipe_key OR id = NEW.id)"
        " OR NOT EXISTS (SELECT 1 FROM mlops_modelversion v WHERE v.id = NEW.version_id AND v.kind = 'SOFTWARE'"
        " AND v.number = 1 AND v.state = 'APPROVED' AND v.recipe_key = NEW.recipe_key)",
        "NEW.how = 'GENESIS' AND NOT EXISTS (SELECT 1 FROM mlops_deployment WHERE recipe_key = NEW.recipe_key)"
        " AND EXISTS (SELECT 1 FROM mlops_modelversion v WHERE v.id = NEW.version_id AND v.kind = 'SOFTWARE'"
        " AND v.number = 1 AND v.state = 'APPROVED' AND v.recipe_key = NEW.recipe_key)",
    ),
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place whose table exists. Idempotent."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in _for(connection):
            if trigger.table not in tables:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
                cursor.execute(trigger.sqlite())
            else:
                for statement in trigger.postgres():
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away: for the emptying of test databases alone."""
    with connection.cursor() as cursor:
        for trigger in _for(connection):
            on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there, not always on, or not as written here."""
    found = _present(connection)
    return [t.name for t in _for(connection) if found.get(t.name) != _fingerprint(t, connection.vendor)]


def check_triggers(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Report triggers that are missing or changed (asked with `check --database`)."""
    return [
        # A warning: an error would stop the very `migrate` that mends it. /healthz turns red.
        checks.Warning(
            f"Triggers missing or changed in {alias}: {', '.join(names)}.",
            hint="Run `manage.py migrate`.",
            id="mlops.W001",
        )
        for alias in databases or []
        if _HOME in connections[alias].introspection.table_names() and (names := missing(connections[alias]))
    ]


def install_after_migrate(sender: Any, using: str, **_: Any) -> None:
    """Put the triggers back after every migrate."""
    install(connections[using])


def _for(connection: BaseDatabaseWrapper) -> list[Trigger]:
    if connection.vendor == "postgresql":
        return TRIGGERS
    return [trigger for trigger in TRIGGERS if trigger.event != "TRUNCATE"]


def _fingerprint(trigger: Trigger, vendor: str) -> str:
    return trigger.sqlite() if vendor == "sqlite" else f"A {trigger.definition()} {trigger.function()}"


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    if connection.vendor == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid, true), p.prosrc)"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())
