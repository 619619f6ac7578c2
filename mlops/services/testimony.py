"""Governed rows beside the audit log: whoever writes a row by hand must also forge an event, or is found here."""

import itertools
from collections.abc import Iterator
from typing import Any

from mlops.models import Approval, AuditEvent, Capture, Deployment, GateReport, PromotionRequest
from mlops.models.captures import facts
from mlops.services import strays

Told = dict[str, list[AuditEvent]]
# What an event of these acts must say in its details, to be held against rows.
DETAILS = {
    "request.opened": ("evidence",),
    "approval.given": ("evidence",),
    "version.rejected": ("request", "evidence"),
    "version.registered": ("gates",),
    "version.genesis": (),
    "version.promoted": ("deployment",),
    "deployment.rolled_back": (),  # of what learns, there may be nothing to put back
    strays.ACCOUNTED: ("event",),
    strays.UNSEALED: ("tables",),
}
# What a person does by their own act: the column that names them, and the acts that such a row comes of.
ACTS = {
    "mlops_promotionrequest": ("requested_by", ("request.opened",)),
    "mlops_approval": ("decided_by", ("approval.given", "version.rejected")),
    "mlops_deployment": (
        "started_by",
        ("approval.given", "version.promoted", "deployment.rolled_back", "version.genesis"),
    ),
    "mlops_policyrequest": ("requested_by", ("policy.requested",)),
    "mlops_policyvote": ("decided_by", ("policy.approval_given", "policy.rejected")),
    "mlops_policy": ("set_by", ("policy.approval_given", "policy.changed")),
    "mlops_remark": ("said_by", ("remark.said", "approval.given", "version.rejected")),
}


def untold() -> list[str]:
    """Return a sentence for each request, vote, gate report and deployment of which the log does not tell as it stands,
    for each row that names another than who did it, and for what nobody accounted for."""
    told = _told()
    rows = [*_requests(told), *_votes(told), *_reports(told), *_deployments(told)]
    return [*_silent(told), *rows, *_misnamed(), *_unaccounted()]


def _told() -> Told:
    """Return the events of each act that rows come of, as the log has them."""
    return {action: list(_events(action)) for action in DETAILS}


def _events(action: str) -> Iterator[AuditEvent]:
    rows = AuditEvent.objects.filter(body__contains=f'"action":"{action}"').order_by("seq")
    return (event for event in rows.iterator() if event.action == action)


def _silent(told: Told) -> Iterator[str]:
    """Events that whoever wrote them by hand did not write as a service does."""
    for action, events in told.items():
        for event in events:
            if lacking := [name for name in DETAILS[action] if event.detail.get(name) is None]:
                yield f"event {event.seq} ({action}) does not say its {', '.join(lacking)}"


def _misnamed() -> Iterator[str]:
    """Rows sealed by an event that is another's, or of another act: written by hand beside it, in its transaction."""
    made = Capture.objects.filter(op=Capture.Op.INSERT, of__in=ACTS, seal__isnull=False).order_by("pk")
    for notes in _chunks(made.values_list("seal", "of", "row", "after").iterator(chunk_size=1000)):
        events = AuditEvent.objects.in_bulk({seal for seal, *_ in notes})
        for seal, of, row, after in notes:
            event, (column, actions) = events.get(seal), ACTS[of]
            if event and event.action in (strays.MIGRATED, strays.UNSEALED):
                continue
            if not event or event.action not in actions or event.actor != _named(after, column):
                yield f"row {row} of {of} came with event {seal}, which is not the act of who it names"


def _named(after: str | None, column: str) -> Any:
    """Return whom a noted row names."""
    return (facts(after) or {}).get(column)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(itertools.islice(rows, 1000)):
        yield chunk


def _unaccounted() -> Iterator[str]:
    left = strays.left()
    yield from (
        f"event {event.seq} tells of changes by nobody known, and nobody accounted for them" for event in left.events
    )
    if left.erasures:
        yield f"{left.erasures} erasures are open outside the transaction that erases"


def _requests(events: Told) -> Iterator[str]:
    told = {(event.object, event.actor, event.detail.get("evidence")) for event in events["request.opened"]}
    for row in PromotionRequest.objects.order_by("pk"):
        if (f"request:{row.pk}", row.requested_by, row.evidence_digest) not in told:
            yield f"request {row.pk} was not opened by its requester on its evidence, as far as the log tells"


def _votes(events: Told) -> Iterator[str]:
    told = {
        (event.object, event.actor, event.detail.get("evidence"), "APPROVE") for event in events["approval.given"]
    } | {
        (f"request:{event.detail.get('request')}", event.actor, event.detail.get("evidence"), "REJECT")
        for event in events["version.rejected"]
    }
    for row in Approval.objects.order_by("pk"):
        if (f"request:{row.request_id}", row.decided_by, row.evidence_digest, row.verdict) not in told:
            yield f"vote {row.pk} on request {row.request_id} was not cast, as far as the log tells"


def _reports(events: Told) -> Iterator[str]:
    told = {(event.object, event.detail.get("gates")) for event in events["version.registered"]}
    for row in GateReport.objects.select_related("version").order_by("pk"):
        if (f"version:{row.version.label}", row.digest) not in told:
            yield f"the gate report of {row.version.label} is not the one it was registered with, as far as the log tells"


def _deployments(events: Told) -> Iterator[str]:
    moved = [*events["version.promoted"], *events["deployment.rolled_back"]]
    begun = {(event.detail.get("deployment"), event.actor) for event in moved}
    genesis = {event.object for event in events["version.genesis"]}
    stopped = {event.object for event in moved}
    followed = set(Deployment.objects.filter(replaces__isnull=False).values_list("replaces", flat=True))
    for row in Deployment.objects.select_related("version").order_by("pk"):
        first = row.how == Deployment.How.GENESIS and f"version:{row.version.label}" in genesis
        if not first and (row.pk, row.started_by) not in begun:
            yield f"deployment {row.pk} of {row.version.label} was not begun, as far as the log tells"
        if row.ended_at and row.pk not in followed and f"deployment:{row.pk}" not in stopped:
            yield f"deployment {row.pk} of {row.version.label} was not ended, as far as the log tells"
