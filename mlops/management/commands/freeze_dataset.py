"""`manage.py freeze_dataset RECIPE`: freeze what is recorded now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mlops import registry
from mlops.errors import MlopsError
from mlops.pipeline.freeze import freeze
from mlops.ports import SYSTEM, NotEnoughData


class Command(BaseCommand):
    help = "Freeze the rows of a recipe as they are recorded now. The same rows are the same dataset: safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipe", help="the recipe's key, as in MLOPS_RECIPES")

    def handle(self, *args: Any, recipe: str, **options: Any) -> None:
        now = timezone.now()
        try:
            dataset = freeze(recipe=registry.recipe(recipe), until=now, by=SYSTEM, at=now)
        except KeyError as error:
            raise CommandError(error.args[0]) from error
        except (MlopsError, NotEnoughData, OSError) as error:
            raise CommandError(f"nothing was frozen: {error}") from error
        said = (
            "frozen" if dataset.frozen_at == now else f"the same rows were frozen on {dataset.frozen_at:%Y-%m-%d %H:%M}"
        )
        self.stdout.write(f"{dataset}: {dataset.rows} rows of {dataset.subjects} subjects; {said}.")
        self.stdout.write(f"fingerprint {dataset.fingerprint}")
