"""`manage.py partner_key NAME`: a key for the API. The key alone goes to stdout; it is shown this once."""

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.errors import KeyRefused
from catalog.models import PartnerKey
from catalog.services import partners
from catalog.versions import NEWEST
from mlops.ports import SYSTEM


class Command(BaseCommand):
    help = "Issue a key for the partner API; a partner of this name is made when there is none."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        known, usual = ",".join(PartnerKey.Scope.values), ",".join(PartnerKey.READ)
        parser.add_argument("name", help="the partner's name")
        parser.add_argument(
            "--scopes", default=usual, help=f"what the key may do, by commas, of {known} (default: {usual})"
        )
        parser.add_argument("--test", action="store_true", help="for trying out: what it writes counts nowhere")
        parser.add_argument(
            "--days", type=_days, default=365, help=f"how long it lives, 1 to {partners.LONGEST.days} (default: 365)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        scopes = [scope.strip() for scope in options["scopes"].split(",")]
        try:
            key, plain = partners.issue_key_to(
                name=options["name"],
                scopes=scopes,
                expires_at=now + timedelta(days=options["days"]),
                test=options["test"],
                version=NEWEST,
                by=SYSTEM,
                at=now,
            )
        except KeyRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(plain)
        self.stderr.write(
            f"For {key.partner}: {', '.join(key.scopes)}, until {key.expires_at:%Y-%m-%d}. Keep it: only its hash is stored.\n"
            f'curl -H "Authorization: Bearer {plain[:13]}…" http://localhost:8000/api/v1/charts/top'
        )


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= partners.LONGEST.days):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {partners.LONGEST.days}")
    return int(text)
