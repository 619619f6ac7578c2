"""What a decision rests on: read from the rows, bound by one digest, read again before anything follows from it."""

import hashlib
from typing import Any

from mlops import policies
from mlops.errors import EvidenceChanged
from mlops.models import Deployment, GateReport, ModelVersion, PromotionRequest, RunMetric
from mlops.services.audit import canonical

WORDS = {
    "version": "the version",
    "artefact": "the artefact",
    "arrays": "the learned state",
    "params": "the parameters",
    "run": "the run",
    "dataset": "the dataset",
    "gates": "the gate report",
    "metrics": "the metrics",
    "environment": "the code and its environment",
    "policy": "the policy",
    "champion": "the champion",
}
_MEASURED = ("fold", "arm", "metric", "value", "error", "difference", "difference_error", "units")


def evidence(version: ModelVersion) -> dict[str, Any]:
    """Return everything a decision on a version rests on, as JSON values; None where a row says nothing."""
    run = version.run
    dataset = run.dataset if run else None
    report = getattr(version, "gate_report", None)
    champion = Deployment.objects.champion(version.recipe_key)
    policy = policies.policy(version.recipe_key)
    terms = {"needed": policies.approvals_required(version.recipe_key), "days": policies.REQUESTS_LAST.days}
    return {
        "version": version.label,
        "artefact": version.artefact_digest,
        "arrays": version.arrays_digest or None,
        "params": version.params,
        "run": run and {"number": run.pk, "seed": run.seed, "by": run.queued_by, "evaluation": run.evaluation_digest},
        "dataset": dataset and {"name": str(dataset), "fingerprint": dataset.fingerprint, "origins": dataset.origins},
        "gates": report and {"digest": report.digest, "passed": report.passed, **_against(report)},
        "metrics": _metrics_digest(version),
        "environment": run.environment if run else None,
        "policy": {**terms, "number": policy.number if policy else 0},
        "champion": champion and {"label": champion.version.label, "deployment": champion.pk},
    }


def digest(evidence: dict[str, Any]) -> str:
    """Return SHA-256 over the evidence's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(evidence).encode()).hexdigest()


def check_unchanged(request: PromotionRequest) -> None:
    """Read the evidence of a request again. Raises EvidenceChanged naming what differs."""
    now = evidence(request.version)
    if digest(now) == request.evidence_digest and digest(request.evidence) == request.evidence_digest:
        return
    differing = [words for key, words in WORDS.items() if now.get(key) != request.evidence.get(key)]
    champion = now["champion"]
    serves = f" {champion['label']} serves now." if champion else " No version serves now."
    raise EvidenceChanged(
        f"the evidence changed since request {request.pk} was opened: {', '.join(differing) or 'its digest'}."
        f"{serves if 'the champion' in differing else ''} Reject or withdraw it, and request again."
    )


def _against(report: GateReport) -> dict[str, Any]:
    """What it was judged against, said beside the digest for whoever reads it."""
    return {} if report.against is None else {"against": report.against or None}


def _metrics_digest(version: ModelVersion) -> str | None:
    rows = RunMetric.objects.filter(run=version.run_id).order_by("fold", "arm", "metric") if version.run_id else None
    if not rows:
        return None
    # As texts: the shortest that gives the same float again, on any machine.
    lines = "\n".join("\t".join(repr(value) for value in row) for row in rows.values_list(*_MEASURED))
    return hashlib.sha256(lines.encode()).hexdigest()
