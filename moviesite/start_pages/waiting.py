"""What waits for somebody in the learning system, each as a sentence with the place where it is done."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops import policies
from mlops.models import DriftReport, GateReport, ModelVersion, PromotionRequest, Run
from moviesite.start_pages.pieces import Links, Task, when

MOST = 5  # of one kind
RECENT = timedelta(days=7)  # a failure that nobody took up in a week is no news


def decisions(links: Links, now: datetime) -> list[Task]:
    """Return the requests that this person may decide on: never their own, nor what they trained."""
    if not links.may("mlops.decide_promotion"):
        return []
    rows = (
        PromotionRequest.objects.open()
        .filter(expires_at__gt=now)
        .select_related("version__run")
        .order_by("requested_at")
    )
    mine = [row for row in rows[: 4 * MOST] if policies.may_decide(links.person, row, now)]
    words = _("%(version)s is asked for, %(when)s: «%(reason)s».")
    return [
        Task(
            words % {"version": row.version.label, "when": when(row.requested_at, now), "reason": row.reason},
            _("Review and decide"),
            links.row("mlops", "promotionrequest", row.pk),
        )
        for row in mine[:MOST]
    ]


def candidates(links: Links, now: datetime) -> list[Task]:
    """Return the candidates that passed their gates and that nobody asks for yet."""
    asked = PromotionRequest.objects.open().filter(expires_at__gt=now).values("version")
    reports = GateReport.objects.filter(passed=True, version__state=ModelVersion.State.CANDIDATE)
    newest = reports.exclude(version__in=asked).select_related("version").order_by("-version__created_at", "-pk")
    return [_candidate(links, report) for report in newest[:MOST]]


def _candidate(links: Links, report: GateReport) -> Task:
    version = report.version
    judged = [result["passed"] for result in report.results if result.get("passed") is not None]
    facts = {"version": version.label, "good": sum(judged), "all": len(judged)}
    words = _("A candidate waits: %(version)s passed %(good)s of %(all)s gates.") % facts
    if links.may("mlops.request_promotion") and links.may("mlops.view_modelversion"):
        return Task(words, _("Ask for its promotion"), reverse("admin:mlops_modelversion_request", args=[version.pk]))
    return Task(
        f"{words} {_('Nobody has asked for it yet.')}", _("Look at it"), links.row("mlops", "modelversion", version.pk)
    )


def runs(links: Links, now: datetime) -> list[Task]:
    """Return runs at work, and failed ones that nobody took up."""
    working = Run.objects.unfinished().filter(parent__isnull=True).order_by("queued_at", "pk")[:MOST]
    failed = Run.objects.filter(state=Run.State.FAILED, parent__isnull=True, finished_at__gt=now - RECENT)
    tasks = [_working(links, run, now) for run in working.prefetch_related("steps")]
    failure = _("Run %(pk)s of %(recipe)s failed %(when)s.")
    for run in failed.order_by("-finished_at", "-pk")[:MOST]:
        since = when(run.finished_at, now) if run.finished_at else ""
        facts = {"pk": run.pk, "recipe": run.recipe_key, "when": since}
        tasks.append(Task(failure % facts, _("See why"), links.row("mlops", "run", run.pk)))
    return tasks


def _working(links: Links, run: Run, now: datetime) -> Task:
    steps = list(run.steps.all())
    facts = {"pk": run.pk, "recipe": run.recipe_key, "when": when(run.queued_at, now)}
    if run.state == Run.State.QUEUED:
        words = _("Run %(pk)s of %(recipe)s waits for a worker, since it was queued %(when)s.") % facts
    else:
        done = sum(step.state == step.State.DONE for step in steps)
        words = _("Run %(pk)s of %(recipe)s is at work: %(done)s of %(all)s steps are done.")
        words %= {**facts, "done": done, "all": len(steps)}
    return Task(words, _("Watch it"), links.row("mlops", "run", run.pk))


def drift(links: Links) -> list[Task]:
    """Return each recipe's newest drift report, when it found something that moved."""
    newest: dict[str, DriftReport] = {}
    for report in DriftReport.objects.order_by("-measured_at", "-pk")[: 10 * MOST]:
        newest.setdefault(report.recipe_key, report)
    words = _("Recent data of %(recipe)s moved: %(columns)s.")
    return [
        Task(
            words % {"recipe": report.recipe_key, "columns": ", ".join(_moved(report))},
            _("See how far"),
            links.row("mlops", "driftreport", report.pk),
        )
        for report in newest.values()
        if report.moved
    ]


def start_acts(links: Links) -> list[tuple[str, str, str]]:
    if not (links.may("mlops.start_run") and links.may("mlops.view_run")):
        return []
    return [("play_arrow", _("Start a run"), reverse("admin:mlops_run_start"))]


def _moved(report: DriftReport) -> list[str]:
    return [str(column.get("name")) for column in report.columns if column.get("moved")]
