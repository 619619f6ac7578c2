"""Governed rows beside the audit log: whoever writes a row by hand must also forge an event, or is found here."""

from collections.abc import Iterator
from typing import Any

from mlops.models import Approval, AuditEvent, Deployment, GateReport, PromotionRequest

Facts = dict[str, Any]


def untold() -> list[str]:
    """Return a sentence for each request, vote, gate report and deployment of which the log does not tell as it stands."""
    return [*_requests(), *_votes(), *_reports(), *_deployments()]


def _events(*actions: str) -> list[Facts]:
    found: list[Facts] = []
    for action in actions:
        rows = AuditEvent.objects.filter(body__contains=f'"action":"{action}"').order_by("seq")
        found += [event.facts for event in rows.iterator() if event.action == action]
    return found


def _requests() -> Iterator[str]:
    told = {(facts["object"], facts["actor"], facts["detail"].get("evidence")) for facts in _events("request.opened")}
    for row in PromotionRequest.objects.order_by("pk"):
        if (f"request:{row.pk}", row.requested_by, row.evidence_digest) not in told:
            yield f"request {row.pk} was not opened by its requester on its evidence, as far as the log tells"


def _votes() -> Iterator[str]:
    told = {
        (facts["object"], facts["actor"], facts["detail"].get("evidence"), "APPROVE")
        for facts in _events("approval.given")
    } | {
        (f"request:{facts['detail'].get('request')}", facts["actor"], facts["detail"].get("evidence"), "REJECT")
        for facts in _events("version.rejected")
    }
    for row in Approval.objects.order_by("pk"):
        if (f"request:{row.request_id}", row.decided_by, row.evidence_digest, row.verdict) not in told:
            yield f"vote {row.pk} on request {row.request_id} was not cast, as far as the log tells"


def _reports() -> Iterator[str]:
    told = {(facts["object"], facts["detail"].get("gates")) for facts in _events("version.registered")}
    for row in GateReport.objects.select_related("version").order_by("pk"):
        if (f"version:{row.version.label}", row.digest) not in told:
            yield f"the gate report of {row.version.label} is not the one it was registered with, as far as the log tells"


def _deployments() -> Iterator[str]:
    events = _events("version.promoted", "deployment.rolled_back")
    begun = {(facts["detail"].get("deployment"), facts["actor"]) for facts in events}
    genesis = {facts["object"] for facts in _events("version.genesis")}
    stopped = {facts["object"] for facts in events}
    followed = set(Deployment.objects.filter(replaces__isnull=False).values_list("replaces", flat=True))
    for row in Deployment.objects.select_related("version").order_by("pk"):
        first = row.how == Deployment.How.GENESIS and f"version:{row.version.label}" in genesis
        if not first and (row.pk, row.started_by) not in begun:
            yield f"deployment {row.pk} of {row.version.label} was not begun, as far as the log tells"
        if row.ended_at and row.pk not in followed and f"deployment:{row.pk}" not in stopped:
            yield f"deployment {row.pk} of {row.version.label} was not ended, as far as the log tells"
