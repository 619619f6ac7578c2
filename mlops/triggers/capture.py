"""Every change of a governed row is noted by the database itself, whoever makes it and by whatever way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlops.triggers.rule import Trigger

_NOTE = 'INSERT INTO mlops_capture ({}"of", op, "row", "before", "after") '
_TXN = "(pg_current_xact_id()::text)::bigint"
# Asked without recursive_triggers, SQLite removes what REPLACE replaces and asks no DELETE trigger: nobody would note it.
_UNNOTED = "(SELECT recursive_triggers FROM pragma_recursive_triggers) = 0"
_REPLACING = "no row takes the place of another unnoted: delete the other first, or set PRAGMA recursive_triggers = ON"


@dataclass(frozen=True)
class Governed:
    """A table whose changes are noted. columns: by the name they are told under, SQL over {row} (NEW, OLD or the table).

    No column may hold personal data: what is noted is kept for ever. key: SQL of the row's key. only: SQL over {row};
    rows of which it is not true are nobody's decision, and not noted. unique: the columns of each unique constraint.
    """

    table: str
    columns: Mapping[str, str]
    key: str = "{row}.id"
    only: str = ""
    unique: tuple[tuple[str, ...], ...] = ()

    def told(self, row: str, vendor: str) -> str:
        """SQL that tells the governed columns of a row as one JSON text, the same in a trigger and in a query."""
        make = "json_object" if vendor == "sqlite" else "json_build_object"
        inner = ", ".join(f"'{name}', {sql.format(row=row)}" for name, sql in sorted(self.columns.items()))
        return f"{make}({inner})" if vendor == "sqlite" else f"({make}({inner}))::text"

    def triggers(self) -> list[Trigger]:
        """Its triggers: of rows that come, change and go, and of those that would go unnoted."""
        noting: list[Trigger] = [
            Capturing(f"{self.table}_captured_{op.lower()}", self.table, op, "", moment="AFTER", source=self)
            for op in ("INSERT", "UPDATE", "DELETE")
        ]
        return [*noting, *(self._guards() if self.unique else [])]

    def _guards(self) -> list[Trigger]:
        """What refuses what could not be noted row by row; tables without `unique` have guards of their own."""
        old, new = self.key.format(row="OLD"), self.key.format(row="NEW")
        kept, words = f"{self.table}_keeps_key", "a governed row keeps its key"
        # Where the key is not the rowid, a row can be replaced by either.
        moved = f"{new} IS NOT {old} OR NEW.rowid IS NOT OLD.rowid"
        emptied = Trigger(
            f"{self.table}_whole", self.table, "TRUNCATE", "governed rows go one by one", only="postgresql"
        )
        return [
            Trigger(kept, self.table, "UPDATE", words, moved, f"{new} IS NOT DISTINCT FROM {old}"),
            emptied,
            self._replaced("INSERT"),
            self._replaced("UPDATE"),
        ]

    def _replaced(self, event: str) -> Trigger:
        same = " OR ".join(
            "(" + " AND ".join(f'"{column}" = NEW."{column}"' for column in columns) + ")" for columns in self.unique
        )
        same += f" OR {self.table}.rowid = NEW.rowid"
        other = f"{self.table}.rowid IS NOT OLD.rowid AND " if event == "UPDATE" else ""
        clash = f"{_UNNOTED} AND EXISTS (SELECT 1 FROM {self.table} WHERE {other}({same}))"
        return Trigger(f"{self.table}_{event.lower()}_alone", self.table, event, _REPLACING, clash, only="sqlite")


def columns(names: Sequence[str], **told: str) -> dict[str, str]:
    """Columns told as they are, and others told by SQL over {row}."""
    return {name: f"{{row}}.{name}" for name in names} | told


@dataclass(frozen=True)
class Capturing(Trigger):
    """A trigger that notes instead of refusing. An update that leaves the governed columns as they were is none.

    On PostgreSQL it notes with its owner's rights: whoever may write a governed row need not be able to write a note.
    """

    source: Governed | None = None
    definer = True

    def sqlite(self) -> str:
        asked = self._asked("sqlite")
        when = f"\nWHEN {asked}" if asked else ""
        return (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table}{when}\n"
            f"BEGIN {_NOTE.format('')}VALUES ({self._values('sqlite')}); END"
        )

    def function(self) -> str:
        note = f"{_NOTE.format('txn, ')}VALUES ({_TXN}, {self._values('postgresql')});"
        if asked := self._asked("postgresql"):
            note = f"IF {asked} THEN {note} END IF;"
        return f"BEGIN {note} RETURN NULL; END"

    def settings(self, schema: str) -> dict[str, str]:
        return {**super().settings(schema), "TimeZone": "utc"}  # moments are told in one way in every session

    def _asked(self, vendor: str) -> str:
        """SQL of whether this change is to be noted; empty when it always is."""
        assert self.source is not None
        rows = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}[self.event]
        asked = []
        if self.event == "UPDATE" and self.source.columns:
            differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
            asked.append(f"{self.source.told('OLD', vendor)} {differs} {self.source.told('NEW', vendor)}")
        if self.source.only:
            asked.append("(" + " OR ".join(f"({self.source.only.format(row=row)})" for row in rows) + ")")
        return " AND ".join(reversed(asked))

    def _values(self, vendor: str) -> str:
        assert self.source is not None
        row = "OLD" if self.event == "DELETE" else "NEW"
        key = self.source.key.format(row=row)
        before = "NULL" if self.event == "INSERT" else self.source.told("OLD", vendor)
        after = "NULL" if self.event == "DELETE" else self.source.told("NEW", vendor)
        return f"'{self.table}', '{self.event[0]}', CAST({key} AS text), {before}, {after}"
