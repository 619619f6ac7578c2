"""What must be true of requests, votes, policies and champions, read from the rows and the log alone."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from mlops import registry, transitions
from mlops.models import Approval, AuditEvent, Capture, Deployment, GateReport, Policy
from mlops.policies import trainers
from mlops.services import evidence, testimony
from mlops.services.audit import verify

EVENTS = {  # every move and the event that tells it
    (transitions.REQUEST, "", "OPEN"): "request.opened",
    (transitions.REQUEST, "OPEN", "PROMOTED"): "version.promoted",
    (transitions.REQUEST, "OPEN", "REJECTED"): "version.rejected",
    (transitions.REQUEST, "OPEN", "WITHDRAWN"): "request.withdrawn",
    (transitions.REQUEST, "OPEN", "EXPIRED"): "request.expired",
    (transitions.POLICY_REQUEST, "", "OPEN"): "policy.requested",
    (transitions.POLICY_REQUEST, "OPEN", "APPLIED"): "policy.changed",
    (transitions.POLICY_REQUEST, "OPEN", "REJECTED"): "policy.rejected",
    (transitions.POLICY_REQUEST, "OPEN", "WITHDRAWN"): "policy.withdrawn",
    (transitions.POLICY_REQUEST, "OPEN", "EXPIRED"): "policy.expired",
}


def broken(since: int) -> list[str]:
    """Return a sentence for each invariant that does not hold. since: the last noted change before it all began."""
    recipes = sorted(set(Deployment.objects.values_list("recipe_key", flat=True)))
    found = [words for recipe in recipes for words in line(recipe)]
    found += [words for row in Deployment.objects.filter(how="PROMOTION") for words in promotion(row)]
    found += [*policies(), *moves(since), *testimony.untold()]
    if not verify().holds:
        found.append(f"the log does not hold: {verify()}")
    return found


def line(recipe_key: str) -> Iterator[str]:
    """The champions of a recipe stand in one line: each begins where the one before it ended, and one is open."""
    rows = list(Deployment.objects.filter(recipe_key=recipe_key).select_related("version").order_by("pk"))
    is_open = [row.ended_at is None for row in rows]
    if sum(is_open) > 1 or any(is_open[:-1]):
        yield f"{recipe_key}: {sum(is_open)} champions are open"
    if rows[-1].ended_at and rows[-1].version.kind == "SOFTWARE":
        yield f"{recipe_key}: of a formula nothing serves"
    to_nothing = {
        event.facts["object"] for event in events("deployment.rolled_back") if event.facts["detail"]["serves"] is None
    }
    for before, after in pairwise(rows):
        if before.ended_at is None or after.started_at < before.ended_at:
            yield f"{recipe_key}: {after.pk} begins before {before.pk} ended"
        gap = f"deployment:{before.pk}" in to_nothing
        if not gap and (before.ended_at != after.started_at or after.replaces_id != before.pk):
            yield f"{recipe_key}: {after.pk} does not follow on {before.pk}"


def promotion(row: Deployment) -> Iterator[str]:
    """Behind each promotion: gates that passed, the evidence as it was, and enough votes of others that counted then."""
    request = row.request
    assert request is not None
    report = GateReport.objects.get(version=row.version_id)
    if not report.passed:
        yield f"{row.pk} failed its gates"
    turns = any(gate.needs_champion for gate in registry.recipe(row.recipe_key).gates)
    if turns and row.replaces and (report.against or {}).get("version") != row.replaces.version_id:
        yield f"{row.pk} replaced what it was not judged against"
    if evidence.digest(request.evidence) != request.evidence_digest:
        yield f"the evidence of request {request.pk} was changed"
    others = Approval.objects.filter(request=request, verdict="APPROVE", evidence_digest=request.evidence_digest)
    voters = {vote.decided_by for vote in others} - {request.requested_by} - trainers(row.version)
    seq = next(e.seq for e in events("version.promoted") if e.facts["detail"]["deployment"] == row.pk)
    counted = voters - inactive_at(seq)
    changed = [e for e in events("policy.changed") if e.facts["object"] == f"recipe:{row.recipe_key}" and e.seq < seq]
    required = changed[-1].facts["detail"]["to"] if changed else request.needed
    if not len(counted) >= request.needed == required:
        yield f"{row.pk} was promoted by {len(counted)} votes, {required} were required"
    if row.started_by not in counted or request.state != "PROMOTED":
        yield f"{row.pk} was begun by somebody who did not vote"


def inactive_at(seq: int) -> set[str]:
    """Whose accounts were deactivated or gone when an event was written."""
    state = {
        event.facts["object"].partition(":")[2]: event.action
        for event in events("account.deactivated", "account.reactivated", "account.erased")
        if event.seq < seq
    }
    return {who for who, action in state.items() if action != "account.reactivated"}


def policies() -> Iterator[str]:
    """Each policy was set by as many others as its own request took."""
    for row in Policy.objects.select_related("request"):
        voters = set(row.request.votes.filter(verdict="APPROVE").values_list("decided_by", flat=True))
        if len(voters - {row.request.requested_by}) < max(row.request.current, row.request.wanted):
            yield f"policy {row.pk} was set by too few"


def moves(since: int) -> Iterator[str]:
    """Every move that the database noted is in its table, sealed, and told by an event of its own."""
    if left := Capture.objects.unsealed().filter(pk__gt=since).count():
        yield f"{left} changes are sealed by nobody"
    happened: Counter[tuple[transitions.Machine, str, str]] = Counter()
    for machine in (transitions.REQUEST, transitions.POLICY_REQUEST, transitions.VERSION):
        for row in Capture.objects.filter(of=machine.table, pk__gt=since):
            happened[machine, state(row.before), state(row.after)] += 1
    for (machine, source, target), times in happened.items():
        if not machine.allows(source, target):
            yield f"a {machine.name} went from {source} to {target}"
        action = EVENTS.get((machine, source, target))
        if action and (told := sum(1 for _ in events(action))) < times:
            yield f"{times} × {machine.name} {source} → {target}, but {told} × {action}"


def events(*actions: str) -> list[AuditEvent]:
    rows: list[AuditEvent] = []
    for action in actions:
        rows += AuditEvent.objects.filter(body__contains=f'"action":"{action}"')
    return sorted(rows, key=lambda event: event.seq)


def state(text: str | None) -> str:
    facts: dict[str, Any] = json.loads(text) if text else {"state": transitions.BIRTH}
    return str(facts["state"])
