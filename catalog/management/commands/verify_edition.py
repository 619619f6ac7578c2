"""`manage.py verify_edition [N]`: recompute an edition from its artefact, or all of them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.errors import EditionGone, EditionWrong
from catalog.selectors import charts


class Command(BaseCommand):
    help = "Recompute C, every WR, rank and digest of an edition (the newest without a number; --all for every one)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", type=int)
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: Any, number: int | None, **options: Any) -> None:
        chosen = charts.editions()
        if number is not None:
            chosen = chosen.filter(number=number)
        elif not options["all"]:
            chosen = chosen[:1]
        if not chosen:
            raise CommandError(f"There is no edition {number}." if number is not None else "There is no edition yet.")
        for edition in chosen:
            try:
                films = charts.verify(edition)
            except EditionGone as gone:
                self.stdout.write(f"{gone} Its place in the chain holds.")
            except EditionWrong as wrong:
                raise CommandError(str(wrong)) from wrong
            else:
                self.stdout.write(
                    f"Edition {edition.number} holds: C, {films:,} ratings and ranks, content and chain digest."
                )
