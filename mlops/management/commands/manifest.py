"""`manage.py manifest VERSION FOLDER`: write a version's artefact and manifest out, for verifying them elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlops.errors import MlopsError
from mlops.services import manifests


class Command(BaseCommand):
    help = "Write a version's artefact and its signed manifest into a new folder, as OpenSSF model-signing reads them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="its label, as in «recipe v3»")
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet")

    def handle(self, *args: Any, version: str, folder: Path, **options: Any) -> None:
        try:
            manifests.write_out(label=version, folder=folder)
        except (MlopsError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is in {folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}.")
