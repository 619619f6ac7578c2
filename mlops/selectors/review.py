"""Everything that a person needs who decides on a request: the candidate, what it would replace, and what came before."""

from dataclasses import dataclass
from typing import Any

from mlops.models import (
    Approval,
    AuditEvent,
    Dataset,
    Deployment,
    GateReport,
    ModelVersion,
    PromotionRequest,
    Run,
    RunMetric,
)
from mlops.selectors import service

MOST_EVENTS = 50


@dataclass(frozen=True)
class Side:
    """A version with the run that made it and the dataset that it learned from, as far as there are any."""

    version: ModelVersion
    run: Run | None
    dataset: Dataset | None


@dataclass(frozen=True)
class Review:
    """A request with all that bears on it."""

    request: PromotionRequest
    candidate: Side
    champion: Side | None  # what serves, or served when the request was closed
    report: GateReport | None
    metrics: list[RunMetric]
    votes: list[Approval]
    others: list[PromotionRequest]  # of the same recipe, newest first
    events: list[AuditEvent]


def review(request: PromotionRequest) -> Review:
    version = request.version
    run = version.run
    return Review(
        request=request,
        candidate=_side(version),
        champion=_champion(request),
        report=GateReport.objects.filter(version=version).first(),
        metrics=list(run.metrics.order_by("pk")) if run else [],
        votes=list(request.approvals.order_by("decided_at", "pk")),
        others=_others(request),
        events=events_of([f"request:{request.pk}", f"version:{version.label}", f"run:{version.run_id}"]),
    )


def events_of(objects: list[str]) -> list[AuditEvent]:
    """Return the newest audit events about these objects, newest first."""
    found = AuditEvent.objects.none()
    for name in objects:
        found = found | AuditEvent.objects.filter(body__contains=f'"object":"{name}"')
    return list(found.order_by("-seq")[:MOST_EVENTS])


def differences(mine: dict[str, Any], theirs: dict[str, Any] | None) -> list[tuple[str, Any, Any, bool]]:
    """Return each name with both values and whether they differ; against nothing, nothing differs."""
    other = theirs or {}
    names = [*mine, *(name for name in other if name not in mine)]
    return [
        (name, mine.get(name), other.get(name), theirs is not None and mine.get(name) != other.get(name))
        for name in names
    ]


def _side(version: ModelVersion) -> Side:
    return Side(version, version.run, version.run.dataset if version.run else None)


def _champion(request: PromotionRequest) -> Side | None:
    """Return what the candidate stands against: what it replaced, what served when it was decided, or what serves."""
    replaced = Deployment.objects.filter(request=request).select_related("replaces__version__run__dataset").first()
    if replaced:
        return _side(replaced.replaces.version) if replaced.replaces else None
    found = (
        service.champion_at(request.version.recipe_key, request.closed_at)
        if request.closed_at
        else Deployment.objects.champion(request.version.recipe_key)
    )
    return _side(found.version) if found and found.version_id != request.version_id else None


def _others(request: PromotionRequest) -> list[PromotionRequest]:
    rows = PromotionRequest.objects.filter(version__recipe_key=request.version.recipe_key).exclude(pk=request.pk)
    return list(rows.select_related("version").order_by("-requested_at", "-pk")[:10])
