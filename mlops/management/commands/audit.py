"""`manage.py audit verify`: does the audit log hold?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mlops.services import testimony
from mlops.services.audit import verify


class Command(BaseCommand):
    help = (
        "Check the audit log: exit 0 when it holds and tells of every governed row, 1 when not, naming what is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["verify"])

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        verdict = verify()
        if verdict.first_bad is not None:
            self.stderr.write(
                f"TAMPERED at event {verdict.first_bad}: {verdict.why}. {verdict.events} events before it hold."
            )
        if verdict.triggers_missing:
            self.stderr.write(f"UNGUARDED: triggers missing or changed: {', '.join(verdict.triggers_missing)}.")
        untold = testimony.untold() if verdict.first_bad is None else []
        for sentence in untold:
            self.stderr.write(f"UNTOLD: {sentence}.")
        if untold or not verdict.holds:
            raise SystemExit(1)
        self.stdout.write(f"The audit log holds: {verdict.events} events, head {verdict.head}.")
