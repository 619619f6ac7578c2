"""`manage.py recount`: do the kept tallies equal a count of the votes?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.models import PartnerTally, Tally
from catalog.services import tallies


class Command(BaseCommand):
    help = (
        "Count imported votes, members' ratings and those of partners' viewers anew, and name each film whose kept "
        "tally differs. Changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = tallies.differences()
        for film, kept, counted in wrong[:20]:
            self.stderr.write(
                f"film {film}: kept {kept[0]} votes and {kept[1]} tenths, counted {counted[0]} and {counted[1]}"
            )
        theirs = tallies.partner_differences()
        for partner, film, kept, counted in theirs[:20]:
            self.stderr.write(
                f"partner {partner}, film {film}: kept {kept[0]} votes and {kept[1]} tenths, "
                f"counted {counted[0]} and {counted[1]}"
            )
        if wrong or theirs:
            raise CommandError(f"{len(wrong) + len(theirs)} tallies differ from a recount.")
        self.stdout.write(f"{Tally.objects.count() + PartnerTally.objects.count():,} tallies equal a recount.")
