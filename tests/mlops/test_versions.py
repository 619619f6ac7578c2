"""What a version is, and which one served when, is written once."""

import sqlite3

import pytest
from django.db import DatabaseError, IntegrityError, connection

from mlops import triggers
from mlops.models import Deployment, ModelVersion
from tests.factories.mlops import NOON, make_deployment, make_run, make_version
from tests.mlops import sql

pytestmark = pytest.mark.django_db(transaction=True)
VERSION, DEPLOYMENT = "mlops_modelversion", "mlops_deployment"


@pytest.fixture
def served() -> Deployment:
    """A formula's first version, in force, beside a candidate that is not."""
    make_version()
    return make_deployment()


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE {VERSION} SET artefact_digest = '{'b' * 64}'",
        f"UPDATE {VERSION} SET params = '{{\"m\": 1}}'",
        f"UPDATE {VERSION} SET number = 2",
        f"UPDATE {VERSION} SET kind = 'LEARNING'",
        f"UPDATE {VERSION} SET recipe_key = 'other'",
        f"UPDATE {VERSION} SET created_by = 'somebody'",
        f"UPDATE {VERSION} SET created_at = '2020-01-01'",
        f"UPDATE {VERSION} SET id = id + 1",
        f"UPDATE {VERSION} SET run_id = (SELECT max(id) FROM mlops_run)",
        f"UPDATE {VERSION} SET arrays_digest = '{'b' * 64}'",
        f"UPDATE {DEPLOYMENT} SET role = 'CHALLENGER'",
        f"UPDATE {DEPLOYMENT} SET started_at = '2020-01-01'",
        f"UPDATE {DEPLOYMENT} SET started_by = 'somebody'",
        f"UPDATE {DEPLOYMENT} SET recipe_key = 'other'",
        f"UPDATE {DEPLOYMENT} SET id = id + 1",
        f"UPDATE {DEPLOYMENT} SET reason = 'another'",
        f"UPDATE {DEPLOYMENT} SET version_id = (SELECT min(id) FROM {VERSION})",
        f"DELETE FROM {DEPLOYMENT}",
        f"DELETE FROM {VERSION}",
        pytest.param(f"TRUNCATE {DEPLOYMENT}", marks=sql.on_postgres),
        pytest.param(
            f"TRUNCATE {VERSION}, {DEPLOYMENT}, mlops_gatereport, mlops_promotionrequest, mlops_approval,"
            " mlops_manifest, mlops_remark",
            marks=sql.on_postgres,
        ),
        pytest.param(f"TRUNCATE {VERSION} CASCADE", marks=sql.on_postgres),
        pytest.param(f"SET LOCAL session_replication_role = replica; DELETE FROM {DEPLOYMENT}", marks=sql.on_postgres),
    ],
)
def test_neither_a_version_nor_a_deployment_is_changed_or_removed(served: Deployment, attack: str) -> None:
    before = sql.rows(VERSION), sql.rows(DEPLOYMENT)
    assert "frozen" in (said := sql.refused(attack)) or "kept for ever" in said
    assert (sql.rows(VERSION), sql.rows(DEPLOYMENT)) == before


@sql.on_sqlite
@pytest.mark.parametrize("table", [VERSION, DEPLOYMENT])
def test_no_row_takes_the_place_of_another_even_without_our_settings(served: Deployment, table: str) -> None:
    """A new formula may begin, but not on the row of the old one."""
    other = make_version(recipe_key="other", kind="SOFTWARE", state="APPROVED")
    change = {VERSION: "artefact_digest = 'c'", DEPLOYMENT: f"recipe_key = 'other', version_id = {other.pk}"}[table]
    before = sql.rows(table)
    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as intruder:
        intruder.create_function("regexp", 2, lambda pattern, text: True)  # as lax as an intruder likes
        intruder.execute(f"CREATE TEMP TABLE copy AS SELECT * FROM {table} WHERE recipe_key = 'toy-formula'")
        intruder.execute(f"UPDATE copy SET {change}")
        with pytest.raises(sqlite3.IntegrityError):
            intruder.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM copy")
    intruder.close()
    assert sql.rows(table) == before


@sql.on_sqlite
@pytest.mark.parametrize("name", ["id", "rowid", "oid", "_rowid_"])
def test_no_row_takes_the_place_of_another_by_whatever_name(served: Deployment, name: str) -> None:
    """And none takes place -1, which SQLite says for every place not given."""
    run = make_run(recipe_key="toy-formula")
    columns = "recipe_key, kind, number, state, artefact_digest, arrays_digest, params, run_id, created_at, created_by"
    copy = f"recipe_key, kind, 2, 'CANDIDATE', artefact_digest, '', params, {run.pk}, created_at, created_by FROM {VERSION}"
    copy += f" WHERE id = {served.version_id}"
    before = sql.rows(VERSION)
    for place in (served.version_id, -1, 0):
        sql.refused(f"INSERT OR REPLACE INTO {VERSION} ({name}, {columns}) SELECT {place}, {copy}")
    assert sql.rows(VERSION) == before
    make_version(recipe_key="toy-formula", kind="SOFTWARE", run=run)


FALSE_VERSIONS = f"""
    CREATE TEMP TABLE {VERSION} AS
    SELECT id, recipe_key, 'SOFTWARE' AS kind, 1 AS number, 'APPROVED' AS state FROM public.{VERSION};
"""
FALSE_DEPLOYMENTS = f"CREATE TEMP TABLE {DEPLOYMENT} AS SELECT * FROM public.{DEPLOYMENT} WHERE false;"
BEGIN = f"""
    INSERT INTO public.{DEPLOYMENT} (recipe_key, version_id, role, how, reason, started_at, started_by, ended_by)
    SELECT recipe_key, id, 'CHAMPION', 'GENESIS', '', now(), 'somebody', '' FROM public.{VERSION}
"""


@sql.on_postgres
def test_a_temporary_table_vouches_for_no_version() -> None:
    make_version()
    assert "only the first version of a formula" in sql.refused(FALSE_VERSIONS + BEGIN)


@sql.on_postgres
def test_a_temporary_table_hides_no_deployment_and_no_version(served: Deployment) -> None:
    assert "only the first version of a formula" in sql.refused(FALSE_DEPLOYMENTS + BEGIN)
    hidden = f"CREATE TEMP TABLE {VERSION} AS SELECT * FROM public.{VERSION} WHERE false;"
    again = f"INSERT INTO public.{VERSION} SELECT * FROM public.{VERSION}"
    assert "a version" in sql.refused(f"{hidden} {again}")


def test_a_deployment_ends_once(served: Deployment) -> None:
    served.ended_at, served.ended_by = NOON, "system"
    served.save()
    for again in ("ended_at = NULL, ended_by = ''", "ended_at = '2027-01-01'", "ended_by = 'somebody'"):
        assert "stays ended" in sql.refused(f"UPDATE {DEPLOYMENT} SET {again}")


@pytest.mark.parametrize(
    "half", ["ended_at = started_at", "ended_by = 'somebody'", "ended_at = '2001-01-01', ended_by = 'x'"]
)
def test_an_end_has_a_time_not_before_the_start_and_a_person(served: Deployment, half: str) -> None:
    sql.refused(f"UPDATE {DEPLOYMENT} SET {half}")


def test_only_an_approved_first_version_of_a_formula_begins_by_itself() -> None:
    run = make_run(recipe_key="toy-formula", state="RUNNING")
    for wrong in ({"kind": "LEARNING", "number": 2}, {"kind": "SOFTWARE", "number": 1, "run": run}):
        version = make_version(**{"recipe_key": "toy-formula", **wrong})
        with pytest.raises(DatabaseError, match="only the first version of a formula"):
            make_deployment(version)


@sql.on_postgres
@pytest.mark.parametrize("wrong", ["number = 2", "state = 'RETIRED'", "kind = 'LEARNING', run_id = 0"])
def test_each_part_of_that_rule_counts(wrong: str) -> None:
    """Without the guard of versions, which lets no such row be made."""
    version = make_version(recipe_key="toy-formula", kind="SOFTWARE", state="APPROVED")
    sql.run(f"ALTER TABLE {VERSION} DISABLE TRIGGER ALL; UPDATE {VERSION} SET {wrong}")
    with pytest.raises(DatabaseError, match="only the first version of a formula"):
        make_deployment(version)
    sql.run(f"UPDATE {VERSION} SET run_id = NULL, kind = 'SOFTWARE'; ALTER TABLE {VERSION} ENABLE TRIGGER ALL")
    triggers.install(connection)


def test_a_version_of_another_recipe_does_not_begin_one(served: Deployment) -> None:
    with pytest.raises(DatabaseError, match="only the first version of a formula"):
        make_deployment(served.version, recipe_key="other")


def test_a_recipe_begins_once_even_after_its_end(served: Deployment) -> None:
    with pytest.raises(DatabaseError, match=r"only the first version of a formula|a deployment is frozen"):
        make_deployment(served.version)
    served.ended_at, served.ended_by = NOON, "system"
    served.save()
    with pytest.raises(DatabaseError, match="only the first version of a formula"):
        make_deployment(served.version)


@pytest.mark.parametrize("role", ["CHAMPION", "CHALLENGER"])
def test_two_open_deployments_in_one_role_are_refused_by_a_constraint_of_their_own(role: str) -> None:
    """Without the trigger that guards beginnings, the unique index still stands."""
    names = {constraint.name for constraint in Deployment._meta.constraints}
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, DEPLOYMENT)
    index = found[f"mlops_one_{role.lower()}"]
    assert f"mlops_one_{role.lower()}" in names
    assert (index["unique"], index["columns"]) == (True, ["recipe_key"])


def test_a_version_has_one_number_and_a_real_digest() -> None:
    make_version(number=1)
    with pytest.raises(IntegrityError):
        make_version(number=1)
    for wrong in ({"number": 0}, {"artefact_digest": "A" * 64}, {"artefact_digest": "a" * 63}, {"artefact_digest": ""}):
        with pytest.raises(IntegrityError):
            make_version(**wrong)
    assert ModelVersion.objects.count() == 1
