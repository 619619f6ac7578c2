"""All that is to be done, whatever its kind: jobs, runs and the ticks of the schedule, by what is the matter with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mlops.models import Job, Run, RunStep, Tick
from mlops.models.runs import GIVEN_UP, SILENCE

MOST_SHOWN = 50  # of each kind, the oldest first
FORGOTTEN = timedelta(minutes=30)  # no task of the schedule takes so long: a tick that has not ended by then never will
NEWS = timedelta(days=7)


@dataclass(frozen=True)
class Piece:
    """One piece of work. model: job or run; since: when it came into this state; until: end of its lease or its wait."""

    model: str
    pk: int
    name: str
    queue: str
    since: datetime
    deliveries: int
    reason: str = ""
    done: int = 0
    total: int = 0
    worker: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Work:
    """Pieces of work by their state, and the ticks: the newest of each schedule, and those that came to nothing."""

    apart: list[Piece]
    running: list[Piece]
    queued: list[Piece]
    waiting: list[Piece]
    ticks: list[Tick]
    lost_ticks: list[Tick]


def everything(*, at: datetime) -> Work:
    """Return what there is to do at a moment."""
    jobs = Job.objects.order_by("offered_at", "pk")
    runs = Run.objects.order_by("queued_at", "pk")
    waiting = jobs.filter(state=Job.State.WAITING)
    later = Q(not_before__gt=at)
    return Work(
        apart=[
            *map(_job, jobs.filter(state=Job.State.QUARANTINED)[:MOST_SHOWN]),
            *map(_run, _given_up().order_by("queued_at", "pk")[:MOST_SHOWN]),
        ],
        running=[
            *map(_job, jobs.filter(state=Job.State.RUNNING)[:MOST_SHOWN]),
            *map(_at_work, _with_steps(runs.filter(state=Run.State.RUNNING))[:MOST_SHOWN]),
        ],
        queued=[
            *map(_job, waiting.exclude(later)[:MOST_SHOWN]),
            *map(_run, runs.filter(state=Run.State.QUEUED)[:MOST_SHOWN]),
        ],
        waiting=list(map(_job, waiting.filter(later)[:MOST_SHOWN])),
        ticks=_newest(),
        lost_ticks=list(_lost(at).order_by("-due_at", "pk")[:MOST_SHOWN]),
    )


def apart() -> int:
    """Return how many pieces of work are set apart and wait for a person."""
    return Job.objects.filter(state=Job.State.QUARANTINED).count() + _given_up().count()


def _given_up() -> QuerySet[Run]:
    """Runs whose workers died; and those after an erasure that came to nothing, until another one learns without the erased."""
    nothing = [Run.State.FAILED, Run.State.REFUSED, Run.State.CANCELLED]
    going = [Run.State.QUEUED, Run.State.RUNNING, Run.State.SUCCEEDED]
    others = Run.objects.filter(parent=None, grid={}, state__in=going)
    after = others.filter(recipe_key=OuterRef("recipe_key"), pk__gt=OuterRef("pk"))
    unlearned = Q(cause=Run.Cause.ERASURE, state__in=nothing) & ~Exists(after)
    return Run.objects.filter(Q(state=Run.State.FAILED, failure=GIVEN_UP) | unlearned)


def _job(job: Job) -> Piece:
    since = job.started_at if job.state != Job.State.WAITING and job.started_at else job.offered_at
    return Piece(
        "job",
        job.pk,
        f"{job.task} {job.key}",
        job.queue,
        since,
        job.deliveries,
        job.failure,
        job.done,
        job.total,
        job.worker,
        job.lease_until or job.not_before,
    )


def _run(run: Run) -> Piece:
    return Piece("run", run.pk, str(run), "training", run.finished_at or run.queued_at, run.claims, run.failure)


def _at_work(run: Run) -> Piece:
    until = run.heartbeat_at + SILENCE if run.heartbeat_at else None
    done, total = run.steps_done, run.steps_all  # type: ignore[attr-defined]
    since = run.started_at or run.queued_at
    return Piece("run", run.pk, str(run), "training", since, run.claims, "", done, total, run.worker, until)


def _with_steps(runs: QuerySet[Run]) -> QuerySet[Run]:
    done = Count("steps", filter=Q(steps__state=RunStep.State.DONE))
    return runs.annotate(steps_done=done, steps_all=Count("steps"))


def _newest() -> list[Tick]:
    names = Tick.objects.order_by("schedule").values_list("schedule", flat=True).distinct()
    found = (Tick.objects.filter(schedule=name).order_by("-due_at").first() for name in names)
    return [tick for tick in found if tick]


def _lost(at: datetime) -> QuerySet[Tick]:
    """Ticks of the last week that broke, or whose worker died; their work was done at the next due moment."""
    never_ended = Q(done_at__isnull=True, taken_at__lt=at - FORGOTTEN)
    return Tick.objects.filter(Q(taken_at__gt=at - NEWS) & (~Q(failure="") | never_ended))
