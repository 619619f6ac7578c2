"""`manage.py restore FOLDER --by USERNAME --reason …`: put a backup back, and declare it."""

import argparse
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from catalog.services import erasure
from mlops.errors import MlopsError, Refused
from mlops.ports import Actor
from mlops.services import backups
from moviesite import processes


class Command(BaseCommand):
    help = (
        "Put a backup in the place of what is here. Stop the site first. It is declared in a signed note and in the"
        " audit log: whatever else goes back in time is an attack. People erased since are erased again; everybody"
        " signs in again."
    )
    requires_system_checks: list[str] = []  # the database may be gone

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` made")
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="who answers for it: an account of the backup"
        )
        parser.add_argument("--reason", required=True, help="why; it is kept")

    def handle(self, *args: Any, folder: Path, by: str, reason: str, **options: Any) -> None:
        began = time.monotonic()
        if processes.is_running(Path(settings.STATE) / "valkey"):
            raise CommandError("The site is running: stop it first, or it goes on with what it has in memory.")
        try:
            found = backups.put_back(
                folder=folder, reason=reason, who=lambda: _person(by), at=timezone.now(), afterwards=_afterwards
            )
        except (MlopsError, DatabaseError) as error:
            raise CommandError(f"Nothing was changed: {error}") from error
        except OSError as error:
            raise CommandError(
                f"Nothing was changed: {error.filename or 'a file'} could not be read or written ({error.strerror})."
                " See to it, or make room where database and stored files are kept, then put the backup back once more."
            ) from error
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(
            f"Restored from {folder}: {found.events} audit events, {found.files} files, {time.monotonic() - began:.1f} s."
            " Now: manage.py audit verify --live"
        )
        if found.lacking:
            self.stderr.write(
                f"The backup lacked {len(found.lacking)} files of its rows: {', '.join(found.lacking[:5])}."
            )


def _person(username: str) -> Actor:
    person = get_user_model()._default_manager.filter(username=username).first()
    if person is None:
        raise Refused(f"the backup has no account {username!r}.")
    return person


def _afterwards(by: Actor) -> None:
    Session.objects.all().delete()
    erasure.reapply(by=by, at=timezone.now())
