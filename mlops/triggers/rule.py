"""One rule as a trigger on both databases, and the kinds of rule that several tables share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


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
    definer: ClassVar[bool] = False  # PostgreSQL asks with the rights of the tables' owner, and not of who writes

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
        row = "OLD" if self.event == "DELETE" else "NEW"  # NULL, which NEW is of a row that goes, would keep it unsaid
        return f"BEGIN {self.postgres_first} {refuse} RETURN {row}; END"

    def told(self, schema: str) -> str:
        """What a PostgreSQL whose guards are whole tells of it: always on, the trigger, its settings, its function."""
        settings = " ".join(f"{name}={value}" for name, value in self.settings(schema).items())
        return f"A CREATE {self._definition(schema)} {self.name}() {settings}{self._rights} {self.function()}"

    def settings(self, schema: str) -> dict[str, str]:
        """What PostgreSQL's function is run with, whatever the session says."""
        return {"search_path": _path(schema)}

    def postgres(self, schema: str) -> list[str]:
        settings = "".join(f" SET {name} = {value}" for name, value in self.settings(schema).items())
        return [
            f"CREATE OR REPLACE FUNCTION {schema}.{self.name}() RETURNS trigger LANGUAGE plpgsql"
            f"{self._rights}{settings} AS $f${self.function()}$f$",
            # Replaced and not dropped: a drop would keep readers out as well.
            f"CREATE OR REPLACE {self._definition(schema)} {schema}.{self.name}()",
            # ALWAYS: otherwise a session in replica mode skips it.
            f"ALTER TABLE {schema}.{self.table} ENABLE ALWAYS TRIGGER {self.name}",
        ]

    @property
    def _rights(self) -> str:
        return " SECURITY DEFINER" if self.definer else ""

    def _definition(self, schema: str) -> str:
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return (
            f"TRIGGER {self.name} {self.moment} {self.event} ON {schema}.{self.table} FOR EACH {each} EXECUTE FUNCTION"
        )


def _path(schema: str) -> str:
    """Where a function looks for tables. Unless named, pg_temp comes first, and there anyone can make a false table."""
    return f"pg_catalog, {schema}, pg_temp"


def only_if(name: str, table: str, event: str, refusal: str, condition: str, first: str = "") -> Trigger:
    """Let pass what makes a condition true that both databases read alike; neither false nor unknown is enough.

    first: a statement of PostgreSQL alone, before the condition is asked: a lock, mostly.
    """
    return Trigger(name, table, event, refusal, f"({condition}) IS NOT TRUE", f"({condition}) IS TRUE", first)


# While somebody is erased. Such a row is open only inside the transaction that erases, so nobody else ever sees one.
ERASING = "EXISTS (SELECT 1 FROM mlops_erasure e WHERE e.state = 'OPEN')"


def append_only(table: str, words: str, *, erasable: bool = False) -> list[Trigger]:
    """Let nothing change and nothing go; with erasable, but while somebody is erased."""
    refusal = f"{words} is append-only"
    if erasable:
        refusal += " but for an erasure"
    asked = (f"NOT {ERASING}", ERASING) if erasable else ()
    return [
        Trigger(f"{table}_no_update", table, "UPDATE", refusal, *asked),
        Trigger(f"{table}_no_delete", table, "DELETE", refusal, *asked),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", refusal, only="postgresql"),
    ]


def frozen(table: str, columns: Sequence[str], refusal: str, once: str = "") -> Trigger:
    """Keep columns as they are: always, or once the row is in a state."""
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in columns)
    differs = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in columns)
    if once:
        same, differs = f"OLD.state <> '{once}' OR ({same})", f"OLD.state = '{once}' AND ({differs})"
    return Trigger(f"{table}_{once.lower() or 'frozen'}", table, "UPDATE", refusal, differs, same)


def kept(table: str, refusal: str) -> list[Trigger]:
    return [Trigger(f"{table}_kept", table, "DELETE", refusal), kept_whole(table, refusal)]


def kept_whole(table: str, refusal: str) -> Trigger:
    return Trigger(f"{table}_kept_whole", table, "TRUNCATE", refusal, only="postgresql")


def in_its_own_place(table: str, refusal: str, *keys: str, key: str = "id") -> list[Trigger]:
    """Let no new row take the place of another, which SQLite's INSERT OR REPLACE would remove without a word.

    Without recursive_triggers no DELETE trigger is asked. keys: a condition on old row and NEW for each unique
    constraint besides the key. And rowids stay positive: before an insert SQLite says -1 for a rowid not given, which
    must never be that of a row.
    """
    taken = " OR ".join(f"({clash})" for clash in (f"{key} = NEW.{key}", *keys))
    clash = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"
    return [Trigger(f"{table}_own_place", table, "INSERT", refusal, clash, only="sqlite"), numbered(table)]


def numbered(table: str) -> Trigger:
    refusal = "rows are numbered from one"
    return Trigger(f"{table}_numbered", table, "INSERT", refusal, "NEW.rowid < 1", moment="AFTER", only="sqlite")
