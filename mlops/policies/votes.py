"""Who may vote on a request, take it back and speak of it, and which votes count."""

from datetime import datetime

from mlops.errors import Conflict, Refused
from mlops.models import Approval, PromotionRequest
from mlops.policies.rights import allowed, check_person, check_right
from mlops.policies.versions import serves_now, trainers
from mlops.policies.voters import inactive
from mlops.ports import Actor

_State = PromotionRequest.State
ENDS = {
    _State.PROMOTED: "was approved already",
    _State.REJECTED: "was rejected",
    _State.WITHDRAWN: "was withdrawn by its requester",
    _State.EXPIRED: "expired",
}


def check_may_withdraw(by: Actor, request: PromotionRequest) -> None:
    """The requester alone; everybody else may vote, or wait for its end."""
    check_person(by, "withdraw a request")
    _check_open(request)
    if request.requested_by != str(by.subject_id):
        raise Refused(f"request {request.pk} is another person's: only they can withdraw it. You may reject it.")


def check_may_decide(by: Actor, request: PromotionRequest, at: datetime) -> None:
    """A person with the right who neither asked for the version nor trained it, once, while the request is open."""
    check_person(by, "decide on a request")
    me, version = str(by.subject_id), request.version
    if me == request.requested_by:  # before the right: whoever asks for it has often no right to decide either
        raise Refused(f"request {request.pk} is your own: another person must decide on it.")
    if me in trainers(version):
        raise Refused(f"you trained {version.label}: another person must decide on it.")
    check_right(by, "decide_promotion", "decide on a request")
    if request.approvals.filter(decided_by=me).exists():
        raise Refused(f"you decided on request {request.pk} already: it is one vote a person.")
    _check_open(request)
    if at >= request.expires_at:
        when = f"{request.expires_at:%d %B %Y %H:%M}"
        raise Refused(f"request {request.pk} expired on {when}: {version.label} must be requested again.")
    if at < request.requested_at:
        raise Refused(f"request {request.pk} was opened later than this: set this machine's clock.")


def check_may_say(by: Actor, request: PromotionRequest) -> None:
    """Whoever may look at requests may speak of one, also when it is closed."""
    check_right(by, "view_promotionrequest", f"speak of request {request.pk}")


def may_withdraw(by: Actor, request: PromotionRequest) -> bool:
    return allowed(check_may_withdraw, by, request)


def may_decide(by: Actor, request: PromotionRequest, at: datetime) -> bool:
    return allowed(check_may_decide, by, request, at)


def may_say(by: Actor, request: PromotionRequest) -> bool:
    return allowed(check_may_say, by, request)


def valid_approvals(request: PromotionRequest, *, hold: bool = False) -> int:
    """How many votes count: those for it, on its evidence, of others than requester and trainers, still active."""
    theirs = {request.requested_by, *trainers(request.version)}
    counted = request.approvals.filter(verdict=Approval.Verdict.APPROVE, evidence_digest=request.evidence_digest)
    voters = set(counted.exclude(decided_by__in=theirs).values_list("decided_by", flat=True))
    return len(voters - inactive(voters, hold=hold))


def _check_open(request: PromotionRequest) -> None:
    if request.state in ENDS:
        words, version = ENDS[_State(request.state)], request.version
        raise Conflict(f"request {request.pk} for {version.label} {words}. {serves_now(version.recipe_key)}")
