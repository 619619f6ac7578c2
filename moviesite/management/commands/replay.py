"""`manage.py replay`: the ratings that the demo kept back come in as live traffic, and what follows is told as it happens."""

import io
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.demo import holding, sources, traffic
from catalog.demo.ratings import Ratings
from catalog.errors import CatalogError
from catalog.management.commands import load_demo
from catalog.models import DataImport
from catalog.services import demo
from mlops.models import Deployment, DriftReport, Run, RunStep
from mlops.ports import SYSTEM
from mlops.services import monitoring

LOOK_EVERY = 1000  # ratings between two looks at drift
PATIENCE = 60.0  # seconds until a worker should have taken a run up


class Command(BaseCommand):
    help = "Feed the later ratings that the demo kept back: watch drift, its cause, a run, and a candidate that waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipe", default="recommender", help="whose drift is measured")
        parser.add_argument("--speed", type=int, default=50, help="ratings a second; 0: as fast as it goes")
        parser.add_argument(
            "--shift",
            choices=traffic.SHIFTS,
            default="later",
            help="later: the ratings kept back (default); values: the same, three points lower; none: more of the same",
        )
        parser.add_argument("--seed", type=int, default=0, help="of the draw of --shift none, and of its raters")
        parser.add_argument("--until-done", action="store_true", help="follow the run until its candidate waits")

    def handle(
        self, *args: Any, recipe: str, speed: int, shift: str, seed: int, until_done: bool, **options: Any
    ) -> None:
        champion = _champion(recipe)
        fed, source = _traffic(shift, seed)
        self._say(f"{champion.version.label} serves since {champion.started_at:%Y-%m-%d %H:%M} UTC.")
        self._say(f"{len(fed):,} ratings come in (--shift {shift}), {speed or 'as many as can be'} a second.")
        run = self._feed(recipe, fed, source, speed)
        if run is None:
            self._say("All are in, and no run was asked for. With --shift values a column is sure to move.")
        elif until_done:
            self._follow(run)
        else:
            self._say(f"Follow it in the admin under Runs, or here with: manage.py replay --shift {shift} --until-done")

    def _feed(self, recipe: str, ratings: Ratings, source: str, speed: int) -> Run | None:
        """Feed until drift asks for a run, and return it; None when all are fed and none was asked for."""
        run, done, new, unseen = _asked_for(recipe), 0, 0, 0
        for chunk in traffic.chunks(ratings, speed or LOOK_EVERY):
            if run is not None:
                self._say(f"Run {run.pk}, asked for by drift: {run.reason}")
                return run
            begun, fresh = time.monotonic(), self._fed(chunk, source)
            done, new, unseen = done + len(chunk), new + fresh, unseen + fresh
            if unseen >= LOOK_EVERY or (done == len(ratings) and new):
                self._say(f"{done:,} of {len(ratings):,} fed, {new:,} of them new")
                self._tell(monitoring.measure_drift(recipe_key=recipe, by=SYSTEM, at=timezone.now()))
                unseen = 0
            run = _asked_for(recipe)
            if speed and fresh and run is None:
                time.sleep(max(0.0, 1 - (time.monotonic() - begun)))
        if run is not None:
            self._say(f"Run {run.pk}, asked for by drift: {run.reason}")
        return run

    def _fed(self, chunk: Ratings, source: str) -> int:
        try:
            return demo.feed_ratings(ratings=chunk, source_key=source, by=SYSTEM, at=timezone.now())
        except CatalogError as error:
            raise CommandError(str(error)) from error

    def _tell(self, report: DriftReport | None) -> None:
        if report is None:
            self._say("  too little has come in to say whether anything moved")
            return
        self._say(f"  drift of {report.rows:,} rows by {report.subjects} subjects since {report.dataset}:")
        for column in report.columns:
            chance = "" if column["chance"] is None else f", chance alone reaches {column['chance']:.3f}"
            verdict = "MOVED" if column["moved"] else "held"
            self._say(f"    {column['name']:<8} PSI {column['psi']:.3f}  KS {column['ks']:.3f}  {verdict}{chance}")

    def _follow(self, run: Run) -> None:
        """Tell each step as it is done, and at the end what waits for whom."""
        for words in _progress(run):
            self._say(words)
        run.refresh_from_db()
        if run.state != Run.State.SUCCEEDED:
            raise CommandError(f"Run {run.pk} is {run.state.lower()}: {run.failure or 'see its page in the admin'}")
        version = run.version
        judged = version.gate_report
        for gate in judged.results:
            mark = {True: "passed", False: "FAILED", None: "—"}[gate["passed"]]
            self._say(f"    {mark:<7} {gate['title']}: {gate['words']}")
        if not judged.passed:
            self._say(f"{version.label} failed a gate: nobody can request it.")
            return
        self._say(
            f"{version.label} is a candidate and waits for two people: one opens /admin/ → Model versions → "
            f"{version.label} → «Request promotion», another approves it there. {settings.STATE}/accounts.txt has both."
        )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _champion(recipe: str) -> Deployment:
    """Raises CommandError saying how to get one."""
    found = Deployment.objects.champion(recipe) if recipe in monitoring.watched_recipes() else None
    if found is None:
        raise CommandError(
            f"No learned version of {recipe!r} is in force, so there is nothing to hold new ratings against. Get one: "
            f'manage.py train {recipe} --reason "a first version" (`make run` queues one by itself); then one person '
            "requests the candidate in /admin/ → Model versions, and another approves it."
        )
    return found


def _traffic(shift: str, seed: int) -> tuple[Ratings, str]:
    """Return the ratings to feed and the source they are booked to: what is drawn or changed is booked as generated."""
    loaded = DataImport.objects.filter(report__kind="ratings").select_related("source").order_by("pk").last()
    percent = (loaded.report.get("held_back") or {}).get("percent", 0) if loaded else 0
    if loaded is None or not percent:
        raise CommandError("The demo kept no ratings back: load it with DEMO_HOLD_BACK=10, into an empty STATE.")
    whole = _whole(loaded)
    first, later = holding.held_back(whole.ratings, percent)
    fed = traffic.traffic(shift, first, later, seed=seed)
    return fed, loaded.source.key if shift == "later" else sources.GENERATED.key


def _whole(loaded: DataImport) -> demo.DemoSet:
    """Return the demo set as it was before a part of it was kept back."""
    loader = load_demo.Command(stdout=io.StringIO())
    if loaded.source.key == sources.MOVIELENS.key:
        return loader._real()
    films = DataImport.objects.filter(report__kind="films", source=loaded.source).order_by("pk").last()
    return loader._generated(films.rows if films else load_demo.FILMS)


def _asked_for(recipe: str) -> Run | None:
    """Return the run under way that drift asked for: by us, or by the schedule that measures beside us."""
    runs = Run.objects.unfinished().filter(recipe_key=recipe, cause=Run.Cause.DRIFT)
    return runs.order_by("pk").last()


def _progress(run: Run) -> Iterator[str]:
    """Yield a line per finished step until the run ends."""
    told: set[int] = set()
    begun, warned = time.monotonic(), False
    while True:
        run.refresh_from_db()
        for step in run.steps.filter(state=RunStep.State.DONE).exclude(pk__in=told).order_by("position"):
            told.add(step.pk)
            yield f"    {step.name:<9} {step.seconds or 0:6.1f} s  {step.megabytes or 0:6.0f} MB"
        if run.state not in (Run.State.QUEUED, Run.State.RUNNING):
            return
        if run.state == Run.State.QUEUED and not warned and time.monotonic() - begun > PATIENCE:
            warned = True
            yield "    no worker has taken it up yet: does `make run` run, with this STATE?"
        time.sleep(0.5)
