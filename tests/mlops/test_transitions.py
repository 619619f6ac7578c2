"""Every state machine against both databases: the table is what happens, and nothing else does."""

import itertools
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mlops import transitions
from mlops.management.commands.draw_states import drawn
from mlops.models import Capture, Deployment, Erasure, Job, PolicyRequest, PromotionRequest
from mlops.policies import approvals_required
from mlops.ports import SYSTEM
from mlops.services import approvals, policy_requests, promotion, requests
from mlops.transitions import MACHINES, Machine
from tests.factories.governance import make_policy, make_policy_request
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_person,
    make_promotion,
    make_promotion_request,
    make_run,
    make_run_step,
    make_scientist,
)
from tests.mlops import sql
from tests.mlops.attacks import rejected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
TICKS = itertools.count(1)
WORDS = (
    "as docs/states.md tells",
    "approved or rejected by votes alone",
    "stays",
    "closed by the votes",
    "succeeded is frozen",
    "a deployment is frozen",
)


def now() -> datetime:
    """A second after whatever was before: champions follow one another."""
    return NOON + timedelta(seconds=next(TICKS))


# --- a row in each state, by the services where there are any ----------------------------------------------------------
def asked(state: str) -> PromotionRequest:
    by = make_scientist()
    request = make_promotion_request(by=by, at=now())
    vote = {"request_id": request.pk, "evidence_digest": request.evidence_digest, "reason": "x", "by": make_approver()}
    acts: dict[str, Callable[[], Any]] = {
        "OPEN": lambda: None,
        "PROMOTED": lambda: approvals.decide(verdict="APPROVE", at=now(), **vote),
        "REJECTED": lambda: approvals.decide(verdict="REJECT", at=now(), **vote),
        "WITHDRAWN": lambda: requests.withdraw(request_id=request.pk, reason="x", by=by, at=now()),
        "EXPIRED": lambda: requests.expire(by=SYSTEM, at=request.expires_at),
    }
    acts[state]()
    return request


def asked_policy(state: str) -> PolicyRequest:
    by = make_person("request_policy")
    if state == "APPLIED":
        return make_policy(wanted=approvals_required("toy-learner") + 1).request
    request = make_policy_request(by=by, wanted=approvals_required("toy-learner") + 1)
    told = {"request_id": request.pk, "reason": "x", "at": NOON}
    acts: dict[str, Callable[[], Any]] = {
        "OPEN": lambda: None,
        "REJECTED": lambda: policy_requests.decide_policy(verdict="REJECT", by=make_approver(), **told),
        "WITHDRAWN": lambda: policy_requests.withdraw_policy(by=by, **told),
        "EXPIRED": lambda: requests.expire(by=SYSTEM, at=request.expires_at),
    }
    acts[state]()
    return request


def version(state: str) -> Any:
    made = {"CANDIDATE": make_candidate, "APPROVED": lambda: make_promotion(at=now()).version}.get(state, rejected)()
    if state == "RETIRED":
        sql.run("UPDATE mlops_modelversion SET state = 'RETIRED' WHERE id = %s", made.pk)
        approved = make_promotion(make_candidate(), at=now()).version
        back()
        sql.run("UPDATE mlops_modelversion SET state = 'RETIRED' WHERE id = %s", approved.pk)
    return made


def back() -> None:
    """Let nothing serve."""
    if Deployment.objects.champion("toy-learner"):
        promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=now())


def deployment(state: str) -> Deployment:
    made = make_promotion(at=now())
    if state == "ENDED":
        back()
    return made


def step(state: str) -> Any:
    return make_run_step(**({"state": state} if state == "DONE" else {"state": state, "output_digest": ""}))


def erasure(state: str) -> Erasure:
    fields = {"subject_digest": uuid.uuid4().hex * 2, "reason": "asked for", "erased_at": NOON, "erased_by": "system"}
    made = Erasure.objects.create(**fields)
    if state == "DONE":
        sql.run("UPDATE mlops_erasure SET state = 'DONE' WHERE id = %s", made.pk)
    return made


def job(state: str) -> Job:
    leased = {"worker": "w", "lease_until": NOON, "started_at": NOON}
    ended = {"finished_at": NOON} if state in ("DONE", "CANCELLED") else {}
    fields = {"key": str(uuid.uuid4()), "task": "t", "queue": "q", "offered_at": NOON, "offered_by": "system"}
    return Job.objects.create(**{**fields, **leased, **ended, "state": state})


ROWS: dict[str, Callable[[str], Any]] = {
    "Run": lambda state: make_run(state=state),
    "RunStep": step,
    "ModelVersion": version,
    "PromotionRequest": asked,
    "PolicyRequest": asked_policy,
    "Deployment": deployment,
    "Erasure": erasure,
    "Job": job,
}
# What else a row in the state must say, or a constraint would speak before the trigger is asked.
CLOSED = "closed_at = '2026-06-15 12:00:00+00:00', closed_by = 'system'"
OPEN = "closed_at = NULL, closed_by = ''"
FINISHED, UNFINISHED = "finished_at = '2026-06-01 12:00:00+00:00'", "finished_at = NULL"
WORKED = "worker = 'w', started_at = queued_at, heartbeat_at = queued_at"


def besides(machine: Machine, target: str) -> str:
    if machine.name in ("PromotionRequest", "PolicyRequest"):
        return f", {OPEN if target == 'OPEN' else CLOSED}"
    if machine.name == "Run":
        return f", {UNFINISHED if target in ('QUEUED', 'RUNNING') else FINISHED}, {WORKED}"
    if machine.name == "Job":
        return f", {FINISHED if target in ('DONE', 'CANCELLED') else UNFINISHED}"
    if machine.name == "RunStep":
        return f", {FINISHED}, output_digest = '{'b' * 64}'"
    return ""


def move(machine: Machine, pk: int, target: str) -> str:
    if machine.column:
        return f"UPDATE {machine.table} SET state = '{target}'{besides(machine, target)} WHERE id = {pk}"
    ended = "ended_at = NULL, ended_by = ''" if target == "OPEN" else "ended_at = started_at, ended_by = 'x'"
    return f"UPDATE {machine.table} SET {ended} WHERE id = {pk}"


FORBIDDEN = [
    (machine, source, target)
    for machine in MACHINES
    for source in machine.states
    for target in machine.states
    if source != target and not machine.allows(source, target)
]
BY_THE_TABLE_ALONE = (transitions.RUN, transitions.STEP, transitions.ERASURE, transitions.JOB)


def named(case: Any) -> str:
    return case.name if isinstance(case, Machine) else str(case)


@pytest.mark.parametrize(("machine", "source", "target"), FORBIDDEN, ids=named)
def test_what_is_not_in_the_table_the_database_refuses(machine: Machine, source: str, target: str) -> None:
    row = ROWS[machine.name](source)
    before = sql.rows(machine.table)
    said = sql.refused(move(machine, row.pk, target))
    assert any(words in said for words in WORDS), said
    assert sql.rows(machine.table) == before


@pytest.mark.parametrize("machine", [m for m in MACHINES if m.column], ids=named)
def test_no_row_goes_to_a_state_that_is_none(machine: Machine) -> None:
    row = ROWS[machine.name](machine.states[0])
    sql.refused(move(machine, row.pk, "NOUGHT"))


@pytest.mark.parametrize("machine", BY_THE_TABLE_ALONE, ids=named)
def test_what_is_in_the_table_the_database_allows(machine: Machine) -> None:
    """Where nothing but the table is asked; the others need votes, and are gone by the services below."""
    for source in machine.states:
        for target in machine.targets(source):
            row = ROWS[machine.name](source)
            sql.run(move(machine, row.pk, target))


@pytest.mark.parametrize("machine", [m for m in MACHINES if m not in BY_THE_TABLE_ALONE], ids=named)
def test_what_services_do_is_what_the_table_says(machine: Machine) -> None:
    """The database notes every change, so it can be asked which moves there were."""
    for state in reversed(machine.states):  # what is left open last
        ROWS[machine.name](state)
        back()
    assert gone(machine) == {(move.source, move.target) for move in machine.moves} - {("", "APPROVED")}


def gone(machine: Machine) -> set[tuple[str, str]]:
    """Every move of this machine's rows that the database noted."""
    rows = Capture.objects.filter(of=machine.table)
    found = {(told(machine, row.before), told(machine, row.after)) for row in rows}
    return {(source, target) for source, target in found if source != target}


def told(machine: Machine, text: str | None) -> str:
    if text is None:
        return transitions.BIRTH
    row = json.loads(text)
    return str(row["state"]) if machine.column else "ENDED" if row["ended_at"] else "OPEN"


def test_what_begins_otherwise_is_refused() -> None:
    """Runs and erasures; of versions, requests and deployments the attacks on them tell."""
    for state in ("RUNNING", "SUCCEEDED"):
        columns = "recipe_key, cause, reason, params, grid, seed, until, environment, notes, tags, queued_at, queued_by"
        given = f"'x', 'PERSON', 'x', '{{}}', '{{}}', 0, '{NOON}', '{{}}', '', '[]', '{NOON}', 'x'"
        more = f"'{state}', 'w', 1, '{NOON}', '{NOON}', {'NULL' if state == 'RUNNING' else repr(str(NOON))}, '', ''"
        names = f"{columns}, state, worker, claims, heartbeat_at, started_at, finished_at, failure, evaluation_digest"
        said = sql.refused(f"INSERT INTO mlops_run ({names}) VALUES ({given}, {more})")
        assert "as docs/states.md tells" in said, said
    with pytest.raises(Exception, match=r"as docs/states\.md tells"):
        Erasure.objects.create(subject_digest="a" * 64, state="DONE", reason="x", erased_at=NOON, erased_by="somebody")


def test_the_drawing_is_of_the_tables() -> None:
    file = Path(__file__).parents[2] / "docs/states.md"
    assert file.read_text() == drawn(), "manage.py draw_states writes it anew"
    for machine in MACHINES:
        assert f"## {machine.name}" in drawn()
