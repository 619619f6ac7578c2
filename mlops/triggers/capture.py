"""Every change of a governed row is noted by the database itself, whoever makes it and by whatever way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlops.triggers.rule import Trigger

_NOTE = 'INSERT INTO mlops_capture ({}"of", op, "row", "before", "after") '
_TXN = "(pg_current_xact_id()::text)::bigint"


@dataclass(frozen=True)
class Governed:
    """A table whose changes are noted. columns: by the name they are told under, SQL over {row} (NEW, OLD or the table).

    No column may hold personal data: what is noted is kept for ever. key: SQL of the row's key.
    """

    table: str
    columns: Mapping[str, str]
    key: str = "{row}.id"

    def told(self, row: str, vendor: str) -> str:
        """SQL that tells the governed columns of a row as one JSON text, the same in a trigger and in a query."""
        make = "json_object" if vendor == "sqlite" else "json_build_object"
        inner = ", ".join(f"'{name}', {sql.format(row=row)}" for name, sql in sorted(self.columns.items()))
        return f"{make}({inner})" if vendor == "sqlite" else f"({make}({inner}))::text"

    def triggers(self) -> list[Trigger]:
        """Its three triggers: of rows that come, change and go."""
        return [Capturing(f"{self.table}_captured_{op.lower()}", self.table, op, "", moment="AFTER", source=self)
                for op in ("INSERT", "UPDATE", "DELETE")]  # fmt: skip


def columns(names: Sequence[str], **told: str) -> dict[str, str]:
    """Columns told as they are, and others told by SQL over {row}."""
    return {name: f"{{row}}.{name}" for name in names} | told


@dataclass(frozen=True)
class Capturing(Trigger):
    """A trigger that notes instead of refusing. An update that leaves the governed columns as they were is none."""

    source: Governed | None = None

    def sqlite(self) -> str:
        when = f"\nWHEN {self._told('OLD', 'sqlite')} IS NOT {self._told('NEW', 'sqlite')}" if self._changes else ""
        return (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table}{when}\n"
            f"BEGIN {_NOTE.format('')}VALUES ({self._values('sqlite')}); END"
        )

    def function(self) -> str:
        note = f"{_NOTE.format('txn, ')}VALUES ({_TXN}, {self._values('postgresql')});"
        if self._changes:
            old, new = self._told("OLD", "postgresql"), self._told("NEW", "postgresql")
            note = f"IF {old} IS DISTINCT FROM {new} THEN {note} END IF;"
        return f"BEGIN {note} RETURN NULL; END"

    def settings(self, schema: str) -> dict[str, str]:
        return {**super().settings(schema), "TimeZone": "utc"}  # moments are told in one way in every session

    @property
    def _changes(self) -> bool:
        return self.event == "UPDATE"

    def _told(self, row: str, vendor: str) -> str:
        assert self.source is not None
        return self.source.told(row, vendor)

    def _values(self, vendor: str) -> str:
        assert self.source is not None
        row = "OLD" if self.event == "DELETE" else "NEW"
        key = self.source.key.format(row=row)
        before = "NULL" if self.event == "INSERT" else self._told("OLD", vendor)
        after = "NULL" if self.event == "DELETE" else self._told("NEW", vendor)
        return f"'{self.table}', '{self.event[0]}', CAST({key} AS text), {before}, {after}"
