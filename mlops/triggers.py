"""What the database itself refuses, on SQLite and PostgreSQL: installed after every migrate, compared by fingerprint."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_HOME = "mlops_auditevent"  # before it exists there is nothing to guard
AUDIT_LOCK = 7001  # the advisory lock that serialises writers of the audit log
INSTALL_LOCK = 7003  # and the one for processes that start together
logger = logging.getLogger(__name__)


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
    moment: str = "BEFORE"
    only: str = ""  # the one database that needs it; both, when empty

    def sqlite(self) -> str:
        when = f"\nWHEN {self.sqlite_when}" if self.sqlite_when else ""
        return (
            f"CREATE TRIGGER {self.name} {self.moment} {self.event} ON {self.table}{when}\n"
            f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        )

    def function(self) -> str:
        refuse = f"RAISE EXCEPTION '{self.refusal}' USING ERRCODE = '23514';"
        if self.postgres_unless:
            refuse = f"IF NOT ({self.postgres_unless}) THEN {refuse} END IF;"
        return f"BEGIN {self.postgres_first} {refuse} RETURN NEW; END"

    def told(self, schema: str) -> str:
        """What a PostgreSQL whose guards are whole tells of it: always on, the trigger, its settings, its function."""
        return f"A CREATE {self._definition(schema)} {self.name}() search_path={_path(schema)} {self.function()}"

    def postgres(self, schema: str) -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {schema}.{self.name}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = {_path(schema)} AS $f${self.function()}$f$",
            # Replaced and not dropped: a drop would keep readers out as well.
            f"CREATE OR REPLACE {self._definition(schema)} {schema}.{self.name}()",
            # ALWAYS: otherwise a session in replica mode skips it.
            f"ALTER TABLE {schema}.{self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]

    def _definition(self, schema: str) -> str:
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return (
            f"TRIGGER {self.name} {self.moment} {self.event} ON {schema}.{self.table} FOR EACH {each} EXECUTE FUNCTION"
        )


def _path(schema: str) -> str:
    """Where a function looks for tables. Unless named, pg_temp comes first, and there anyone can make a false table."""
    return f"pg_catalog, {schema}, pg_temp"


def _append_only(table: str, words: str) -> list[Trigger]:
    refusal = f"{words} is append-only"
    return [
        Trigger(f"{table}_no_update", table, "UPDATE", refusal),
        Trigger(f"{table}_no_delete", table, "DELETE", refusal),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", refusal, only="postgresql"),
    ]


def _frozen(table: str, columns: Sequence[str], refusal: str) -> Trigger:
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in columns)
    differs = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in columns)
    return Trigger(f"{table}_frozen", table, "UPDATE", refusal, differs, same)


def _kept(table: str, refusal: str) -> list[Trigger]:
    return [
        Trigger(f"{table}_kept", table, "DELETE", refusal),
        Trigger(f"{table}_kept_whole", table, "TRUNCATE", refusal, only="postgresql"),
    ]


def _numbered(table: str) -> Trigger:
    """Keep rowids positive: before an insert SQLite says -1 for a rowid not given, which must never be that of a row."""
    refusal = "rows are numbered from one"
    return Trigger(f"{table}_numbered", table, "INSERT", refusal, "NEW.rowid < 1", moment="AFTER", only="sqlite")


_HEAD = "(SELECT {} FROM mlops_auditevent ORDER BY seq DESC LIMIT 1)"
# The audit log last, as services write it last: who installs and who serves ask for their locks in one order.
TRIGGERS: list[Trigger] = [
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
    _numbered("mlops_modelversion"),
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
    _numbered("mlops_deployment"),
    *_append_only("mlops_auditevent", "the audit log"),
    Trigger(
        "mlops_auditevent_extends_head",
        "mlops_auditevent",
        "INSERT",
        "an audit event must extend the head of the log",
        # The EXISTS closes INSERT OR REPLACE, which would otherwise replace a row without firing its DELETE trigger.
        # seq is not the rowid there, and a row can be replaced by either.
        "length(NEW.hash) <> 32 OR NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM mlops_auditevent)"  # noqa: S608 — constants alone
        " OR EXISTS (SELECT 1 FROM mlops_auditevent WHERE hash = NEW.hash OR prev = NEW.prev OR rowid = NEW.rowid)"
        f" OR NEW.prev IS NOT COALESCE({_HEAD.format('hash')}, zeroblob(32))",
        "octet_length(NEW.hash) = 32"
        f" AND NEW.seq = COALESCE({_HEAD.format('seq')}, 0) + 1"
        f" AND NEW.prev = COALESCE({_HEAD.format('hash')}, decode(repeat('00', 32), 'hex'))",
        f"PERFORM pg_advisory_xact_lock({AUDIT_LOCK});",
    ),
    _numbered("mlops_auditevent"),
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put in place what is missing or changed, all or nothing, and touch nothing else."""
    if not _lacking(connection):
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INSTALL_LOCK])
        guarded = {table for table, _ in _present(connection)}
        lacking = _lacking(connection)  # asked again: another process may have been quicker
        for trigger in lacking:
            for statement in _statements(trigger, connection):
                cursor.execute(statement)
    # A table that had none is new, or was made anew by a migration.
    if put_back := [trigger.name for trigger in lacking if trigger.table in guarded]:
        logger.warning("triggers were missing or changed in %s and put back: %s", connection.alias, ", ".join(put_back))


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away: for the emptying of test databases alone."""
    with connection.cursor() as cursor:
        for trigger in _for(connection):
            on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there, not always on, or not as written here, and of rules beside them."""
    return [trigger.name for trigger in _changed(connection)] + _rules(connection)


def check_triggers(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Report triggers that are missing or changed (asked with `check --database`)."""
    return [
        # A warning: an error would stop the very `migrate` that mends it. /healthz turns red.
        checks.Warning(
            f"Triggers missing or changed in {alias}: {', '.join(names)}.",
            hint="Run `manage.py migrate`; a rule must be dropped by hand.",
            id="mlops.W001",
        )
        for alias in databases or []
        if _HOME in connections[alias].introspection.table_names() and (names := missing(connections[alias]))
    ]


def install_after_migrate(sender: Any, using: str, **_: Any) -> None:
    """Put the triggers back after every migrate."""
    install(connections[using])


def _for(connection: BaseDatabaseWrapper) -> list[Trigger]:
    return [trigger for trigger in TRIGGERS if trigger.only in ("", connection.vendor)]


def _changed(connection: BaseDatabaseWrapper) -> list[Trigger]:
    found, schema = _present(connection), _schema(connection)
    return [t for t in _for(connection) if found.get((t.table, t.name)) != (t.told(schema) if schema else t.sqlite())]


def _lacking(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Those of the changed ones whose table exists."""
    tables = set(connection.introspection.table_names())
    return [trigger for trigger in _changed(connection) if trigger.table in tables]


def _statements(trigger: Trigger, connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        return trigger.postgres(_schema(connection))
    return [f"DROP TRIGGER IF EXISTS {trigger.name}", trigger.sqlite()]


def _schema(connection: BaseDatabaseWrapper) -> str:
    """Return PostgreSQL's schema that holds the tables, quoted where it must be; a temporary table of that name is none."""
    if connection.vendor != "postgresql":
        return ""
    query = (
        "SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relname = %s AND c.relpersistence <> 't' AND n.nspname = ANY (current_schemas(false))"
        " ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [_HOME])
        found = cursor.fetchone()
    return str(found[0]) if found else "public"


def _present(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """Return every trigger by table and name, as the database tells it."""
    if connection.vendor == "sqlite":
        query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        # Not the pretty form of the definition: that leaves out the schema, but only where nothing hides the table.
        query = (
            "SELECT c.relname, t.tgname, concat_ws("
            "' ', t.tgenabled, pg_get_triggerdef(t.oid), array_to_string(p.proconfig, ' '), p.prosrc)"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = n.oid"
            " WHERE NOT t.tgisinternal AND quote_ident(n.nspname) = %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [_schema(connection)] if connection.vendor == "postgresql" else [])
        return {(table, name): text for table, name, text in cursor.fetchall()}


def _rules(connection: BaseDatabaseWrapper) -> list[str]:
    """Name PostgreSQL's rewrite rules on guarded tables: they turn a statement into another before any trigger is asked."""
    if connection.vendor != "postgresql":
        return []
    query = (
        "SELECT r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE quote_ident(n.nspname) = %s AND c.relname = ANY (%s) ORDER BY 2, 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [_schema(connection), sorted({trigger.table for trigger in TRIGGERS})])
        return [f"rule {rule} on {table}" for rule, table in cursor.fetchall()]
