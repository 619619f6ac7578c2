"""Which versions may be asked for, and come into force: gates that nobody can waive, and licences."""

from datetime import datetime
from typing import Any

from django.conf import settings

from mlops import registry
from mlops.errors import Conflict, Refused
from mlops.models import Deployment, GateReport, ModelVersion, Run
from mlops.policies.rights import allowed, check_right
from mlops.ports import Actor

OPEN_LICENCE = "ANY"


def check_may_request(by: Actor, version: ModelVersion, at: datetime) -> None:
    """A person with the right, for a version that passed its gates and neither serves nor is asked for already."""
    check_right(by, "request_promotion", "request a promotion")
    if version.state in (ModelVersion.State.REJECTED, ModelVersion.State.RETIRED):
        raise Refused(f"{version.label} was {version.get_state_display().lower()}: train another version.")
    champion = Deployment.objects.champion(version.recipe_key)
    if champion and champion.version_id == version.pk:
        raise Conflict(f"{version.label} serves already.")
    if found := version.requests.open().filter(expires_at__gt=at).first():
        raise Conflict(f"{version.label} is asked for already, by request {found.pk}: it awaits its votes.")
    _check_run(version)
    _check_gates(version, champion)
    _check_licence(version)


def check_may_promote(version: ModelVersion) -> None:
    """Whatever the votes: only what passed its gates, and only where its sources allow it to be shown."""
    _check_gates(version, Deployment.objects.champion(version.recipe_key))
    _check_licence(version)


def may_request(by: Actor, version: ModelVersion, at: datetime) -> bool:
    return allowed(check_may_request, by, version, at)


def trainers(version: ModelVersion) -> set[str]:
    """The subject ids of whoever made a version: who registered it, and who queued its run."""
    return {version.created_by, version.run.queued_by if version.run else ""} - {"", "system"}


def serves_now(recipe_key: str) -> str:
    """Which version is the champion at this moment, as a sentence."""
    champion = Deployment.objects.champion(recipe_key)
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
    _check_judged_as_now(version, report, champion)


def _check_judged_as_now(version: ModelVersion, report: GateReport, champion: Deployment | None) -> None:
    """Each gate that turns on what serves was judged, and against what serves now; put back by a roll-back, it is that.

    Gates are known by their keys: their titles are words, which a release may change.
    """
    recipe = registry.recipes().get(version.recipe_key)
    if recipe is None:
        there = ", ".join(sorted(registry.recipes()))
        raise Refused(f"there is no recipe {version.recipe_key} any more; there are: {there}. Install it again.")
    applying = [gate for gate in recipe.gates if (gate.needs_champion if champion else gate.first_only)]
    judged = {result.get("key") for result in report.results if result.get("passed") is not None}
    unjudged = ", ".join(gate.title for gate in applying if gate.key not in judged)
    if not applying or not (fault := _misjudged(report.against, champion, unjudged)):
        return
    serves = f"{champion.version.label} serves now" if champion else "no version serves now"
    raise Refused(f"{version.label} {fault}; {serves}: train another version.")


def _misjudged(against: dict[str, Any] | None, champion: Deployment | None, unjudged: str) -> str:
    """Why what was judged says nothing of what serves now, as the end of a sentence; nothing when it does."""
    if champion and against is None:
        return "does not tell what it was judged against"
    if against and against["version"] != (champion.version_id if champion else None):
        return f"was judged against {against['label']}"
    if champion and not against:
        return "was trained when no version served" + (f", so it was never judged on {unjudged}" if unjudged else "")
    return f"was never judged on {unjudged}" if unjudged else ""


def _check_licence(version: ModelVersion) -> None:
    dataset = version.run.dataset if version.run else None
    narrow = [o for o in (dataset.origins if dataset else []) if o.get("permitted_use") != OPEN_LICENCE]
    if narrow and not getattr(settings, "MAY_PUBLISH_NON_COMMERCIAL", False):
        sources = ", ".join(f"{origin.get('title', '?')} ({origin.get('licence', '?')})" for origin in narrow)
        raise Refused(
            f"{version.label} learned from {sources}, which may not be published here:"
            " set MAY_PUBLISH_NON_COMMERCIAL if this site may, or train on other data."
        )
