"""Asking that more, or fewer, others must approve: a request like any other, that others decide on."""

from datetime import datetime

from mlops import policies
from mlops.errors import Conflict, Refused
from mlops.models import Policy, PolicyRequest, PolicyVote
from mlops.ports import SYSTEM, Actor
from mlops.services.acts import Once
from mlops.services.audit import record
from mlops.services.contention import patient
from mlops.services.sealing import governed
from mlops.services.slots import lock_slot

_State = PolicyRequest.State


def _recipe_of(*, request_id: int, **_: object) -> str:
    return PolicyRequest.objects.filter(pk=request_id).values_list("recipe_key", flat=True).first() or ""


@patient(lambda recipe_key, **_: recipe_key)
@governed()
def open_policy_request(
    *, recipe_key: str, wanted: int, reason: str, by: Actor, at: datetime, key: str = ""
) -> PolicyRequest:
    """Ask that so many others must approve a version of a recipe. Raises Refused with a sentence."""
    once = Once(key, f"policy.request {wanted}", f"recipe:{recipe_key}", by)
    lock_slot(recipe_key)
    if (done := once.earlier()) is not None:
        return PolicyRequest.objects.get(pk=done["request"])
    if not reason.strip():
        raise Refused("say why the policy should change: the reason is kept with the request.")
    policies.check_may_request_policy(by, recipe_key, wanted, at)
    for old in PolicyRequest.objects.expired(at).filter(recipe_key=recipe_key):
        _close(old, _State.EXPIRED, by=SYSTEM, at=at)
        # Before the new one is made: this event must answer for nothing of it.
        record("policy.expired", f"policy-request:{old.pk}", by=SYSTEM, at=at, recipe=recipe_key)
    current = policies.approvals_required(recipe_key)
    request = PolicyRequest.objects.create(
        recipe_key=recipe_key,
        current=current,
        wanted=wanted,
        needed=policies.votes_needed(current, wanted),
        reason=reason.strip(),
        requested_at=at,
        requested_by=str(by.subject_id),
        expires_at=at + policies.REQUESTS_LAST,
    )
    once.keep(at=at, request=request.pk)
    facts = {"recipe": recipe_key, "current": current, "wanted": wanted, "needed": request.needed}
    record("policy.requested", f"policy-request:{request.pk}", by=by, at=at, reason=request.reason, **facts)
    return request


@patient(_recipe_of)
@governed()
def decide_policy(
    *, request_id: int, verdict: str, reason: str, by: Actor, at: datetime, key: str = ""
) -> Policy | None:
    """Vote on another person's policy request; returns the policy when this vote was the last one needed, else None."""
    if verdict not in PolicyVote.Verdict.values:
        raise Refused(f"a vote is {' or '.join(PolicyVote.Verdict.values)}, not {verdict!r}.")
    if not reason.strip():
        raise Refused("say why: the reason is kept with your vote.")
    once = Once(key, f"policy.{verdict.lower()}", f"policy-request:{request_id}", by)
    request = locked(request_id)
    if (done := once.earlier()) is not None:
        return Policy.objects.filter(pk=done["policy"]).first()
    policies.check_may_decide_policy(by, request, at)
    if verdict == PolicyVote.Verdict.APPROVE:
        _check_current(request)
    words = reason.strip()
    PolicyVote.objects.create(
        request=request, verdict=verdict, reason=words, decided_at=at, decided_by=str(by.subject_id)
    )
    if verdict == PolicyVote.Verdict.REJECT:
        _close(request, _State.REJECTED, by=by, at=at)
        once.keep(at=at, policy=None)
        record("policy.rejected", f"policy-request:{request.pk}", by=by, at=at, reason=words, recipe=request.recipe_key)
        return None
    return _approved(request, words, once, by, at)


@patient(_recipe_of)
@governed()
def withdraw_policy(*, request_id: int, reason: str, by: Actor, at: datetime, key: str = "") -> PolicyRequest:
    """Take one's own policy request back. Raises Refused for another person's, and for one that is closed."""
    if not reason.strip():
        raise Refused("say why you withdraw the policy request: the reason is kept in the audit log.")
    once = Once(key, "policy.withdraw", f"policy-request:{request_id}", by)
    request = locked(request_id)
    if once.earlier() is not None:
        return request
    policies.check_may_withdraw_policy(by, request)
    _close(request, _State.WITHDRAWN, by=by, at=at)
    once.keep(at=at)
    about = f"policy-request:{request.pk}"
    record("policy.withdrawn", about, by=by, at=at, reason=reason.strip(), recipe=request.recipe_key)
    return request


@patient(_recipe_of)
@governed()
def expire(*, request_id: int, by: Actor, at: datetime) -> bool:
    """Close one that nobody decided on in time; says whether it was this call that did."""
    request = locked(request_id)
    if request.state != _State.OPEN or at < request.expires_at:
        return False
    _close(request, _State.EXPIRED, by=by, at=at)
    record("policy.expired", f"policy-request:{request.pk}", by=by, at=at, recipe=request.recipe_key)
    return True


def locked(request_id: int) -> PolicyRequest:
    """Return a policy request that nobody else can change until the transaction ends: its recipe's slot first."""
    found = PolicyRequest.objects.filter(pk=request_id).first()
    if found is None:
        raise Refused(f"there is no policy request {request_id}.")
    lock_slot(found.recipe_key)
    return PolicyRequest.objects.select_for_update().get(pk=request_id)


def _approved(request: PolicyRequest, reason: str, once: Once, by: Actor, at: datetime) -> Policy | None:
    votes = policies.valid_policy_votes(request, hold=True)
    policy = _apply(request, by, at) if votes >= request.needed else None
    once.keep(at=at, policy=policy and policy.pk)
    about, facts = f"policy-request:{request.pk}", {"recipe": request.recipe_key, "votes": votes}
    record("policy.approval_given", about, by=by, at=at, reason=reason, needed=request.needed, **facts)
    if policy:
        changed = {"request": request.pk, "from": request.current, "to": policy.approvals_required}
        record("policy.changed", f"recipe:{request.recipe_key}", by=by, at=at, reason=request.reason, **changed)
    return policy


def _apply(request: PolicyRequest, by: Actor, at: datetime) -> Policy:
    before = policies.policy(request.recipe_key)
    policy = Policy.objects.create(
        recipe_key=request.recipe_key,
        number=before.number + 1 if before else 1,
        approvals_required=request.wanted,
        request=request,
        since=at,
        set_by=str(by.subject_id),
    )
    _close(request, _State.APPLIED, by=by, at=at)
    return policy


def _check_current(request: PolicyRequest) -> None:
    """What is required may have changed since: by another request, or where there is no policy yet, by the settings."""
    if (now := policies.approvals_required(request.recipe_key)) != request.current:
        raise Conflict(
            f"{request.recipe_key} requires {now} now, and not {request.current} as when policy request {request.pk}"
            " was opened: reject or withdraw it, and ask again."
        )


def _close(request: PolicyRequest, state: str, *, by: Actor, at: datetime) -> None:
    request.state, request.closed_at, request.closed_by = state, at, str(by.subject_id)
    request.save(update_fields=["state", "closed_at", "closed_by"])
