"""Who may do what: `check_may_x` raises Refused with a sentence for the person, `may_x` says yes or no.

Rights are permissions of the models; what nobody may do, whatever their rights, is refused to superusers as well.
The database refuses the same by triggers. A failed gate can be waived by nobody.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from mlops import registry
from mlops.errors import Refused
from mlops.models import Approval, Deployment, GateReport, ModelVersion, PromotionRequest, Run
from mlops.ports import Actor

REQUESTS_LAST = timedelta(days=14)
OPEN_LICENCE = "ANY"


def approvals_required(recipe_key: str) -> int:
    """How many others must approve a version of this recipe: MLOPS_APPROVALS_REQUIRED by recipe, or one."""
    return max(1, int(getattr(settings, "MLOPS_APPROVALS_REQUIRED", {}).get(recipe_key, 1)))


def check_may_run(by: Actor) -> None:
    """Anybody with the right may train, and the system."""
    if str(by.subject_id) != "system":
        _check_right(by, "start_run", "start or change a run")


def check_may_request(by: Actor, version: ModelVersion, at: datetime) -> None:
    """A person with the right, for a version that passed its gates and neither serves nor is asked for already."""
    _check_right(by, "request_promotion", "request a promotion")
    if version.state in (ModelVersion.State.REJECTED, ModelVersion.State.RETIRED):
        raise Refused(f"{version.label} was {version.get_state_display().lower()}: train another version.")
    champion = Deployment.objects.champion(version.recipe_key)
    if champion and champion.version_id == version.pk:
        raise Refused(f"{version.label} serves already.")
    if found := version.requests.open().filter(expires_at__gt=at).first():
        raise Refused(f"{version.label} is asked for already, by request {found.pk}: it awaits its votes.")
    _check_run(version)
    _check_gates(version, champion)
    _check_licence(version)


def check_may_withdraw(by: Actor, request: PromotionRequest) -> None:
    """The requester alone; everybody else may vote, or wait for its end."""
    _check_person(by, "withdraw a request")
    _check_open(request)
    if request.requested_by != str(by.subject_id):
        raise Refused(f"request {request.pk} is another person's: only they can withdraw it. You may reject it.")


def check_may_decide(by: Actor, request: PromotionRequest, at: datetime) -> None:
    """A person with the right who neither asked for the version nor trained it, once, while the request is open."""
    _check_person(by, "decide on a request")
    me, version = str(by.subject_id), request.version
    if me == request.requested_by:  # before the right: whoever asks for it has often no right to decide either
        raise Refused(f"request {request.pk} is your own: another person must decide on it.")
    if me in trainers(version):
        raise Refused(f"you trained {version.label}: another person must decide on it.")
    _check_right(by, "decide_promotion", "decide on a request")
    if request.approvals.filter(decided_by=me).exists():
        raise Refused(f"you decided on request {request.pk} already: it is one vote a person.")
    _check_open(request)
    if at >= request.expires_at:
        when = f"{request.expires_at:%d %B %Y %H:%M}"
        raise Refused(f"request {request.pk} expired on {when}: {version.label} must be requested again.")
    if at < request.requested_at:
        raise Refused(f"request {request.pk} was opened later than this: set this machine's clock.")


def check_may_promote(version: ModelVersion) -> None:
    """Whatever the votes: only what passed its gates, and only where its sources allow it to be shown."""
    _check_gates(version, Deployment.objects.champion(version.recipe_key))
    _check_licence(version)


def check_may_roll_back(by: Actor, deployment: Deployment | None) -> None:
    """One person with the right, and a champion to step back from."""
    _check_right(by, "roll_back", "roll back")
    if deployment is None:
        raise Refused("there is nothing to roll back: no version serves.")


def may_run(by: Actor) -> bool:
    return _allowed(check_may_run, by)


def may_request(by: Actor, version: ModelVersion, at: datetime) -> bool:
    return _allowed(check_may_request, by, version, at)


def may_withdraw(by: Actor, request: PromotionRequest) -> bool:
    return _allowed(check_may_withdraw, by, request)


def may_decide(by: Actor, request: PromotionRequest, at: datetime) -> bool:
    return _allowed(check_may_decide, by, request, at)


def may_roll_back(by: Actor, deployment: Deployment | None) -> bool:
    return _allowed(check_may_roll_back, by, deployment)


def trainers(version: ModelVersion) -> set[str]:
    """The subject ids of whoever made a version: who registered it, and who queued its run."""
    return {version.created_by, version.run.queued_by if version.run else ""} - {"", "system"}


def valid_approvals(request: PromotionRequest) -> int:
    """How many votes count: those for it, on its evidence, of others than the requester and the trainers."""
    theirs = {request.requested_by, *trainers(request.version)}
    counted = request.approvals.filter(verdict=Approval.Verdict.APPROVE, evidence_digest=request.evidence_digest)
    return counted.exclude(decided_by__in=theirs).values("decided_by").distinct().count()


def _allowed(check: Callable[..., None], *asked: Any) -> bool:
    try:
        check(*asked)
    except Refused:
        return False
    return True


def _check_person(by: Actor, act: str) -> None:
    if str(by.subject_id) in ("", "system"):
        raise Refused(f"the system may not {act}: a person must.")
    if not getattr(by, "is_active", False):
        raise Refused(f"this account is not active and may not {act}.")


def _check_right(by: Actor, right: str, act: str) -> None:
    _check_person(by, act)
    has_perm: Callable[[str], bool] | None = getattr(by, "has_perm", None)
    if has_perm is None or not has_perm(f"mlops.{right}"):
        raise Refused(f"you may not {act}: that needs the right «mlops.{right}».")


def _check_open(request: PromotionRequest) -> None:
    state = PromotionRequest.State
    words = {
        state.PROMOTED: "was approved already",
        state.REJECTED: "was rejected",
        state.WITHDRAWN: "was withdrawn by its requester",
        state.EXPIRED: "expired",
    }
    if request.state in words:
        now = _now(request.version)
        raise Refused(f"request {request.pk} for {request.version.label} {words[state(request.state)]}. {now}")


def _now(version: ModelVersion) -> str:
    """Which version is the champion at this moment, as a sentence."""
    champion = Deployment.objects.champion(version.recipe_key)
    return f"{champion.version.label} serves now." if champion else "No version serves now."


def _check_run(version: ModelVersion) -> None:
    if version.run is None:
        raise Refused(f"{version.label} came from no run: only a version from a run can be requested.")
    if version.run.state != Run.State.SUCCEEDED:
        raise Refused(f"the run of {version.label} has not succeeded: wait for it, or repeat it.")


def _check_gates(version: ModelVersion, champion: Deployment | None) -> None:
    report = GateReport.objects.filter(version=version).first()
    if report is None:
        raise Refused(f"{version.label} has no gate report: train another version.")
    failed = [str(result.get("title", "?")) for result in report.results if result.get("passed") is False]
    if failed or not report.passed:
        raise Refused(
            f"{version.label} failed its gates ({', '.join(failed) or 'none applied'}); nobody can waive one."
        )
    skipped = [str(result.get("title", "?")) for result in report.results if result.get("passed") is None]
    if champion and (unjudged := [title for title in skipped if title in _against_champions(version.recipe_key)]):
        raise Refused(
            f"{version.label} was trained when no version served, so it was never judged on {', '.join(unjudged)};"
            f" {champion.version.label} serves now: train another version."
        )


def _against_champions(recipe_key: str) -> set[str]:
    """The titles of the gates that compare with a champion."""
    found = registry.recipes().get(recipe_key)
    return {gate.title for gate in getattr(found, "gates", ()) if gate.needs_champion}


def _check_licence(version: ModelVersion) -> None:
    dataset = version.run.dataset if version.run else None
    narrow = [o for o in (dataset.origins if dataset else []) if o.get("permitted_use") != OPEN_LICENCE]
    if narrow and not getattr(settings, "MAY_PUBLISH_NON_COMMERCIAL", False):
        sources = ", ".join(f"{origin.get('title', '?')} ({origin.get('licence', '?')})" for origin in narrow)
        raise Refused(
            f"{version.label} learned from {sources}, which may not be published here:"
            " set MAY_PUBLISH_NON_COMMERCIAL if this site may, or train on other data."
        )
