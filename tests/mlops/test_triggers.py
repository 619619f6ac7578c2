"""The site notices when one of its guards is gone, off or other than written."""

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import connection

from mlops import triggers
from tests.mlops import sql

pytestmark = pytest.mark.django_db
NAME, TABLE = "mlops_auditevent_no_update", "mlops_auditevent"
FUNCTION = f"FUNCTION {NAME}()"


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
            f"{MAKE} BEFORE UPDATE ON mlops_deployment FOR EACH ROW EXECUTE {FUNCTION}", id="on another table"
        ),
        pytest.param(
            f"{MAKE} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN (false) EXECUTE {FUNCTION};"
            f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
            id="never asked",
        ),
    ],
)
def test_an_altered_one_is_noticed_on_postgresql(alteration: str) -> None:
    sql.run(alteration)
    assert triggers.missing(connection) == [NAME]


def test_putting_them_in_place_twice_changes_nothing() -> None:
    triggers.install(connection)
    triggers.install(connection)
    assert triggers.missing(connection) == []
