"""The site notices when one of its guards is gone, off or other than written."""

from typing import Any

import pytest
from django.apps import apps
from django.core import checks
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from mlops import triggers
from mlops.models import Deployment
from mlops.triggers import database
from tests.factories.mlops import make_deployment
from tests.mlops import sql

pytestmark = pytest.mark.django_db
NAME, TABLE = "mlops_auditevent_no_update", "mlops_auditevent"
FUNCTION = f"FUNCTION {NAME}()"
ALL = database.triggers()
GUARDED = sorted({trigger.table for trigger in ALL})


def test_a_migrated_database_lacks_none() -> None:
    assert triggers.missing(connection) == []


def test_a_dropped_one_is_noticed_and_migrating_brings_it_back() -> None:
    sql.run(f"DROP TRIGGER {NAME}" + (f" ON {TABLE}" if sql.POSTGRES else ""))
    assert triggers.missing(connection) == [NAME]
    (warning,) = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert (warning.id, NAME in warning.msg) == ("mlops.W001", True)
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


@sql.on_sqlite
def test_an_altered_one_is_noticed_on_sqlite() -> None:
    sql.run(f"DROP TRIGGER {NAME}")
    sql.run(f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} WHEN 0 BEGIN SELECT RAISE(ABORT, 'never'); END")
    assert triggers.missing(connection) == [NAME]


MAKE = f"DROP TRIGGER {NAME} ON {TABLE}; CREATE TRIGGER {NAME}"


@sql.on_postgres
@pytest.mark.parametrize(
    "alteration",
    [
        pytest.param(f"ALTER TABLE {TABLE} DISABLE TRIGGER {NAME}", id="disabled"),
        pytest.param(f"ALTER TABLE {TABLE} ENABLE TRIGGER {NAME}", id="off in replica mode"),
        pytest.param(f"ALTER TABLE {TABLE} ENABLE REPLICA TRIGGER {NAME}", id="on in replica mode alone"),
        pytest.param(
            f"CREATE OR REPLACE {FUNCTION} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", id="emptied"
        ),
        pytest.param(f"{MAKE} AFTER UPDATE ON {TABLE} FOR EACH ROW EXECUTE {FUNCTION}", id="too late"),
        pytest.param(f"{MAKE} BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE {FUNCTION}", id="on another event"),
        pytest.param(f"{MAKE} BEFORE UPDATE ON {TABLE} FOR EACH STATEMENT EXECUTE {FUNCTION}", id="for statements"),
        pytest.param(f"{MAKE} BEFORE UPDATE OF seq ON {TABLE} FOR EACH ROW EXECUTE {FUNCTION}", id="of one column"),
        pytest.param(
            f"{MAKE} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN (false) EXECUTE {FUNCTION};"
            f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
            id="never asked",
        ),
        pytest.param(f"ALTER {FUNCTION} RESET search_path", id="temporary tables first again"),
        pytest.param(f"ALTER {FUNCTION} SET search_path = pg_temp, public", id="temporary tables first by name"),
        pytest.param(f"ALTER {FUNCTION} SET lock_timeout = 1", id="with a setting of its own"),
        pytest.param(
            f"DROP TRIGGER {NAME} ON {TABLE}; CREATE TEMP TABLE {TABLE} (seq int);"
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE {FUNCTION};"
            f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
            id="moved to a temporary table",
        ),
    ],
)
def test_an_altered_one_is_noticed_on_postgresql(alteration: str) -> None:
    sql.run(alteration)
    assert triggers.missing(connection) == [NAME]


@sql.on_postgres
def test_one_on_another_table_stands_for_none() -> None:
    sql.run(f"{MAKE} BEFORE UPDATE ON mlops_deployment FOR EACH ROW EXECUTE {FUNCTION}")
    triggers.install(connection)
    assert triggers.missing(connection) == [f"trigger {NAME} on mlops_deployment"]


@sql.on_postgres
@pytest.mark.parametrize("table", GUARDED)
def test_a_rule_on_a_guarded_table_is_noticed(table: str) -> None:
    sql.run(f"CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING")
    assert triggers.missing(connection) == [f"rule quiet on {table}"]
    triggers.install(connection)
    assert triggers.missing(connection) == [f"rule quiet on {table}"]


def test_one_that_is_not_ours_is_noticed_and_left_to_people() -> None:
    """It could change what ours let pass."""
    if sql.POSTGRES:
        sql.run("CREATE FUNCTION sly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        sql.run(f"CREATE TRIGGER zz_sly BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION sly()")
    else:
        sql.run(f"CREATE TRIGGER zz_sly AFTER INSERT ON {TABLE} BEGIN SELECT 1; END")
    triggers.install(connection)
    assert triggers.missing(connection) == [f"trigger zz_sly on {TABLE}"]


def test_every_governed_table_is_guarded() -> None:
    """Counts of what was shown may be lost; everything else is kept, and truncated by nobody."""
    tables = {model._meta.db_table for model in apps.get_app_config("mlops").get_models()}
    assert tables - set(GUARDED) == {"mlops_outcome"}
    for table in GUARDED:
        events = {trigger.event for trigger in ALL if trigger.table == table}
        assert events == {"INSERT", "UPDATE", "DELETE", "TRUNCATE"}, table


def test_each_has_a_name_that_postgresql_keeps_whole() -> None:
    names = [trigger.name for trigger in ALL]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 63


@sql.on_postgres
def test_a_temporary_table_neither_hides_the_guards_nor_takes_them() -> None:
    sql.run(f"CREATE TEMP TABLE {TABLE} AS SELECT * FROM {TABLE}")
    assert triggers.missing(connection) == []
    sql.run("SET LOCAL search_path = pg_temp, public")
    assert triggers.missing(connection) == []
    sql.run(f"DROP TRIGGER {NAME} ON public.{TABLE}")
    assert triggers.missing(connection) == [NAME]
    triggers.install(connection)
    assert triggers.missing(connection) == []


@sql.on_postgres
def test_they_stand_in_the_schema_of_the_tables_whatever_its_name() -> None:
    sql.run('CREATE SCHEMA "Other, one"')
    for table in GUARDED:
        sql.run(f'CREATE TABLE "Other, one".{table} (LIKE public.{table} INCLUDING ALL)')
    sql.run('SET LOCAL search_path = "Other, one", public')
    assert len(triggers.missing(connection)) == len(ALL) - len(SQLITE_ALONE)
    triggers.install(connection)
    assert triggers.missing(connection) == []
    assert "append-only" in sql.refused(f'TRUNCATE "Other, one".{TABLE}')
    sql.run("SET LOCAL search_path = public")
    assert triggers.missing(connection) == []


SQLITE_ALONE = [trigger for trigger in ALL if trigger.only == "sqlite"]
CHANGES = ("CREATE ", "DROP ", "ALTER ", "SELECT pg_advisory")


def changes(captured: CaptureQueriesContext) -> list[str]:
    """The statements that changed the database or kept others out."""
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith(CHANGES)]


def test_a_whole_database_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with CaptureQueriesContext(connection) as captured:
        triggers.install(connection)
    assert changes(captured) == []
    assert caplog.messages == []


def test_only_the_missing_one_is_put_back_and_the_log_names_it(caplog: pytest.LogCaptureFixture) -> None:
    sql.run(f"DROP TRIGGER {NAME}" + (f" ON {TABLE}" if sql.POSTGRES else ""))
    with CaptureQueriesContext(connection) as captured:
        triggers.install(connection)
    made = [statement for statement in changes(captured) if "advisory" not in statement]
    assert made
    assert all(NAME in statement for statement in made)
    assert not any(statement.startswith("DROP TRIGGER") for statement in made if sql.POSTGRES)
    assert caplog.messages == [f"triggers were missing or changed in default and put back: {NAME}"]
    assert triggers.missing(connection) == []


def test_the_first_installation_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    triggers.drop(connection)
    triggers.install(connection)
    assert triggers.missing(connection) == []
    assert caplog.messages == []


@pytest.mark.django_db(transaction=True)
def test_all_are_put_in_place_or_none() -> None:
    """The database goes away in the middle."""
    triggers.drop(connection)
    lacking = triggers.missing(connection)

    def away(execute: Any, statement: str, *rest: Any) -> Any:
        if "extends_head" in statement and "CREATE" in statement:
            raise OperationalError("away")
        return execute(statement, *rest)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        triggers.install(connection)
    assert triggers.missing(connection) == lacking
    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_they_step_aside_while_tables_are_made_anew_and_come_back() -> None:
    """There and back with rows in place: SQLite renames no table that a trigger of another speaks of."""
    make_deployment()
    try:
        call_command("migrate", "mlops", "0001", verbosity=0)
        assert triggers.missing(connection)
    finally:
        call_command("migrate", verbosity=0)  # and what of other apps stood on it
    assert triggers.missing(connection) == []
    assert Deployment.objects.get().how == "GENESIS"
