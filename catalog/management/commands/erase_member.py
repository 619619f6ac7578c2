"""`manage.py erase_member USERNAME --reason … --by …`: erase a person now, here, and say what went."""

import argparse
import time
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.errors import CatalogError
from catalog.models import User
from catalog.services import erasure
from mlops.errors import MlopsError


class Command(BaseCommand):
    help = (
        "Erase a person: account, ratings, history, their rows in frozen data and files. It cannot be undone. Run it again"
        " when it was interrupted: it goes on, or says that nothing is left."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username", help="the account, or the subject id of an account or a rater")
        parser.add_argument("--reason", required=True, help="why, without naming the person: it is kept for ever")
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="who answers for it, with the right to erase"
        )

    def handle(self, *args: Any, username: str, reason: str, by: str, **options: Any) -> None:
        began, staff = time.monotonic(), User.objects.filter(username=by).first()
        if staff is None:
            raise CommandError(f"--by: there is no account {by!r}.")
        try:
            found = erasure.erase_member(subject=_subject(username), reason=reason, by=staff, at=timezone.now())
        except (CatalogError, MlopsError) as error:
            left = erasure.tidy()
            tidied = f" {left} files that an interrupted erasure had left are removed." if left else ""
            raise CommandError(f"{error}{tidied}") from error
        self.stdout.write(
            f"Erased in {time.monotonic() - began:.1f} s: erasure {found.pk}, {sum(found.counts.values())} rows,"
            f" {len(found.datasets)} files; had learned from it: {', '.join(found.versions) or 'no version'}."
        )


def _subject(name: str) -> UUID | str:
    user = User.objects.filter(username=name).first()
    if user is not None:
        return user.subject_id
    try:
        return UUID(name)
    except ValueError as error:
        raise CatalogError("There is no account of this name: perhaps it is erased already.") from error
