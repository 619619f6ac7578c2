"""Voting on a request: enough votes of others put its version in force, one vote against ends it."""

from datetime import datetime

from mlops import policies
from mlops.errors import EvidenceChanged, MlopsError, Refused
from mlops.models import Approval, Deployment, ModelVersion, PromotionRequest
from mlops.ports import Actor
from mlops.services import manifests
from mlops.services.acts import Once
from mlops.services.audit import record
from mlops.services.contention import patient
from mlops.services.evidence import check_unchanged
from mlops.services.promotion import promote
from mlops.services.requests import locked, recipe_of
from mlops.services.sealing import governed


@patient(recipe_of)
def decide(
    *, request_id: int, verdict: str, evidence_digest: str, reason: str, by: Actor, at: datetime, key: str = ""
) -> Deployment | None:
    """Vote on another person's request, on the evidence that was looked at (evidence_digest).

    Returns the deployment when this vote was the last one needed, else None; under the same key always the same.
    Raises Refused with a sentence, EvidenceChanged when the rows no longer say what the request was made on, Conflict
    when somebody was quicker, BadArtefact when the stored state is missing or changed, Busy.
    """
    if verdict not in Approval.Verdict.values:
        raise Refused(f"a vote is {' or '.join(Approval.Verdict.values)}, not {verdict!r}.")
    if not reason.strip():
        raise Refused("say why: the reason is kept with your vote.")
    once = Once(key, f"request.{verdict.lower()}", f"request:{request_id}", by)
    if verdict == Approval.Verdict.APPROVE and once.earlier() is None:
        _check_artefact(request_id)
    with governed():
        request = locked(request_id)
        if (done := once.earlier()) is not None:
            return Deployment.objects.filter(pk=done["deployment"]).first()
        policies.check_may_decide(by, request, at)
        if evidence_digest != request.evidence_digest:
            raise EvidenceChanged(f"what you looked at is not the evidence of request {request.pk}: open it again.")
        if verdict == Approval.Verdict.APPROVE:
            check_unchanged(request)
            policies.check_may_promote(request.version)
        Approval.objects.create(
            request=request,
            verdict=verdict,
            evidence_digest=evidence_digest,
            reason=reason.strip(),
            decided_at=at,
            decided_by=str(by.subject_id),
        )
        if verdict == Approval.Verdict.REJECT:
            _rejected(request, reason.strip(), once, by, at)
            return None
        return _approved(request, reason.strip(), once, by, at)


def _check_artefact(request_id: int) -> None:
    """Read the signed state before the transaction: what is unsigned, missing or changed must not come into force."""
    still_open = PromotionRequest.objects.open().filter(pk=request_id)
    for request in still_open.select_related("version"):
        try:
            check_unchanged(request)  # names what changed, which a signature cannot
            manifests.open_checked(request.version)
        except MlopsError:
            if still_open.exists():  # else somebody decided it just now, and under the lock we are told so
                raise


def _approved(request: PromotionRequest, reason: str, once: Once, by: Actor, at: datetime) -> Deployment | None:
    votes = policies.valid_approvals(request, hold=True)
    deployment = promote(request=request, by=by, at=at) if votes >= request.needed else None
    once.keep(at=at, deployment=deployment and deployment.pk)
    about = {"version": request.version.label, "evidence": request.evidence_digest, "votes": votes}
    record("approval.given", f"request:{request.pk}", by=by, at=at, reason=reason, **about, needed=request.needed)
    if deployment:
        replaced = deployment.replaces.version.label if deployment.replaces else None
        about = {"request": request.pk, "deployment": deployment.pk, "replaces": replaced}
        record("version.promoted", f"version:{request.version.label}", by=by, at=at, reason=request.reason, **about)
    return deployment


def _rejected(request: PromotionRequest, reason: str, once: Once, by: Actor, at: datetime) -> None:
    """One vote against closes the request. A candidate is rejected for good; what had been approved before stays so."""
    if request.version.state == ModelVersion.State.CANDIDATE:
        request.version.state = ModelVersion.State.REJECTED
        request.version.save(update_fields=["state"])
    request.state, request.closed_at, request.closed_by = PromotionRequest.State.REJECTED, at, str(by.subject_id)
    request.save(update_fields=["state", "closed_at", "closed_by"])
    once.keep(at=at, deployment=None)
    facts = {"request": request.pk, "evidence": request.evidence_digest}
    record("version.rejected", f"version:{request.version.label}", by=by, at=at, reason=reason, **facts)
