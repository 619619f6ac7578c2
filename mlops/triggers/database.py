"""Putting the triggers into a database, and telling when one is missing or not as written."""

import logging
from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mlops.triggers import (
    acts,
    audit,
    captures,
    checkpoints,
    datasets,
    deployments,
    erasures,
    gates,
    histories,
    manifests,
    moves,
    policies,
    requests,
    runs,
    versions,
    work,
)
from mlops.triggers.governed import OURS, governed
from mlops.triggers.rule import Trigger

_HOME = "mlops_auditevent"  # before it exists there is nothing to guard
INSTALL_LOCK = 7003  # the advisory lock for processes that start together
logger = logging.getLogger(__name__)

# The audit log last, as services write it last: who installs and who serves ask for their locks in one order.
TRIGGERS: list[Trigger] = [
    *datasets.TRIGGERS,
    *runs.TRIGGERS,
    *versions.TRIGGERS,
    *manifests.TRIGGERS,
    *gates.TRIGGERS,
    *requests.TRIGGERS,
    *deployments.TRIGGERS,
    *policies.TRIGGERS,
    *acts.TRIGGERS,
    *moves.TRIGGERS,
    *erasures.TRIGGERS,
    *work.TRIGGERS,
    *(trigger for table in OURS for trigger in table.triggers()),
    *captures.TRIGGERS,
    *checkpoints.TRIGGERS,
    *audit.TRIGGERS,
]


def triggers() -> list[Trigger]:
    """Return every trigger: ours, those that note changes of other apps' governed tables, those of their histories."""
    theirs = (trigger for table in governed() if table not in OURS for trigger in table.triggers())
    return [*histories.histories(), *theirs, *TRIGGERS]


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


def drop(connection: BaseDatabaseWrapper, events: Collection[str] = ()) -> None:
    """Take the triggers of some events away, or every one: for the emptying of test databases alone."""
    with connection.cursor() as cursor:
        for trigger in _for(connection):
            if events and trigger.event not in events:
                continue
            on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there, not always on, or not as written here, and of what is not ours."""
    return [trigger.name for trigger in _changed(connection)] + _strangers(connection) + _rules(connection)


def check_triggers(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Report triggers that are missing or changed (asked with `check --database`)."""
    return [
        # A warning: an error would stop the very `migrate` that mends it. /healthz turns red.
        checks.Warning(
            f"Triggers missing or changed in {alias}: {', '.join(names)}.",
            hint="Run `manage.py migrate`; a rule or trigger that is not ours must be dropped by hand.",
            id="mlops.W001",
        )
        for alias in databases or []
        if _HOME in connections[alias].introspection.table_names() and (names := missing(connections[alias]))
    ]


def step_aside_before_migrate(sender: Any, using: str, plan: Any = (), **_: Any) -> None:
    """Take them away while tables are made anew: SQLite refuses to rename a table that a trigger elsewhere speaks of.

    All of them, when a migration is of an app that has one: ours speak of one another, and all notes go into one table.
    """
    connection = connections[using]
    if connection.vendor == "sqlite" and {migration.app_label for migration, _backwards in plan} & guarded_apps():
        drop(connection)


def guarded_apps() -> set[str]:
    """Return the labels of the apps that have a table with a trigger."""
    tables = {trigger.table for trigger in triggers()}
    models = apps.get_models(include_auto_created=True)
    return {model._meta.app_label for model in models if model._meta.db_table in tables}


def install_after_migrate(sender: Any, using: str, **_: Any) -> None:
    """Put the triggers back after every migrate."""
    install(connections[using])


def _for(connection: BaseDatabaseWrapper) -> list[Trigger]:
    return [trigger for trigger in triggers() if trigger.only in ("", connection.vendor)]


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
            "' ', t.tgenabled, pg_get_triggerdef(t.oid), array_to_string(p.proconfig, ' '),"
            " CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END, p.prosrc)"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = n.oid"
            " WHERE NOT t.tgisinternal AND quote_ident(n.nspname) = %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [_schema(connection)] if connection.vendor == "postgresql" else [])
        return {(table, name): text for table, name, text in cursor.fetchall()}


def _strangers(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the triggers on guarded tables that are not ours: one that comes later could change what ours let pass."""
    ours = {(trigger.table, trigger.name) for trigger in _for(connection)}
    tables = {table for table, _ in ours}
    return [
        f"trigger {name} on {table}"
        for table, name in sorted(_present(connection))
        if table in tables and (table, name) not in ours
    ]


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
        cursor.execute(query, [_schema(connection), sorted({trigger.table for trigger in triggers()})])
        return [f"rule {rule} on {table}" for rule, table in cursor.fetchall()]
