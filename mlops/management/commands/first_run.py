"""`manage.py first_run`: queue one training run of every learning recipe that has nothing to show, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from mlops.ports import SYSTEM
from mlops.services import first_runs


class Command(BaseCommand):
    help = "Queue a first training run of every LEARNING recipe that has neither a version nor a run. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for run in first_runs.queue(by=SYSTEM, at=timezone.now()):
            self.stdout.write(f"Run {run.pk} of {run.recipe_key} is queued: its first version will wait for approval.")
