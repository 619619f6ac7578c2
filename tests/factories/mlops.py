"""Rows of mlops for tests: each call makes one, valid unless told otherwise.

The database judges them all: a version needs a run, a request a version that passed its gates, a vote another person.
`make_candidate` makes a whole version as a run would leave it; `make_promotion` one that two people put in force.
"""

import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
from django.contrib.auth import get_user_model
from django.db import transaction

from mlops import arrays, registry, store
from mlops.models import (
    Approval,
    AuditEvent,
    Dataset,
    Deployment,
    GateReport,
    Manifest,
    ModelVersion,
    PromotionRequest,
    Run,
    RunMetric,
    RunStep,
)
from mlops.ports import SYSTEM, Kind
from mlops.services import approvals, genesis, manifests, requests
from mlops.services.audit import record
from tests.clock import NOON

ENVIRONMENT = {
    "python": "3.11.9",
    "platform": "Linux x86_64",
    "commit": "c" * 40,
    "dirty": False,
    "lock_digest": "d" * 64,
    "threads": 1,
}
STEPS = ("freeze", "split", "partials", "fit", "evaluate", "stability", "compare", "register")


def make_person(*rights: str, name: str = "somebody", **given: Any) -> Any:
    """Somebody with rights (codenames of mlops), known by a subject id: what services need of a user."""
    held = {f"mlops.{right}" for right in rights}
    facts = {"subject_id": uuid.uuid4(), "is_active": True, "username": name, "has_perm": held.__contains__}
    return SimpleNamespace(**{**facts, **given})


def make_scientist() -> Any:
    """Somebody who may train and request."""
    return make_person("start_run", "request_promotion", name="scientist")


def make_approver() -> Any:
    """Somebody who may decide and roll back, with the account that votes are counted by where accounts have such ids."""
    person, accounts = make_person("decide_promotion", "roll_back", name="approver"), get_user_model()
    if hasattr(accounts, "subject_id"):
        accounts.objects.create(username=f"approver-{person.subject_id}", subject_id=person.subject_id)
    return person


def make_dataset(**given: Any) -> Dataset:
    """A frozen dataset, the next number of its key; its fingerprint is made up."""
    key = given.pop("dataset_key", "toy-rows")
    number = Dataset.objects.filter(dataset_key=key).count() + 1
    fields = {
        "number": number,
        "fingerprint": f"{number:064x}",
        "until": NOON,
        "rows": 1000,
        "subjects": 100,
        "contract": [{"name": "value", "dtype": "int64", "meaning": "what was said"}],
        "counts": {"rows": 1000, "subjects": 100},
        "histograms": {"value": {"edges": [1.0, 2.0], "counts": [10, 20, 30]}},
        "origins": [
            {"key": "toys", "title": "Toys", "licence": "CC0-1.0", "permitted_use": "ANY", "rows": 1000},
        ],
        "frozen_at": NOON,
        "frozen_by": "system",
    }
    return Dataset.objects.create(dataset_key=key, **{**fields, **given})


def make_run(**given: Any) -> Run:
    """A run that somebody queued; with state="RUNNING" or a finished state, claimed and finished as that needs."""
    state = given.get("state", Run.State.QUEUED)
    fields: dict[str, Any] = {
        "recipe_key": "toy-learner",
        "cause": Run.Cause.PERSON,
        "reason": "a first try",
        "params": {"factor": 3},
        "until": NOON,
        "queued_at": NOON,
        "queued_by": str(uuid.uuid4()),
    }
    if state != Run.State.QUEUED:
        fields |= {"worker": "worker-1", "claims": 1, "started_at": NOON, "heartbeat_at": NOON}
    if state not in (Run.State.QUEUED, Run.State.RUNNING):
        fields |= {"finished_at": NOON}
    whole = {**fields, **given}
    run = Run.objects.create(**{**whole, "state": Run.State.QUEUED, "finished_at": None})
    for reached in dict.fromkeys([Run.State.RUNNING, state] if state != Run.State.QUEUED else []):
        run.state, run.finished_at = reached, whole.get("finished_at") if reached == state else None
        run.save(update_fields=["state", "finished_at"])  # as a run goes: none begins where it ends
    return run


def make_run_step(run: Run | None = None, **given: Any) -> RunStep:
    """A step of a run, the next one, done."""
    run = run or make_run(state=Run.State.RUNNING)
    position = run.steps.count()
    fields = {
        "position": position,
        "name": STEPS[position % len(STEPS)],
        "state": RunStep.State.DONE,
        "attempts": 1,
        "input_digest": "1" * 64,
        "output_digest": "2" * 64,
        "done": 1,
        "total": 1,
        "started_at": NOON,
        "finished_at": NOON + timedelta(seconds=2),
        "seconds": 2.0,
        "cpu_seconds": 1.5,
        "megabytes": 64.0,
    }
    return RunStep.objects.create(run=run, **{**fields, **given})


def make_run_metric(run: Run | None = None, **given: Any) -> RunMetric:
    """One number that the candidate reached; a run that succeeded takes no more of them."""
    run = run or make_run(state=Run.State.RUNNING)
    fields = {
        "fold": "toy-fold",
        "arm": "candidate",
        "metric": "accuracy",
        "title": "Accuracy",
        "value": 0.75,
        "error": 0.01,
        "units": 100,
        "higher_is_better": True,
    }
    return RunMetric.objects.create(run=run, **{**fields, **given})


def make_version(**given: Any) -> ModelVersion:
    """A candidate of a learning recipe, the next number of its recipe, from a run unless it begins a formula."""
    recipe_key = given.pop("recipe_key", "toy-learner")
    number = ModelVersion.objects.filter(recipe_key=recipe_key).count() + 1
    fields = {"kind": Kind.LEARNING.value, "number": number, "artefact_digest": "a" * 64, "params": {}}
    begins = given.get("kind") == Kind.SOFTWARE.value and given.get("state") == "APPROVED"
    if "run" not in given and not begins:
        fields["run"] = make_run(recipe_key=recipe_key, state=Run.State.RUNNING)
    return ModelVersion.objects.create(
        recipe_key=recipe_key, **{**fields, "created_at": NOON, "created_by": "system", **given}
    )


def make_gate_report(version: ModelVersion | None = None, **given: Any) -> GateReport:
    """A report that a version passed one gate, and those that turn on what serves.

    against: the version that it was judged against, or None; by default what serves now, as when a run is at its end.
    """
    version = version or make_version()
    champion = Deployment.objects.champion(version.recipe_key)
    against = given.pop("against", champion.version if champion else None)
    result = {"key": "accuracy", "title": "Accurate enough", "passed": given.get("passed", True), "value": 0.75}
    results = [{**result, "limit": 0.5, "error": 0.01, "words": "Accuracy is .750; at least .500 is needed"}]
    for gate in getattr(registry.recipes().get(version.recipe_key), "gates", ()):
        if gate.needs_champion or gate.first_only:
            applies = bool(against) == gate.needs_champion
            told = {"value": 0.75, "limit": 0.75, "error": 0.01, "words": "it is no worse"} if applies else {}
            results.append({"key": gate.key, "title": gate.title, "passed": True if applies else None, **told})
    served = {"version": against.pk, "label": against.label} if against else {}
    fields = {
        "passed": True,
        "digest": f"{version.pk:064x}",
        "results": [{**result, "against": served} for result in results],
        "tables": [{"title": "What changes", "head": ["thing", "rank"], "rows": [["one", 1]], "note": ""}],
        "judged_at": NOON,
        "judged_by": "system",
    }
    return GateReport.objects.create(version=version, **{**fields, **given})


def make_artefact(recipe_key: str = "toy-learner", number: int = 1) -> str:
    """The state of a toy model in the store, another one for each number; its digest."""
    factor = {"factor": np.array([number], dtype=np.int64)}
    means = {"means": np.arange(6, dtype=np.float64) + number}
    return store.put(arrays.pack(means if recipe_key == "toy-learner" else factor))


def make_manifest(version: ModelVersion | None = None, **stated: Any) -> Manifest:
    """A version's manifest, signed unseen. stated: what it says otherwise than the rows."""
    version = version or make_version()
    size = len(store.open(version.artefact_digest)) if store.has(version.artefact_digest) else 1
    statement = replace(manifests.stated(version, size, "0" * 64), **stated)
    return manifests.keep(version=version, signed=manifests.sign(statement), by=SYSTEM, at=NOON)


def make_candidate(
    *, by: Any = None, run: dict[str, Any] | None = None, gates: dict[str, Any] | None = None, **given: Any
) -> ModelVersion:
    """A whole version as a run leaves it: dataset, steps, metrics, artefact, gates, audit event. by: who queued the run.

    run, gates, given: fields of the run, of the gate report and of the version that shall be otherwise.
    """
    recipe_key = given.pop("recipe_key", "toy-learner")
    fields = {"dataset": make_dataset(), "environment": ENVIRONMENT, "evaluation_digest": "e" * 64, **(run or {})}
    if by is not None:
        fields["queued_by"] = str(by.subject_id)
    made = make_run(recipe_key=recipe_key, state=Run.State.RUNNING, **fields)
    for _ in STEPS:
        make_run_step(made)
    make_run_metric(made)
    make_run_metric(made, arm="popularity", value=0.5, difference=0.25, difference_error=0.02)
    number = given.pop("number", ModelVersion.objects.filter(recipe_key=recipe_key).count() + 1)
    artefact = given.pop("artefact_digest", None) or make_artefact(recipe_key, number)
    learned = arrays.digest(arrays.unpack(store.open(artefact)))
    known = {"params": made.params, "artefact_digest": artefact, "arrays_digest": learned}
    version = make_version(recipe_key=recipe_key, number=number, run=made, **{**known, **given})
    report = make_gate_report(version, **(gates or {}))
    make_manifest(version)
    made.state, made.finished_at = Run.State.SUCCEEDED, NOON
    made.save()
    with transaction.atomic():
        record("version.registered", f"version:{version.label}", by=SYSTEM, at=NOON, gates=report.digest)
    return version


def make_promotion_request(version: ModelVersion | None = None, *, by: Any = None, at: Any = NOON) -> PromotionRequest:
    """An open request for a version, by somebody who may."""
    version = version or make_candidate()
    return requests.open_request(version_id=version.pk, reason="it is better", by=by or make_scientist(), at=at)


def make_approval(request: PromotionRequest | None = None, **given: Any) -> Approval:
    """One vote on a request as a raw row: nothing follows from it."""
    request = request or make_promotion_request()
    fields = {
        "verdict": Approval.Verdict.APPROVE,
        "evidence_digest": request.evidence_digest,
        "reason": "the gates are convincing",
        "decided_at": request.requested_at,
        "decided_by": str(uuid.uuid4()),
    }
    return Approval.objects.create(request=request, **{**fields, **given})


def make_promotion(version: ModelVersion | None = None, *, at: Any = NOON) -> Deployment:
    """A version that one person asked for and another approved: the champion."""
    request = make_promotion_request(version, at=at)
    deployment = approvals.decide(
        request_id=request.pk,
        verdict=Approval.Verdict.APPROVE,
        evidence_digest=request.evidence_digest,
        reason="the gates are convincing",
        by=make_approver(),
        at=at,
    )
    assert deployment is not None
    return deployment


def make_deployment(version: ModelVersion | None = None, **given: Any) -> Deployment:
    """The genesis of a formula's first version, as raw rows: the triggers judge it."""
    version = version or make_version(recipe_key="toy-formula", kind="SOFTWARE", state="APPROVED")
    fields = {
        "role": Deployment.Role.CHAMPION,
        "how": Deployment.How.GENESIS,
        "started_at": NOON,
        "started_by": "system",
    }
    return Deployment.objects.create(**{"recipe_key": version.recipe_key, "version": version, **fields, **given})


def make_genesis(recipe_key: str = "weighted-rating") -> Deployment:
    """The formula's version 1, registered and in force by the service itself."""
    return genesis.install(recipe_key=recipe_key, by=SYSTEM, at=NOON)


def make_audit_event(**given: Any) -> AuditEvent:
    """One event at the head of the log; the caller's test must be in a transaction."""
    return record(**{"action": "test.happened", "subject": "test:1", "by": SYSTEM, "at": NOON, **given})
