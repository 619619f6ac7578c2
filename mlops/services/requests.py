"""Asking that a version may serve, taking that back, and letting it run out.

A candidate can be asked for, and so can an approved version that does not serve: one that was rolled back, or
replaced. Its first request is spent, so it needs a new one, on evidence read anew.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mlops import policies
from mlops.errors import MlopsError, Refused
from mlops.models import ModelVersion, PolicyRequest, PromotionRequest
from mlops.ports import SYSTEM, Actor
from mlops.selectors import components
from mlops.services import policy_requests
from mlops.services.acts import Once
from mlops.services.audit import record
from mlops.services.contention import patient
from mlops.services.evidence import digest, evidence
from mlops.services.sealing import governed
from mlops.services.slots import lock_slot

logger = logging.getLogger(__name__)
_State = PromotionRequest.State


def recipe_of(*, request_id: int, **_: object) -> str:
    """Return the recipe of a request's version, or nothing when there is no such request."""
    found = PromotionRequest.objects.filter(pk=request_id)
    return found.values_list("version__recipe_key", flat=True).first() or ""


def _recipe_of_version(*, version_id: int, **_: object) -> str:
    return ModelVersion.objects.filter(pk=version_id).values_list("recipe_key", flat=True).first() or ""


def check_may_request(*, version: ModelVersion, by: Actor, at: datetime) -> None:
    """Say whether a request would be accepted: rights, gates, licence, and all eight components. Raises Refused."""
    policies.check_may_request(by, version, at)
    lacking = [component.title for component in components.of(version) if not component.there]
    if lacking:
        raise Refused(
            f"the card of {version.label} is not complete: {', '.join(lacking)} unknown."
            " Train another version, with what is lacking."
        )


@patient(_recipe_of_version)
@governed()
def open_request(*, version_id: int, reason: str, by: Actor, at: datetime, key: str = "") -> PromotionRequest:
    """Ask that a version may serve, with the evidence as the rows tell it now. Raises Refused with the remedy."""
    version = _version(version_id)
    if not reason.strip():
        raise Refused("say why this version should serve: the reason is kept with the request.")
    once = Once(key, "request.open", f"version:{version.label}", by)
    lock_slot(version.recipe_key)
    if (done := once.earlier()) is not None:
        return PromotionRequest.objects.get(pk=done["request"])
    version = _version(version_id)  # as it is now that nobody else changes what serves
    check_may_request(version=version, by=by, at=at)
    for old in version.requests.expired(at):
        _close(old, _State.EXPIRED, by=SYSTEM, at=at)
        _record("request.expired", old, by=SYSTEM, at=at)  # first: it must answer for nothing of the new request
    request = _opened(version, reason.strip(), by, at)
    once.keep(at=at, request=request.pk)
    facts = {"version": version.label, "evidence": request.evidence_digest, "needed": request.needed}
    record("request.opened", f"request:{request.pk}", by=by, at=at, reason=request.reason, **facts)
    return request


def _opened(version: ModelVersion, reason: str, by: Actor, at: datetime) -> PromotionRequest:
    found = evidence(version)
    return PromotionRequest.objects.create(
        version=version,
        evidence=found,
        evidence_digest=digest(found),
        needed=policies.approvals_required(version.recipe_key),
        reason=reason,
        requested_at=at,
        requested_by=str(by.subject_id),
        expires_at=at + policies.REQUESTS_LAST,
    )


@patient(recipe_of)
@governed()
def withdraw(*, request_id: int, reason: str, by: Actor, at: datetime, key: str = "") -> PromotionRequest:
    """Take one's own request back. Raises Refused for another person's, Conflict for one that is closed."""
    if not reason.strip():
        raise Refused("say why you withdraw the request: the reason is kept in the audit log.")
    once = Once(key, "request.withdraw", f"request:{request_id}", by)
    request = locked(request_id)
    if once.earlier() is not None:
        return request
    policies.check_may_withdraw(by, request)
    _close(request, _State.WITHDRAWN, by=by, at=at)
    once.keep(at=at)
    _record("request.withdrawn", request, by=by, at=at, reason=reason.strip())
    return request


@patient(lambda **_: "")
def expire(*, by: Actor, at: datetime, key: str = "") -> int:
    """Close what nobody decided on in time, policy requests too, each by itself; returns how many this call closed.

    Whoever else sweeps at the same moment closes the others: each is closed once, whatever the key. One that cannot be
    closed is told in the log, and keeps no other open.
    """
    once = Once(key, "requests.expire", "requests:all", by)
    if (done := once.earlier()) is not None:
        return int(done["closed"])
    closed = _swept(PromotionRequest.objects.expired(at), _expire, by, at)
    closed += _swept(PolicyRequest.objects.expired(at), policy_requests.expire, by, at)
    once.keep(at=at, closed=closed)
    return closed


def _swept(expired: QuerySet[Any], expire_one: Callable[..., bool], by: Actor, at: datetime) -> int:
    closed = 0
    for request in list(expired.order_by("pk")):
        try:
            closed += expire_one(request_id=request.pk, by=by, at=at)
        except MlopsError as error:
            logger.error("%s could not be closed: %s", request, error)
    return closed


@patient(recipe_of)
@governed()
def _expire(*, request_id: int, by: Actor, at: datetime) -> bool:
    request = locked(request_id)
    if request.state != _State.OPEN or at < request.expires_at:
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
