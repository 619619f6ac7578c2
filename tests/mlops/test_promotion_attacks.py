"""Requests and votes against someone with a database shell: what services never attempt, the database refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from mlops.models import Approval, PromotionRequest
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_candidate,
    make_dataset,
    make_deployment,
    make_gate_report,
    make_promotion,
    make_promotion_request,
    make_run,
    make_run_metric,
    make_scientist,
    make_version,
)
from tests.mlops import sql
from tests.mlops.attacks import (
    GOVERNED,
    LAST,
    OTHER,
    REPORT,
    REQUEST,
    VOTE,
    attacked,
    everything,
    refusal,
    rejected,
    request_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


@pytest.fixture
def asked() -> PromotionRequest:
    """An open request for toy-learner v1, trained by one person and asked for by another."""
    return make_promotion_request(by=make_scientist())


# --- the request --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        f"requested_by = '{OTHER}'",
        f"requested_by = '{OTHER}', state = 'OPEN'",
        "version_id = (SELECT max(id) FROM mlops_modelversion)",
        f"evidence_digest = '{'b' * 64}'",
        "evidence = '{}'",
        "needed = 9",
        "reason = 'another'",
        "requested_at = '2020-01-01'",
        "expires_at = '2030-01-01'",
        "id = id + 100",
    ],
)
def test_an_open_request_is_not_pointed_elsewhere(asked: PromotionRequest, change: str) -> None:
    make_candidate()
    attacked(f"UPDATE {REQUEST} SET {change}", "a request is frozen")


@pytest.mark.parametrize(
    "change",
    [
        f"state = 'PROMOTED', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        f"state = 'REJECTED', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        f"state = 'WITHDRAWN', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        "state = 'EXPIRED', closed_at = '2026-06-02', closed_by = 'system'",
        "state = 'NOUGHT', closed_at = '2026-06-02', closed_by = 'system'",
    ],
)
def test_a_request_closes_for_a_reason_alone(asked: PromotionRequest, change: str) -> None:
    attacked(f"UPDATE {REQUEST} SET {change}", "a request is closed by the votes on it")


def test_a_request_with_all_its_votes_is_not_promoted_unless_its_version_is(asked: PromotionRequest) -> None:
    make_approval(asked)
    attacked(
        f"UPDATE {REQUEST} SET state = 'PROMOTED', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        "a request is closed by the votes on it",
    )


def test_a_closed_request_stays_closed() -> None:
    make_promotion()
    for change in ("state = 'OPEN', closed_at = NULL, closed_by = ''", "closed_by = 'x'", "closed_at = '2027-01-01'"):
        attacked(f"UPDATE {REQUEST} SET {change}", "closed")


def unjudged() -> Any:
    run = make_run(state="RUNNING", dataset=make_dataset())
    version = make_version(run=run)
    run.state, run.finished_at = "SUCCEEDED", NOON
    run.save()
    return version


def of_a_run_that_goes_on() -> Any:
    version = make_version(run=make_run(state="RUNNING", dataset=make_dataset()))
    make_gate_report(version)
    return version


@pytest.mark.parametrize(
    "made",
    [
        lambda: make_candidate(gates={"passed": False}),
        lambda: make_candidate(run={"dataset": None}),
        unjudged,
        of_a_run_that_goes_on,
        rejected,
        lambda: make_promotion().version,
        lambda: make_deployment().version,
    ],
    ids=["failed gate", "no dataset", "no gate report", "run not finished", "rejected", "serving", "genesis"],
)
def test_what_may_not_serve_is_not_asked_for(made: Any) -> None:
    version = made()
    before = everything()
    with refusal("only a version that passed its gates"):
        request_row(version)
    assert everything() == before


@pytest.mark.parametrize("state", ["PROMOTED", "REJECTED", "WITHDRAWN", "EXPIRED"])
def test_a_request_begins_open(state: str) -> None:
    with refusal("only a version that passed its gates"):
        request_row(make_candidate(), state=state, closed_at=NOON, closed_by=OTHER)


@pytest.mark.parametrize(
    "wrong", [{"needed": 0}, {"requested_by": "system"}, {"requested_by": ""}, {"reason": ""}, {"expires_at": NOON}]
)
def test_a_request_needs_somebody_a_reason_and_an_end(wrong: dict[str, Any]) -> None:
    with refusal():
        request_row(make_candidate(), **wrong)


def test_a_version_has_one_open_request(asked: PromotionRequest) -> None:
    with refusal():
        request_row(asked.version)
    assert PromotionRequest.objects.count() == 1


# --- the votes ----------------------------------------------------------------------------------------------------------
def test_neither_requester_nor_trainer_votes(asked: PromotionRequest) -> None:
    version = make_candidate(created_by=OTHER)
    of_other = make_promotion_request(version)
    assert asked.version.run
    for request, who in ((asked, asked.requested_by), (asked, asked.version.run.queued_by), (of_other, OTHER)):
        for verdict in ("APPROVE", "REJECT"):
            with refusal("neither the requester nor the trainer"):
                make_approval(request, decided_by=who, verdict=verdict)
    assert not Approval.objects.exists()


def test_the_system_does_not_vote_nor_does_nobody(asked: PromotionRequest) -> None:
    for who in ("system", ""):
        with refusal():
            make_approval(asked, decided_by=who)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"evidence_digest": "b" * 64}, "repeats the evidence"),
        ({"evidence_digest": ""}, "repeats the evidence"),
        ({"decided_at": NOON - timedelta(seconds=1)}, "before the request expires"),
        ({"decided_at": LAST}, "before the request expires"),
        ({"reason": ""}, "constraint"),
    ],
)
def test_a_vote_is_cast_in_time_on_the_evidence_with_a_reason(
    asked: PromotionRequest, given: dict[str, Any], words: str
) -> None:
    with refusal(words):
        make_approval(asked, **given)


def test_nobody_votes_twice(asked: PromotionRequest) -> None:
    make_approval(asked, decided_by=OTHER)
    for verdict in ("APPROVE", "REJECT"):
        with refusal():
            make_approval(asked, decided_by=OTHER, verdict=verdict)
    assert Approval.objects.count() == 1


def test_a_closed_request_takes_no_votes() -> None:
    done = make_promotion().request
    with refusal("on open requests alone"):
        make_approval(done)


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE {VOTE} SET verdict = 'APPROVE'",
        f"UPDATE {VOTE} SET decided_by = '{OTHER}'",
        f"UPDATE {VOTE} SET decided_at = '2020-01-01'",
        f"UPDATE {VOTE} SET request_id = request_id",
        f"DELETE FROM {VOTE}",
        f"UPDATE {REPORT} SET passed = passed",
        f"DELETE FROM {REPORT}",
        "UPDATE mlops_dataset SET rows = 0",
        "DELETE FROM mlops_dataset",
        f"DELETE FROM {REQUEST}",
        "DELETE FROM mlops_run",
        "DELETE FROM mlops_runstep",
        "DELETE FROM mlops_runmetric",
        "UPDATE mlops_runmetric SET value = 1",
        "UPDATE mlops_runstep SET output_digest = ''",
        f"UPDATE mlops_run SET queued_by = '{OTHER}'",
        "UPDATE mlops_run SET params = '{}'",
        "UPDATE mlops_run SET recipe_key = 'other'",
        "UPDATE mlops_run SET reason = 'other'",
        "UPDATE mlops_run SET cause = 'SCHEDULE'",
        "UPDATE mlops_run SET seed = 7",
        "UPDATE mlops_run SET dataset_id = NULL",
        "UPDATE mlops_run SET environment = '{}'",
        "UPDATE mlops_run SET state = 'QUEUED', finished_at = NULL",
        "UPDATE mlops_run SET evaluation_digest = ''",
        pytest.param(f"SET LOCAL session_replication_role = replica; DELETE FROM {VOTE}", marks=sql.on_postgres),
        pytest.param(f"UPDATE OR REPLACE {VOTE} SET decided_by = '{OTHER}'", marks=sql.on_sqlite),
    ],
)
def test_what_a_decision_rests_on_is_neither_changed_nor_removed(asked: PromotionRequest, attack: str) -> None:
    make_approval(asked, verdict="REJECT")
    before = everything()
    sql.refused(attack)
    assert everything() == before


@sql.on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", [*GOVERNED, "mlops_runstep", "mlops_driftreport"])
def test_no_table_is_emptied(asked: PromotionRequest, table: str) -> None:
    before = everything()
    said = sql.refused(f"TRUNCATE {table} CASCADE")
    assert "append-only" in said or "kept" in said
    assert everything() == before


def test_people_add_notes_and_tags_to_a_finished_run(asked: PromotionRequest) -> None:
    sql.run("UPDATE mlops_run SET notes = 'seen', tags = '[\"kept\"]'")


@pytest.mark.parametrize("table", ["mlops_runmetric", "mlops_runstep"])
def test_nothing_is_added_to_a_run_that_succeeded(asked: PromotionRequest, table: str) -> None:
    changed = {"mlops_runmetric": ("metric", "'other'"), "mlops_runstep": ("position", "position + 100")}[table]
    with connection.cursor() as cursor:
        names = [c.name for c in connection.introspection.get_table_description(cursor, table) if c.name != "id"]
    copied = [changed[1] if name == changed[0] else "name || 'x'" if name == "name" else name for name in names]
    attacked(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(copied)} FROM {table}", "a ")


def test_an_evaluation_that_begins_again_replaces_its_metrics() -> None:
    metric = make_run_metric()
    sql.run("UPDATE mlops_runmetric SET value = 0.8")
    sql.run("DELETE FROM mlops_runmetric")
    make_run_metric(metric.run)


@pytest.mark.parametrize("state", ["REJECTED", "serving", "asked for"])
def test_no_gate_report_comes_late(state: str) -> None:
    made = {"REJECTED": rejected, "serving": lambda: make_promotion().version}
    version = made[state]() if state in made else make_promotion_request().version
    sql.run("SELECT 1")
    with refusal():
        make_gate_report(version, digest="b" * 64)
