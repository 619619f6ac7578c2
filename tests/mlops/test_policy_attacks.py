"""Policies, acts and remarks against someone with a database shell."""

from datetime import timedelta
from typing import Any

import pytest

from mlops.models import Policy, PolicyRequest, PolicyVote
from tests.factories.governance import make_act, make_policy, make_policy_request, make_policy_vote, make_remark
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_promotion_request,
)
from tests.mlops import sql
from tests.mlops.attacks import LAST, OTHER, REQUEST, VERSION, approved, promoted, refusal, request_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
ASKED, VOTE, POLICY = "mlops_policyrequest", "mlops_policyvote", "mlops_policy"


@pytest.fixture
def asked() -> PolicyRequest:
    """An open request that two others must approve of a version of toy-learner, instead of one."""
    return make_policy_request(wanted=2)


def set_by(request: PolicyRequest, **given: Any) -> Policy:
    """The policy of a request, as a raw row."""
    fields = {"recipe_key": "toy-learner", "number": 1, "approvals_required": request.wanted, "since": NOON}
    return Policy.objects.create(request=request, **{**fields, "set_by": OTHER, **given})


def attacked(attack: str, words: str) -> None:
    tables = (ASKED, VOTE, POLICY, "mlops_act", "mlops_remark", "mlops_slot")
    before = {table: sql.rows(table) for table in tables}
    said = sql.refused(attack)
    assert words in said, said
    assert {table: sql.rows(table) for table in tables} == before


def test_with_its_votes_a_policy_is_set(asked: PolicyRequest) -> None:
    """What all refusals below differ from by one thing."""
    make_policy_vote(asked, decided_by=OTHER)
    make_policy_vote(asked)
    assert set_by(asked).pk


def test_without_enough_votes_no_policy_is_set(asked: PolicyRequest) -> None:
    with refusal("enough votes of others"):
        set_by(asked)
    make_policy_vote(asked, decided_by=OTHER)
    with refusal("enough votes of others"):
        set_by(asked)
    make_policy_vote(asked)
    make_policy_vote(asked, verdict="REJECT")
    with refusal("enough votes of others"):
        set_by(asked)


@pytest.mark.parametrize(
    "given",
    [
        {"approvals_required": 1},
        {"approvals_required": 9},
        {"recipe_key": "toy-formula"},
        {"set_by": "system"},
        {"set_by": "somebody"},
        {"since": NOON - timedelta(days=1)},
        {"since": LAST},
        {"number": 2},
        {"number": 0},
    ],
)
def test_a_policy_is_what_was_asked_for_by_a_voter_in_time(asked: PolicyRequest, given: dict[str, Any]) -> None:
    make_policy_vote(asked, decided_by=OTHER)
    make_policy_vote(asked)
    with refusal("enough votes of others|follow one another|constraint"):
        set_by(asked, **given)
    with refusal("enough votes of others"):
        set_by(asked, set_by=asked.requested_by)


@pytest.mark.parametrize(
    "change",
    [
        f"requested_by = '{OTHER}'",
        "needed = 1",
        "wanted = 9",
        "current = 9",
        "recipe_key = 'toy-formula'",
        "reason = 'another'",
        "requested_at = '2020-01-01'",
        "expires_at = '2030-01-01'",
        "id = id + 100",
    ],
)
def test_an_open_policy_request_is_frozen(asked: PolicyRequest, change: str) -> None:
    attacked(f"UPDATE {ASKED} SET {change}", "a policy request is frozen")


@pytest.mark.parametrize(
    "change",
    [
        f"state = 'APPLIED', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        f"state = 'REJECTED', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        f"state = 'WITHDRAWN', closed_at = '2026-06-02', closed_by = '{OTHER}'",
        "state = 'EXPIRED', closed_at = '2026-06-02', closed_by = 'system'",
        "state = 'NOUGHT', closed_at = '2026-06-02', closed_by = 'system'",
    ],
)
def test_a_policy_request_closes_for_a_reason_alone(asked: PolicyRequest, change: str) -> None:
    make_policy_vote(asked)
    make_policy_vote(asked)
    attacked(f"UPDATE {ASKED} SET {change}", "a policy request is closed by the votes on it")


def test_a_policy_request_that_was_closed_stays_closed() -> None:
    make_policy()
    for change in ("state = 'OPEN', closed_at = NULL, closed_by = ''", "closed_by = 'x'"):
        attacked(f"UPDATE {ASKED} SET {change}", "closed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"needed": 1},
        {"needed": 1, "wanted": 1, "current": 2},
        {"state": "APPLIED", "closed_at": NOON, "closed_by": OTHER},
        {"requested_by": "system"},
        {"requested_by": ""},
        {"reason": ""},
        {"wanted": 1},
        {"wanted": 0},
        {"expires_at": NOON},
    ],
)
def test_a_policy_request_takes_as_many_votes_as_it_must(wrong: dict[str, Any]) -> None:
    fields = {"recipe_key": "toy-learner", "current": 1, "wanted": 2, "needed": 2, "reason": "x", "requested_at": NOON}
    with refusal():
        PolicyRequest.objects.create(**{**fields, "requested_by": OTHER, "expires_at": LAST, **wrong})


def test_what_is_required_now_is_not_told_otherwise() -> None:
    make_policy(wanted=3)
    fields = {"recipe_key": "toy-learner", "wanted": 1, "reason": "x", "requested_at": NOON, "expires_at": LAST}
    with refusal("with what is required now"):
        PolicyRequest.objects.create(current=2, needed=2, requested_by=OTHER, **fields)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"decided_by": "requester"}, "another than its requester"),
        ({"decided_by": "system"}, "constraint"),
        ({"decided_by": ""}, "constraint"),
        ({"decided_at": NOON - timedelta(seconds=1)}, "before the policy request expires"),
        ({"decided_at": LAST}, "before the policy request expires"),
        ({"reason": ""}, "constraint"),
    ],
)
def test_a_vote_is_another_s_in_time_with_a_reason(asked: PolicyRequest, given: dict[str, Any], words: str) -> None:
    who = {"decided_by": asked.requested_by} if given.get("decided_by") == "requester" else {}
    with refusal(words):
        make_policy_vote(asked, **{**given, **who})
    make_policy_vote(asked, decided_by=OTHER)
    with refusal():
        make_policy_vote(asked, decided_by=OTHER, verdict="REJECT")
    assert PolicyVote.objects.count() == 1


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (f"UPDATE {VOTE} SET verdict = 'REJECT'", "append-only"),
        (f"DELETE FROM {VOTE}", "append-only"),
        (f"UPDATE {POLICY} SET approvals_required = 1", "append-only"),
        (f"UPDATE {POLICY} SET recipe_key = 'x'", "append-only"),
        (f"DELETE FROM {POLICY}", "append-only"),
        (f"DELETE FROM {ASKED}", "kept for ever"),
        ("DELETE FROM mlops_slot", "append-only"),
        ("UPDATE mlops_act SET key = 'another'", "append-only"),
        ("DELETE FROM mlops_act", "append-only"),
        ("UPDATE mlops_remark SET text = 'never said'", "append-only"),
        ("DELETE FROM mlops_remark", "append-only"),
        pytest.param(f"UPDATE OR REPLACE {POLICY} SET approvals_required = 1", "append-only", marks=sql.on_sqlite),
    ],
)
def test_what_was_written_is_neither_changed_nor_removed(attack: str, words: str) -> None:
    make_policy()
    make_act()
    make_remark()
    attacked(attack, words)


@sql.on_sqlite
@pytest.mark.parametrize("table", [POLICY, VOTE, ASKED, "mlops_act", "mlops_remark"])
def test_nothing_is_put_in_the_place_of_a_row(table: str) -> None:
    make_policy()
    make_act()
    make_remark()
    attacked(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "")
    names = [row[1] for row in sql.told(f"PRAGMA table_info({table})") if row[1] != "id"]
    attacked(f"INSERT INTO {table} (id, {', '.join(names)}) SELECT -5, {', '.join(names)} FROM {table}", "")


@sql.on_postgres
@pytest.mark.parametrize("table", [POLICY, VOTE, ASKED, "mlops_act", "mlops_remark", "mlops_slot"])
def test_no_table_is_emptied(table: str) -> None:
    attacked(f"TRUNCATE {table} CASCADE", "")


def test_a_request_takes_the_votes_that_the_policy_in_force_requires() -> None:
    """Whoever writes a request by hand, or lowers nothing but its own number, gets no further."""
    request = make_promotion_request()
    make_approval(request, decided_by=OTHER)
    make_policy(wanted=2)
    attacked_version = f"UPDATE {VERSION} SET state = 'APPROVED' WHERE id = {request.version_id}"
    assert "approved or rejected by votes alone" in sql.refused(attacked_version)
    with refusal("promoted by enough votes"):
        promoted(request)
    sql.run(
        f"UPDATE {REQUEST} SET state = 'WITHDRAWN', closed_at = '2026-06-02', closed_by = requested_by"
        f" WHERE id = {request.pk}"
    )
    with refusal("only a version that passed its gates"):
        request_row(request.version, needed=1)
    again = request_row(request.version, needed=2, requested_by=request.requested_by)
    make_approval(again)
    assert promoted(approved(again)).pk


@pytest.mark.parametrize(
    "given", [{"text": ""}, {"text": "x" * 2001}, {"said_by": "system"}, {"said_at": NOON - timedelta(days=1)}]
)
def test_a_remark_is_a_text_of_a_person_under_a_request(given: dict[str, Any]) -> None:
    request = make_promotion_request()
    with refusal("a remark is a text|constraint|too long"):
        make_remark(request, **given)


@sql.on_sqlite
def test_no_nul_hides_what_was_said() -> None:
    with refusal("written in texts"):
        make_remark(text="yes\0no")
