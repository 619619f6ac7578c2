"""`manage.py backup FOLDER`: the whole site, at one moment, in a new folder."""

import argparse
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mlops.errors import BadBackup
from mlops.ports import SYSTEM
from mlops.services import backups


class Command(BaseCommand):
    help = "Write database and stored files into a new folder, each with its digest; the site may go on serving."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet, best on another disk")
        parser.add_argument(
            "--check", action="store_true", help="read a backup that is there, byte by byte, and say what it is"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            if options["check"]:
                found = backups.check(folder=folder)
            else:
                found = backups.back_up(folder=folder, by=SYSTEM, at=timezone.now())
        except BadBackup as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"No backup was made: {error}. See that {folder.parent} is there, can be written and has room."
            ) from error
        self.stdout.write(
            f"{folder}: {found.vendor}, {found.files} files, {found.bytes / 1e6:.1f} MB, {found.events} audit events,"
            f" digest {found.digest}, {time.monotonic() - began:.1f} s."
        )
        if found.lacking:
            raise CommandError(
                f"It is not whole: its rows name {len(found.lacking)} files that were missing or damaged in the store"
                f" ({', '.join(found.lacking[:5])}). Put them back from an older backup, then make another."
            )
