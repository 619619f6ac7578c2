"""The ways in which a row can be written, each tried on one row: by the ORM, by SQL, by a task, by another program."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from celery import shared_task
from django.apps import apps
from django.db import connection, models

POSTGRES = connection.vendor == "postgresql"


@dataclass(frozen=True)
class Target:
    """One row of a table. fresh: what another row may look like; changes: what may become of this one, by column."""

    row: Any
    fresh: dict[str, Any]
    changes: dict[str, Any]

    @property
    def model(self) -> Any:
        return type(self.row)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    def made(self, **given: Any) -> Any:
        return self.model(**{**self.fresh, **given})

    def again(self) -> Any:
        """The same row, changed, as an object."""
        found = self.model._base_manager.get(pk=self.row.pk)
        for name, value in self.changes.items():
            setattr(found, name, value)
        return found

    def all(self) -> Any:
        return self.model._base_manager.filter(pk=self.row.pk)

    def prepared(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values as the driver takes them, by column."""
        fields = {field.attname: field for field in self.model._meta.concrete_fields}
        return {fields[name].column: fields[name].get_db_prep_save(value, connection) for name, value in values.items()}

    def key(self) -> tuple[str, Any]:
        return self.model._meta.pk.column, self.row.pk

    def whole(self) -> dict[str, Any]:
        return {field.attname: getattr(self.row, field.attname) for field in self.model._meta.concrete_fields}


Run = Callable[[str, Sequence[Any]], Any]


@shared_task(name="tests.proofs.write_row")
def write_row(*, label: str, pk: Any, changes: dict[str, Any]) -> None:
    """What a worker would do."""
    _model(label)._base_manager.filter(pk=pk).update(**changes)


def _model(label: str) -> Any:
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.label == label)


def insert(target: Target, run: Run, verb: str = "INSERT INTO", more: str = "", **given: Any) -> None:
    values = target.prepared({**target.fresh, **given})
    columns, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
    run(f'{verb} "{target.table}" ({columns}) VALUES ({marks}) {more}', list(values.values()))


def update(target: Target, run: Run, verb: str = "UPDATE") -> None:
    values, (key, pk) = target.prepared(target.changes), target.key()
    sets = ", ".join(f'"{name}" = ?' for name in values)
    run(f'{verb} "{target.table}" SET {sets} WHERE "{key}" = ?', [*values.values(), pk])


def delete(target: Target, run: Run) -> None:
    key, pk = target.key()
    run(f'DELETE FROM "{target.table}" WHERE "{key}" = ?', [pk])


def upsert(target: Target, run: Run) -> None:
    """SQLite's REPLACE, PostgreSQL's ON CONFLICT, of the very row."""
    changed = {**target.whole(), **target.changes}
    if not POSTGRES:
        insert(Target(target.row, changed, {}), run, "INSERT OR REPLACE INTO")
        return
    sets = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in target.prepared(target.changes))
    insert(Target(target.row, changed, {}), run, more=f'ON CONFLICT ("{target.key()[0]}") DO UPDATE SET {sets}')


def take_its_place(target: Target, run: Run) -> None:
    """Another row with the same unique columns: what SQLite's REPLACE removes without asking a trigger."""
    if POSTGRES:
        upsert(target, run)
        return
    meta = target.model._meta
    kept = {name: value for name, value in target.whole().items() if name != meta.pk.attname}
    given = {meta.pk.attname: target.row.pk + 500_000} if isinstance(target.row.pk, int) else {}
    insert(Target(target.row, {**kept, **given}, {}), run, "INSERT OR REPLACE INTO")


def many(target: Target) -> None:
    """executemany, and PostgreSQL's COPY."""
    values = target.prepared(target.fresh)
    columns = ", ".join(f'"{name}"' for name in values)
    with connection.cursor() as cursor:
        if not POSTGRES:
            marks = ", ".join("%s" for _ in values)
            cursor.executemany(f'INSERT INTO "{target.table}" ({columns}) VALUES ({marks})', [list(values.values())])
            return
        assert connection.connection is not None
        with (
            connection.connection.cursor() as plain,
            plain.copy(f'COPY "{target.table}" ({columns}) FROM STDIN') as copy,
        ):
            copy.write_row(list(values.values()))


def ours(statement: str, values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("?", "%s"), list(values))


@contextlib.contextmanager
def shell() -> Iterator[Any]:
    """A program of somebody's own on the same database, without any of our settings; nothing of it is kept."""
    if POSTGRES:
        import psycopg

        facts = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port")
        line: Any = psycopg.connect(**{name: facts[name] for name in names if name in facts})
    else:
        line = sqlite3.connect(connection.settings_dict["NAME"])
    try:
        yield line
    finally:
        line.rollback()
        line.close()


def conflicting(target: Target) -> None:
    meta = target.model._meta
    fields = [meta.get_field(name).name for name in target.changes]
    target.model._base_manager.bulk_create(
        [target.again()], update_conflicts=True, unique_fields=[meta.pk.name], update_fields=fields
    )


def pick(target: Target) -> dict[str, Any]:
    """What get_or_create looks for: something that no row has."""
    fresh = dict(target.fresh)
    name = next((n for n, value in fresh.items() if getattr(target.row, n) != value), "pk")
    return {name: fresh.pop(name, -1), "defaults": fresh}


BY_ORM: dict[str, Callable[[Target], Any]] = {
    "save, of a new row": lambda t: t.made().save(),
    "save, of a changed row": lambda t: t.again().save(),
    "create": lambda t: t.model._base_manager.create(**t.fresh),
    "get_or_create": lambda t: t.model._base_manager.get_or_create(**pick(t)),
    "update_or_create": lambda t: t.model._base_manager.update_or_create(pk=t.row.pk, defaults=t.changes),
    "bulk_create": lambda t: t.model._base_manager.bulk_create([t.made()]),
    "bulk_update": lambda t: t.model._base_manager.bulk_update(
        [t.again()], [t.model._meta.get_field(n).name for n in t.changes]
    ),
    "queryset.update": lambda t: t.all().update(**t.changes),
    "delete, of a row": lambda t: t.row.__class__._base_manager.get(pk=t.row.pk).delete(),
    "delete, of a queryset": lambda t: t.all()._raw_delete(connection.alias),
    "upsert": conflicting,
    "executemany or COPY": many,
    "raw INSERT": lambda t: insert(t, ours),
    "raw UPDATE": lambda t: update(t, ours),
    "raw DELETE": lambda t: delete(t, ours),
    "raw upsert": lambda t: upsert(t, ours),
    "raw upsert on another key": lambda t: take_its_place(t, ours),
    "a task": lambda t: write_row.apply(
        kwargs={"label": t.model._meta.label, "pk": t.row.pk, "changes": t.changes}, throw=True
    ),
}
BY_SHELL: dict[str, Callable[[Target, Run], Any]] = {
    "another program: INSERT": insert,
    "another program: UPDATE": update,
    "another program: DELETE": delete,
    "another program: upsert": upsert,
    "another program: upsert on another key": take_its_place,
}


def fresh(row: models.Model, **given: Any) -> dict[str, Any]:
    """What a row beside this one may hold: the same, but for its key and what is unique."""
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    return {**held, **given}
