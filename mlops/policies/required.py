"""How many others must approve, and who may change that: people, by a request that others approve."""

from datetime import datetime

from django.conf import settings

from mlops import registry
from mlops.errors import Conflict, Refused
from mlops.models import Policy, PolicyRequest, PolicyVote
from mlops.policies.rights import allowed, check_person, check_right
from mlops.policies.voters import inactive
from mlops.ports import Actor

MOST_REQUIRED = 9
_State = PolicyRequest.State
ENDS = {
    _State.APPLIED: "was approved already",
    _State.REJECTED: "was rejected",
    _State.WITHDRAWN: "was withdrawn by its requester",
    _State.EXPIRED: "expired",
}


def policy(recipe_key: str) -> Policy | None:
    """Return the policy in force that a request of people made; None while the settings say what is required."""
    return Policy.objects.filter(recipe_key=recipe_key).order_by("-number").first()


def approvals_required(recipe_key: str) -> int:
    """How many others must approve a version of this recipe: by its policy, MLOPS_APPROVALS_REQUIRED, or one."""
    found = policy(recipe_key)
    if found:
        return found.approvals_required
    return max(1, int(getattr(settings, "MLOPS_APPROVALS_REQUIRED", {}).get(recipe_key, 1)))


def votes_needed(current: int, wanted: int) -> int:
    """How many others must agree to a change: as many as are required now, or as shall be.

    Fewer would let a few lower what protects against a few; and who raises it beyond the people there are, would
    lock everybody out.
    """
    return max(current, wanted)


def check_may_request_policy(by: Actor, recipe_key: str, wanted: int, at: datetime) -> None:
    """A person with the right, for another number than is required, while nobody else asks."""
    check_right(by, "request_policy", "ask for another policy")
    if recipe_key not in registry.recipes():
        raise Refused(f"there is no recipe {recipe_key}; there are: {', '.join(sorted(registry.recipes()))}.")
    if not 1 <= wanted <= MOST_REQUIRED:
        raise Refused(f"wanted: from 1 to {MOST_REQUIRED} approvals can be required, not {wanted}.")
    if wanted == approvals_required(recipe_key):
        raise Refused(f"{recipe_key} requires {wanted} already: ask for another number.")
    if found := PolicyRequest.objects.open().filter(recipe_key=recipe_key, expires_at__gt=at).first():
        raise Conflict(f"policy request {found.pk} for {recipe_key} awaits its votes: decide on that one first.")


def check_may_decide_policy(by: Actor, request: PolicyRequest, at: datetime) -> None:
    """A person with the right to decide who did not ask for it, once, while the request is open."""
    check_person(by, "decide on a policy")
    if str(by.subject_id) == request.requested_by:
        raise Refused(f"policy request {request.pk} is your own: another person must decide on it.")
    check_right(by, "decide_promotion", "decide on a policy")
    if request.votes.filter(decided_by=str(by.subject_id)).exists():
        raise Refused(f"you decided on policy request {request.pk} already: it is one vote a person.")
    _check_open(request)
    if at >= request.expires_at:
        raise Refused(f"policy request {request.pk} expired on {request.expires_at:%d %B %Y %H:%M}: ask for it again.")
    if at < request.requested_at:
        raise Refused(f"policy request {request.pk} was opened later than this: set this machine's clock.")


def check_may_withdraw_policy(by: Actor, request: PolicyRequest) -> None:
    """The requester alone."""
    check_person(by, "withdraw a policy request")
    _check_open(request)
    if request.requested_by != str(by.subject_id):
        raise Refused(f"policy request {request.pk} is another person's: only they can withdraw it.")


def may_request_policy(by: Actor, recipe_key: str, wanted: int, at: datetime) -> bool:
    return allowed(check_may_request_policy, by, recipe_key, wanted, at)


def may_decide_policy(by: Actor, request: PolicyRequest, at: datetime) -> bool:
    return allowed(check_may_decide_policy, by, request, at)


def may_withdraw_policy(by: Actor, request: PolicyRequest) -> bool:
    return allowed(check_may_withdraw_policy, by, request)


def valid_policy_votes(request: PolicyRequest, *, hold: bool = False) -> int:
    """How many votes for it count: of others than the requester, whose accounts are active."""
    counted = request.votes.filter(verdict=PolicyVote.Verdict.APPROVE).exclude(decided_by=request.requested_by)
    voters = set(counted.values_list("decided_by", flat=True))
    return len(voters - inactive(voters, hold=hold))


def _check_open(request: PolicyRequest) -> None:
    if request.state in ENDS:
        required = approvals_required(request.recipe_key)
        words = f"policy request {request.pk} for {request.recipe_key} {ENDS[_State(request.state)]}."
        raise Conflict(f"{words} {required} {'approval is' if required == 1 else 'approvals are'} required now.")
