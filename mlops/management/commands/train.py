"""`manage.py train RECIPE --reason …`: queue a run, or carry it out here and now."""

import json
import os
import socket
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mlops.errors import MlopsError
from mlops.models import ModelVersion, Run
from mlops.ports import SYSTEM, Actor
from mlops.services import runs

APPROVE = (
    "It serves nobody yet. In the admin, somebody requests that it may serve (Versions → {label} → Request promotion),"
    " and another person, who did not train it either, approves (Requests → Review)."
)


class Command(BaseCommand):
    help = "Queue a training run of a recipe. Nothing it makes serves before a second person approved it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipe", nargs="?", default="", help="the recipe's key, as in MLOPS_RECIPES")
        parser.add_argument("--reason", default="", help="why, in a sentence; it is kept")
        parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="in place of a default")
        parser.add_argument("--grid", action="append", default=[], metavar="NAME=A,B,…", help="one run for each point")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--by", default="", metavar="USERNAME", help="who asks for it; the system, when left out")
        parser.add_argument("--now", action="store_true", help="carry it out in this process, showing each step")
        parser.add_argument("--reproduce", metavar="VERSION", help="fit a version again and compare its arrays")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reproduce"]:
            return self._reproduce(options["reproduce"])
        try:
            run = runs.queue_run(
                recipe_key=options["recipe"],
                reason=options["reason"],
                by=self._actor(options["by"]),
                at=timezone.now(),
                params=dict(_pair(text) for text in options["param"]),
                grid={name: _values(text) for name, text in map(_parted, options["grid"])},
                seed=options["seed"],
            )
        except MlopsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Run {run.pk} of {run.recipe_key} is queued.")
        if options["now"]:
            return self._carry_out(run)
        self.stdout.write(
            "A worker takes it up; watch it in the admin under Runs. " + APPROVE.format(label="its version")
        )
        return None

    def _carry_out(self, run: Run) -> None:
        from mlops.pipeline.execute import execute  # noqa: PLC0415 — frames and solvers, which queueing needs not

        ids = [run.pk]
        for run_id in ids:
            self.stdout.write(f"Run {run_id}")
            execute(run_id=run_id, worker=f"{socket.gethostname()}:{os.getpid()}", told=self._tell)
            ids += Run.objects.filter(parent=run_id).order_by("pk").values_list("pk", flat=True)
        run.refresh_from_db()
        if run.state == Run.State.QUEUED and run.failure:
            self.stdout.write(f"It is queued again, and a worker tries it again: {run.failure}")
            return
        if run.state in (Run.State.QUEUED, Run.State.RUNNING):
            self.stdout.write(f"A worker was quicker and has it: {run.worker}. Watch it in the admin under Runs.")
            return
        if run.state != Run.State.SUCCEEDED:
            raise CommandError(f"Run {run.pk} is {run.get_state_display().lower()}: {run.failure}")
        version = ModelVersion.objects.filter(run=run).first()
        if version is None:
            self.stdout.write(
                f"{len(ids) - 1} points were measured; queue the best one's parameters to make a version."
            )
            return
        verdict = "passed its gates" if version.gate_report.passed else "failed a gate, and cannot be requested"
        self.stdout.write(f"{version.label} is a candidate and {verdict}.")
        if version.gate_report.passed:
            self.stdout.write(APPROVE.format(label=version.label))

    def _reproduce(self, label: str) -> None:
        from mlops.pipeline.reproduce import reproduce  # noqa: PLC0415 — as above

        try:
            found = reproduce(label=label, told=self._tell)
        except (MlopsError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not found.same:
            raise CommandError(f"{label} is NOT reproduced: {found.again} instead of {found.then}.\n{found.why}")
        self.stdout.write(f"{label} is reproduced: its arrays have the digest {found.then} again.")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _actor(self, username: str) -> Actor:
        if not username:
            return SYSTEM
        found = get_user_model().objects.filter(username=username).first()
        if found is None:
            raise CommandError(f"by: nobody here is called {username}.")
        return found


def _parted(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise CommandError(f"{text!r} is no NAME=VALUE.")
    return name, value


def _pair(text: str) -> tuple[str, Any]:
    name, value = _parted(text)
    return name, _value(value)


def _values(text: str) -> list[Any]:
    return [_value(part) for part in text.split(",")]


def _value(text: str) -> Any:
    """Numbers, true, false, null and lists as JSON writes them; anything else is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
