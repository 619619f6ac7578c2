"""One row in the place of another, and false tables in the place of true ones."""

import sqlite3

import pytest
from django.db import connection

from mlops import triggers
from mlops.models import PromotionRequest
from tests.factories.mlops import (
    make_approval,
    make_candidate,
    make_promotion,
    make_promotion_request,
    make_scientist,
)
from tests.mlops import sql
from tests.mlops.attacks import (
    DEPLOYMENT,
    OTHER,
    REPORT,
    REQUEST,
    VERSION,
    VOTE,
    attacked,
    everything,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]


@pytest.fixture
def asked() -> PromotionRequest:
    """An open request for toy-learner v1, trained by one person and asked for by another."""
    return make_promotion_request(by=make_scientist())


# --- one row in the place of another ------------------------------------------------------------------------------------
@sql.on_sqlite
@pytest.mark.parametrize(
    ("table", "change"),
    [
        (REQUEST, f"requested_by = '{OTHER}'"),
        (REQUEST, f"id = id + 1, requested_by = '{OTHER}'"),
        (VOTE, "verdict = 'APPROVE'"),
        (VOTE, "id = id + 1, verdict = 'APPROVE'"),
        (REPORT, "passed = 1, results = '[]'"),
        (REPORT, "id = id + 1, results = '[]'"),
        (REPORT, "id = id + 1, version_id = version_id + 1"),
        (DEPLOYMENT, "started_by = 'x'"),
        (DEPLOYMENT, "id = id + 1, started_by = 'x'"),
        (VERSION, "artefact_digest = 'b'"),
        (VERSION, "id = id + 1, number = number + 7"),
        ("mlops_run", f"queued_by = '{OTHER}'"),
        ("mlops_runmetric", "value = 1"),
        ("mlops_runmetric", "id = id + 100, value = 1"),
        ("mlops_runstep", "output_digest = 'b'"),
        ("mlops_runstep", "id = id + 100, output_digest = 'b'"),
        ("mlops_dataset", "origins = '[]'"),
        ("mlops_dataset", "id = id + 100, number = number + 1, origins = '[]'"),
        ("mlops_dataset", "id = id + 100, fingerprint = 'b', origins = '[]'"),
    ],
)
def test_no_row_takes_the_place_of_another_even_without_our_settings(table: str, change: str) -> None:
    """INSERT OR REPLACE asks no DELETE trigger on a connection without recursive_triggers."""
    make_promotion()
    make_approval(make_promotion_request(make_candidate()), verdict="REJECT")
    before = everything() | {"steps": sql.rows("mlops_runstep")}
    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as intruder:
        intruder.create_function("regexp", 2, lambda pattern, text: True)
        intruder.execute(f"CREATE TEMP TABLE copy AS SELECT * FROM {table} ORDER BY id DESC LIMIT 1")
        intruder.execute(f"UPDATE copy SET {change}")
        with pytest.raises(sqlite3.IntegrityError):
            intruder.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM copy")
    intruder.close()
    assert everything() | {"steps": sql.rows("mlops_runstep")} == before


@sql.on_sqlite
def test_the_bytes_of_a_name_are_not_another_person(asked: PromotionRequest) -> None:
    """SQLite keeps bytes beside texts, and calls them different."""
    names = "request_id, verdict, evidence_digest, reason, decided_at, decided_by"
    given = f"id, 'APPROVE', evidence_digest, 'x', requested_at, CAST(requested_by AS BLOB) FROM {REQUEST}"
    attacked(f"INSERT INTO {VOTE} ({names}) SELECT {given}", "written in texts")


@sql.on_sqlite
@pytest.mark.parametrize("table", [REQUEST, VOTE, REPORT, "mlops_run", "mlops_dataset", "mlops_runmetric"])
def test_no_row_stands_where_it_would_keep_later_ones_out(asked: PromotionRequest, table: str) -> None:
    names = {trigger.name for trigger in triggers.TRIGGERS}
    assert {f"{table}_numbered", f"{table}_own_place"} <= names


# --- false tables -------------------------------------------------------------------------------------------------------
@sql.on_postgres
@pytest.mark.parametrize("table", [VOTE, REQUEST, REPORT, VERSION, "mlops_run", DEPLOYMENT])
def test_a_temporary_table_vouches_for_nothing(asked: PromotionRequest, table: str) -> None:
    """Whatever a false table of that name says: an unapproved version stays a candidate, and nothing serves."""
    false = f"CREATE TEMP TABLE {table} AS SELECT * FROM public.{table};"
    if table == VOTE:
        false += (
            f"INSERT INTO {VOTE} (id, request_id, verdict, evidence_digest, reason, decided_at, decided_by) SELECT 1, id,"
            f" 'APPROVE', evidence_digest, 'x', requested_at, '{OTHER}' FROM public.{REQUEST};"
        )
    before = everything()
    sql.refused(f"{false} UPDATE public.{VERSION} SET state = 'APPROVED'")
    columns = "recipe_key, version_id, role, how, request_id, reason, started_at, started_by, ended_by"
    row = f"'toy-learner', version_id, 'CHAMPION', 'PROMOTION', id, '', requested_at, '{OTHER}', ''"
    sql.refused(f"{false} INSERT INTO public.{DEPLOYMENT} ({columns}) SELECT {row} FROM public.{REQUEST}")
    assert everything() == before


@sql.on_postgres
def test_an_upsert_changes_no_vote_and_no_request(asked: PromotionRequest) -> None:
    make_approval(asked, decided_by=OTHER, verdict="REJECT")
    for table, change in ((VOTE, "verdict = 'APPROVE'"), (REQUEST, f"requested_by = '{OTHER}'")):
        attacked(f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {change}", "")
