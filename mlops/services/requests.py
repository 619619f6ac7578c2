"""Asking that a version may serve, taking that back, and letting it run out.

A candidate can be asked for, and so can an approved version that does not serve: one that was rolled back, or
replaced. Its first request is spent, so it needs a new one, on evidence read anew.
"""

from datetime import datetime
from typing import Any

from mlops import policies
from mlops.errors import Refused
from mlops.models import ModelVersion, PromotionRequest
from mlops.ports import SYSTEM, Actor
from mlops.selectors import components
from mlops.services.audit import record
from mlops.services.evidence import digest, evidence
from mlops.services.promotion import lock_slot
from mlops.services.sealing import governed

_State = PromotionRequest.State


def check_may_request(*, version: ModelVersion, by: Actor, at: datetime) -> None:
    """Say whether a request would be accepted: rights, gates, licence, and all eight components. Raises Refused."""
    policies.check_may_request(by, version, at)
    lacking = [component.title for component in components.of(version) if not component.there]
    if lacking:
        raise Refused(
            f"the card of {version.label} is not complete: {', '.join(lacking)} unknown."
            " Train another version, with what is lacking."
        )


@governed()
def open_request(*, version_id: int, reason: str, by: Actor, at: datetime) -> PromotionRequest:
    """Ask that a version may serve, with the evidence as the rows tell it now. Raises Refused with the remedy."""
    version = _version(version_id)
    if not reason.strip():
        raise Refused("say why this version should serve: the reason is kept with the request.")
    lock_slot(version.recipe_key)
    version = _version(version_id)  # as it is now that nobody else changes what serves
    check_may_request(version=version, by=by, at=at)
    for old in version.requests.expired(at):
        _close(old, _State.EXPIRED, by=SYSTEM, at=at)
        record("request.expired", f"request:{old.pk}", by=SYSTEM, at=at, version=version.label)
    found = evidence(version)
    request = PromotionRequest.objects.create(
        version=version,
        evidence=found,
        evidence_digest=digest(found),
        needed=policies.approvals_required(version.recipe_key),
        reason=reason.strip(),
        requested_at=at,
        requested_by=str(by.subject_id),
        expires_at=at + policies.REQUESTS_LAST,
    )
    facts = {"version": version.label, "evidence": request.evidence_digest, "needed": request.needed}
    record("request.opened", f"request:{request.pk}", by=by, at=at, reason=request.reason, **facts)
    return request


@governed()
def withdraw(*, request_id: int, reason: str, by: Actor, at: datetime) -> PromotionRequest:
    """Take one's own request back. Raises Refused for another person's, and for one that is closed."""
    request = locked(request_id)
    policies.check_may_withdraw(by, request)
    _close(request, _State.WITHDRAWN, by=by, at=at)
    _record("request.withdrawn", request, by=by, at=at, reason=reason)
    return request


def expire(*, by: Actor, at: datetime) -> int:
    """Close what nobody decided on in time, each in a transaction of its own, and return how many."""
    ids = list(PromotionRequest.objects.expired(at).order_by("pk").values_list("pk", flat=True))
    return sum(_expire(pk, by, at) for pk in ids)


@governed()
def _expire(pk: int, by: Actor, at: datetime) -> bool:
    request = locked(pk)
    if request.state != _State.OPEN:
        return False
    _close(request, _State.EXPIRED, by=by, at=at)
    _record("request.expired", request, by=by, at=at)
    return True


def locked(request_id: int) -> PromotionRequest:
    """Return a request that nobody else can change until the transaction ends: its recipe's slot first, then itself."""
    found = PromotionRequest.objects.filter(pk=request_id).select_related("version").first()
    if found is None:
        raise Refused(f"there is no request {request_id}.")
    lock_slot(found.version.recipe_key)
    return (
        PromotionRequest.objects.select_for_update(of=("self",))
        .select_related("version__run__dataset")
        .get(pk=found.pk)
    )


def _version(pk: int) -> ModelVersion:
    found = ModelVersion.objects.filter(pk=pk).select_related("run__dataset", "gate_report").first()
    if found is None:
        raise Refused(f"there is no version {pk}.")
    return found


def _close(request: PromotionRequest, state: str, *, by: Actor, at: datetime) -> None:
    request.state, request.closed_at, request.closed_by = state, at, str(by.subject_id)
    request.save(update_fields=["state", "closed_at", "closed_by"])


def _record(action: str, request: PromotionRequest, *, by: Actor, at: datetime, **facts: Any) -> None:
    record(action, f"request:{request.pk}", by=by, at=at, version=request.version.label, **facts)
