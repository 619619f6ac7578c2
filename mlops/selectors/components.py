"""The eight components of MLOps as a version's checklist: what proves each of them, or that nothing does."""

from dataclasses import dataclass

from mlops.models import AuditEvent, GateReport, ModelVersion, Run, RunStep
from mlops.ports import Kind
from mlops.selectors import provisioning

UNKNOWN = "unknown"
CANDIDATE = "candidate"


@dataclass(frozen=True)
class Component:
    """One component: what in the rows proves it, or «unknown»."""

    title: str
    proof: str

    @property
    def there(self) -> bool:
        return self.proof != UNKNOWN


def of(version: ModelVersion) -> list[Component]:
    """Return the eight components of a version, each with its proof."""
    run = version.run
    steps = list(run.steps.order_by("position")) if run else []
    report = GateReport.objects.filter(version=version).first()
    found = {
        "Data management": _data(run),
        "Version control": _versions(version, run),
        "Automation": _automation(steps),
        "Experiment tracking": _tracking(run),
        "CI/CD of models": _gates(report),
        "Monitoring and retraining": _monitoring(version, run),
        "Provisioning": _provisioning(version, steps),
        "Governance": _governance(version, run, report),
    }
    return [Component(title, proof or UNKNOWN) for title, proof in found.items()]


def registration(version: ModelVersion) -> AuditEvent | None:
    """Return the audit event of a version's registration, or None."""
    named = AuditEvent.objects.filter(body__contains=f'"object":"version:{version.label}"')
    return next((event for event in named.order_by("seq") if event.action == "version.registered"), None)


def fact(environment: dict[str, object], name: str) -> str:
    """Return what an environment says under a name, or nothing; a run writes «unknown» of what it could not find out."""
    value = environment.get(name)
    return str(value) if value and value != UNKNOWN else ""


def _data(run: Run | None) -> str:
    if run is None or run.dataset is None:
        return ""
    data = run.dataset
    return f"{data}: {data.rows:,} rows of {data.subjects:,} subjects, fingerprint {data.fingerprint[:12]}"


def _versions(version: ModelVersion, run: Run | None) -> str:
    environment = run.environment if run else {}
    commit, lock = fact(environment, "commit"), fact(environment, "lock_digest")
    if not (commit and lock and version.arrays_digest):
        return ""
    return f"commit {commit[:12]}, lock file {lock[:12]}, learned state {version.arrays_digest[:12]}"


def _automation(steps: list[RunStep]) -> str:
    if not steps or any(step.state != RunStep.State.DONE or not step.output_digest for step in steps):
        return ""
    return f"{len(steps)} steps done, each with the digests of what went in and came out"


def _tracking(run: Run | None) -> str:
    measured = run.metrics.filter(arm=CANDIDATE).count() if run else 0
    if run is None or not measured:
        return ""
    arms = run.metrics.values("arm").distinct().count()
    return f"run {run.pk}: {len(run.params)} parameters, {measured} metrics of the candidate beside {arms - 1} rivals"


def _gates(report: GateReport | None) -> str:
    if report is None:
        return ""
    judged = [result for result in report.results if result.get("passed") is not None]
    good = sum(1 for result in judged if result["passed"])
    return f"{good} of {len(judged)} gates passed, report {report.digest[:12]}"


def _monitoring(version: ModelVersion, run: Run | None) -> str:
    watched = sorted(run.dataset.histograms) if run and run.dataset else []
    if watched:
        return f"later data is held against the histograms of {', '.join(watched)}"
    return "a formula: nothing is learned, so nothing drifts" if version.kind == Kind.SOFTWARE.value else ""


def _provisioning(version: ModelVersion, steps: list[RunStep]) -> str:
    if not steps or any(step.seconds is None for step in steps):
        return ""
    seconds = sum(step.seconds or 0.0 for step in steps)
    most = max((step.megabytes or 0.0 for step in steps), default=0.0)
    declared = sum(1 for step in steps if provisioning.declared(version.recipe_key, step.name))
    return f"{seconds:,.1f} s and {most:,.0f} MB at most; {declared} of {len(steps)} steps declare their needs"


def _governance(version: ModelVersion, run: Run | None, report: GateReport | None) -> str:
    """The log must tell of the registration, and of the very gate report that is there."""
    event = registration(version)
    if run is None or event is None or report is None or event.detail.get("gates") != report.digest:
        return ""
    return f"asked for by {'the system' if run.queued_by == 'system' else 'a person'}, registered by audit event {event.seq}"
