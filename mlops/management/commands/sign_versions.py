"""`manage.py sign_versions --by USERNAME --reason …`: sign the versions that were registered before there were manifests."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mlops.errors import MlopsError
from mlops.services import manifests


class Command(BaseCommand):
    help = (
        "Sign every version that has no manifest, after reading its artefact whole. Until then it is not loaded."
        " Needs the private key, and a person who answers for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it")
        parser.add_argument("--reason", required=True, help="why, in a sentence; it is kept")

    def handle(self, *args: Any, by: str, reason: str, **options: Any) -> None:
        person = get_user_model()._default_manager.filter(username=by).first()
        if person is None:
            raise CommandError(f"by: nobody here is called {by}.")
        try:
            signed = manifests.sign_versions(reason=reason, by=person, at=timezone.now())
        except MlopsError as error:
            raise CommandError(str(error)) from error
        for version in signed:
            self.stdout.write(f"{version.label} is signed.")
        if not signed:
            self.stdout.write("Every version has a manifest.")
