"""Every way of writing × every governed table: recorded or refused, and none silent."""

import contextlib
import functools
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction

from catalog.models import ChartEdition, Licence, Movie, Source, User
from mlops import registry
from mlops.errors import MlopsError
from mlops.models import Erasure, PolicyVote, PromotionRequest, Run
from mlops.triggers import Governed, governed
from tests.factories import catalog as films
from tests.factories import governance
from tests.factories import mlops as make
from tests.factories.mlops import NOON
from tests.factories.partners import make_endpoint
from tests.mlops import sql
from tests.proofs.conftest import Tell
from tests.proofs.write_paths import BY_ORM, BY_SHELL, POSTGRES, Target, fresh, insert, shell

pytestmark = pytest.mark.django_db(transaction=True)
NOT_SERVED = (DatabaseError, psycopg.Error, MlopsError, ValueError)
RECIPES = [
    "catalog.recipes.weighted_rating.WeightedRating",
    "tests.toy_recipe.ToyFormula",
    "tests.toy_recipe.ToyLearner",
]


@pytest.fixture
def targets(settings: Any) -> list[Target]:
    """A row of every governed table."""
    settings.MLOPS_RECIPES = RECIPES
    registry.recipes.cache_clear()
    found = [*_of_the_catalogue(), *_of_accounts(), *_of_governance()]
    assert {target.table for target in found} == {table.table for table in governed()}
    return found


def _of_the_catalogue() -> list[Target]:
    films.small_catalogue(3)
    movie, source = Movie.objects.all()[0], Source.objects.all()[0]
    licence, edition = Licence.objects.all()[0], ChartEdition.objects.get()
    key, _ = films.make_partner_key()
    other = {"number": 77, "previous_chain": "a" * 64, "chain_digest": "b" * 64}
    return [
        Target(movie, fresh(movie, source_row=77), {"year": 1999}),
        Target(licence, fresh(licence, territory="FR"), {"ends_on": date(2031, 1, 1)}),
        Target(source, fresh(source, key="another"), {"title": "Another"}),
        Target(found := films.make_import(source), fresh(found), {"rows": 77}),
        Target(edition, {**fresh(edition), **other}, {"films": 77}),
        Target(key.partner, fresh(key.partner, name="Another"), {"active": False}),
        Target(key, fresh(key, hash="c" * 64), {"revoked_at": NOON}),
        Target(endpoint := make_endpoint(key.partner), fresh(endpoint, uid="whk_another"), {"description": "Another"}),
    ]


def _of_accounts() -> list[Target]:
    user = films.make_user(is_staff=True)
    group, another = Group.objects.order_by("pk")[:2]
    right, left = Permission.objects.order_by("-pk")[:2]
    user.groups.add(group)
    user.user_permissions.add(right)
    group.permissions.set([right])
    joined, allowed = User.groups.through.objects.get(), User.user_permissions.through.objects.get()
    granted = Group.permissions.through.objects.get(group=group)
    return [
        Target(user, fresh(user, username="another", subject_id=uuid.uuid4()), {"is_superuser": True}),
        Target(joined, fresh(joined, group_id=another.pk), {"group_id": another.pk}),
        Target(allowed, fresh(allowed, permission_id=left.pk), {"permission_id": left.pk}),
        Target(group, fresh(group, name="Another"), {"name": "Another"}),
        Target(granted, fresh(granted, permission_id=left.pk), {"permission_id": left.pk}),
    ]


def _of_governance() -> list[Target]:
    served = make.make_promotion(make.make_candidate())
    version, request = served.version, served.request
    run, approval = version.run, request.approvals.get()
    policy = governance.make_policy()
    facts = {"subject_digest": "d" * 64, "reason": "asked", "erased_at": NOON, "erased_by": "x", "state": "DONE"}
    Erasure.objects.bulk_create([Erasure(**{**facts, "state": "OPEN"})])
    Erasure.objects.update(state="DONE")
    erasure, manifest = Erasure.objects.get(), getattr(version, "manifest", None) or make.make_manifest(version)
    remark, vote = governance.make_remark(request), PolicyVote.objects.order_by("pk")[0]
    queued = Run.objects.get(pk=run.pk)
    asked = PromotionRequest.objects.get(pk=request.pk)
    return [
        Target(queued, fresh(queued), {"reason": "another"}),
        Target(run.dataset, fresh(run.dataset, number=77, fingerprint="e" * 64), {"rows": 77}),
        Target(version, fresh(version, number=77), {"state": "RETIRED"}),
        Target(manifest, fresh(manifest), {"key_id": "another"}),
        Target(version.gate_report, fresh(version.gate_report, digest="e" * 64), {"passed": False}),
        Target(asked, fresh(asked), {"reason": "another"}),
        Target(approval, fresh(approval, decided_by=str(uuid.uuid4())), {"verdict": "REJECT"}),
        Target(remark, fresh(remark), {"text": "another"}),
        Target(served, fresh(served), {"ended_at": served.started_at, "ended_by": "x"}),
        Target(policy.request, fresh(policy.request), {"wanted": 9}),
        Target(vote, fresh(vote, decided_by=str(uuid.uuid4())), {"verdict": "REJECT"}),
        Target(policy, fresh(policy, number=77), {"approvals_required": 9}),
        Target(erasure, fresh(erasure, subject_digest="f" * 64), {"reason": "another"}),
    ]


def test_every_way_of_writing_every_governed_table_is_recorded_or_refused(
    targets: list[Target], long: bool, tell: Tell
) -> None:
    """The short form tries a fourth of the pairs: every way on some tables, every table in some ways."""
    began, found, silent = time.monotonic(), Counter[str](), []
    tables = {table.table: table for table in governed()}
    ways = [(way, functools.partial(inside, act=act)) for way, act in BY_ORM.items()]
    ways += [(way, functools.partial(outside, run=run)) for way, run in BY_SHELL.items()]
    for row, target in enumerate(targets):
        for column, (way, tried) in enumerate(ways):
            if long or (row + column) % 4 == 0:
                outcome = tried(target, tables[target.table])
                found[outcome] += 1
                silent += [(target.table, way, outcome)] if outcome not in ("recorded", "refused") else []
    tell("ways × governed tables", f"{len(ways)} × {len(targets)} = {sum(found.values())}")
    tell("recorded, refused, silent", f"{found['recorded']}, {found['refused']}, {len(silent)}")
    tell("seconds", round(time.monotonic() - began, 1))
    assert silent == []
    assert found["recorded"] > 0.4 * sum(found.values()), "a proof in which all is refused proves little"


@pytest.mark.skipif(POSTGRES, reason="rowids are SQLite's")
def test_no_row_takes_the_place_of_another_by_its_rowid(targets: list[Target]) -> None:
    """Neither comes to lie where another lies nor moves there: REPLACE would remove that one, and ask no trigger."""
    tables, silent = {table.table: table for table in governed()}, []
    for target in targets:
        assert sql.told("SELECT wr FROM pragma_table_list WHERE name = %s", target.table) == [(0,)]
        for way, tried in (("INSERT", lie_there), ("UPDATE", move_there)):
            with shell() as line:
                line.create_function("regexp", 2, lambda pattern, text: True)  # as the site has it
                rows = keys(tables[target.table], line)
                with contextlib.suppress(sqlite3.IntegrityError):
                    tried(target, line)
                gone = rows - keys(tables[target.table], line)
                told = line.execute('SELECT "row" FROM mlops_capture WHERE "of" = ? AND op = \'D\'', [target.table])
                silent += [(target.table, way, row) for row in gone - {row for (row,) in told}]
    assert silent == []


def lie_there(target: Target, line: sqlite3.Connection) -> None:
    key, pk = target.key()
    ((rowid,),) = line.execute(f'SELECT rowid FROM "{target.table}" WHERE "{key}" = ?', [pk])
    values = {"rowid": rowid, **target.prepared(target.fresh)}
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    line.execute(f'INSERT OR REPLACE INTO "{target.table}" ({names}) VALUES ({marks})', list(values.values()))


def move_there(target: Target, line: sqlite3.Connection) -> None:
    """To where another lies, or to where none does when it is alone."""
    with contextlib.suppress(sqlite3.IntegrityError):
        insert(target, line.execute)
    low, high = line.execute(f'SELECT min(rowid), max(rowid) FROM "{target.table}"').fetchone()
    there = low if low != high else high + 1_000
    line.execute(f'UPDATE OR REPLACE "{target.table}" SET rowid = ? WHERE rowid = ?', [there, high])


def keys(table: Governed, line: sqlite3.Connection) -> set[str]:
    found = line.execute(f"SELECT CAST({table.key.format(row=table.table)} AS text) FROM {table.table}")
    return {row for (row,) in found}


def inside(target: Target, table: Governed, act: Callable[[Target], Any]) -> str:
    """Try one way on this site's own connection, and take it back."""
    with transaction.atomic():
        line = connection.cursor()
        before, noted = state(table, line), notes(target.table, line)
        try:
            with transaction.atomic():
                act(target)
            outcome = judged(before != state(table, line), notes(target.table, line) > noted)
        except NOT_SERVED:
            outcome = "refused"
        transaction.set_rollback(True)
    return outcome


def outside(target: Target, table: Governed, run: Callable[..., Any]) -> str:
    """The same by a program that knows nothing of this site."""
    with shell() as line:
        cursor = line.cursor()
        before, noted = state(table, cursor), notes(target.table, cursor)
        try:
            run(
                target,
                lambda statement, values: cursor.execute(
                    statement.replace("?", "%s") if POSTGRES else statement, values
                ),
            )
        except (psycopg.Error, sqlite3.Error):
            return "refused"
        return judged(before != state(table, cursor), notes(target.table, cursor) > noted)


def judged(changed: bool, noted: bool) -> str:
    if not changed:
        return "nothing happened"
    return "recorded" if noted else "SILENT"


def state(table: Governed, cursor: Any) -> list[Any]:
    key, told = table.key.format(row=table.table), table.told(table.table, connection.vendor)
    cursor.execute(f"SELECT {key}, {told} FROM {table.table} ORDER BY 1")
    return list(cursor.fetchall())


def notes(table: str, cursor: Any) -> int:
    cursor.execute(f"""SELECT count(*) FROM mlops_capture WHERE "of" = '{table}'""")
    return int(cursor.fetchone()[0])
